// `mote size`: whose bytes a bundle holds, and what of its board it takes. Writes no file.

import type { Command } from 'commander';
import type { BoardData } from '../../boards/board.ts';
import { findBoard } from '../boards.ts';
import { bytesText } from '../boards/describe.ts';
import { heapFit, storageFit } from '../build/fit.ts';
import { addFirmwareOptions, firmwareOptions, type FirmwareFlags } from './options.ts';
import { createProgress, formatSizes } from './output.ts';

interface SizeFlags extends FirmwareFlags {
  readonly board: string;
  readonly json?: boolean;
}

export function addSize(program: Command): void {
  addFirmwareOptions(
    program
      .command('size')
      .description('say whose bytes a firmware holds, and how much of its board it takes')
      .argument('[firmware]', 'folder with main.ts, or a .ts file', '.')
      .option('--board <id>', 'what it will run on', 'esp32'),
  )
    .option('--json', 'print one JSON object: bytes, sizes by module, storage, variables')
    .action(runSize);
}

const percent = (part: number, whole: number) => `${Math.max(1, Math.round((100 * part) / whole))} %`;

/** @returns lines about what a bundle takes of its board. */
export function boardLines(board: BoardData, bytes: number): string[] {
  const storage = storageFit(board);
  const heap = heapFit(board, bytes);
  return [
    ...(storage === undefined
      ? []
      : [
          `Storage: ${percent(bytes, storage.most)} of ${storage.most} bytes, the most that fits twice into the ${bytesText(storage.room)} of ${board.name}`,
        ]),
    ...(heap === undefined
      ? []
      : [
          `variables: ${heap.least} to ${heap.most} of at most ${heap.vars} once it is loaded, by what was measured of other firmware`,
        ]),
  ];
}

async function runSize(firmware: string, flags: SizeFlags): Promise<void> {
  const board = findBoard(flags.board);
  const progress = createProgress();
  const { build } = await import('../build/build.ts');
  let result;
  try {
    result = await build({
      ...firmwareOptions(firmware, flags),
      board: board.id,
      onProgress: (step) => {
        if (!flags.json) progress.step(step);
      },
    });
  } finally {
    progress.clear();
  }
  const { bytes, gzipBytes, sizes } = result;
  if (flags.json) {
    const storage = storageFit(board) ?? null;
    const variables = heapFit(board, bytes) ?? null;
    process.stdout.write(
      `${JSON.stringify({ board: board.id, bytes, gzipBytes, sizes, storage, variables })}\n`,
    );
    return;
  }
  process.stdout.write(
    `${[formatSizes(sizes, bytes, gzipBytes), ...boardLines(board, bytes), ''].join('\n')}`,
  );
}
