// docs/conformance.md: each statement of the standard that binds a client, and the tests that hold it. The statements are
// numbered as the standard numbers them; what they say is said in our own words in statements.tsv.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { readTitles } from './titles.ts';

const ROOT = new URL('../../', import.meta.url);
export const DOCUMENT = fileURLToPath(new URL('docs/conformance.md', ROOT));
/** Folders whose tests run over strings and over arrays: only what holds for both forms counts. */
const FOLDERS = ['bytes', 'mqtt', 'outbox', 'conformance', 'fuzz'];

export interface Statement {
  readonly id: string;
  readonly version: string;
  readonly paraphrase: string;
  /** Why no test can hold it; empty as a rule. */
  readonly reason: string;
}

export interface NamedTest {
  /** Path from the repository's root. */
  readonly file: string;
  readonly title: string;
}

/** @returns what statements.tsv holds, in its order. */
export function readStatements(): Statement[] {
  const [, ...lines] = readFileSync(new URL('statements.tsv', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => {
    const [version = '', id = '', paraphrase = '', reason = ''] = line.split('\t');
    return { version, id, paraphrase, reason };
  });
}

/** @returns the tests of each statement id, files and titles in alphabetical and in source order. */
export function findTests(): Map<string, NamedTest[]> {
  const found = new Map<string, NamedTest[]>();
  for (const folder of FOLDERS) {
    const directory = new URL(`test/${folder}/`, ROOT);
    for (const name of readdirSync(directory).sort()) {
      if (!name.endsWith('.test.ts') || name.endsWith('.string.test.ts')) continue;
      for (const { text, ids } of readTitles(readFileSync(new URL(name, directory), 'utf8'))) {
        for (const id of ids) {
          found.set(id, [...(found.get(id) ?? []), { file: `test/${folder}/${name}`, title: text }]);
        }
      }
    }
  }
  return found;
}

/** @returns the 3.1.1 statements that have neither a test nor a reason. */
export function findGaps(statements: readonly Statement[], tests: ReadonlyMap<string, unknown>): string[] {
  return statements
    .filter(({ id, version, reason }) => version === '3.1.1' && !tests.has(id) && reason === '')
    .map(({ id }) => id);
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
/** A title, without what Markdown would take for its own; bytes that are no printable ASCII as numbers. */
const plain = (text: string) =>
  cell(text)
    .replace(/[\\`*_[\]#]/g, '\\$&')
    .replace(/[^ -~\u2026]/g, (byte) => `\\\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
const untagged = (title: string) => title.replace(/ ?\[MQTT-[\d.-]+\]/g, '');

function listTests(tests: readonly NamedTest[]): string {
  const files = [...new Set(tests.map(({ file }) => file))];
  return files
    .map((file) => {
      const name = file.slice('test/'.length, -'.test.ts'.length);
      const titles = tests.filter((test) => test.file === file).map(({ title }) => plain(untagged(title)));
      return `[${name}](../${file}): ${titles.join('; ')}`;
    })
    .join('<br>');
}

/** A table that prettier leaves alone: it would pad every line to the length of the longest. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const lines = [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
  return `<!-- prettier-ignore-start -->\n\n${lines}\n\n<!-- prettier-ignore-end -->`;
}

/** @returns the document, as Markdown that prettier would leave as it is. */
export async function conformanceDocument(): Promise<string> {
  const statements = readStatements();
  const tests = findTests();
  const of = (version: string) => statements.filter((statement) => statement.version === version);
  const old = of('3.1.1');
  const next = of('5.0');
  const tested = old.filter(({ id }) => tests.has(id)).length;
  const text = `# Conformance

Each statement of the MQTT standard that binds a client, in our words and under its own number, with the tests that hold
it. Every test runs twice: over strings, as on Espruino, and over Uint8Arrays, as on JerryScript. CI fails when a
statement of 3.1.1 has neither a test nor a reason.

This page is generated from the tests' titles: \`npm run docs:conformance\`.

## MQTT 3.1.1

${old.length} statements: ${tested} held by tests, ${old.length - tested} with a reason in its place.

${table(
  ['statement', 'what it asks for', 'held by'],
  old.map(({ id, paraphrase, reason }) => [
    id,
    cell(paraphrase),
    tests.has(id) ? listTests(tests.get(id)!) : `_${cell(reason)}_`,
  ]),
)}

## MQTT 5.0

${next.length} statements. The client speaks 3.1.1 only.

${table(
  ['statement', 'what it asks for', 'held by'],
  next.map(({ id, paraphrase }) => [id, cell(paraphrase), 'MQTT 5.0: not yet']),
)}
`;
  return format(text, { ...(await resolveConfig(DOCUMENT)), parser: 'markdown' });
}
