// Rules about what came after ES5 and Espruino cannot even parse.

import type { AnyNode } from 'acorn';
import type { Report, Rule, Visitors } from '../rule.ts';
import type { Source } from '../source.ts';
import { isFunction } from '../tree.ts';

type Words = Pick<Rule, 'id' | 'title' | 'reason' | 'fix' | 'pair'>;

/** An error for every engine: a bundle is ES5. */
export function modern(words: Words, visit: Visitors): Rule {
  return { ...words, severity: 'error', profile: 'both', visit };
}

/** Visit functions of every kind. */
function functions(test: (node: AnyNode & { async: boolean; generator: boolean }) => boolean): Visitors {
  const visit = (node: AnyNode, report: Report): void => {
    if (isFunction(node) && test(node)) report(node);
  };
  return { FunctionDeclaration: visit, FunctionExpression: visit, ArrowFunctionExpression: visit };
}

const OUTER_PATTERN = (node: AnyNode, report: Report, source: Source): void => {
  const at = source.parent(node)?.type ?? '';
  if (!/Pattern$|^RestElement$/.test(at)) report(node);
};

const COMPUTED = (node: AnyNode, report: Report): void => {
  if ('computed' in node && node.computed) report(node);
};

export const modernRules: readonly Rule[] = [
  modern(
    {
      id: 'exponent',
      title: '** operator',
      reason: 'Espruino cannot parse it',
      fix: 'use Math.pow',
      pair: {
        bad: 'ok(2 ** 3, 8);',
        good: 'ok(Math.pow(2, 3), 8);',
        outcome: "throws SyntaxError: Got '*' expected EOF",
      },
    },
    {
      BinaryExpression: (node, report) => void (node.operator === '**' && report(node)),
      AssignmentExpression: (node, report) => void (node.operator === '**=' && report(node)),
    },
  ),
  modern(
    {
      id: 'default-parameter',
      title: 'default of a parameter',
      reason: 'Espruino cannot parse it',
      fix: 'test the parameter for undefined',
      pair: {
        bad: 'function f(a = 1) { return a; }\nok(f(), 1);',
        good: 'function f(a) { return a === undefined ? 1 : a; }\nok(f(), 1);',
        outcome: "throws SyntaxError: Got '=' expected ','",
      },
    },
    {
      AssignmentPattern(node, report, source) {
        const at = source.parent(node);
        if (at !== undefined && isFunction(at)) report(node);
      },
    },
  ),
  modern(
    {
      id: 'rest-parameter',
      title: 'rest parameter',
      reason: 'Espruino cannot parse it',
      fix: 'use arguments, or pass an array',
      pair: {
        bad: 'function f(...all) { return all.length; }\nok(f(1, 2), 2);',
        good: 'function f() { return arguments.length; }\nok(f(1, 2), 2);',
        outcome: "throws SyntaxError: Got '.' expected ID",
      },
    },
    {
      RestElement(node, report, source) {
        const at = source.parent(node);
        if (at !== undefined && isFunction(at)) report(node);
      },
    },
  ),
  modern(
    {
      id: 'spread',
      title: 'spread',
      reason: 'Espruino cannot parse it',
      fix: 'use concat, apply or Object.assign',
      pair: {
        bad: 'ok([...[1, 2]].length, 2);',
        good: 'ok([].concat([1, 2]).length, 2);',
        outcome: "throws SyntaxError: Got '.' expected EOF",
      },
    },
    { SpreadElement: (node, report) => report(node) },
  ),
  modern(
    {
      id: 'destructuring',
      title: 'destructuring',
      reason: 'Espruino cannot parse it',
      fix: 'read each field by its name',
      pair: {
        bad: 'var { a } = { a: 1 };\nok(a, 1);',
        good: 'var o = { a: 1 };\nvar a = o.a;\nok(a, 1);',
        outcome: 'throws ReferenceError: "a" is not defined',
      },
    },
    { ObjectPattern: OUTER_PATTERN, ArrayPattern: OUTER_PATTERN },
  ),
  modern(
    {
      id: 'computed-key',
      title: 'computed key',
      reason: 'Espruino cannot parse it',
      fix: 'assign the property after the object is made',
      pair: {
        bad: 'var k = "a";\nok({ [k]: 1 }.a, 1);',
        good: 'var k = "a";\nvar o = {};\no[k] = 1;\nok(o.a, 1);',
        outcome: "throws SyntaxError: Got '[' expected ID",
      },
    },
    { Property: COMPUTED, MethodDefinition: COMPUTED, PropertyDefinition: COMPUTED },
  ),
  modern(
    {
      id: 'optional-chain',
      title: 'optional chaining',
      reason: 'Espruino cannot parse it',
      fix: 'test with &&',
      pair: {
        bad: 'var o = { a: 1 };\nok(o?.a, 1);',
        good: 'var o = { a: 1 };\nok(o && o.a, 1);',
        outcome: "throws SyntaxError: Got '.' expected EOF",
      },
    },
    { ChainExpression: (node, report) => report(node) },
  ),
  modern(
    {
      id: 'logical-assignment',
      title: '||=, &&= or ??=',
      reason: 'Espruino cannot parse it',
      fix: 'write the condition and the assignment out',
      pair: {
        bad: 'var a = 0;\na ||= 3;\nok(a, 3);',
        good: 'var a = 0;\na = a || 3;\nok(a, 3);',
        outcome: "throws SyntaxError: Got '=' expected EOF",
      },
    },
    {
      AssignmentExpression(node, report) {
        if (['||=', '&&=', '??='].includes(node.operator)) report(node);
      },
    },
  ),
  modern(
    {
      id: 'tagged-template',
      title: 'tagged template',
      reason: 'Espruino cannot parse it',
      fix: 'call the function with its parts',
      pair: {
        bad: 'function tag(parts) { return parts[0]; }\nok(tag`a`, "a");',
        good: 'function tag(parts) { return parts[0]; }\nok(tag(["a"]), "a");',
        outcome: "throws SyntaxError: Got String:'a' expected ','",
      },
    },
    { TaggedTemplateExpression: (node, report) => report(node) },
  ),
  modern(
    {
      id: 'async',
      title: 'async function',
      reason: 'Espruino takes async for a variable',
      fix: 'use callbacks, or the timer port',
      pair: {
        bad: 'async function f() { return 1; }\nok(typeof f, "function");',
        good: 'function f(then) { then(1); }\nok(typeof f, "function");',
        outcome: 'throws ReferenceError: "async" is not defined',
      },
    },
    functions((node) => node.async),
  ),
  modern(
    {
      id: 'generator',
      title: 'generator',
      reason: 'Espruino cannot parse it',
      fix: 'keep the state in variables of a function that returns the next value',
      pair: {
        bad: 'function* f() { yield 1; }\nok(f().next().value, 1);',
        good: 'function f() { return { next: function () { return 1; } }; }\nok(f().next(), 1);',
        outcome: "throws SyntaxError: Got '*' expected ID",
      },
    },
    functions((node) => node.generator && !node.async),
  ),
  modern(
    {
      id: 'bigint',
      title: 'BigInt literal',
      reason: 'Espruino cannot parse it',
      fix: 'use two integers',
      pair: {
        bad: 'ok(typeof 10n, "bigint");',
        good: 'ok(typeof 10, "number");',
        outcome: "throws SyntaxError: Got ID:n expected ','",
      },
    },
    { Literal: (node, report) => void (node.bigint && report(node)) },
  ),
];
