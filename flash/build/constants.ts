// What an expression of a firmware is worth, as far as the source and the settings alone can tell. Nothing is guessed: what depends
// on anything else is unknown, and so is what may have been written since.

import ts from 'typescript';
import type { Draft } from './compile.ts';
import { isObject } from './json.ts';
import { ANY, createReferences, isConst, type Fate } from './references.ts';
import { settingsFile, toDeviceText } from './settings.ts';

/** A value, and the node to point at. `setting`: its path in settings.json, '' for all of it. Texts are bytes, one character each. */
export type Value =
  | { readonly kind: 'known'; readonly value: unknown; readonly at: ts.Node; readonly setting?: string }
  | { readonly kind: 'object'; readonly node: ts.ObjectLiteralExpression; readonly at: ts.Node }
  | { readonly kind: 'list'; readonly node: ts.ArrayLiteralExpression; readonly at: ts.Node }
  /** `truth`: whether it counts as true, where that is known. */
  | { readonly kind: 'unknown'; readonly at: ts.Node; readonly truth?: boolean };

export interface Constants {
  of(node: ts.Expression): Value;
  /** @returns whether a value counts as true; undefined when that is unknown. */
  truthOf(value: Value): boolean | undefined;
  /** @returns whether an operator that chooses a side comes to the right one; undefined when that is unknown, or it chooses none. */
  takesRight(node: ts.BinaryExpression): boolean | undefined;
  /** @returns the member's value; undefined when there surely is none. */
  member(value: Value, name: string): Value | undefined;
  /** @returns the items of a list; undefined when it is none. */
  items(value: Value): readonly Value[] | undefined;
  /** @returns the declaration that a name stands for, through imports. */
  declarationOf(node: ts.Node): ts.Declaration | undefined;
}

/** References that lead on further than any sensible program's lead in a circle. */
const DEPTH_MAX = 100;

type Compare = (left: unknown, right: unknown) => boolean;

const COMPARISONS: Readonly<Partial<Record<ts.SyntaxKind, Compare>>> = {
  [ts.SyntaxKind.EqualsEqualsEqualsToken]: (left, right) => left === right,
  [ts.SyntaxKind.ExclamationEqualsEqualsToken]: (left, right) => left !== right,
  [ts.SyntaxKind.LessThanToken]: (left, right) => (left as number) < (right as number),
  [ts.SyntaxKind.LessThanEqualsToken]: (left, right) => (left as number) <= (right as number),
  [ts.SyntaxKind.GreaterThanToken]: (left, right) => (left as number) > (right as number),
  [ts.SyntaxKind.GreaterThanEqualsToken]: (left, right) => (left as number) >= (right as number),
};

function isWritten({ isLoose, written }: Fate, name: string): boolean {
  return isLoose || written.has(name) || written.has(ANY);
}

function truthOf(value: Value): boolean | undefined {
  if (value.kind === 'unknown') return value.truth;
  return value.kind === 'known' ? !!value.value : true;
}

function nameOf(property: ts.ObjectLiteralElementLike): string | undefined {
  const { name } = property;
  if (name === undefined) return undefined;
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) ? name.text : undefined;
}

/** @param folder of the firmware: its settings.json is worth what this build compiled in. */
export function createConstants(draft: Draft, folder: string): Constants {
  const checker = draft.program.getTypeChecker();
  const references = createReferences(draft);
  const { declarationOf } = references;
  /** By the literal, or the path in settings.json. */
  const fates = new Map<ts.Node | string, Fate>();
  let depth = 0;

  function fateOf(key: ts.Node | string, starts: () => readonly ts.Expression[]): Fate {
    const fate = fates.get(key) ?? references.fateOf(starts());
    fates.set(key, fate);
    return fate;
  }

  /** @returns what became of an object in settings.json. @param path its keys, from outside to inside. */
  function fateOfSetting(path: readonly string[]): Fate {
    const last = path.at(-1);
    if (last === undefined) return fateOf('', settingsNames);
    const around = fateOfSetting(path.slice(0, -1));
    if (isWritten(around, last)) return { ...around, isLoose: true };
    return fateOf(path.join('.'), () => [
      ...(around.reads.get(last) ?? []),
      ...(around.reads.get(ANY) ?? []),
    ]);
  }

  /** @returns every place that names the settings, under whatever name. */
  function settingsNames(): readonly ts.Expression[] {
    const places = references.names().filter((node) => isSettings(node));
    const declarations = new Set(places.map((node) => declarationOf(node)));
    return [
      ...new Set([...places, ...[...declarations].flatMap((one) => (one ? references.namesOf(one) : []))]),
    ];
  }

  /** @returns whether a name is the default import of the firmware's settings. */
  function isSettings(node: ts.Identifier): boolean {
    const isShorthand = ts.isShorthandPropertyAssignment(node.parent) && node.parent.name === node;
    const symbol = isShorthand
      ? checker.getShorthandAssignmentValueSymbol(node.parent)
      : checker.getSymbolAtLocation(node);
    const clause = symbol?.declarations?.[0];
    if (clause === undefined || !ts.isImportClause(clause)) return false;
    const { moduleSpecifier } = clause.parent as ts.ImportDeclaration;
    const { text } = moduleSpecifier as ts.StringLiteral;
    return draft.resolve(text, node.getSourceFile().fileName) === settingsFile(folder);
  }

  function ofSetting(value: unknown, setting: string, at: ts.Node): Value {
    return {
      kind: 'known',
      value: typeof value === 'string' ? toDeviceText(value, folder) : value,
      at,
      setting,
    };
  }

  function ofName(node: ts.Identifier): Value {
    if (node.text === 'undefined') return { kind: 'known', value: undefined, at: node };
    if (isSettings(node)) return ofSetting(draft.settings, '', node);
    return ofDeclaration(declarationOf(node), node);
  }

  function ofDeclaration(declaration: ts.Declaration | undefined, at: ts.Node): Value {
    const isKnown =
      declaration !== undefined && isConst(declaration) && declaration.initializer !== undefined;
    return isKnown ? of(declaration.initializer as ts.Expression) : { kind: 'unknown', at };
  }

  /** @returns what stands between text and values, put together. */
  function join(parts: readonly (string | Value)[], at: ts.Node): Value {
    let text = '';
    for (const part of parts) {
      if (typeof part === 'string') text += part;
      else if (part.kind === 'known' && !isObject(part.value)) text += String(part.value);
      else return { kind: 'unknown', at };
    }
    return { kind: 'known', value: text, at };
  }

  function ofSum(node: ts.BinaryExpression): Value {
    const left = of(node.left);
    const right = of(node.right);
    const isNumber = (value: Value) => value.kind === 'known' && typeof value.value === 'number';
    if (left.kind !== 'known' || right.kind !== 'known') return { kind: 'unknown', at: node };
    if (isNumber(left) && isNumber(right)) {
      return { kind: 'known', value: (left.value as number) + (right.value as number), at: node };
    }
    return join([left, right], node);
  }

  function ofPrefix(node: ts.PrefixUnaryExpression): Value {
    const operand = of(node.operand);
    const truth = truthOf(operand);
    if (node.operator === ts.SyntaxKind.ExclamationToken && truth !== undefined) {
      return { kind: 'known', value: !truth, at: node };
    }
    const isNumber = operand.kind === 'known' && typeof operand.value === 'number';
    if (node.operator === ts.SyntaxKind.MinusToken && isNumber) {
      return { kind: 'known', value: -(operand.value as number), at: node };
    }
    return { kind: 'unknown', at: node };
  }

  /** Sides that are objects are one or are not: that is not told. */
  function ofComparison(node: ts.BinaryExpression, compare: Compare): Value {
    const left = of(node.left);
    const right = of(node.right);
    if (left.kind !== 'known' || right.kind !== 'known') return { kind: 'unknown', at: node };
    if ([left, right].some(({ value }) => typeof value === 'object' && value !== null)) {
      return { kind: 'unknown', at: node };
    }
    return { kind: 'known', value: compare(left.value, right.value), at: node };
  }

  function ofBinary(node: ts.BinaryExpression): Value {
    const { kind } = node.operatorToken;
    if (kind === ts.SyntaxKind.PlusToken) return ofSum(node);
    const compare = COMPARISONS[kind];
    if (compare !== undefined) return ofComparison(node, compare);
    const isRight = takesRight(node);
    return isRight === undefined ? ofEither(node) : of(isRight ? node.right : node.left);
  }

  /** Nobody knows which side of an operator that chooses it is; one of them may be enough to tell whether it counts as true. */
  function ofEither(node: ts.BinaryExpression): Value {
    const { kind } = node.operatorToken;
    const right = truthOf(of(node.right));
    const isFalse = kind === ts.SyntaxKind.AmpersandAmpersandToken && right === false;
    const isTrue = kind === ts.SyntaxKind.BarBarToken && right === true;
    return isFalse || isTrue ? { kind: 'unknown', at: node, truth: isTrue } : { kind: 'unknown', at: node };
  }

  function takesRight({ left, operatorToken }: ts.BinaryExpression): boolean | undefined {
    const value = of(left);
    const truth = truthOf(value);
    switch (operatorToken.kind) {
      case ts.SyntaxKind.AmpersandAmpersandToken:
        return truth;
      case ts.SyntaxKind.BarBarToken:
        return truth === undefined ? undefined : !truth;
      case ts.SyntaxKind.QuestionQuestionToken:
        if (value.kind === 'known') return value.value === undefined || value.value === null;
        return value.kind === 'unknown' ? undefined : false;
      default:
        return undefined;
    }
  }

  function ofOperation(node: ts.Expression): Value {
    if (ts.isTemplateExpression(node)) {
      const spans = node.templateSpans.flatMap(({ expression, literal }) => [of(expression), literal.text]);
      return join([node.head.text, ...spans], node);
    }
    if (ts.isPrefixUnaryExpression(node)) return ofPrefix(node);
    if (ts.isBinaryExpression(node)) return ofBinary(node);
    if (ts.isConditionalExpression(node)) {
      const truth = truthOf(of(node.condition));
      if (truth !== undefined) return of(truth ? node.whenTrue : node.whenFalse);
    }
    return { kind: 'unknown', at: node };
  }

  function ofMember(node: ts.PropertyAccessExpression): Value {
    const constant = checker.getConstantValue(node);
    if (constant !== undefined) return { kind: 'known', value: constant, at: node };
    const found = member(of(node.expression), node.name.text);
    if (found === undefined) return { kind: 'known', value: undefined, at: node };
    // What came from the source is pointed at there, what came from a setting, here.
    return found.kind === 'known' && found.setting !== undefined ? { ...found, at: node } : found;
  }

  function ofNode(node: ts.Expression): Value {
    if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) {
      return of(node.expression);
    }
    if (ts.isStringLiteralLike(node)) return { kind: 'known', value: node.text, at: node };
    if (ts.isNumericLiteral(node)) return { kind: 'known', value: Number(node.text), at: node };
    if (node.kind === ts.SyntaxKind.TrueKeyword) return { kind: 'known', value: true, at: node };
    if (node.kind === ts.SyntaxKind.FalseKeyword) return { kind: 'known', value: false, at: node };
    if (node.kind === ts.SyntaxKind.NullKeyword) return { kind: 'known', value: null, at: node };
    if (ts.isObjectLiteralExpression(node)) return { kind: 'object', node, at: node };
    if (ts.isArrayLiteralExpression(node)) return { kind: 'list', node, at: node };
    if (ts.isIdentifier(node)) return ofName(node);
    if (ts.isPropertyAccessExpression(node)) return ofMember(node);
    return ofOperation(node);
  }

  function of(node: ts.Expression): Value {
    if (depth >= DEPTH_MAX) return { kind: 'unknown', at: node };
    depth++;
    try {
      return ofNode(node);
    } finally {
      depth--;
    }
  }

  function memberOfLiteral(node: ts.ObjectLiteralExpression, name: string): Value | undefined {
    if (
      isWritten(
        fateOf(node, () => [node]),
        name,
      )
    ) {
      return { kind: 'unknown', at: node };
    }
    // The last one counts.
    for (const property of [...node.properties].reverse()) {
      if (nameOf(property) === undefined) {
        return { kind: 'unknown', at: property };
      } else if (nameOf(property) === name) {
        if (ts.isPropertyAssignment(property)) return of(property.initializer);
        if (ts.isShorthandPropertyAssignment(property)) {
          return ofDeclaration(declarationOf(property.name), property);
        }
        return { kind: 'unknown', at: property };
      }
    }
    return undefined;
  }

  function memberOfSetting(
    { value, at, setting }: Extract<Value, { kind: 'known' }>,
    name: string,
  ): Value | undefined {
    const path = setting === undefined || setting === '' ? [] : setting.split('.');
    if (setting !== undefined && isWritten(fateOfSetting(path), name)) return { kind: 'unknown', at };
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    return ofSetting(value[name], [...path, name].join('.'), at);
  }

  function member(value: Value, name: string): Value | undefined {
    if (value.kind === 'object') return memberOfLiteral(value.node, name);
    if (value.kind !== 'known') return { kind: 'unknown', at: value.at };
    return memberOfSetting(value, name);
  }

  function items(value: Value): readonly Value[] | undefined {
    if (value.kind !== 'list') return undefined;
    const { isLoose, written } = fateOf(value.node, () => [value.node]);
    return isLoose || written.size > 0 ? undefined : value.node.elements.map(of);
  }

  return { of, truthOf, takesRight, member, items, declarationOf };
}
