// What Espruino wants of a bundle and JavaScript does not care about: numbers in the place of names, and functions above
// their first use.

import type { AnyNode, BlockStatement } from 'acorn';
import { findEarlyUses } from '../check/order.ts';
import type { Variable } from '../check/scope.ts';
import type { Source } from '../check/source.ts';
import { isFunction } from '../check/tree.ts';
import type { Code } from './compile.ts';
import { editCode, type Draft } from './edit.ts';

/** @returns whether a declarator stands in a function that is called at once: it runs once, and before all that uses it. */
function isAtTop(declarator: AnyNode, source: Source): boolean {
  let at: AnyNode | undefined = declarator;
  for (const type of ['VariableDeclarator', 'VariableDeclaration', 'BlockStatement', 'FunctionExpression']) {
    if (at?.type !== type) return false;
    at = source.parent(at);
  }
  return at?.type === 'CallExpression';
}

/** @returns the text of a number that `variable` always stands for, once it is defined; undefined if there is none. */
function numberOf(variable: Variable, source: Source): string | undefined {
  const writes = variable.references.filter(({ access }) => access === 'write' || access === 'update');
  const [write] = writes;
  if (variable.kind !== 'var' || writes.length > 1 || write?.value === undefined) return undefined;
  const { node, value } = write;
  if (!isAtTop(source.parent(node) as AnyNode, source)) return undefined;
  const isNegative = value.type === 'UnaryExpression' && value.operator === '-';
  const number = isNegative ? value.argument : value;
  if (number.type !== 'Literal' || typeof number.value !== 'number') return undefined;
  // Decimal is shorter, but for an exponent, of which Espruino makes a double.
  const text = String(number.value);
  return (isNegative ? '-' : '') + (text.includes('e') ? number.raw : text);
}

/** Put numbers in the place of names that stand for them: a look-up through two scopes costs Espruino more than the literal. */
function placeNumbers({ source, text }: Draft): void {
  for (const variable of source.scopes.variables) {
    const number = numberOf(variable, source);
    if (number === undefined) continue;
    for (const { access, node } of variable.references) {
      if (access === 'write') continue;
      const isPart = source.parent(node)?.type === 'MemberExpression';
      text.overwrite(node.start, node.end, isPart || number.startsWith('-') ? `(${number})` : number);
    }
  }
}

function bodyOf(node: AnyNode): readonly AnyNode[] {
  if (node.type === 'Program') return node.body;
  return isFunction(node) ? (node.body as BlockStatement).body : [];
}

/**
 * Put the functions of a body above all else in it, where one of them is used before its statement: Espruino knows a function
 * from its statement on. Elsewhere the order stays: names that stand first in a scope are found first.
 */
function raiseFunctions({ source, text }: Draft): void {
  const owners = new Set<AnyNode>();
  for (const { variable } of findEarlyUses(source)) {
    if (variable.kind === 'function') owners.add(variable.owner);
  }
  for (const owner of owners) {
    const body = bodyOf(owner);
    const [first] = body;
    for (const statement of body) {
      if (statement.type !== 'FunctionDeclaration' || statement === first) continue;
      text.move(statement.start, statement.end, (first as AnyNode).start);
    }
  }
}

/** Put numbers and functions where Espruino wants them. */
export function arrangeCode(code: Code): Code {
  return editCode(editCode(code, placeNumbers), raiseFunctions);
}
