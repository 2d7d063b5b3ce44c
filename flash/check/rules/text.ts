// Rules about text: a board holds bytes, one character a byte.

import type { AnyNode } from 'acorn';
import type { Report, Rule } from '../rule.ts';
import { constant, globalPath } from '../values.ts';

/** Tell each place in the source of a string or template where `pattern` matches. */
function everyMatch(pattern: RegExp, describe: (match: RegExpExecArray) => string | undefined) {
  return (node: AnyNode, report: Report, { code }: { code: string }): void => {
    if (node.type === 'Literal' && typeof node.value !== 'string') return;
    const text = code.slice(node.start, node.end);
    for (const match of text.matchAll(pattern)) {
      const message = describe(match);
      if (message !== undefined) report(node.start + match.index, { message });
    }
  };
}

function inStrings(pattern: RegExp, describe: (match: RegExpExecArray) => string | undefined) {
  const visit = everyMatch(pattern, describe);
  return { Literal: visit, TemplateElement: visit };
}

/** An escape, or any other character; so that a backslash that is itself escaped starts none. */
const ESCAPES = /\\(?:u\{[^}]*\}|u[0-9a-fA-F]{4}|\r\n|[^])/g;

/** @returns the UTF-8 bytes of a character, as they are written in a string. */
function bytesOf(character: string): string {
  const bytes = [...new TextEncoder().encode(character)];
  return bytes.map((byte) => `\\x${byte.toString(16).toUpperCase()}`).join('');
}

const nonAscii = everyMatch(
  /[^\0-\x7f]/gu,
  ([character]) => `the character ${character} in a text: as bytes it is ${bytesOf(character)}`,
);

export const codePointEscape: Rule = {
  id: 'code-point-escape',
  title: '\\u{...} escape',
  reason: 'Espruino does not know it',
  fix: 'write the UTF-8 bytes as \\xNN',
  severity: 'error',
  profile: 'both',
  pair: {
    bad: 'ok("\\u{41}", "A");',
    good: 'ok("\\x41", "A");',
    outcome: 'throws Error: Invalid escape sequence',
  },
  visit: inStrings(ESCAPES, ([escape]) => (escape.startsWith('\\u{') ? `the escape ${escape}` : undefined)),
};

export const textRules: readonly Rule[] = [
  {
    id: 'non-ascii',
    title: 'character beyond ASCII',
    reason: 'a board without Unicode takes its UTF-8 bytes for characters, a build with Unicode does not',
    fix: 'write its UTF-8 bytes as \\xNN',
    severity: 'error',
    profile: 'espruino',
    pair: { bad: 'ok("\u00e9".length, 1);', good: 'ok("\\xE9".length, 1);', outcome: 'gives 2, not 1' },
    visit: {
      TemplateElement: nonAscii,
      Literal(node, report, source) {
        if (!node.regex) nonAscii(node, report, source);
        else if (/[^\0-\x7f]/.test(node.regex.pattern)) report(node);
      },
      Identifier(node, report, { code }) {
        const text = code.slice(node.start, node.end);
        if (/[^\w$]/.test(text)) {
          report(node, { message: `the name ${text}`, fix: 'use letters, digits, _ and $' });
        }
      },
    },
  },
  {
    id: 'wide-escape',
    title: 'escape above \\u00FF',
    reason: 'a character of a board is one byte: what is above is cut off',
    fix: 'write the UTF-8 bytes as \\xNN',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'ok("\\u20AC".charCodeAt(0), 0x20AC);',
      good: 'ok("\\xE2\\x82\\xAC".charCodeAt(0), 0xE2);',
      outcome: 'gives 172, not 8364',
    },
    visit: inStrings(ESCAPES, ([escape]) => {
      const digits = /^\\u([0-9a-f]{4})$/i.exec(escape)?.[1];
      const character = digits === undefined ? '' : String.fromCharCode(parseInt(digits, 16));
      return character > '\xff' ? `the escape ${escape}: as bytes it is ${bytesOf(character)}` : undefined;
    }),
  },
  codePointEscape,
  {
    id: 'wide-character',
    title: 'String.fromCharCode of more than 255',
    reason: 'a character of a board is one byte: what is above is cut off',
    fix: 'give it the UTF-8 bytes',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'ok(String.fromCharCode(0x20AC).charCodeAt(0), 0x20AC);',
      good: 'ok(String.fromCharCode(0xE2, 0x82, 0xAC).charCodeAt(0), 0xE2);',
      outcome: 'gives 172, not 8364',
    },
    visit: {
      CallExpression(node, report, source) {
        if (globalPath(node.callee, source) !== 'String.fromCharCode') return;
        for (const argument of node.arguments) if ((constant(argument) ?? 0) > 255) report(argument);
      },
    },
  },
  {
    id: 'line-continuation',
    title: 'string that goes on on the next line',
    reason: 'Espruino keeps the line end in the string',
    fix: 'join two strings with +',
    severity: 'error',
    profile: 'espruino',
    pair: { bad: 'ok("a\\\nb", "ab");', good: 'ok("a" +\n"b", "ab");', outcome: 'gives "a\\nb", not "ab"' },
    visit: inStrings(ESCAPES, ([escape]) =>
      /^\\[\r\n\u2028\u2029]/.test(escape) ? 'a string goes on on the next line' : undefined,
    ),
  },
];
