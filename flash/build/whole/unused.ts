// Drops functions that nobody calls, and variables that nobody reads: while they are there, what they name seems to be used.

import type { AnyNode } from 'acorn';
import type { Variable } from '../../check/scope.ts';
import type { Source } from '../../check/source.ts';
import { declarationOf, isInert, isInside, onlyValueOf } from './facts.ts';
import { replaceStatement } from './nodes.ts';

/** @returns the statement that can go with `variable`. */
function uselessStatement(variable: Variable, source: Source): AnyNode | undefined {
  const declaration = declarationOf(variable, source);
  if (declaration !== undefined) {
    return variable.references.every(({ node }) => isInside(node, declaration, source))
      ? declaration
      : undefined;
  }
  if (variable.kind !== 'var' || variable.references.length > 1) return undefined;
  const value = onlyValueOf(variable, source);
  if (value === undefined || !isInert(value, source)) return undefined;
  const statement = source.parent(source.parent(value) as AnyNode);
  const isSingle = statement?.type === 'VariableDeclaration' && statement.declarations.length === 1;
  if (!isSingle || source.parent(statement)?.type.startsWith('For')) return undefined;
  return statement;
}

/** @returns whether anything was dropped. */
export function dropUnused(source: Source): boolean {
  const useless = source.scopes.variables.flatMap((variable) => uselessStatement(variable, source) ?? []);
  for (const statement of new Set(useless)) replaceStatement(statement, [], source);
  return useless.length > 0;
}
