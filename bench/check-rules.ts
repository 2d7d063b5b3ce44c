// Writes docs/check-rules.md from the rules themselves and from what was recorded on the engines: `npm run docs:check-rules`.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { format, resolveConfig } from 'prettier';
import { PACKAGE_ROOT } from '../flash/build/firmware.ts';
import { FILLED } from '../flash/build/polyfills.ts';
import { MISSING_GLOBALS, MISSING_METHODS, MISSING_STATICS, SAMPLES } from '../flash/check/builtins.ts';
import { rules } from '../flash/check/check.ts';
import type { Rule } from '../flash/check/check.ts';

interface Recording {
  engine: string;
  unseen?: Record<string, string>;
}

/** Where the engine differs and no look at the program tells: an expression for each, and what it is about. */
export const UNSEEN: readonly { readonly what: string; readonly expression: string }[] = [
  { what: 'arithmetic of two undefined values', expression: 'undefined + undefined' },
  { what: 'comparison of two undefined values', expression: 'undefined < undefined' },
  { what: 'rounding of negative halves', expression: 'Math.round(-2.5)' },
  { what: 'fractions as text', expression: '"" + (0.1 + 0.2)' },
  { what: 'large numbers as text', expression: '"" + 1e21' },
  { what: 'text with spaces as a number', expression: 'Number(" 5 ")' },
  { what: 'bytes above 127 in encodeURIComponent', expression: 'encodeURIComponent("\\xE9")' },
  { what: 'split of empty text', expression: '"".split("ab").length' },
  { what: 'a date that is none', expression: 'isNaN(new Date("x").getTime())' },
  { what: 'subarray beyond the end', expression: 'new Uint8Array(2).subarray(0, 5).length' },
  {
    what: 'set beyond the end of a typed array (JavaScript throws)',
    expression: 'new Uint8Array(1).set([1, 2])',
  },
  { what: 'typed arrays in JSON', expression: 'JSON.stringify(new Uint8Array(2))' },
  { what: 'undefined in JSON', expression: 'typeof JSON.stringify(undefined)' },
  { what: 'JSON with single quotes (JavaScript throws)', expression: 'JSON.parse("{\'a\':1}").a' },
  { what: 'something behind JSON (JavaScript throws)', expression: 'JSON.parse("1 x")' },
  { what: 'order of integer keys', expression: 'Object.keys({ b: 1, 1: 1 }).join()' },
  {
    what: 'a comparison function that returns a boolean',
    expression: '[1, 2].sort(function (a, b) { return b > a; }).join()',
  },
  { what: 'splice without parameters', expression: '[1, 2].splice().length' },
  { what: 'objects around primitive values', expression: 'new Boolean(false) ? 1 : 2' },
  {
    what: 'members of Object.prototype on Object.create(null)',
    expression: '"toString" in Object.create(null)',
  },
];

/** How an expression is shown, in every engine alike. */
export const SHOW = 'function show(v) { return typeof v === "string" ? "\\"" + v + "\\"" : "" + v; }';

function inJavaScript(expression: string): string {
  try {
    return String(runInNewContext(`${SHOW} show(${expression})`));
  } catch (error) {
    return `throws ${(error as Error).name}`;
  }
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const ENGINES = { espruino: 'Espruino', jerryscript: 'JerryScript', both: 'both' } as const;

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function section({ id, title, reason, fix, profile, pair }: Rule): string {
  const [wrong, right] =
    profile === 'jerryscript'
      ? [`Called over and over, \`hot\` makes ${pair.outcome}.`, 'None:']
      : [`Here it ${pair.outcome}.`, 'Right everywhere:'];
  return `### \`${id}\`

**${sentence(title)}** ${sentence(reason)} _Fix:_ ${fix}.

\`\`\`text
${pair.bad}
\`\`\`

${wrong} ${right}

\`\`\`text
${pair.good}
\`\`\`
`;
}

/** What is missing, by what to do about it. */
function missing(): string {
  const methods = Object.entries(MISSING_METHODS).flatMap(([kind, names]) =>
    Object.entries(names).map(([name, fix]) => [`\`${SAMPLES[kind as keyof typeof SAMPLES]}.${name}\``, fix]),
  );
  const others = Object.entries({ ...MISSING_GLOBALS, ...MISSING_STATICS }).map(([name, fix]) => [
    `\`${name}\``,
    fix,
  ]);
  const byFix = new Map<string, string[]>();
  for (const [name = '', fix = ''] of [...others, ...methods]) {
    byFix.set(fix, [...(byFix.get(fix) ?? []), name]);
  }
  return [...byFix].map(([fix, names]) => `- ${names.join(', ')}: ${fix}.`).join('\n');
}

/** @returns the document, as Markdown that prettier would leave as it is. */
export async function rulesDocument(): Promise<string> {
  const recorded = join(PACKAGE_ROOT, 'test/flash/check/recorded/espruino.json');
  const { engine, unseen = {} } = JSON.parse(readFileSync(recorded, 'utf8')) as Recording;
  const text = `# Check rules

Every build checks its own output, and \`mote check FILE\` checks any program. A finding has the position in the
TypeScript source, the reason and the fix. An error stops the build, a warning does not. Each rule has a pair: a program
that goes wrong on the real engine, and its repair that is right there and in Node. What the engine did with them was
recorded on ${engine}, and on a build of it with Unicode and assertions; on JerryScript for its own rules; on
Duktape for \`not-es5\`. \`npm run record:check\` records anew on the engines that are found. In a pair
\`ok(actual, expected)\` compares.

This page is generated: \`npm run docs:check-rules\`.

${table(
  ['rule', 'what', 'engine', ''],
  rules.map(({ id, title, profile, severity }) => [`[\`${id}\`](#${id})`, title, ENGINES[profile], severity]),
)}

## The rules

${rules.map(section).join('\n')}
## Missing built-ins

What \`missing-global\`, \`missing-static\` and \`missing-method\` know of. A program that tests for one of them with
\`typeof\`, \`if\`, \`&&\`, \`||\` or \`?:\`, or brings it along, may use it. A build brings some along by itself, so that they are not refused in a
firmware ([polyfills](polyfills.md)): ${FILLED.map((name) => `\`${name}\``).join(', ')}.

${missing()}

## What the check does not see

The check knows which function a call runs by name: through variables and object literals that the program writes out,
\`call\`, \`apply\`, \`new\`, and callbacks of array methods. A function that is handed to another function of the program
counts as kept for later, not as called. Kinds of values (string, array, typed array) are known only where every value a
variable gets is written out. And some differences lie in values, which no look at a program shows:

${table(
  ['what', 'expression', 'JavaScript', 'Espruino'],
  UNSEEN.map(({ what, expression }) => [
    what,
    `\`${expression}\``,
    `\`${inJavaScript(expression)}\``,
    `\`${unseen[expression] ?? 'not recorded'}\``,
  ]),
)}

Endless recursion ends the program in Espruino: \`catch\` does not see it.
`;
  const file = join(PACKAGE_ROOT, 'docs/check-rules.md');
  return format(text, { ...(await resolveConfig(file)), parser: 'markdown' });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(join(PACKAGE_ROOT, 'docs/check-rules.md'), await rulesDocument());
}
