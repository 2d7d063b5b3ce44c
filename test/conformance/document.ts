// docs/conformance.md: each statement of the standard that binds a client, and the tests that hold it. The statements are
// numbered as the standard numbers them; what they say is said in our own words in statements.tsv.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { readTitles } from './titles.ts';

const ROOT = new URL('../../', import.meta.url);
export const DOCUMENT = fileURLToPath(new URL('docs/conformance.md', ROOT));
/** Folders whose tests run over strings and over arrays: only what holds for both forms counts. */
const FOLDERS = ['bytes', 'mqtt', 'mqtt/five', 'outbox', 'conformance', 'conformance/five', 'fuzz'];

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

/** @returns what names a statement: both versions number theirs alike, and mean other things. */
export function keyOf({ version, id }: Pick<Statement, 'version' | 'id'>): string {
  return `${version} ${id}`;
}

/** @returns the version whose statements the titles in a file name: tests of 5.0 are in files of their own. */
function versionOf(name: string): string {
  return name.endsWith('.v5.test.ts') ? '5.0' : '3.1.1';
}

/** @returns the tests of each statement, by its key; files and titles in alphabetical and in source order. */
export function findTests(): Map<string, NamedTest[]> {
  const found = new Map<string, NamedTest[]>();
  for (const folder of FOLDERS) {
    const directory = new URL(`test/${folder}/`, ROOT);
    for (const name of readdirSync(directory).sort()) {
      if (!name.endsWith('.test.ts') || /\.string\.(v5\.)?test\.ts$/.test(name)) continue;
      for (const { text, ids } of readTitles(readFileSync(new URL(name, directory), 'utf8'))) {
        for (const id of ids) {
          const key = keyOf({ version: versionOf(name), id });
          found.set(key, [...(found.get(key) ?? []), { file: `test/${folder}/${name}`, title: text }]);
        }
      }
    }
  }
  return found;
}

/** @returns the statements that have neither a test nor a reason. */
export function findGaps(statements: readonly Statement[], tests: ReadonlyMap<string, unknown>): string[] {
  return statements
    .filter(({ reason }) => reason === '')
    .map(keyOf)
    .filter((key) => !tests.has(key));
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

/** @returns the chapter of a version: its statements, each with what holds it. */
function chapter(version: string, tests: ReadonlyMap<string, readonly NamedTest[]>): string {
  const statements = readStatements().filter((statement) => statement.version === version);
  const testsOf = (statement: Statement) => tests.get(keyOf(statement)) ?? [];
  const tested = statements.filter((statement) => testsOf(statement).length > 0).length;
  const excused = statements.filter(({ reason }) => reason !== '').length;
  const rows = statements.map((statement) => {
    const held = listTests(testsOf(statement)) || `_${cell(statement.reason)}_`;
    return [statement.id, cell(statement.paraphrase), held];
  });
  return `## MQTT ${version}

${statements.length} statements: ${tested} held by tests, ${excused} with a reason in its place.

${table(['statement', 'what it asks for', 'held by'], rows)}
`;
}

/** @returns the document, as Markdown that prettier would leave as it is. */
export async function conformanceDocument(): Promise<string> {
  const tests = findTests();
  const text = `# Conformance

Each statement of the MQTT standard that binds a client, in our words and under its own number, with the tests that hold
it. Every test runs twice: over strings, as on Espruino, and over Uint8Arrays, as on JerryScript. CI fails when a
statement has neither a test nor a reason.

This page is generated from the tests' titles: \`npm run docs:conformance\`. Titles in files that end in \`.v5.test.ts\`
name statements of MQTT 5.0, all others those of 3.1.1.

${chapter('3.1.1', tests)}
${chapter('5.0', tests)}`;
  return format(text, { ...(await resolveConfig(DOCUMENT)), parser: 'markdown' });
}
