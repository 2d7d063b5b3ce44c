// Works out what stands between numbers, and what is left out: options and constants meet in the whole program only.

import type { AnyNode, BinaryExpression } from 'acorn';
import type { Source } from '../../check/source.ts';
import { variableOf } from './facts.ts';
import { replaceIn } from './nodes.ts';

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

/** @returns whether `node` is the engine's `undefined`. */
function isNothing(node: AnyNode, source: Source): boolean {
  return node.type === 'Identifier' && node.name === 'undefined' && variableOf(node, source) === undefined;
}

/** @returns whether `a` and `b` are the same, where one is left out and the other is that too, or written down; else undefined. */
function areSame(a: AnyNode, b: AnyNode, source: Source): boolean | undefined {
  const isSomething = ({ type }: AnyNode) => type === 'Literal' || type === 'FunctionExpression';
  if (isNothing(a, source)) return isNothing(b, source) ? true : isSomething(b) ? false : undefined;
  return isNothing(b, source) && isSomething(a) ? false : undefined;
}

function literal({ start, end, loc }: AnyNode, value: Value): AnyNode {
  return { type: 'Literal', value, raw: String(value), start, end, loc } as AnyNode;
}

/** @returns what stands in the place of `node`; undefined when nothing is known. */
function fold(node: AnyNode, source: Source): AnyNode | undefined {
  if (node.type === 'ConditionalExpression' && node.test.type === 'Literal') {
    return node.test.value ? node.consequent : node.alternate;
  }
  if (node.type === 'LogicalExpression' && node.left.type === 'Literal') {
    if (typeof node.left.value !== 'boolean') return undefined;
    return (node.operator === '&&') === node.left.value ? node.right : node.left;
  }
  return node.type === 'BinaryExpression' ? foldBinary(node, source) : undefined;
}

function foldBinary(node: BinaryExpression, source: Source): AnyNode | undefined {
  if (node.operator === '===' || node.operator === '!==') {
    const same = areSame(node.left as AnyNode, node.right, source);
    if (same !== undefined) return literal(node, same === (node.operator === '==='));
  }
  const [left, right] = [numberOf(node.left), numberOf(node.right)];
  const work = OPERATORS[node.operator];
  if (left === undefined || right === undefined || work === undefined) return undefined;
  const value = work(left, right);
  // Others would have to be written as more than one literal, or not exactly.
  if (typeof value === 'number' && !(Number.isSafeInteger(value) && value >= 0)) return undefined;
  return literal(node, value);
}

/** @returns whether `outer` makes more of a member than of its value: calls it as a method, or deletes it. */
function isMeant(outer: AnyNode, node: AnyNode, value: AnyNode): boolean {
  if (value.type !== 'MemberExpression') return false;
  return (outer.type === 'CallExpression' && outer.callee === node) || outer.type === 'UnaryExpression';
}

/** @returns whether anything was worked out. */
export function foldNumbers(source: Source): boolean {
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
