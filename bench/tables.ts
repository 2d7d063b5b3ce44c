// The table of measured numbers in the README, made from bench/results. `npm run docs:tables` writes it;
// a test fails when the README and the results differ.

import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import type { BoardsResult } from './boards.ts';

const README = 'README.md';
const BEGIN = '<!-- measured: npm run docs:tables -->';
const END = '<!-- /measured -->';

function rows(result: BoardsResult): [string, string][] {
  const { bundleBytes, instances, bytesPerBoard, millisecondsPerBoard, millisecondsPerBoardSecond } = result;
  return [
    ['weather station, the whole firmware, minified', `${bundleBytes} bytes`],
    [
      `a virtual board that runs it, among ${instances} in one process`,
      `${(bytesPerBoard / 1024).toFixed(0)} KB`,
    ],
    ['to start it', `${millisecondsPerBoard.toFixed(1)} ms`],
    ['to let it live for a virtual second', `${millisecondsPerBoardSecond.toFixed(2)} ms`],
  ];
}

/** @returns the README with its table as the results say. */
export async function withTables(readme: string): Promise<string> {
  const result = JSON.parse(readFileSync('bench/results/boards.json', 'utf8')) as BoardsResult;
  const table = [['measured', ''], ['---', '---'], ...rows(result)].map((row) => `| ${row.join(' | ')} |`);
  const [before = '', rest = ''] = readme.split(BEGIN);
  const after = rest.split(END)[1] ?? '';
  const text = `${before}${BEGIN}\n\n${table.join('\n')}\n\n${END}${after}`;
  return format(text, { ...(await resolveConfig(README)), parser: 'markdown' });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(README, await withTables(readFileSync(README, 'utf8')));
}
