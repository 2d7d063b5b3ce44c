// Declares a variable where it gets its first value: a declaration by itself is one more statement to run.

import type { AnyNode, ExpressionStatement, Statement } from 'acorn';
import type { Source } from '../../check/source.ts';
import { declare, listOf, replaceIn, replaceStatement } from './nodes.ts';

/** @returns the statement that runs first in `statement`. */
function firstIn(statement: AnyNode | undefined): AnyNode | undefined {
  return statement?.type === 'TryStatement' ? firstIn(statement.block.body[0]) : statement;
}

function valueFor(name: string, statement: AnyNode | undefined): AnyNode | undefined {
  if (statement?.type !== 'ExpressionStatement') return undefined;
  const { expression } = statement as ExpressionStatement;
  if (expression.type !== 'AssignmentExpression' || expression.operator !== '=') return undefined;
  return expression.left.type === 'Identifier' && expression.left.name === name
    ? expression.right
    : undefined;
}

/** Join declarations and the assignments right behind them. */
export function declareFirst(source: Source): void {
  for (const declarator of source.byType.get('VariableDeclarator') ?? []) {
    if (declarator.type !== 'VariableDeclarator' || declarator.init || declarator.id.type !== 'Identifier') {
      continue;
    }
    const statement = source.parent(declarator);
    const list = statement && listOf(statement, source);
    if (statement?.type !== 'VariableDeclaration' || statement.declarations.length > 1) continue;
    const next = firstIn(list?.[list.indexOf(statement as Statement) + 1]);
    const value = valueFor(declarator.id.name, next);
    if (next === undefined || value === undefined) continue;
    replaceIn(source.parent(next) as AnyNode, next, declare(next, declarator.id.name, value));
    replaceStatement(statement, [], source);
  }
}
