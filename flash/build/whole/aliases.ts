// Takes away names of constants, and second names of one thing: with two names nobody sees that all its uses are known.

import type { AnyNode } from 'acorn';
import type { Variable } from '../../check/scope.ts';
import type { Source } from '../../check/source.ts';
import { isAtRoot, isRepeatable, onlyValueOf, readsOf, rootOf, variableOf } from './facts.ts';
import { copyOf, replaceIn, replaceStatement } from './nodes.ts';

/** As long as its name is with what it takes to declare that. */
const SHORT_TEXT = 4;

/** @returns whether `value` may stand wherever the name of `variable` does, and costs no more there. */
function isPlaceable(value: AnyNode, variable: Variable, source: Source): boolean {
  if (!isRepeatable(value, source)) return false;
  if (value.type === 'Identifier') {
    const of = variableOf(value, source);
    // `undefined` is nobody's: what is left out is known to be.
    return of === undefined || of.owner === variable.owner;
  }
  if (value.type !== 'Literal' || typeof value.value !== 'string') return true;
  return (value.raw ?? '').length <= SHORT_TEXT || readsOf(variable).length === 1;
}

/** @returns the statement that makes `variable` a name of something that can stand for itself. */
function aliasStatement(variable: Variable, source: Source): AnyNode | undefined {
  const value = onlyValueOf(variable, source);
  if (variable.owner !== rootOf(source) || value === undefined) return undefined;
  if (!isPlaceable(value, variable, source)) return undefined;
  const statement = source.parent(source.parent(value) as AnyNode) as AnyNode;
  const isSingle = statement.type === 'VariableDeclaration' && statement.declarations.length === 1;
  return isSingle && isAtRoot(statement, source) ? statement : undefined;
}

/** Put constants and first names in the place of names. @returns whether there was one. */
export function dropAliases(source: Source): boolean {
  const changed = new Set<string>();
  for (const variable of source.scopes.variables) {
    const statement = aliasStatement(variable, source);
    const value = statement && onlyValueOf(variable, source);
    // A second name of a second name comes with the next round.
    if (value === undefined || (value.type === 'Identifier' && changed.has(value.name))) continue;
    for (const { node, access } of variable.references) {
      if (access !== 'write') replaceIn(source.parent(node) as AnyNode, node, copyOf(value));
    }
    replaceStatement(statement as AnyNode, [], source);
    changed.add(variable.name);
  }
  return changed.size > 0;
}
