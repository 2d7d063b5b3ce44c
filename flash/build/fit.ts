// Whether a bundle fits its board: Storage, the engine's variables, and where readings wait. Figures that were measured, and
// no guess beyond them.

import type { BoardData, FlashMap } from '../../boards/board.ts';
import { bytesText } from '../boards/describe.ts';
import type { Finding } from '../check/check.ts';
import type { SizeRow } from './sizes.ts';

/** A finding that is about the whole bundle. */
type Misfit = Pick<Finding, 'rule' | 'severity' | 'message' | 'fix'>;

/** The new firmware beside the one that runs: so an upload that breaks leaves a firmware that starts. */
const SLOTS = 2;
/** Of each file in Storage (jsflash.h); its data take whole words. */
const HEADER_BYTES = 32;
const WORD_BYTES = 4;
/** The boot selector, the file of its choice, and what a firmware stores itself. */
const OTHER_BYTES = 8192;

/**
 * Variables a byte of bundle, once it is loaded from Storage and before anything has happened: the least and the most of what
 * bench/results/size.json (`fromFlash`) and examples.json (`loaded`) hold. A test holds them to these files.
 */
export const VARIABLES_A_BYTE = { least: 0.063, most: 0.1 } as const;

/** Where readings wait in RAM, and where in flash. */
const RAM_OUTBOX = /(^|\/)src\/outbox\/ram\.ts$/;
const FLASH_OUTBOX = /(^|\/)src\/outbox\/flash\.ts$/;

const fileBytes = (bytes: number): number => HEADER_BYTES + Math.ceil(bytes / WORD_BYTES) * WORD_BYTES;

/** @returns bytes of Storage that no outbox lies on. */
function storageRoom({ storage, outbox }: FlashMap): number {
  const from = Math.max(storage.address, outbox.address);
  const to = Math.min(storage.address + storage.bytes, outbox.address + outbox.bytes);
  return storage.bytes - Math.max(0, to - from);
}

function onStorage({ flash, name, engine }: BoardData, bytes: number): Misfit[] {
  if (flash === undefined || engine !== 'espruino') return [];
  const room = storageRoom(flash);
  const needed = SLOTS * fileBytes(bytes) + OTHER_BYTES;
  if (needed <= room) return [];
  const most = Math.floor((room - OTHER_BYTES) / SLOTS) - HEADER_BYTES;
  return [
    {
      rule: 'board-storage',
      severity: 'error',
      message: `the bundle has ${bytes} bytes, and Storage of ${name} takes ${most}: two copies and ${bytesText(OTHER_BYTES)} in ${bytesText(room)}`,
      fix: 'leave features, sensors or texts out',
    },
  ];
}

function onHeap({ heap, name, engine }: BoardData, bytes: number): Misfit[] {
  if (heap === undefined || engine !== 'espruino') return [];
  const least = Math.floor(bytes * VARIABLES_A_BYTE.least);
  const most = Math.ceil(bytes * VARIABLES_A_BYTE.most);
  if (most <= heap.vars) return [];
  const isSure = least > heap.vars;
  const has = `${name} has at most ${heap.vars} for the program and all that it holds`;
  return [
    {
      rule: 'board-heap',
      severity: isSure ? 'error' : 'warning',
      message: `a bundle of ${bytes} bytes takes ${least} to ${most} variables as soon as it is loaded, and ${has}`,
      fix: isSure
        ? 'leave features or sensors out, or choose a board with more'
        : 'see what process.memory() says on the board; leave features or sensors out, or choose a board with more',
    },
  ];
}

function onOutbox({ flash, name, whyNoFlash }: BoardData, sizes: readonly SizeRow[]): Misfit[] {
  const holds = (module: RegExp) => sizes.some((row) => module.test(row.module));
  if (flash !== undefined || !holds(RAM_OUTBOX) || holds(FLASH_OUTBOX)) return [];
  return [
    {
      rule: 'board-outbox',
      severity: 'warning',
      message: `readings that wait are in RAM, and a restart loses them: ${name} has no flash for them (${whyNoFlash})`,
      fix: 'choose a board with flash for the outbox, if they must outlast a restart',
    },
  ];
}

/**
 * Hold a bundle against its board.
 * @param bytes of the bundle. @param sizes whose bytes these are. @param file the firmware's entry, to point at.
 */
export function checkFit(
  board: BoardData,
  bytes: number,
  sizes: readonly SizeRow[],
  file: string,
): Finding[] {
  const misfits = [...onStorage(board, bytes), ...onHeap(board, bytes), ...onOutbox(board, sizes)];
  return misfits.map((misfit) => ({ ...misfit, file, line: 1, column: 1 }));
}
