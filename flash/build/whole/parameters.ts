// Takes away parameters that nobody reads, or that are given the same each time: Espruino pays for each with thousands of
// instructions a call, and a variable.

import type { AnyNode, CallExpression, Identifier } from 'acorn';
import type { Variable } from '../../check/scope.ts';
import type { Source } from '../../check/source.ts';
import {
  callAt,
  declarationOf,
  isInert,
  isInLoop,
  isPeculiar,
  isRepeatable,
  nodesIn,
  rootOf,
  variableOf,
  writesOf,
} from './facts.ts';
import { copyOf, nothing, replaceIn } from './nodes.ts';

/** @returns what all calls give, if that is the same and known from everywhere. */
function commonArgument(arguments_: readonly AnyNode[], source: Source): AnyNode | undefined {
  const [first] = arguments_;
  if (first === undefined || !isRepeatable(first, source)) return undefined;
  if (first.type === 'Identifier') {
    const variable = variableOf(first, source);
    if (variable !== undefined && variable.owner !== rootOf(source)) return undefined;
    // In a loop it is another one each time, which the function may keep.
    if (variable?.kind === 'var' && isInLoop(variable.declarations[0] as Identifier, source)) {
      return undefined;
    }
    const isSame = arguments_.every((node) => node.type === 'Identifier' && node.name === first.name);
    return isSame ? first : undefined;
  }
  const valueOf = (node: AnyNode) =>
    node.type === 'UnaryExpression' && node.operator === '-' && node.argument.type === 'Literal'
      ? `-${String(node.argument.value)}`
      : node.type === 'Literal'
        ? `${typeof node.value} ${String(node.value)}`
        : undefined;
  const value = valueOf(first);
  return value !== undefined && arguments_.every((node) => valueOf(node) === value) ? first : undefined;
}

function reduce(variable: Variable, source: Source): boolean {
  const declaration = declarationOf(variable, source);
  if (declaration === undefined || declaration.params.length === 0) return false;
  const calls = variable.references.map((reference) => callAt(reference, source));
  if (calls.length === 0 || calls.some((call) => call === undefined)) return false;
  if (isPeculiar(nodesIn(declaration))) return false;

  let isReduced = false;
  for (let index = declaration.params.length - 1; index >= 0; index--) {
    const id = declaration.params[index] as Identifier;
    const parameter = source.scopes.declared.get(id) as Variable;
    if (writesOf(parameter).length > 0) continue;
    const given = (calls as CallExpression[]).map((call) => call.arguments[index] ?? nothing(call));
    if (!given.every((argument) => isInert(argument, source))) continue;
    const common = parameter.references.length === 0 ? nothing(id) : commonArgument(given, source);
    if (common === undefined) continue;
    for (const { node } of parameter.references) {
      replaceIn(source.parent(node) as AnyNode, node, copyOf(common));
    }
    declaration.params.splice(index, 1);
    for (const call of calls as CallExpression[]) call.arguments.splice(index, 1);
    isReduced = true;
  }
  return isReduced;
}

/** @returns whether a parameter was taken away. */
export function reduceParameters(source: Source): boolean {
  return source.scopes.variables.filter((variable) => reduce(variable, source)).length > 0;
}
