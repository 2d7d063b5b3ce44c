// Rules about what is repeated and grouped in a regular expression. The engine has a small matcher of its own: single
// characters and classes, * and + behind them, plain groups one after another.

import type { Regex } from '../regex.ts';
import type { Rule } from '../rule.ts';
import { isNullable, matchesByte, overlapsNext } from '../charset.ts';
import { parts, regexRule } from './regex-rule.ts';

export const repeatRules: readonly Rule[] = [
  regexRule(
    {
      id: 'regex-lookaround',
      title: 'lookahead or lookbehind',
      reason: 'Espruino takes its characters for text',
      fix: 'match more, and look at the groups',
      pair: {
        bad: 'ok(/a(?=b)/.test("ab"), true);',
        good: 'ok(/ab/.test("ab"), true);',
        outcome: 'gives false, not true',
      },
    },
    (part) => part.type === 'Assertion' && (part.kind === 'lookahead' || part.kind === 'lookbehind'),
  ),
  regexRule(
    {
      id: 'regex-word-boundary',
      title: 'word boundary',
      reason: 'Espruino takes \\b for a backspace and \\B for a letter',
      fix: 'match the characters around the word',
      pair: {
        bad: 'ok(/\\bb/.test("a b"), true);',
        good: 'ok(/ b/.test("a b"), true);',
        outcome: 'gives false, not true',
      },
    },
    (part) => part.type === 'Assertion' && part.kind === 'word',
  ),
  regexRule(
    {
      id: 'regex-lazy',
      title: 'lazy quantifier',
      reason: 'Espruino takes the ? for a character',
      fix: 'exclude the character that ends the match: [^,]*',
      pair: {
        bad: 'ok(/a+?/.exec("aa")[0], "a");',
        good: 'ok(/a/.exec("aa")[0], "a");',
        outcome: 'throws Error: Field or method "0" does not already exist, and can\'t create it on null',
      },
    },
    (part) => part.type === 'Quantifier' && !part.greedy,
  ),
  regexRule(
    {
      id: 'regex-optional',
      title: '? quantifier',
      reason: 'Espruino takes it for a character',
      fix: 'use *, or two patterns',
      pair: {
        bad: 'ok(/ab?c/.test("ac"), true);',
        good: 'ok(/ab*c/.test("ac"), true);',
        outcome: 'gives false, not true',
      },
    },
    (part) => part.type === 'Quantifier' && part.greedy && part.raw.endsWith('?'),
  ),
  regexRule(
    {
      id: 'regex-count',
      title: 'counted quantifier',
      reason: 'Espruino takes the braces for text',
      fix: 'write the element as often as wanted',
      pair: {
        bad: 'ok(/a{2}/.test("aa"), true);',
        good: 'ok(/aa/.test("aa"), true);',
        outcome: 'gives false, not true',
      },
    },
    (part) => part.type === 'Quantifier' && part.greedy && part.raw.endsWith('}'),
  ),
  regexRule(
    {
      id: 'regex-plus-end',
      title: '+ behind ., a negated class, \\D, \\S or \\W',
      reason: 'at the end of the text Espruino lets it match nothing',
      fix: 'write the element once, and again with *: [^,][^,]*',
      pair: {
        bad: 'ok(/^[^,]+$/.test(""), false);',
        good: 'ok(/^[^,][^,]*$/.test(""), false);',
        outcome: 'gives true, not false',
      },
    },
    (part) => part.type === 'Quantifier' && part.raw.endsWith('+') && matchesByte(part.element, 0),
  ),
  regexRule(
    {
      id: 'regex-plus-overlap',
      title: '+ before something that can match the same character',
      reason: 'Espruino lets it match nothing if the rest matches then',
      fix: 'write the element once more in front, and use *',
      pair: {
        bad: 'ok(/a+a/.test("a"), false);',
        good: 'ok(/aa*a/.test("a"), false);',
        outcome: 'gives true, not false',
      },
    },
    (part, { flags }) =>
      part.type === 'Quantifier' && part.raw.endsWith('+') && overlapsNext(part, flags.includes('i')),
  ),
  regexRule(
    {
      id: 'regex-end',
      title: '$ behind what can match nothing',
      reason: 'Espruino does not look for a match behind the last character',
      fix: 'test the last character, or use + and allow for no match',
      severity: 'warning',
      pair: {
        bad: 'ok(/ *$/.test("a"), true);',
        good: 'ok(/ +$/.test("a"), false);',
        outcome: 'gives false, not true',
      },
    },
    (part) =>
      part.type === 'Alternative' &&
      part.parent.type === 'Pattern' &&
      part.elements.length > 1 &&
      part.elements.every(
        (element) => isNullable(element) && !(element.type === 'Assertion' && element.kind === 'start'),
      ) &&
      part.elements.some((element) => element.type === 'Assertion' && element.kind === 'end'),
  ),
  regexRule(
    {
      id: 'regex-group-kind',
      title: 'group that begins with (?',
      reason: 'Espruino takes ?: and ?<name> for text',
      fix: 'use a plain group, and count it',
      pair: {
        bad: 'ok(/(?:a)b/.test("ab"), true);',
        good: 'ok(/(a)b/.test("ab"), true);',
        outcome: 'gives false, not true',
      },
    },
    (part) => part.type === 'Group' || (part.type === 'CapturingGroup' && part.name !== null),
  ),
  regexRule(
    {
      id: 'regex-group-repeat',
      title: 'quantifier behind a group',
      reason: 'Espruino takes it for a character',
      fix: 'repeat single characters or classes only',
      pair: {
        bad: 'ok(/(ab)+/.test("ab"), true);',
        good: 'ok(/(ab)/.test("ab"), true);',
        outcome: 'gives false, not true',
      },
    },
    (part) => part.type === 'Quantifier' && part.element.type === 'CapturingGroup' && /[*+]$/.test(part.raw),
  ),
  regexRule(
    {
      id: 'regex-group-nested',
      title: 'group in a group',
      reason: 'Espruino ends the wrong group',
      fix: 'keep one level of groups',
      pair: {
        bad: 'ok(/(a(b))/.exec("ab")[1], "ab");',
        good: 'ok(/(ab)/.exec("ab")[1], "ab");',
        outcome: 'gives "", not "ab"',
      },
    },
    (part) =>
      part.type === 'CapturingGroup' &&
      part.parent.parent.type !== 'Pattern' &&
      part.parent.type !== 'Quantifier',
  ),
  regexRule(
    {
      id: 'regex-group-count',
      title: 'more than nine groups',
      reason: 'Espruino keeps nine',
      fix: 'group only what is read',
      pair: {
        bad: 'ok(/(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)/.exec("abcdefghij").length, 11);',
        good: 'ok(/(a)(b)(c)(d)(e)(f)(g)(h)(i)j/.exec("abcdefghij").length, 10);',
        outcome: 'gives 10, not 11',
      },
    },
    (part) =>
      part.type === 'Pattern' &&
      parts({ pattern: part } as Regex, ({ type }) => type === 'CapturingGroup').length > 9,
  ),
];
