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
export const VARIABLES_A_BYTE = { least: 0.059, most: 0.1 } as const;

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

/** What a bundle takes of Storage. */
export interface StorageFit {
  /** Bytes that Storage has. */
  readonly room: number;
  /** Bytes of the largest bundle that fits twice, beside the selector and the firmware's own files. */
  readonly most: number;
}

/** @returns undefined for a board without Storage. */
export function storageFit({ flash, engine }: BoardData): StorageFit | undefined {
  if (flash === undefined || engine !== 'espruino') return undefined;
  const room = storageRoom(flash);
  return { room, most: Math.floor((room - OTHER_BYTES) / SLOTS / WORD_BYTES) * WORD_BYTES - HEADER_BYTES };
}

/** Variables that a bundle takes as soon as it is loaded, by what was measured of others; and how many the board has at most. */
export interface HeapFit {
  readonly least: number;
  readonly most: number;
  readonly vars: number;
}

/** @returns undefined for a board whose heap is not the engine's. */
export function heapFit({ heap, engine }: BoardData, bytes: number): HeapFit | undefined {
  if (heap === undefined || engine !== 'espruino') return undefined;
  return {
    least: Math.floor(bytes * VARIABLES_A_BYTE.least),
    most: Math.ceil(bytes * VARIABLES_A_BYTE.most),
    vars: heap.vars,
  };
}

function onStorage(board: BoardData, bytes: number): Misfit[] {
  const fit = storageFit(board);
  if (fit === undefined || SLOTS * fileBytes(bytes) + OTHER_BYTES <= fit.room) return [];
  return [
    {
      rule: 'board-storage',
      severity: 'error',
      message: `the bundle has ${bytes} bytes, and Storage of ${board.name} takes ${fit.most}: two copies and ${bytesText(OTHER_BYTES)} in ${bytesText(fit.room)}`,
      fix: 'leave features, sensors or texts out',
    },
  ];
}

function onHeap(board: BoardData, bytes: number): Misfit[] {
  const fit = heapFit(board, bytes);
  if (fit === undefined || fit.most <= fit.vars) return [];
  const { least, most, vars } = fit;
  const isSure = least > vars;
  const has = `${board.name} has at most ${vars} for the program and all that it holds`;
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
