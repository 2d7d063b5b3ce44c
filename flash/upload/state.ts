// What a board's Storage holds for an upload: room, boot code, programs, the entry that counts. Asked in a few questions.

import type { FlashMap } from '../../boards/board.ts';
import { boardsCalled, findBoard } from '../boards.ts';
import type { Board } from './board.ts';
import { INSTALL, literal } from './board-code.ts';
import { eraseAll, mendChain, readChain, roomOf, unsteady, type Chain, type Patch } from './chain.ts';
import {
  CHOICE_BYTES,
  CHOICE_FILE,
  chooseProgram,
  firstBlankPlace,
  PLACE_BYTES,
  PLACES,
  SELECTOR_FILE,
  SLOT_FILES,
  WAKE_PLACES,
  type Chosen,
  type Slot,
} from './layout.ts';
import { readSelectorLine, SELECTOR_LINE_BYTES, SELECTOR_TEXT } from './selector.ts';

export interface FileState {
  readonly bytes: number;
  readonly sum: number;
}

/** Whose the boot code is: the selector, a part of it that a cut has left, somebody's, or there is none. */
export type BootCode = 'selector' | 'torn' | 'other' | 'none';

/** What the selector says that it started. */
export interface Running {
  readonly slot: number;
  readonly place: number;
  readonly isTrial: boolean;
}

export interface BoardState {
  readonly totalBytes: number;
  readonly freeBytes: number;
  /** Of deleted files: what a compaction gives back. */
  readonly trashBytes: number;
  readonly bootCode: BootCode;
  /** Files that run at a start beside or before the boot code, or are a saved state. */
  readonly otherBoot: readonly string[];
  readonly slots: readonly [FileState | undefined, FileState | undefined];
  readonly choice: Uint8Array;
  readonly placesLeft: number;
  readonly hasChoice: boolean;
  /** What the selector starts next. */
  readonly chosen: Chosen | undefined;
  readonly running: Running | undefined;
}

const OTHER_BOOT = ['.bootrst', '.varimg', '.bootPowerOn', '.boot0', '.boot1', '.boot2', '.boot3'];
/** Of the choice file that is asked for at once. */
const CHUNK = 256;

/** @returns the flash of a board by what Espruino calls it, undefined for one that nobody described. */
export function flashOf(kind: string): FlashMap | undefined {
  // Espruino's board files put Storage in one place on everything that is called ESP32 and more.
  const [board = kind.startsWith('ESP32') ? findBoard('esp32') : undefined] = boardsCalled(kind);
  return board?.flash;
}

/** Bytes at the end of Storage that no header may come to lie in: a torn one there makes the engine erase everything. */
export const reserveOf = (kind: string): number => flashOf(kind)?.pageBytes ?? 4096;

/** @returns how many more uploads of a program of `bytes` bytes there is room for. */
export function uploadsLeft(state: BoardState, kind: string, bytes: number): number {
  const byRoom = Math.floor((state.freeBytes - reserveOf(kind)) / roomOf(bytes));
  return Math.max(0, Math.min(byRoom, state.placesLeft));
}

export async function installHelper(board: Board): Promise<void> {
  for (const line of INSTALL) await board.ask(line);
}

/** @returns the chain of files as it lies in flash, undefined on a board whose flash nobody described. */
export async function askChain(board: Board): Promise<Chain | undefined> {
  const flash = flashOf(board.kind);
  if (flash === undefined) return undefined;
  const end = flash.storage.address + flash.storage.bytes;
  return readChain(flash, async (address) =>
    Buffer.from(await board.ask<string>(`moteUp.headers(${address},${end},8)`), 'base64'),
  );
}

async function patch(board: Board, patches: readonly Patch[]): Promise<void> {
  for (const { address, bytes } of patches) await board.ask(`moteUp.clear(${address},${literal(bytes)})`);
}

/** Make the chain whole again after an upload that was cut off. */
export async function mend(board: Board): Promise<void> {
  const before = await askChain(board);
  if (before === undefined) return;
  for (const address of unsteady(before)) await board.ask(`moteUp.steady(${address})`);
  await patch(board, mendChain((await askChain(board))!));
}

/** Delete every file of a slot, by where it lies: a name that a cut has left may read as another at times. */
export async function eraseSlot(board: Board, slot: Slot): Promise<void> {
  const chain = await askChain(board);
  if (chain !== undefined) await patch(board, eraseAll(chain, SLOT_FILES[slot]));
}

async function readChoice(board: Board): Promise<Uint8Array> {
  let all = Buffer.alloc(0);
  for (;;) {
    const part = await board.ask<string>(
      `btoa(require("Storage").read("${CHOICE_FILE}",${all.length},${CHUNK})||"")`,
    );
    const bytes = Buffer.from(part, 'base64');
    all = Buffer.concat([all, bytes]);
    const isDone = bytes.length < CHUNK || firstBlankPlace(all) * PLACE_BYTES < all.length;
    // What was not asked for is behind a blank place.
    if (isDone) return all;
  }
}

/** @returns whether a line is ours, or on the way to it from blank flash: no bit is cleared that ours has. */
function isBegun(line: string): boolean {
  return [...line].every((char, i) => {
    const bits = SELECTOR_TEXT.charCodeAt(i);
    return (char.charCodeAt(0) & bits) === bits;
  });
}

async function bootCodeOf(board: Board, file: FileState | undefined): Promise<BootCode> {
  if (file === undefined) return 'none';
  const read = `require("Storage").read("${SELECTOR_FILE}",0,${SELECTOR_LINE_BYTES})`;
  const line = Buffer.from(await board.ask<string>(`btoa(${read})`), 'base64').toString('latin1');
  const sum = readSelectorLine(line);
  if (sum !== undefined) {
    const rest = `require("Storage").read("${SELECTOR_FILE}",${SELECTOR_LINE_BYTES})`;
    if ((await board.ask<number>(`E.CRC32(${rest})`)) === sum) return 'selector';
  }
  const isOurs = file.bytes === SELECTOR_TEXT.length && (isBegun(line) || sum !== undefined);
  return isOurs ? 'torn' : 'other';
}

/** The helper must be installed. */
export async function readState(board: Board): Promise<BoardState> {
  type Raw = [number, number, number, [number, number, boolean] | 0];
  const [totalBytes, freeBytes, trashBytes, running] = await board.ask<Raw>(
    '(function(b,x){return[x.totalBytes,x.freeBytes,x.trashBytes,b?[b.slot,b.place,b.isTrial]:0]})' +
      '(global.moteBoot,require("Storage").getStats())',
  );
  const names = [SELECTOR_FILE, ...SLOT_FILES, CHOICE_FILE, ...OTHER_BOOT];
  const raw = await board.ask<([number, number] | 0)[]>(
    `${JSON.stringify(names)}.map(function(n){return moteUp.file(n)})`,
  );
  const files = raw.map((file) => (file === 0 ? undefined : { bytes: file[0], sum: file[1] }));
  const [selector, a, b, choiceFile, ...others] = files;
  const choice = choiceFile === undefined ? new Uint8Array() : await readChoice(board);
  const places = Math.floor((choiceFile?.bytes ?? CHOICE_BYTES) / PLACE_BYTES);
  return {
    totalBytes,
    freeBytes,
    trashBytes,
    bootCode: await bootCodeOf(board, selector),
    otherBoot: OTHER_BOOT.filter((_, i) => others[i] !== undefined),
    slots: [a, b],
    choice,
    placesLeft: Math.max(0, Math.min(places, PLACES) - WAKE_PLACES - firstBlankPlace(choice)),
    hasChoice: choiceFile !== undefined,
    chosen: chooseProgram(choice, [a?.sum, b?.sum]),
    running: running === 0 ? undefined : { slot: running[0], place: running[1], isTrial: running[2] },
  };
}
