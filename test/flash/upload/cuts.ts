// An upload with the power cut at one flash operation, torn in one way, or with the cable pulled in front of one chunk; then
// a start, and the next upload. Says what is wrong with what is left.

import { createNor, type Nor } from '../../../sim/nor.ts';
import type { Way } from '../../../sim/torn.ts';
import { findBoard } from '../../../flash/boards.ts';
import { startVirtualBoard } from './virtual-board.ts';
import { program, send, whoRuns } from './who.ts';

const MAP = findBoard('esp32').flash!;
/** Storage as far as these uploads fill it. */
const STORAGE = { address: MAP.storage.address, bytes: 64 * 1024 };

export type Image = Uint8Array;

export function imageOf(nor: Nor): Image {
  const image = new Uint8Array(STORAGE.bytes);
  nor.read(STORAGE.address, image);
  return image;
}

export function norOf(image: Image): Nor {
  const nor = createNor(MAP);
  nor.program(STORAGE.address, image);
  return nor;
}

/** Flash of a board that has taken two uploads: `zero`, then `old`. */
export async function baseImage(): Promise<Image> {
  const board = await startVirtualBoard();
  await send(board.port, program('zero'));
  await send(board.port, program('old'));
  const image = imageOf(board.nor);
  await board.close();
  return image;
}

const NEW = `${program('new')}/*${'z'.repeat(900)}*/`;
const QUICK = { restartMs: 300 };

export interface Operation {
  readonly kind: 'program' | 'erase';
  readonly bytes: number;
}

/** @returns what an upload does to the flash, in order. */
export async function operationsOf(image: Image): Promise<Operation[]> {
  const operations: Operation[] = [];
  const nor = norOf(image);
  const watched: Nor = {
    ...nor,
    program(address, bytes) {
      operations.push({ kind: 'program', bytes: bytes.length });
      return nor.program(address, bytes);
    },
    erase(address) {
      operations.push({ kind: 'erase', bytes: MAP.pageBytes });
      return nor.erase(address);
    },
  };
  const board = await startVirtualBoard({ nor: watched });
  await send(board.port, NEW);
  await whoRuns(board.port);
  await board.close();
  return operations;
}

/** @returns who ran after the cut; throws an error that says what is wrong. */
export async function cutUpload(image: Image, operation: number, way: Way | undefined): Promise<string> {
  const nor = norOf(image);
  const cut = await startVirtualBoard({
    nor,
    cutAtOperation: operation,
    ...(way && { torn: () => way.torn }),
  });
  await send(cut.port, NEW, QUICK).catch(() => {});
  const wasCut = cut.isCut();
  await cut.close();
  const at = `cut at operation ${operation}, ${way?.name ?? 'not begun'}`;
  if (!wasCut) throw new Error(`${at}: there was none`);

  const after = await startVirtualBoard({ nor });
  try {
    const { name, files } = await whoRuns(after.port);
    if (/corrupt|Erasing/.test(after.printed())) throw new Error(`${at}: Storage was erased`);
    if (name !== 'old' && name !== 'new') throw new Error(`${at}: ${name} runs`);
    if (files < 3) throw new Error(`${at}: only ${files} files are left`);
    await send(after.port, program('next'));
    const next = (await whoRuns(after.port)).name;
    if (next !== 'next') throw new Error(`${at}: after the next upload ${next} runs`);
    after.restart();
    const last = (await whoRuns(after.port)).name;
    if (last !== 'next') throw new Error(`${at}: after the next upload and a restart ${last} runs`);
    return name;
  } finally {
    await after.close();
  }
}
