// A program into the slot of a board that is not running, verified, then one entry that chooses it. Until that entry is whole the
// former program is what starts. Nothing here makes the engine compact its Storage.

import { ExitCode, MoteError } from '../errors.ts';
import type { Board } from './board.ts';
import { literal, piecesOf, UNINSTALL } from './board-code.ts';
import { roomOf } from './chain.ts';
import {
  CHOICE_BYTES,
  CHOICE_FILE,
  entryHead,
  firstBlankPlace,
  markOffset,
  PLACE_BYTES,
  SELECTOR_FILE,
  SLOT_FILES,
  sumOf,
  type Slot,
} from './layout.ts';
import { SELECTOR_TEXT } from './selector.ts';
import {
  eraseSlot,
  flashOf,
  installHelper,
  mend,
  readState,
  reserveOf,
  uploadsLeft,
  type BoardState,
} from './state.ts';

const CHUNK_TRIES = 4;
const RESTART_MS = 20_000;

export interface UploadOptions {
  /** The program: ASCII. */
  readonly code: string;
  /** Minutes that a new program has to report. */
  readonly trialMin: number;
  /** Replace boot code that is not the selector. */
  readonly replace?: boolean;
  /** Compact first, where there is no room. */
  readonly compact?: boolean;
  /** How long the board may take for a restart; default 20 s. */
  readonly restartMs?: number;
  readonly onStep?: (step: string) => void;
  readonly warn?: (text: string) => void;
}

export interface Uploaded {
  readonly slot: Slot;
  readonly place: number;
  readonly bytes: number;
  readonly sum: number;
  /** That very program was chosen already: nothing was written. */
  readonly isSame: boolean;
  /** The program reports itself. */
  readonly reports: boolean;
  /** How many more of this size fit. */
  readonly uploadsLeft: number;
}

const refuse = (what: string, fix: string, board: Board) =>
  new MoteError(what, fix, board.name, ExitCode.Environment);

/** Program `bytes` at `offset` of a file that is blank there. */
async function writeAt(
  board: Board,
  file: string,
  fileBytes: number,
  offset: number,
  bytes: Uint8Array,
): Promise<void> {
  const call = `moteUp.write("${file}",${offset},${fileBytes},${sumOf(bytes)},${literal(bytes)})`;
  for (let tries = 0; tries < CHUNK_TRIES; tries++) {
    const answer = await board.ask<'ok' | 'sum' | 'bad'>(call);
    if (answer === 'ok') return;
    if (answer === 'sum') continue;
    throw refuse(
      `byte ${offset} of ${file} does not keep what is written`,
      'the flash is worn out there: --compact moves everything',
      board,
    );
  }
  throw refuse('what is sent arrives damaged, again and again', 'use another cable, or a shorter one', board);
}

/** Replace a file by `bytes`, and read it back. */
async function writeFile(
  board: Board,
  file: string,
  bytes: Uint8Array,
  onProgress: (done: number) => void,
): Promise<void> {
  await createFile(board, file, bytes.length);
  // One at a time: on Linux, Espruino's console loses itself when it is typed at while it works.
  for (const { at, part } of piecesOf(bytes)) {
    await writeAt(board, file, bytes.length, at, part);
    onProgress(at + part.length);
  }
  const read = await board.ask<[number, number] | 0>(`moteUp.file("${file}")`);
  if (read === 0 || read[0] !== bytes.length || read[1] !== sumOf(bytes)) {
    throw refuse(`${file} reads otherwise than it was written`, 'try again', board);
  }
}

async function createFile(board: Board, file: string, bytes: number): Promise<void> {
  const answer = await board.ask<string>(`moteUp.create("${file}",${bytes},${reserveOf(board.kind)})`);
  if (answer === 'ok') return;
  throw refuse(`no room for ${file} any more`, 'something else writes to Storage: stop it', board);
}

/** Other boot files that a selector cannot live beside: a saved state, and code that runs in its place. */
const inTheWay = ({ otherBoot }: BoardState) => otherBoot.filter((file) => !/^\.boot[\dP]/.test(file));

function checkBootCode(board: Board, state: BoardState, { replace, warn }: UploadOptions): void {
  const others = [...(state.bootCode === 'other' ? [SELECTOR_FILE] : []), ...inTheWay(state)];
  if (others.length === 0) return;
  const what = `boot code of somebody else is on the board: ${others.join(', ')}`;
  if (!replace) throw refuse(what, 'add --replace to give it up', board);
  warn?.(`${what}: replaced`);
}

const COMPACT = 'add --compact: a power cut while it runs erases everything on the board';

/** @returns bytes of what is given up before a compaction: the programs that are not chosen. */
function sparesOf({ chosen, slots }: BoardState): number {
  const others = slots.filter((file, slot) => file !== undefined && slot !== chosen?.slot);
  return others.reduce((sum, file) => sum + roomOf(file!.bytes), 0);
}

/** Throw, with the figures, where the program does not fit: unless a compaction is wanted, and makes room. */
function checkRoom(
  board: Board,
  state: BoardState,
  slot: Slot,
  program: Program,
  { compact: isWanted }: UploadOptions,
): void {
  if (fits(board, state, slot, program)) return;
  const need = needOf(state, slot, program);
  // What is in the slot already is given up, too.
  const needAfter = isIn(state, slot, program) ? need + roomOf(program.bytes.length) : need;
  const free = Math.max(0, state.freeBytes - reserveOf(board.kind));
  const gain = state.trashBytes + sparesOf(state);
  const isEnough = free + gain >= needAfter;
  if (isEnough && isWanted) return;
  if (isEnough && state.placesLeft === 0) throw refuse('the choice file is full', COMPACT, board);
  throw refuse(
    `${needAfter} bytes are needed in Storage, and ${free} are free; --compact would free ${gain}`,
    isEnough ? COMPACT : 'build a smaller program, or erase files of your own',
    board,
  );
}

async function askState(board: Board): Promise<BoardState> {
  await installHelper(board);
  await mend(board);
  return readState(board);
}

/** Give up everything but the chosen program, compact, and begin a new choice file. */
async function compact(
  board: Board,
  before: BoardState,
  { onStep, warn }: UploadOptions,
): Promise<BoardState> {
  warn?.('compacting: until it is done, a power cut erases everything on the board');
  onStep?.('compacting');
  const { chosen } = before;
  await board.reset();
  await installHelper(board);
  const erase = (file: string) => board.ask(`(require("Storage").erase("${file}"),1)`);
  // Without an entry the selector starts the only program that there is.
  if (chosen === undefined) for (const file of SLOT_FILES) await erase(file);
  else await erase(SLOT_FILES[1 - chosen.slot]!);
  await erase(CHOICE_FILE);
  await board.ask('(require("Storage").compact(),1)', 60_000);
  const kept = chosen === undefined ? undefined : before.slots[chosen.slot];
  if (chosen !== undefined && kept !== undefined) {
    const file = SLOT_FILES[chosen.slot];
    const read = await board.ask<[number, number] | 0>(`moteUp.file("${file}")`);
    if (read === 0 || read[1] !== kept.sum) {
      throw refuse(`${file} is damaged by the compaction`, 'upload again', board);
    }
    await createFile(board, CHOICE_FILE, CHOICE_BYTES);
    const reports = chosen.entry?.reports ?? false;
    await writeAt(
      board,
      CHOICE_FILE,
      CHOICE_BYTES,
      0,
      entryHead(chosen.slot, reports, chosen.entry?.trialMin ?? 10, kept.sum),
    );
    if (chosen.entry?.isHealthy) await mark(board, 0, 'healthy', CHOICE_BYTES);
  }
  return readState(board);
}

const mark = (board: Board, place: number, what: 'healthy' | 'rejected', bytes: number) =>
  writeAt(board, CHOICE_FILE, bytes, markOffset(place, what), Uint8Array.of(0));

/** Come to a state in which the slot that is written to is not running. */
async function settle(board: Board, options: UploadOptions): Promise<BoardState> {
  let state = await askState(board);
  for (let tries = 0; tries < 2; tries++) {
    const { chosen, running } = state;
    if (chosen?.isTrial && chosen.entry !== undefined) {
      options.warn?.('the program that was uploaded last has not reported yet: given up for the one before');
      await mark(board, chosen.entry.place, 'rejected', CHOICE_BYTES);
    } else if (running === undefined || running.slot < 0 || running.slot === chosen?.slot) {
      return state;
    }
    options.onStep?.('restarting the board into its former program');
    await board.restart(options.restartMs ?? RESTART_MS);
    state = await askState(board);
  }
  throw refuse('the board does not start the program that it should', 'restart it and try again', board);
}

/** Choose what lies in a slot: one entry, in one program. */
async function choose(board: Board, state: BoardState, head: Uint8Array): Promise<number> {
  const place = firstBlankPlace(state.choice);
  // A place that was torn must never look blank: what is still blank of it is filled.
  if (place > 0) {
    const last = state.choice.subarray((place - 1) * PLACE_BYTES, place * PLACE_BYTES);
    const isTorn = (last[0]! ^ last[1]!) !== 255 || (last[2]! ^ last[3]!) !== 255;
    for (let i = 0; isTorn && i < PLACE_BYTES; i++) {
      if (last[i] === 0xff) {
        await writeAt(board, CHOICE_FILE, CHOICE_BYTES, (place - 1) * PLACE_BYTES + i, Uint8Array.of(0));
      }
    }
  }
  await writeAt(board, CHOICE_FILE, CHOICE_BYTES, place * PLACE_BYTES, head);
  return place;
}

interface Program {
  readonly bytes: Uint8Array;
  readonly sum: number;
  /** It reports itself. */
  readonly reports: boolean;
}

const isIn = (state: BoardState, slot: Slot, { bytes, sum }: Program) =>
  state.slots[slot]?.sum === sum && state.slots[slot]?.bytes === bytes.length;

/** @returns bytes of Storage that an upload to a slot takes. */
function needOf(state: BoardState, slot: Slot, program: Program): number {
  const selector = state.bootCode === 'selector' ? 0 : roomOf(SELECTOR_TEXT.length);
  const choice = state.hasChoice ? 0 : roomOf(CHOICE_BYTES);
  return (isIn(state, slot, program) ? 0 : roomOf(program.bytes.length)) + choice + selector;
}

const fits = (board: Board, state: BoardState, slot: Slot, program: Program): boolean =>
  state.placesLeft > 0 && state.freeBytes - reserveOf(board.kind) >= needOf(state, slot, program);

async function writeProgram(
  board: Board,
  slot: Slot,
  { bytes }: Program,
  onStep: (step: string) => void,
): Promise<void> {
  let shown = -1;
  await eraseSlot(board, slot);
  await writeFile(board, SLOT_FILES[slot], bytes, (done) => {
    const percent = Math.floor((done * 5) / bytes.length) * 20;
    if (percent > shown) onStep(`writing ${bytes.length} bytes to ${SLOT_FILES[slot]}: ${percent} %`);
    shown = percent;
  });
}

/** Have the selector be the boot code, and nothing beside it. */
async function installSelector(
  board: Board,
  state: BoardState,
  onStep: (step: string) => void,
): Promise<void> {
  if (state.bootCode !== 'selector') {
    onStep('installing the boot selector');
    await writeFile(board, SELECTOR_FILE, Buffer.from(SELECTOR_TEXT, 'latin1'), () => {});
  }
  for (const file of inTheWay(state)) await board.ask(`(require("Storage").erase("${file}"),1)`);
}

/** Write the program where there is room, choose it, and restart the board. */
async function place(
  board: Board,
  state: BoardState,
  slot: Slot,
  program: Program,
  { trialMin, restartMs = RESTART_MS, onStep = () => {} }: UploadOptions,
): Promise<Pick<Uploaded, 'place' | 'uploadsLeft'>> {
  if (!isIn(state, slot, program)) await writeProgram(board, slot, program, onStep);
  if (!state.hasChoice) await createFile(board, CHOICE_FILE, CHOICE_BYTES);
  const at = await choose(board, state, entryHead(slot, program.reports, trialMin, program.sum));
  await installSelector(board, state, onStep);
  onStep('restarting the board');
  await board.restart(restartMs);
  const after = {
    ...state,
    freeBytes: state.freeBytes - needOf(state, slot, program),
    placesLeft: state.placesLeft - 1,
  };
  return { place: at, uploadsLeft: uploadsLeft(after, board.kind, program.bytes.length) };
}

/** Put a program on a board and restart it. Throws MoteError; what ran before is then still what starts. */
export async function upload(board: Board, options: UploadOptions): Promise<Uploaded> {
  const { code, onStep = () => {} } = options;
  const bytes = Buffer.from(code, 'latin1');
  const program = { bytes, sum: sumOf(bytes), reports: code.includes('moteHealthy') };
  const facts = { ...program, bytes: bytes.length };
  onStep('looking at what is on the board');
  if (flashOf(board.kind) === undefined) {
    options.warn?.(
      `the flash of ${board.kind} is not described: what an upload that was cut off leaves is not mended`,
    );
  }
  const before = await settle(board, options);
  checkBootCode(board, before, options);
  const { chosen } = before;
  if (chosen?.entry !== undefined && before.bootCode === 'selector' && isIn(before, chosen.slot, program)) {
    await board.ask(UNINSTALL);
    const left = uploadsLeft(before, board.kind, bytes.length);
    return { ...facts, slot: chosen.slot, place: chosen.entry.place, isSame: true, uploadsLeft: left };
  }

  const slot: Slot = chosen?.slot === 0 ? 1 : 0;
  checkRoom(board, before, slot, program, options);
  if (fits(board, before, slot, program)) {
    return { ...facts, slot, ...(await place(board, before, slot, program, options)), isSame: false };
  }
  try {
    const state = await compact(board, before, options);
    return { ...facts, slot, ...(await place(board, state, slot, program, options)), isSame: false };
  } catch (error) {
    // The compaction has ended what ran, and what locks the console.
    await board.restart(options.restartMs ?? RESTART_MS).catch(() => {});
    throw error;
  }
}
