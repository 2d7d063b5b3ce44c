// Rules about regular expressions. The engine has a small matcher of its own: single characters, classes, * and +, plain
// groups one after another, and | between whole patterns.

import type { AST } from '@eslint-community/regexpp';
import { visitRegExpAST } from '@eslint-community/regexpp';
import type { AnyNode } from 'acorn';
import { isNullable, matchesByte, overlapsNext } from '../charset.ts';
import type { Regex } from '../regex.ts';
import { regexesIn } from '../regex.ts';
import type { Pair, Report, Rule, Severity } from '../rule.ts';
import type { Source } from '../source.ts';
import { propertyName } from '../values.ts';

/** @returns whether the rule holds for a part of a pattern. */
type Test = (part: AST.Node, regex: Regex) => boolean;

interface Words {
  readonly id: string;
  readonly title: string;
  readonly reason: string;
  readonly fix: string;
  readonly pair: Pair;
  readonly severity?: Severity;
}

/** @returns the parts of a pattern that satisfy a test. */
function parts(regex: Regex, test: Test): AST.Node[] {
  const found: AST.Node[] = [];
  const enter = (part: AST.Node): void => void (test(part, regex) && found.push(part));
  visitRegExpAST(regex.pattern, {
    onAlternativeEnter: enter,
    onAssertionEnter: enter,
    onBackreferenceEnter: enter,
    onCapturingGroupEnter: enter,
    onCharacterEnter: enter,
    onCharacterClassEnter: enter,
    onCharacterClassRangeEnter: enter,
    onCharacterSetEnter: enter,
    onGroupEnter: enter,
    onPatternEnter: enter,
    onQuantifierEnter: enter,
  });
  return found;
}

/** A rule that holds where a part of a pattern satisfies `test`. */
function regexRule({ severity = 'error', ...words }: Words, test: Test): Rule {
  return {
    ...words,
    severity,
    profile: 'espruino',
    check(source: Source, report: Report) {
      for (const regex of regexesIn(source)) {
        const [part] = parts(regex, test);
        if (part === undefined) continue;
        const subject =
          part.type === 'Pattern' || part.type === 'Alternative' ? `/${regex.pattern.raw}/` : part.raw;
        report(regex.node, { message: `${words.title}: ${subject}` });
      }
    },
  };
}

/** @returns whether a group around a part, or the pattern, offers a choice. */
function alternatives(part: AST.Node): readonly AST.Alternative[] {
  return part.type === 'Pattern' || part.type === 'CapturingGroup' || part.type === 'Group'
    ? part.alternatives
    : [];
}

function hasGroup(pattern: AST.Pattern): boolean {
  return parts({ pattern } as Regex, ({ type }) => type === 'CapturingGroup' || type === 'Group').length > 0;
}

/** The elements of every alternative but the last. */
function earlier(pattern: AST.Pattern): readonly AST.Element[] {
  return pattern.alternatives.slice(0, -1).flatMap(({ elements }) => elements);
}

const patternRules: readonly Rule[] = [
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
      return part.type === 'CapturingGroup' && alternatives(part).length > 1;
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

/** @returns the last character of code before `at`. */
function before(code: string, at: number): string {
  return code.slice(0, at).trimEnd().at(-1) ?? '';
}

export const regexRules: readonly Rule[] = [
  ...patternRules,
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
