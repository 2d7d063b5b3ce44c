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

## What a build refuses

The build looks at what a firmware asks for, as far as source and settings tell, and at the bundle that comes out. What the board surely
lacks is an error with the figures; what it may lack, a warning: so is what runs inside of a function, or under a condition that the settings do
not decide. What surely never runs is not looked at.

| rule             | looks at                                                                                                     | when                  |
| ---------------- | ------------------------------------------------------------------------------------------------------------ | --------------------- |
| \`board-pin\`      | pins that no such chip has, that flash, PSRAM or USB hold, that are inputs and should drive, that measure nothing; warns of pins that the board has a use for | before types are checked |
| \`board-bus\`      | I2C, SPI and serial ports by number                                                                          | before types are checked |
| \`board-sleep\`    | \`createSleep\` on a board that has no deep sleep                                                              | before types are checked |
| \`board-watchdog\` | \`createWatchdog\` on a board that has none                                                                    | before types are checked |
| \`board-tls\`      | \`openTls\` on a board without TLS                                                                             | before types are checked |
| \`board-storage\`  | two copies of the bundle, for an [upload](build.md) that can fall back, against the room of Storage             | on the bundle         |
| \`board-heap\`     | the bundle's variables against the engine's                                                                  | on the bundle         |
| \`board-outbox\` | what keeps something in flash, and readings that wait in RAM, where the board has no flash for them | both |

A bundle in Storage takes 0.059 to 0.100 variables a byte once it is loaded: that is what twelve builds of the MQTT client and five example
firmwares took on the real engine (\`bench/results\`). A bundle that is too large at the lower end is an error, at the upper end a warning.
Buffers and arrays of its own come on top and are not counted. What the engine has on a board, \`process.memory().total\` says there.

A board whose pins are dummies (\`espruino-linux\`) is not asked for pins and buses, and only warns where it has no deep sleep and no watchdog.

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
