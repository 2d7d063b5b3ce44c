// Rules about where a regular expression stands and what it is given to.

import type { AnyNode } from 'acorn';
import { isNullable } from '../charset.ts';
import { regexesIn } from '../regex.ts';
import type { Rule } from '../rule.ts';
import { propertyName } from '../values.ts';
import { hasGroup } from './regex-rule.ts';

/** @returns the last character of code before `at`. */
function before(code: string, at: number): string {
  return code.slice(0, at).trimEnd().at(-1) ?? '';
}

export const regexUseRules: readonly Rule[] = [
  {
    id: 'regex-after-parenthesis',
    title: 'regular expression behind )',
    reason: 'Espruino takes the / for a division',
    fix: 'put the statement in braces, or the expression in a variable',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'var seen = 0;\nif (true) /a/.test("a") && seen++;\nok(seen, 1);',
      good: 'var seen = 0;\nif (true) { /a/.test("a") && seen++; }\nok(seen, 1);',
      outcome: "throws SyntaxError: Got '/' expected EOF",
    },
    visit: {
      Literal(node, report, { code }) {
        if (node.regex && before(code, node.start) === ')') report(node);
      },
    },
  },
  {
    id: 'split-nothing',
    title: 'split at a regular expression that matches nothing',
    reason: 'Espruino never returns',
    fix: 'use + instead of *',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'ok("a b".split(/ */).length, 2);',
      good: 'ok("a b".split(/ +/).length, 2);',
      outcome: 'runs out of memory',
    },
    visit: {
      CallExpression(node, report, source) {
        const [separator] = node.arguments;
        if (propertyName(node.callee) !== 'split' || separator === undefined) return;
        const regex = regexesIn(source).find((candidate) => candidate.node === separator);
        if (regex?.pattern.alternatives.some(({ elements }) => elements.every(isNullable))) {
          report(separator as AnyNode);
        }
      },
    },
  },
  {
    id: 'match-nothing',
    title: 'match of a regular expression with g',
    reason: 'where nothing matches, Espruino gives an empty array instead of null',
    fix: 'test for a match with test first, or allow for both',
    severity: 'warning',
    profile: 'espruino',
    pair: {
      bad: 'ok("abc".match(/x/g), null);',
      good: 'ok(/x/.test("abc"), false);',
      outcome: 'gives , not null',
    },
    visit: {
      CallExpression(node, report, source) {
        const [pattern] = node.arguments;
        if (propertyName(node.callee) !== 'match' || pattern === undefined) return;
        const regex = regexesIn(source).find((candidate) => candidate.node === pattern);
        if (regex?.flags.includes('g')) report(node);
      },
    },
  },
  {
    id: 'split-group',
    title: 'split at a regular expression with a group',
    reason: 'Espruino leaves the text of the group out',
    fix: 'use exec or match in a loop',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'ok("a1b".split(/([0-9])/).length, 3);',
      good: 'ok("a1b".split(/[0-9]/).length, 2);',
      outcome: 'gives 2, not 3',
    },
    visit: {
      CallExpression(node, report, source) {
        const [separator] = node.arguments;
        if (propertyName(node.callee) !== 'split' || separator === undefined) return;
        const regex = regexesIn(source).find((candidate) => candidate.node === separator);
        if (regex && hasGroup(regex.pattern)) report(separator as AnyNode);
      },
    },
  },
];
