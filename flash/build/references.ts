// Where an object of a firmware goes: which of its members are written, and whether it is handed to code that may write any. What is
// written or handed on is worth nothing certain. Only Mote's own functions are known to write nothing into what they are given.

import ts from 'typescript';
import type { Draft } from './compile.ts';
import { isOwnSource } from './firmware.ts';

/** What becomes of one object or list. */
export interface Fate {
  /** It went where it is not followed: anything may have been written into it. */
  isLoose: boolean;
  /** Members that are written. */
  readonly written: Set<string>;
  /** Expressions that read a member, by its name; of lists, and where the name is not known, under ANY. */
  readonly reads: Map<string, ts.Expression[]>;
}

export const ANY = '*';

export interface References {
  /** @returns the declaration that a name stands for, through imports. */
  declarationOf(node: ts.Node): ts.Declaration | undefined;
  /** @returns what becomes of an object that all of `starts` may be. */
  fateOf(starts: readonly ts.Expression[]): Fate;
  /** @returns every place in the firmware that names what `declaration` declares. */
  namesOf(declaration: ts.Node): readonly ts.Identifier[];
  /** @returns every name that is used in the firmware. */
  names(): readonly ts.Identifier[];
}

const ASSIGNMENTS = [ts.SyntaxKind.FirstAssignment, ts.SyntaxKind.LastAssignment] as const;

const CHOOSING: readonly ts.SyntaxKind[] = [
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.QuestionQuestionToken,
];

const PRIMITIVE =
  ts.TypeFlags.StringLike |
  ts.TypeFlags.NumberLike |
  ts.TypeFlags.BooleanLike |
  ts.TypeFlags.Null |
  ts.TypeFlags.Undefined |
  ts.TypeFlags.Void;

/** @returns whether an operator gives one of its sides. */
export function isChoice({ operatorToken }: ts.BinaryExpression): boolean {
  return CHOOSING.includes(operatorToken.kind);
}

export function isAssignment(node: ts.Node): node is ts.BinaryExpression {
  if (!ts.isBinaryExpression(node)) return false;
  const { kind } = node.operatorToken;
  return kind >= ASSIGNMENTS[0] && kind <= ASSIGNMENTS[1];
}

/** @returns whether an expression is written, or taken away. */
function isTarget(node: ts.Expression): boolean {
  const { parent } = node;
  if (ts.isParenthesizedExpression(parent) || ts.isNonNullExpression(parent)) return isTarget(parent);
  if (isAssignment(parent)) return parent.left === node;
  if (ts.isPrefixUnaryExpression(parent) || ts.isPostfixUnaryExpression(parent)) {
    return (
      parent.operator === ts.SyntaxKind.PlusPlusToken || parent.operator === ts.SyntaxKind.MinusMinusToken
    );
  }
  if (ts.isDeleteExpression(parent)) return true;
  // In a pattern, or as what a loop sets.
  return (ts.isForInStatement(parent) || ts.isForOfStatement(parent)) && parent.initializer === node;
}

export function isConst(declaration: ts.Node): declaration is ts.VariableDeclaration {
  return (
    ts.isVariableDeclaration(declaration) && (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0
  );
}

export function createReferences({ program }: Pick<Draft, 'program'>): References {
  const checker = program.getTypeChecker();
  let all: Map<ts.Node | undefined, ts.Identifier[]> | undefined;

  function declarationOf(node: ts.Node): ts.Declaration | undefined {
    const isShorthand = ts.isShorthandPropertyAssignment(node.parent) && node.parent.name === node;
    let symbol = isShorthand
      ? checker.getShorthandAssignmentValueSymbol(node.parent)
      : checker.getSymbolAtLocation(node);
    if (symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias) {
      symbol = checker.getAliasedSymbol(symbol);
    }
    return symbol?.valueDeclaration ?? symbol?.declarations?.[0];
  }

  function collect(): Map<ts.Node | undefined, ts.Identifier[]> {
    const found = new Map<ts.Node | undefined, ts.Identifier[]>();
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node)) {
        const declaration = declarationOf(node);
        if (declaration === undefined || ts.getNameOfDeclaration(declaration) !== node) {
          found.set(declaration, [...(found.get(declaration) ?? []), node]);
        }
      }
      ts.forEachChild(node, visit);
    };
    for (const source of program.getSourceFiles()) {
      if (!source.isDeclarationFile && !isOwnSource(source.fileName)) visit(source);
    }
    return found;
  }

  /** By what they name. */
  const collected = () => (all ??= collect());
  const namesOf = (declaration: ts.Node) => collected().get(declaration) ?? [];
  const names = () => [...collected().values()].flat();

  function isPrimitive(node: ts.Expression): boolean {
    const type = checker.getTypeAtLocation(node);
    const parts = type.isUnion() ? type.types : [type];
    return parts.every(({ flags }) => (flags & PRIMITIVE) !== 0);
  }

  function isOwnCall({ expression }: ts.CallExpression): boolean {
    const callee = ts.isPropertyAccessExpression(expression) ? expression.name : expression;
    const file = declarationOf(callee)?.getSourceFile().fileName;
    return file !== undefined && isOwnSource(file);
  }

  function fateOf(starts: readonly ts.Expression[]): Fate {
    const fate: Fate = { isLoose: false, written: new Set(), reads: new Map() };
    const seen = new Set<ts.Node>();

    function onAccess(node: ts.PropertyAccessExpression | ts.ElementAccessExpression): void {
      const { parent } = node;
      const key = ts.isPropertyAccessExpression(node) ? node.name : node.argumentExpression;
      const isNamed = ts.isStringLiteralLike(key) || ts.isPropertyAccessExpression(node);
      const name = isNamed ? (key as ts.StringLiteralLike | ts.Identifier).text : ANY;
      if (isTarget(node)) fate.written.add(name);
      else if (ts.isCallExpression(parent) && parent.expression === node) {
        // What stands in a list stays there; any other method may do anything.
        if (name !== 'push') fate.isLoose = true;
      } else if (!isPrimitive(node)) fate.reads.set(name, [...(fate.reads.get(name) ?? []), node]);
    }

    /** It lies in another object from here on: whoever has that has it. */
    function onHolder(holder: ts.Expression, name: string): void {
      const around = fateOf([holder]);
      if (around.isLoose) fate.isLoose = true;
      for (const [read, nodes] of around.reads) {
        if (read === name || read === ANY || name === ANY) nodes.forEach(follow);
      }
    }

    function onName(node: ts.Identifier): void {
      const { parent } = node;
      if (ts.isShorthandPropertyAssignment(parent)) onHolder(parent.parent, node.text);
      else if (!isTransparent(parent)) follow(node);
    }

    /** What only names it: it is followed where it is used. */
    function isTransparent(parent: ts.Node): boolean {
      return (
        ts.isImportSpecifier(parent) ||
        ts.isImportClause(parent) ||
        ts.isNamespaceImport(parent) ||
        ts.isExportSpecifier(parent) ||
        ts.isExportAssignment(parent) ||
        ts.isTypeNode(parent)
      );
    }

    function onBinary(node: ts.Expression, parent: ts.BinaryExpression): void {
      const { kind } = parent.operatorToken;
      if (isChoice(parent)) follow(parent);
      else if (kind === ts.SyntaxKind.CommaToken) {
        if (parent.right === node) follow(parent);
      } else if (isAssignment(parent)) fate.isLoose = true;
      // All others only look at it.
    }

    function onDeclaration(declaration: ts.VariableDeclaration): void {
      if (isConst(declaration) && ts.isIdentifier(declaration.name)) namesOf(declaration).forEach(onName);
      else fate.isLoose = true;
    }

    function followInto(node: ts.Expression, parent: ts.Node): void {
      if (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) {
        // As a key it becomes a text.
        if (parent.expression === node) onAccess(parent);
      } else if (ts.isCallExpression(parent)) {
        if (!isOwnCall(parent)) fate.isLoose = true;
      } else if (ts.isPropertyAssignment(parent)) {
        const { name } = parent;
        const isNamed = ts.isIdentifier(name) || ts.isStringLiteralLike(name);
        onHolder(parent.parent, isNamed ? name.text : ANY);
      } else if (ts.isArrayLiteralExpression(parent)) onHolder(parent, ANY);
      else if (ts.isVariableDeclaration(parent)) onDeclaration(parent);
      else if (ts.isConditionalExpression(parent)) {
        if (parent.condition !== node) follow(parent);
      } else if (ts.isBinaryExpression(parent)) onBinary(node, parent);
      else if (!isLook(parent)) fate.isLoose = true;
    }

    function isLook(parent: ts.Node): boolean {
      return (
        ts.isExpressionStatement(parent) ||
        ts.isIfStatement(parent) ||
        ts.isPrefixUnaryExpression(parent) ||
        ts.isTypeOfExpression(parent) ||
        ts.isVoidExpression(parent) ||
        isTransparent(parent)
      );
    }

    function follow(node: ts.Expression): void {
      if (seen.has(node)) return;
      seen.add(node);
      const { parent } = node;
      if (
        ts.isParenthesizedExpression(parent) ||
        ts.isAsExpression(parent) ||
        ts.isSatisfiesExpression(parent) ||
        ts.isNonNullExpression(parent)
      ) {
        follow(parent);
      } else followInto(node, parent);
    }

    for (const start of starts) {
      if (ts.isIdentifier(start)) onName(start);
      else follow(start);
    }
    return fate;
  }

  return { declarationOf, fateOf, namesOf, names };
}
