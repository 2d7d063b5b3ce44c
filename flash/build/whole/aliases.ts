// Takes away second names: what is known by two names is used more than once, and nobody sees that all its uses are known.

import type { AnyNode, Identifier } from 'acorn';
import type { Variable } from '../../check/scope.ts';
import type { Source } from '../../check/source.ts';
import { isAtRoot, isRepeatable, onlyValueOf, rootOf, variableOf } from './facts.ts';
import { replaceStatement } from './nodes.ts';

/** @returns the statement that makes `variable` a second name. */
function aliasStatement(variable: Variable, source: Source): AnyNode | undefined {
  const value = onlyValueOf(variable, source);
  if (variable.owner !== rootOf(source) || value?.type !== 'Identifier') return undefined;
  if (!isRepeatable(value, source) || variableOf(value, source)?.owner !== variable.owner) return undefined;
  const statement = source.parent(source.parent(value) as AnyNode) as AnyNode;
  const isSingle = statement.type === 'VariableDeclaration' && statement.declarations.length === 1;
  return isSingle && isAtRoot(statement, source) ? statement : undefined;
}

/** Put the first name in the place of a second one. @returns whether there was one. */
export function dropAliases(source: Source): boolean {
  const changed = new Set<string>();
  for (const variable of source.scopes.variables) {
    const statement = aliasStatement(variable, source);
    const value = statement && (onlyValueOf(variable, source) as Identifier);
    // A second name of a second name comes with the next round.
    if (value === undefined || changed.has(value.name)) continue;
    for (const { node, access } of variable.references) {
      if (access !== 'write') node.name = value.name;
    }
    replaceStatement(statement as AnyNode, [], source);
    changed.add(variable.name);
  }
  return changed.size > 0;
}
