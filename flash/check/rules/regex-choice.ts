// Rules about choices, classes, escapes and flags of a regular expression. The engine looks for | by searching the text of
// the pattern, whatever stands around it.

import type { AST } from '@eslint-community/regexpp';
import type { Rule } from '../rule.ts';
import { hasGroup, regexRule } from './regex-rule.ts';

/** The elements of every alternative but the last. */
function earlier(pattern: AST.Pattern): readonly AST.Element[] {
  return pattern.alternatives.slice(0, -1).flatMap(({ elements }) => elements);
}

export const choiceRules: readonly Rule[] = [
  regexRule(
    {
      id: 'regex-choice-group',
      title: '| together with groups',
      reason:
        'Espruino ends the match at | inside of a group, and counts the groups of the first choice for the second',
      fix: 'use one pattern for each choice',
      pair: {
        bad: 'ok(/(a|b)c/.exec("ac")[0], "ac");',
        good: 'ok(/ac|bc/.exec("ac")[0], "ac");',
        outcome: 'gives "a", not "ac"',
      },
    },
    (part) => {
      if (part.type === 'Pattern') return part.alternatives.length > 1 && hasGroup(part);
      return part.type === 'CapturingGroup' && part.alternatives.length > 1;
    },
  ),
  regexRule(
    {
      id: 'regex-choice-start',
      title: '^ before |',
      reason: 'where ^ does not hold, Espruino does not try what is behind the |',
      fix: 'put the choice with ^ last',
      pair: {
        bad: 'ok(/^a|b/.test("cb"), true);',
        good: 'ok(/b|^a/.test("cb"), true);',
        outcome: 'gives false, not true',
      },
    },
    (part) =>
      part.type === 'Pattern' &&
      earlier(part).some((element) => element.type === 'Assertion' && element.kind === 'start'),
  ),
  regexRule(
    {
      id: 'regex-choice-repeat',
      title: '* or + with more behind it, before |',
      reason: 'Espruino may take a later choice though the first one matches',
      fix: 'use one pattern for each choice',
      pair: {
        bad: 'ok(/a[b-z]*c|ab/.exec("abcab")[0], "abc");',
        good: 'ok(/a[b-z]*c/.exec("abcab")[0], "abc");',
        outcome: 'gives "ab", not "abc"',
      },
    },
    (part) =>
      part.type === 'Pattern' &&
      part.alternatives
        .slice(0, -1)
        .some(({ elements }) => elements.slice(0, -1).some(({ type }) => type === 'Quantifier')),
  ),
  regexRule(
    {
      id: 'regex-class-bar',
      title: '| in a character class',
      reason: 'where the match fails before it, Espruino takes it for a choice',
      fix: 'write it as \\x7C',
      pair: {
        bad: 'ok(/x[a|b]/.test("b]"), false);',
        good: 'ok(/x[a\\x7Cb]/.test("b]"), false);',
        outcome: 'gives true, not false',
      },
    },
    (part) => part.type === 'Character' && part.raw === '|' && part.parent.type === 'CharacterClass',
  ),
  regexRule(
    {
      id: 'regex-class-bracket',
      title: '[ in a character class',
      reason: 'Espruino takes it for the beginning of another class',
      fix: 'write it as \\x5B',
      pair: {
        bad: 'ok(/[[]/.test("["), true);',
        good: 'ok(/[\\x5B]/.test("["), true);',
        outcome: 'throws Error: Unfinished character set in RegEx',
      },
    },
    (part) => part.type === 'Character' && part.raw === '[' && part.parent.type === 'CharacterClass',
  ),
  regexRule(
    {
      id: 'regex-class-slash',
      title: '/ in a character class',
      reason: 'Espruino takes it for the end of the regular expression',
      fix: 'write it as \\/',
      pair: {
        bad: 'ok(/[/]/.test("/"), true);',
        good: 'ok(/[\\/]/.test("/"), true);',
        outcome: "throws SyntaxError: Got ']' expected ','",
      },
    },
    (part, { node }) =>
      node.type === 'Literal' &&
      part.type === 'Character' &&
      part.raw === '/' &&
      part.parent.type === 'CharacterClass',
  ),
  regexRule(
    {
      id: 'regex-range',
      title: 'range of one character, or across \\x80',
      reason: 'Espruino never matches it: its characters are signed',
      fix: 'write two ranges: [\\x20-\\x7F\\x80-\\xFF]',
      pair: {
        bad: 'ok(/[ -\\xFF]/.test("a"), true);',
        good: 'ok(/[ -\\x7F\\x80-\\xFF]/.test("a"), true);',
        outcome: 'gives false, not true',
      },
    },
    (part) =>
      part.type === 'CharacterClassRange' &&
      (part.min.value === part.max.value || (part.min.value < 0x80 && part.max.value >= 0x80)),
  ),
  regexRule(
    {
      id: 'regex-backreference',
      title: 'back reference',
      reason: 'Espruino throws',
      fix: 'compare the groups afterwards',
      pair: {
        bad: 'ok(/(a)\\1/.test("aa"), true);',
        good: 'var m = /(a)(a)/.exec("aa");\nok(m[1] === m[2], true);',
        outcome: 'throws Error: Backreferences not supported',
      },
    },
    (part) => part.type === 'Backreference',
  ),
  regexRule(
    {
      id: 'regex-escape',
      title: 'escape that Espruino does not know',
      reason: 'it takes \\u, \\c and \\p for letters',
      fix: 'use \\xNN',
      pair: {
        bad: 'ok(/\\u0041/.test("A"), true);',
        good: 'ok(/\\x41/.test("A"), true);',
        outcome: 'gives false, not true',
      },
    },
    (part) =>
      (part.type === 'Character' && /^\\(?:[uc]|x$)/.test(part.raw)) ||
      (part.type === 'CharacterSet' && part.kind === 'property'),
  ),
  regexRule(
    {
      id: 'regex-flag',
      title: 'flag other than g and i',
      reason: 'Espruino ignores it, or cannot parse it',
      fix: 'leave it out; look at one line or one place at a time',
      pair: {
        bad: 'ok(/^b/m.test("a\\nb"), true);',
        good: 'ok(/\\nb/.test("a\\nb"), true);',
        outcome: 'gives false, not true',
      },
    },
    (part, { flags }) => part.type === 'Pattern' && /[^gi]/.test(flags),
  ),
  regexRule(
    {
      id: 'regex-dot',
      title: '. in a regular expression',
      reason: 'it matches line ends too in Espruino',
      fix: 'write [^\\n], if the text can have several lines',
      severity: 'warning',
      pair: {
        bad: 'ok(/.*/.exec("a\\nb")[0], "a");',
        good: 'ok(/[^\\n]*/.exec("a\\nb")[0], "a");',
        outcome: 'gives "a\\nb", not "a"',
      },
    },
    (part) => part.type === 'CharacterSet' && part.kind === 'any',
  ),
];
