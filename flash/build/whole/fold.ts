// Works out what stands between constants, and drops what is never run because of it: options and constants meet in the
// whole program only.

import type { AnyNode, IfStatement, Statement } from 'acorn';
import type { Source } from '../../check/source.ts';
import { isFunction } from '../../check/tree.ts';
import { nodesIn, variableOf } from './facts.ts';
import { listOf, replaceIn, replaceStatement } from './nodes.ts';

type Value = number | boolean;

const OPERATORS: Readonly<Record<string, (a: number, b: number) => Value>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '<<': (a, b) => a << b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
  '===': (a, b) => a === b,
  '!==': (a, b) => a !== b,
};

function numberOf(node: AnyNode): number | undefined {
  return node.type === 'Literal' && typeof node.value === 'number' ? node.value : undefined;
}

/** @returns the one value that `node` has, in a list; of a function one that no other node has; undefined when nothing is known. */
function constantOf(node: AnyNode, source: Source): [unknown] | undefined {
  if (node.type === 'FunctionExpression') return [node];
  if (node.type === 'Literal') return 'regex' in node || 'bigint' in node ? undefined : [node.value];
  const isUndefined = node.type === 'Identifier' && node.name === 'undefined';
  return isUndefined && variableOf(node, source) === undefined ? [undefined] : undefined;
}

function literal({ start, end, loc }: AnyNode, value: Value): AnyNode {
  return { type: 'Literal', value, raw: String(value), start, end, loc } as AnyNode;
}

/** @returns whether a value that a firmware leaves out is there; undefined when nothing is known. */
function compare(node: AnyNode, source: Source): AnyNode | undefined {
  if (node.type !== 'BinaryExpression' || !/^[!=]==$/.test(node.operator)) return undefined;
  const left = constantOf(node.left as AnyNode, source);
  const right = constantOf(node.right, source);
  if (left === undefined || right === undefined) return undefined;
  return literal(node, (left[0] === right[0]) === (node.operator === '==='));
}

/** @returns what stands in the place of `node`; undefined when nothing is known. */
function fold(node: AnyNode, source: Source): AnyNode | undefined {
  const compared = compare(node, source);
  if (compared !== undefined) return compared;
  if (node.type === 'ConditionalExpression' && node.test.type === 'Literal') {
    return node.test.value ? node.consequent : node.alternate;
  }
  if (node.type === 'LogicalExpression' && node.left.type === 'Literal') {
    if (typeof node.left.value !== 'boolean') return undefined;
    return (node.operator === '&&') === node.left.value ? node.right : node.left;
  }
  if (node.type !== 'BinaryExpression') return undefined;
  const [left, right] = [numberOf(node.left), numberOf(node.right)];
  const work = OPERATORS[node.operator];
  if (left === undefined || right === undefined || work === undefined) return undefined;
  const value = work(left, right);
  // Others would have to be written as more than one literal, or not exactly.
  if (typeof value === 'number' && !(Number.isSafeInteger(value) && value >= 0)) return undefined;
  return literal(node, value);
}

function isDeclaration({ type }: AnyNode): boolean {
  return type === 'FunctionDeclaration' || type === 'VariableDeclaration';
}

/** @returns whether code declares something for the function around it. */
function declares(code: AnyNode, source: Source): boolean {
  return [code, ...nodesIn(code)].some((node) => {
    if (node.type === 'FunctionDeclaration') return source.parent(node) === code;
    if (node.type !== 'VariableDeclaration') return false;
    for (let at = source.parent(node); at !== undefined; at = source.parent(at)) {
      if (isFunction(at)) return nodesIn(at).includes(code);
    }
    return true;
  });
}

/** Take the way that an `if` always takes. @returns whether it does. */
function choose(node: IfStatement, source: Source): boolean {
  if (node.test.type !== 'Literal' || typeof node.test.value !== 'boolean') return false;
  const [taken, dropped] = node.test.value
    ? [node.consequent, node.alternate]
    : [node.alternate, node.consequent];
  if (dropped && declares(dropped, source)) return false;
  if (taken?.type === 'ReturnStatement') dropBehind(node, source);
  replaceStatement(node, taken ? [taken] : [], source);
  return true;
}

/** Drop what is behind a statement that will always leave. */
function dropBehind(statement: AnyNode, source: Source): void {
  const list = listOf(statement, source);
  if (list === undefined) return;
  const from = list.indexOf(statement as Statement) + 1;
  if (!list.slice(from).some((behind) => isDeclaration(behind) || declares(behind, source))) {
    list.splice(from);
  }
}

/** @returns whether `outer` makes more of a member than of its value: calls it as a method, or deletes it. */
function isMeant(outer: AnyNode, node: AnyNode, value: AnyNode): boolean {
  if (value.type !== 'MemberExpression') return false;
  return (outer.type === 'CallExpression' && outer.callee === node) || outer.type === 'UnaryExpression';
}

/** @returns whether anything was worked out. */
export function foldConstants(source: Source): boolean {
  for (const node of source.byType.get('IfStatement') ?? []) {
    if (choose(node as IfStatement, source)) return true;
  }
  let isChanged = false;
  // Inner ones come first.
  for (const node of source.nodes) {
    const value = fold(node, source);
    const outer = source.parent(node) as AnyNode;
    if (value === undefined || isMeant(outer, node, value)) continue;
    isChanged = replaceIn(outer, node, value) || isChanged;
  }
  return isChanged;
}

/** Write numbers as decimals, which are shorter; but for an exponent, of which Espruino makes a double. */
export function writeDecimals({ byType }: Source): void {
  for (const node of byType.get('Literal') ?? []) {
    if (node.type !== 'Literal' || typeof node.value !== 'number') continue;
    const text = String(node.value);
    if (!text.includes('e')) node.raw = text;
  }
}
