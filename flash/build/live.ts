// Which calls of a firmware can run: not those in a branch that settings and features close, and not those in functions that only such
// branches call.

import ts from 'typescript';
import type { Constants } from './constants.ts';

/** @returns whether nothing behind a statement in its list is ever reached. */
function leaves(statement: ts.Statement, constants: Constants): boolean {
  if (ts.isReturnStatement(statement) || ts.isThrowStatement(statement)) return true;
  if (ts.isBlock(statement)) return statement.statements.some((one) => leaves(one, constants));
  if (!ts.isIfStatement(statement)) return false;
  const { expression, thenStatement, elseStatement } = statement;
  const truth = constants.truthOf(constants.of(expression));
  const isThen = truth === false || leaves(thenStatement, constants);
  const isElse = truth === true || (elseStatement !== undefined && leaves(elseStatement, constants));
  return isThen && isElse;
}

/** @returns the function that a declaration names; it runs where it is named. */
function namedFunction(node: ts.Node): ts.Node | undefined {
  if (ts.isFunctionDeclaration(node)) return node.name === undefined ? undefined : node;
  if (!ts.isVariableDeclaration(node) || !ts.isIdentifier(node.name)) return undefined;
  const { initializer } = node;
  const isFunction =
    initializer !== undefined && (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer));
  return isFunction ? initializer : undefined;
}

/** Call `onCall` for each call in the firmware that may run. @param sources whose statements run at the start. */
export function visitLiveCalls(
  sources: readonly ts.SourceFile[],
  constants: Constants,
  onCall: (call: ts.CallExpression) => void,
): void {
  const entered = new Set<ts.Node>();

  function enter(declaration: ts.Declaration | undefined): void {
    const body = declaration && namedFunction(declaration);
    if (body === undefined || entered.has(body) || !sources.includes(body.getSourceFile())) return;
    entered.add(body);
    ts.forEachChild(body, visit);
  }

  function visitList(statements: readonly ts.Statement[]): void {
    const end = statements.findIndex((statement) => leaves(statement, constants));
    statements.slice(0, end < 0 ? undefined : end + 1).forEach(visit);
  }

  /** @returns what of a node that chooses may run; undefined: all of it. */
  function chosen(node: ts.Node): readonly (ts.Node | undefined)[] | undefined {
    if (ts.isIfStatement(node) || ts.isConditionalExpression(node)) {
      const [condition, yes, no] = ts.isIfStatement(node)
        ? [node.expression, node.thenStatement, node.elseStatement]
        : [node.condition, node.whenTrue, node.whenFalse];
      const truth = constants.truthOf(constants.of(condition));
      return truth === undefined ? undefined : [condition, truth ? yes : no];
    }
    if (ts.isBinaryExpression(node) && constants.takesRight(node) === false) return [node.left];
    return undefined;
  }

  function visit(node: ts.Node): void {
    if (namedFunction(node) !== undefined) return;
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isIdentifier(node)) return enter(constants.declarationOf(node));
    if (ts.isBlock(node)) return visitList(node.statements);
    const some = chosen(node);
    if (some !== undefined) {
      for (const one of some) if (one !== undefined) visit(one);
      return;
    }
    if (ts.isCallExpression(node)) onCall(node);
    ts.forEachChild(node, visit);
  }

  for (const source of sources) visitList(source.statements);
}
