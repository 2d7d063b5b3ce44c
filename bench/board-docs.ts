// Writes docs/boards.md from the boards' data: `npm run docs:boards`. A test fails when the page and the data differ.

import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import type { BoardData } from '../boards/board.ts';
import { boards } from '../boards/index.ts';
import {
  capabilityText,
  describeBoard,
  engineText,
  heapText,
  outboxText,
  type Line,
} from '../flash/boards/describe.ts';

const PAGE = 'docs/boards.md';

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function section(board: BoardData): string {
  const lines: readonly Line[] = describeBoard(board);
  const sources = board.sources.map((source) => `- ${source}`).join('\n');
  return `### \`${board.id}\`

${board.name}.

${table(['', ''], lines)}

Sources:

${sources}
`;
}

/** @returns the page, as Markdown that prettier would leave as it is. */
export async function boardsDocument(): Promise<string> {
  const text = `# Boards

\`mote boards\` lists them, \`mote boards ID\` shows one, \`mote build --board ID\` builds for one. This page is generated from
\`boards/\`: \`npm run docs:boards\`. No number here was measured on a board, except where it says so: they come from the engine's source and from
datasheets, named under each board.

${table(
  ['board', 'engine', 'heap', 'outbox', 'has'],
  boards.map((board) => [
    `[\`${board.id}\`](#${board.id})`,
    engineText(board),
    heapText(board),
    outboxText(board),
    capabilityText(board),
  ]),
)}

## The boards

${boards.map(section).join('\n')}
## Adding a board

Write a file in \`boards/\`, add it to \`boards/index.ts\`, state the source of each number, and run \`npm run docs:boards\` and
\`npx vitest run --project string test/boards\`: the schema (\`flash/boards/schema.ts\`) says what is missing or does not fit together. A region
for the outbox must be one that neither the engine nor its radio ever writes, whatever \`Flash.getFree()\` says; where there is none, leave \`flash\`
out and say why in \`whyNoFlash\`: readings that wait are in RAM then.
`;
  return format(text, { ...(await resolveConfig(PAGE)), parser: 'markdown' });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(PAGE, await boardsDocument());
}
