// Puts what every message needs at the top of the program: Espruino looks for a name from the first one on.

import type { AnyNode, Statement } from 'acorn';
import type { Variable } from '../../check/scope.ts';
import type { Source } from '../../check/source.ts';
import { isFunction } from '../../check/tree.ts';
import {
  bodyOf,
  declarationOf,
  isAtRoot,
  isInert,
  nodesIn,
  onlyValueOf,
  rootOf,
  variableOf,
  writesOf,
} from './facts.ts';
import type { Marks } from './program.ts';
import { assign, declare, listOf, replaceStatement } from './nodes.ts';

/** @returns how much a use at `node` counts. */
function weightAt(node: AnyNode, source: Source, { hot }: Marks): number {
  for (let at: AnyNode | undefined = node; at !== undefined; at = source.parent(at)) {
    const weight = isFunction(at) ? hot.get(at) : undefined;
    if (weight !== undefined) return weight;
  }
  return 0;
}

/** @returns whether `value` can be made before anything else runs. */
function isReady(value: AnyNode, source: Source): boolean {
  if (!isInert(value, source)) return false;
  if (isFunction(value)) return true;
  return [value, ...nodesIn(value)].every((node) => {
    const variable = node.type === 'Identifier' ? variableOf(node, source) : undefined;
    // What is named inside of a function is asked for when that is called.
    return (
      variable === undefined || variable.kind === 'function' || source.owner(node) !== source.owner(value)
    );
  });
}

/** Take a variable out of the program. @returns the statement that goes to the top; undefined when it has to stay where it is. */
function lift(variable: Variable, source: Source): AnyNode | undefined {
  const declaration = declarationOf(variable, source);
  if (declaration !== undefined) {
    replaceStatement(declaration, [], source);
    return declaration;
  }
  const [id, ...more] = variable.declarations;
  const declarator = id && source.parent(id);
  if (more.length > 0 || variable.kind !== 'var' || declarator?.type !== 'VariableDeclarator') {
    return undefined;
  }
  const statement = source.parent(declarator) as AnyNode;
  if (statement.type !== 'VariableDeclaration' || statement.declarations.length > 1) return undefined;
  if (listOf(statement, source) === undefined) return undefined;
  const { init } = declarator;
  if (!init) {
    replaceStatement(statement, [], source);
    return statement;
  }
  if (isAtRoot(statement, source) && isReady(init, source)) {
    replaceStatement(statement, [], source);
    return declare(statement, variable.name, init);
  }
  replaceStatement(statement, [assign(statement, variable.name, init)], source);
  return declare(statement, variable.name, null);
}

/** Order the variables and functions of the program by how often the functions that are marked `@hot` name them. */
export function orderByUse(source: Source, marks: Marks): void {
  const root = rootOf(source);
  const counts = source.scopes.variables
    .filter(({ owner }) => owner === root)
    .map((variable) => ({
      variable,
      count: variable.references.reduce((sum, { node }) => sum + weightAt(node, source, marks), 0),
    }))
    .filter(({ count, variable }) => count > 0 && !isNumber(variable, source))
    .sort((a, b) => b.count - a.count);
  const lifted = counts.flatMap(({ variable }) => lift(variable, source) ?? []);
  const home = bodyOf(root) as unknown as { body: Statement[] };
  const isRaised = ({ type }: Statement) => type === 'FunctionDeclaration';
  // The other functions next: an engine that does not hoist knows a function from its statement on.
  home.body = [
    ...(lifted as Statement[]),
    ...home.body.filter(isRaised),
    ...home.body.filter((statement) => !isRaised(statement)),
  ];
}

/** @returns whether it will be a number in the place of its name. */
function isNumber(variable: Variable, source: Source): boolean {
  const value = writesOf(variable).length === 1 ? onlyValueOf(variable, source) : undefined;
  return value?.type === 'Literal' && typeof value.value === 'number';
}
