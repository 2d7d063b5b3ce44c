// What an expression of a firmware is worth, as far as the source and the settings alone can tell. Nothing is guessed: what depends
// on anything else is unknown.

import ts from 'typescript';
import type { Draft } from './compile.ts';
import { settingsFile, toBytes } from './settings.ts';

/** A value, and the node to point at. `setting`: its path in settings.json, '' for all of it. Texts are bytes, one character each. */
export type Value =
  | { readonly kind: 'known'; readonly value: unknown; readonly at: ts.Node; readonly setting?: string }
  | { readonly kind: 'object'; readonly node: ts.ObjectLiteralExpression; readonly at: ts.Node }
  | { readonly kind: 'list'; readonly items: readonly ts.Expression[]; readonly at: ts.Node }
  | { readonly kind: 'unknown'; readonly at: ts.Node };

export interface Constants {
  of(node: ts.Expression): Value;
  /** @returns the member's value; undefined when there surely is none. */
  member(value: Value, name: string): Value | undefined;
  /** @returns the items of a list; undefined when it is none. */
  items(value: Value): readonly Value[] | undefined;
  /** @returns the declaration that a name stands for, through imports. */
  declarationOf(node: ts.Node): ts.Declaration | undefined;
}

/** References that lead on further than any sensible program's lead in a circle. */
const DEPTH_MAX = 100;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nameOf(property: ts.ObjectLiteralElementLike): string | undefined {
  const { name } = property;
  if (name === undefined) return undefined;
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) ? name.text : undefined;
}

/** @param folder of the firmware: its settings.json is worth what this build compiled in. */
export function createConstants(draft: Draft, folder: string): Constants {
  const checker = draft.program.getTypeChecker();
  let depth = 0;

  function declarationOf(node: ts.Node): ts.Declaration | undefined {
    let symbol = checker.getSymbolAtLocation(node);
    if (symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias) {
      symbol = checker.getAliasedSymbol(symbol);
    }
    return symbol?.valueDeclaration ?? symbol?.declarations?.[0];
  }

  /** @returns whether a name is the default import of the firmware's settings. */
  function isSettings(node: ts.Identifier): boolean {
    const clause = checker.getSymbolAtLocation(node)?.declarations?.[0];
    if (clause === undefined || !ts.isImportClause(clause)) return false;
    const { moduleSpecifier } = clause.parent as ts.ImportDeclaration;
    const { text } = moduleSpecifier as ts.StringLiteral;
    return draft.resolve(text, node.getSourceFile().fileName) === settingsFile(folder);
  }

  function ofSetting(value: unknown, setting: string, at: ts.Node): Value {
    return { kind: 'known', value: typeof value === 'string' ? toBytes(value) : value, at, setting };
  }

  function ofName(node: ts.Identifier): Value {
    if (node.text === 'undefined') return { kind: 'known', value: undefined, at: node };
    if (isSettings(node)) return ofSetting(draft.settings, '', node);
    const declaration = declarationOf(node);
    const isConstant =
      declaration !== undefined &&
      ts.isVariableDeclaration(declaration) &&
      (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0;
    if (!isConstant || declaration.initializer === undefined) return { kind: 'unknown', at: node };
    return of(declaration.initializer);
  }

  /** @returns what stands between text and values, put together. */
  function join(parts: readonly (string | Value)[], at: ts.Node): Value {
    let text = '';
    for (const part of parts) {
      if (typeof part === 'string') text += part;
      else if (part.kind === 'known' && !isRecord(part.value)) text += String(part.value);
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

  function ofOperation(node: ts.Expression): Value {
    if (ts.isTemplateExpression(node)) {
      const spans = node.templateSpans.flatMap(({ expression, literal }) => [of(expression), literal.text]);
      return join([node.head.text, ...spans], node);
    }
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken) {
      const operand = of(node.operand);
      if (operand.kind === 'known' && typeof operand.value === 'number') {
        return { kind: 'known', value: -operand.value, at: node };
      }
    }
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
      const operand = of(node.operand);
      if (operand.kind === 'known') return { kind: 'known', value: !operand.value, at: node };
    }
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
      return ofSum(node);
    }
    if (ts.isConditionalExpression(node)) {
      const condition = of(node.condition);
      if (condition.kind === 'known') return of(condition.value ? node.whenTrue : node.whenFalse);
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
    if (ts.isArrayLiteralExpression(node)) return { kind: 'list', items: node.elements, at: node };
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
    // The last one counts.
    for (const property of [...node.properties].reverse()) {
      if (nameOf(property) === undefined) {
        return { kind: 'unknown', at: property };
      } else if (nameOf(property) === name) {
        if (ts.isPropertyAssignment(property)) return of(property.initializer);
        if (ts.isShorthandPropertyAssignment(property)) return ofShorthand(property);
        return { kind: 'unknown', at: property };
      }
    }
    return undefined;
  }

  function ofShorthand(property: ts.ShorthandPropertyAssignment): Value {
    const symbol = checker.getShorthandAssignmentValueSymbol(property);
    const declaration = symbol?.valueDeclaration;
    const isKnown =
      declaration !== undefined &&
      ts.isVariableDeclaration(declaration) &&
      (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0 &&
      declaration.initializer !== undefined;
    return isKnown ? of(declaration.initializer as ts.Expression) : { kind: 'unknown', at: property };
  }

  function member(value: Value, name: string): Value | undefined {
    if (value.kind === 'object') return memberOfLiteral(value.node, name);
    if (value.kind !== 'known') return { kind: 'unknown', at: value.at };
    if (!isRecord(value.value) || !Object.hasOwn(value.value, name)) return undefined;
    const path = value.setting === '' ? name : `${value.setting}.${name}`;
    return ofSetting(value.value[name], path, value.at);
  }

  function items(value: Value): readonly Value[] | undefined {
    return value.kind === 'list' ? value.items.map(of) : undefined;
  }

  return { of, member, items, declarationOf };
}
