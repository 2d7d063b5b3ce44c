// `mote boards`: which boards there are, and all that Mote knows of one.

import type { Command } from 'commander';
import type { BoardData } from '../../boards/board.ts';
import { boards } from '../../boards/index.ts';
import { findBoard } from '../boards.ts';
import {
  capabilityText,
  describeBoard,
  engineText,
  heapText,
  outboxText,
  type Line,
} from '../boards/describe.ts';

interface BoardsFlags {
  readonly json?: boolean;
}

export function addBoards(program: Command): void {
  program
    .command('boards')
    .description('list the boards that a firmware can be built for, or show one of them')
    .argument('[id]', 'the board to show: pins, flash, currents, engine image, and where each number is from')
    .option('--json', 'print one JSON object: { "boards": [...] }, or the board')
    .action((id: string | undefined, flags: BoardsFlags) => {
      const board = id === undefined ? undefined : findBoard(id, 'boards');
      if (flags.json) process.stdout.write(`${JSON.stringify(board ?? { boards })}\n`);
      else process.stdout.write(board === undefined ? listText() : boardText(board));
    });
}

/** @returns lines of two columns. */
function columns(lines: readonly Line[], indent = ''): string {
  const width = Math.max(...lines.map(([label]) => label.length));
  return lines.map(([label, text]) => `${indent}${label.padEnd(width)}  ${text}\n`).join('');
}

function listText(): string {
  const entries = boards.map((board) => {
    const lines: Line[] = [
      ['engine', engineText(board)],
      ['heap', heapText(board)],
      ['outbox', outboxText(board)],
      ['has', capabilityText(board)],
    ];
    return `${board.id}: ${board.name}\n${columns(lines, '  ')}`;
  });
  return `${entries.join('')}mote boards ID shows one of them in full\n`;
}

function boardText(board: BoardData): string {
  const sources = board.sources.map((source) => `  ${source}\n`).join('');
  return `${board.id}: ${board.name}\n${columns(describeBoard(board), '  ')}sources\n${sources}`;
}
