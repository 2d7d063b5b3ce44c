// Works out what stands between numbers: options and constants meet in the whole program only.

import type { AnyNode } from 'acorn';
import type { Source } from '../../check/source.ts';
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

/** @returns what stands in the place of `node`; undefined when nothing is known. */
function fold(node: AnyNode): AnyNode | undefined {
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
  const { start, end, loc } = node;
  return { type: 'Literal', value, raw: String(value), start, end, loc } as AnyNode;
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
    const value = fold(node);
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
