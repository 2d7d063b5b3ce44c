// Rules for functions that run for every reading or packet: what takes memory from JerryScript's heap each time.

import type { AnyNode } from 'acorn';
import type { Report, Rule, Visitors } from '../rule.ts';
import type { Source } from '../source.ts';
import { constant, globalPath, kindOf, propertyName } from '../values.ts';

/** Integers beyond are heap objects: 28 bits, signed. */
const LARGEST = 0x7ffffff;
const SMALLEST = -0x8000000;

type Words = Pick<Rule, 'id' | 'title' | 'reason' | 'fix' | 'pair'>;

function hotRule(words: Words, visit: Visitors): Rule {
  const guarded = Object.entries(visit).map(([type, visitor]) => [
    type,
    (node: AnyNode, report: Report, source: Source): void => {
      if (source.hot.has(source.owner(node))) (visitor as (...all: unknown[]) => void)(node, report, source);
    },
  ]);
  return {
    ...words,
    severity: 'warning',
    profile: 'jerryscript',
    visit: Object.fromEntries(guarded) as Visitors,
  };
}

const each = (node: AnyNode, report: Report): void => report(node);

/** Visit the outermost constant expressions whose value satisfies `test`. */
function constants(test: (value: number) => boolean): Visitors {
  const visit = (node: AnyNode, report: Report, source: Source): void => {
    const value = constant(node);
    const at = source.parent(node);
    const isOutermost = at === undefined || constant(at) === undefined;
    const isKey = at?.type === 'Property' && at.key === node;
    if (value !== undefined && isOutermost && !isKey && test(value)) {
      report(node, { message: `the number ${value}` });
    }
  };
  return { Literal: visit, UnaryExpression: visit, BinaryExpression: visit };
}

const CUTS = new Set(
  'charAt concat fromCharCode replace slice split substr substring toLowerCase toUpperCase trim'.split(' '),
);

export const hotRules: readonly Rule[] = [
  hotRule(
    {
      id: 'hot-large-number',
      title: 'integer of more than 28 bits',
      reason: 'JerryScript makes an object of each number beyond ±2^27, each time it is loaded or passed on',
      fix: 'use two smaller integers, or wrap below 2^27',
      pair: {
        bad: 'function hot(n) { return n === 0x80000000 ? 1 : 0; }\nok(hot(5), 0);',
        good: 'function hot(n) { return n === 0x7FFFFFF ? 1 : 0; }\nok(hot(5), 0);',
        outcome: '100 allocations in 100 calls',
      },
    },
    constants((value) => Number.isInteger(value) && (value > LARGEST || value < SMALLEST)),
  ),
  hotRule(
    {
      id: 'hot-fraction',
      title: 'number that is no integer',
      reason: 'JerryScript makes an object of each fraction, -0, NaN and Infinity, each time',
      fix: 'scale to integers',
      pair: {
        bad: 'function hot(n) { return n > 0.5 ? 1 : 0; }\nok(hot(5), 1);',
        good: 'function hot(n) { return 2 * n > 1 ? 1 : 0; }\nok(hot(5), 1);',
        outcome: '100 allocations in 100 calls',
      },
    },
    constants((value) => !Number.isInteger(value) || Object.is(value, -0)),
  ),
  hotRule(
    {
      id: 'hot-closure',
      title: 'function made in a function',
      reason:
        'a function is an object, made each time its place is reached, and so is what it keeps of the one around it',
      fix: 'make it once, in a function named create, prepare, start, open or build',
      pair: {
        bad: 'function hot(n) { var one = function () { return 1; }; return one(); }\nok(hot(5), 1);',
        good: 'function one() { return 1; }\nfunction hot(n) { return one(); }\nok(hot(5), 1);',
        outcome: '100 allocations in 100 calls',
      },
    },
    { FunctionDeclaration: each, FunctionExpression: each, ArrowFunctionExpression: each },
  ),
  hotRule(
    {
      id: 'hot-arguments',
      title: 'arguments',
      reason: 'an object is made of the parameters at each call',
      fix: 'name the parameters',
      pair: {
        bad: 'function hot() { return arguments[0]; }\nok(hot(5), 5);',
        good: 'function hot(n) { return n; }\nok(hot(5), 5);',
        outcome: '200 allocations in 100 calls',
      },
    },
    {
      Identifier: (node, report, source) => void (globalPath(node, source) === 'arguments' && report(node)),
    },
  ),
  hotRule(
    {
      id: 'hot-cut',
      title: 'cut or copy of a string or array',
      reason: 'each piece is a new object',
      fix: 'compare with charCodeAt, and keep ready-made strings',
      pair: {
        bad: 'var s = "the quick brown fox";\nfunction hot(n) { return s.substr(n, 4) === "uick" ? 1 : 0; }\nok(hot(5), 1);',
        good: 'var s = "the quick brown fox";\nfunction hot(n) { return s.charCodeAt(n) === 117 ? 1 : 0; }\nok(hot(5), 1);',
        outcome: '100 allocations in 100 calls',
      },
    },
    {
      CallExpression(node, report) {
        const name = propertyName(node.callee) ?? '';
        if (CUTS.has(name)) report(node, { message: `${name} makes a new object` });
      },
      MemberExpression(node, report, source) {
        const isIndex = node.computed && kindOf(node.property as AnyNode, source) !== 'string';
        if (isIndex && kindOf(node.object, source) === 'string') {
          report(node, { message: 'a character is a new string' });
        }
      },
    },
  ),
  hotRule(
    {
      id: 'hot-literal',
      title: 'object, array or regular expression',
      reason: 'it is made each time its place is reached',
      fix: 'make it once, and fill it again',
      pair: {
        bad: 'function hot(n) { var o = { n: n }; return o.n; }\nok(hot(5), 5);',
        good: 'var o = { n: 0 };\nfunction hot(n) { o.n = n; return o.n; }\nok(hot(5), 5);',
        outcome: '200 allocations in 100 calls',
      },
    },
    {
      ObjectExpression: each,
      ArrayExpression: each,
      Literal: (node, report) => void (node.regex && report(node)),
    },
  ),
  hotRule(
    {
      id: 'hot-new',
      title: 'new',
      reason: 'an object is made each time',
      fix: 'make it once, and fill it again',
      pair: {
        bad: 'function hot(n) { return new Uint8Array(8).length + n; }\nok(hot(5), 13);',
        good: 'var a = new Uint8Array(8);\nfunction hot(n) { return a.length + n; }\nok(hot(5), 13);',
        outcome: '200 allocations in 100 calls',
      },
    },
    { NewExpression: each },
  ),
  hotRule(
    {
      id: 'hot-for-in',
      title: 'for-in',
      reason: 'a list of the names is made each time',
      fix: 'keep an array, and go through its indexes',
      pair: {
        bad: 'var o = { a: 1 };\nfunction hot(n) { for (var k in o) { n += o[k]; } return n; }\nok(hot(5), 6);',
        good: 'var a = [1];\nfunction hot(n) { for (var i = 0; i < a.length; i++) { n += a[i]; } return n; }\nok(hot(5), 6);',
        outcome: '1100 allocations in 100 calls',
      },
    },
    { ForInStatement: each },
  ),
  hotRule(
    {
      id: 'hot-json',
      title: 'JSON',
      reason: 'it makes a string or an object tree each time',
      fix: 'write the fields one by one',
      pair: {
        bad: 'var o = { a: 1 };\nfunction hot(n) { return JSON.stringify(o).length + n; }\nok(hot(5), 12);',
        good: 'var s = "{\\"a\\":1}";\nfunction hot(n) { return s.length + n; }\nok(hot(5), 12);',
        outcome: '2000 allocations in 100 calls',
      },
    },
    {
      CallExpression(node, report, source) {
        if (/^JSON\./.test(globalPath(node.callee, source) ?? '')) report(node);
      },
    },
  ),
  hotRule(
    {
      id: 'hot-bind',
      title: 'bind or apply',
      reason: 'bind makes a function, apply a list of the parameters',
      fix: 'call it by name, or with call',
      pair: {
        bad: 'var all = [5];\nfunction same(n) { return n; }\nfunction hot(n) { return same.apply(null, all); }\nok(hot(5), 5);',
        good: 'function same(n) { return n; }\nfunction hot(n) { return same.call(null, n); }\nok(hot(5), 5);',
        outcome: '100 allocations in 100 calls',
      },
    },
    {
      CallExpression(node, report) {
        const name = propertyName(node.callee);
        if (name === 'bind' || name === 'apply') report(node);
      },
    },
  ),
];
