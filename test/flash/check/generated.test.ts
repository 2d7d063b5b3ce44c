// Whatever the program: the check ends, throws nothing but MoteError, and points into the program.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkBundle, rules } from '../../../flash/check/check.ts';
import type { Finding, Profile } from '../../../flash/check/check.ts';
import { MoteError } from '../../../flash/errors.ts';

const SEED = Number(process.env['SEED'] ?? Date.now() % 0x7fffffff);
console.log(`SEED=${SEED} repeats test/flash/check/generated.test.ts`);
const RUN = { seed: SEED, numRuns: 150 };

const PROFILES: readonly Profile[] = ['espruino', 'jerryscript'];

/** @returns the findings for both engines, undefined for what is no program. */
function check(code: string): Finding[] | undefined {
  try {
    return PROFILES.flatMap((profile) => checkBundle(code, { file: 'a.js', profile, hot: ['a.js', 'f'] }));
  } catch (error) {
    expect(error).toBeInstanceOf(MoteError);
    return undefined;
  }
}

/** @returns the findings that point outside of the program. */
function misplaced(code: string, findings: Finding[]): Finding[] {
  const lines = code.split('\n');
  return findings.filter(
    ({ line, column }) => !(line >= 1 && column >= 1 && column <= (lines[line - 1]?.length ?? -1) + 1),
  );
}

const TOKENS = [
  ...'a b f of let static undefined this arguments Map Math.imul [].flat x.length __extends'.split(' '),
  ...'0 -1 0.5 134217728 "s" "\\u20ac" `t` `${a}` /a+b/g /(?:x)/ /[/]/ null'.split(' '),
  ...'+ - * / ** = += ++ -- , ; : ? . ?. ?? => ( ) [ ] { } ... ! typeof delete in instanceof'.split(' '),
  ...'var let const function class extends return if else for while do switch case default break continue'.split(
    ' ',
  ),
  ...'try catch finally throw new async await yield get set with debugger label: \n "use\u0020strict"'.split(
    ' ',
  ),
];

it('ends with findings or a MoteError for any sequence of tokens', () => {
  const soup = fc.array(fc.constantFrom(...TOKENS), { maxLength: 24 }).map((tokens) => tokens.join(' '));
  fc.assert(
    fc.property(soup, (code) => {
      expect(misplaced(code, check(code) ?? [])).toEqual([]);
    }),
    RUN,
  );
});

const { program } = fc.letrec((tie) => {
  const name = fc.constantFrom('a', 'b', 'f', 'g', 'Map', 'arguments');
  const body = fc.array(tie('statement'), { maxLength: 3 }).map((statements) => statements.join('\n'));
  const format = (...parts: (string | fc.Arbitrary<unknown>)[]) =>
    fc
      .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
      .map((texts) => texts.join(''));
  const leaf = fc.oneof(
    name,
    fc.constantFrom(
      '1',
      '0.5',
      '-1',
      '"s"',
      '/a/',
      '/(a|b)+?/g',
      '[]',
      '({})',
      'this',
      '`t`',
      'void 0',
      'new Uint8Array(2)',
    ),
  );
  return {
    expression: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'e' },
      leaf,
      format(
        '(',
        tie('expression'),
        fc.constantFrom('+', '===', '&&', '??', '**', ','),
        '(',
        tie('expression'),
        '))',
      ),
      format('(', name, fc.constantFrom('=', '+=', '||='), tie('expression'), ')'),
      format(name, fc.constantFrom('++', '.length', '.length--', '[-1]', '.slice(1)', '.flat()')),
      format(name, '(', tie('expression'), ')'),
      format('[1].forEach(', tie('expression'), ')'),
      format('(function ', name, '(a) {', tie('body'), '})'),
      format('(a => ', tie('expression'), ')'),
      format('({ m: ', tie('expression'), ', get g() { return ', tie('expression'), '; } })'),
      format('(', tie('expression'), ' ? ', tie('expression'), ' : typeof ', tie('expression'), ')'),
    ),
    statement: fc.oneof(
      { maxDepth: 3, depthIdentifier: 's' },
      format(tie('expression'), ';').map((text) => `;${text}`),
      format('var ', name, ' = ', tie('expression'), ';'),
      format('function ', fc.constantFrom('f', 'g'), '(b) {', tie('body'), '}'),
      format('if (', tie('expression'), ') {', tie('body'), '} else {', tie('body'), '}'),
      format('for (var a in ', tie('expression'), ') {', tie('body'), 'break; }'),
      format('do {', tie('body'), 'continue; } while (', tie('expression'), ');'),
      format('switch (', tie('expression'), ') { default: {', tie('body'), '} case 1: break; }'),
      format('try {', tie('body'), '} catch (e) {', tie('body'), '} finally {', tie('body'), '}'),
      format('l: for (let b of []) { continue l; }'),
    ),
    body,
    program: body,
  };
});

it('finishes with findings that point into the program, for any program of a grammar', () => {
  const known = new Set(rules.map(({ id }) => id));
  let checked = 0;
  fc.assert(
    fc.property(program as fc.Arbitrary<string>, (code) => {
      const findings = check(code);
      if (findings === undefined) return;
      checked++;
      expect(misplaced(code, findings)).toEqual([]);
      expect(findings.filter(({ rule }) => !known.has(rule))).toEqual([]);
      expect(JSON.stringify(check(code))).toBe(JSON.stringify(findings));
    }),
    RUN,
  );
  // A grammar whose programs hardly parse would test nothing.
  expect(checked).toBeGreaterThan(RUN.numRuns / 2);
});
