// A chip whose content is a file, byte for byte: whatever is done to the chip is in the file at once, and a chip made from
// the file goes on from there. An empty file, or none, is an erased chip.

import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { createNor } from '../nor.ts';
import type { Nor, NorGeometry } from '../nor.ts';
import { ConsoleError } from './error.ts';

export interface FlashFile {
  readonly nor: Nor;
  /** true: the file was there, with something in it. */
  readonly isOld: boolean;
  close(): void;
}

/** Programs and erases are few; a page is the most that one changes. */
function copyOut(nor: Nor, file: number, address: number, bytes: number): void {
  const content = new Uint8Array(bytes);
  nor.read(address, content);
  writeSync(file, content, 0, bytes, address - nor.geometry.base);
}

function load(nor: Nor, file: number): void {
  const { base, bytes, pageBytes } = nor.geometry;
  const page = new Uint8Array(pageBytes);
  for (let at = 0; at < bytes; at += pageBytes) {
    readSync(file, page, 0, pageBytes, at);
    if (!page.every((byte) => byte === 0xff)) nor.program(base + at, page);
  }
}

/** Open or make the file. @throws ConsoleError when it cannot be, or belongs to another chip. */
export function openFlashFile(path: string, geometry: NorGeometry): FlashFile {
  const { base, bytes, pageBytes } = geometry;
  let file: number;
  try {
    file = openSync(path, 'a+');
    closeSync(file);
    file = openSync(path, 'r+');
  } catch (error) {
    throw new ConsoleError(
      `the flash file cannot be opened: ${(error as Error).message}`,
      'name another file',
    );
  }
  const { size } = fstatSync(file);
  const nor = createNor(geometry);
  if (size !== 0 && size !== bytes) {
    closeSync(file);
    throw new ConsoleError(
      `${path} has ${size} bytes, and the flash of this board ${bytes}`,
      'name the file of a board of this kind, or a new one',
    );
  }
  if (size === 0) writeSync(file, new Uint8Array(bytes).fill(0xff), 0, bytes, 0);
  else load(nor, file);

  /** Changes that the power went away in: they can be read when it is back. */
  let late: (readonly [address: number, bytes: number])[] = [];
  const flush = () => {
    for (const [address, length] of late) copyOut(nor, file, address, length);
    late = [];
  };
  const changed = (address: number, length: number) => {
    late.push([address, length]);
    if (nor.isPowered()) flush();
  };
  const { program, erase, powerUp } = nor;
  nor.program = (address, from) => {
    const done = program(address, from);
    if (done) changed(address, from.length);
    return done;
  };
  nor.erase = (address) => {
    const done = erase(address);
    if (done) changed(address - ((address - base) % pageBytes), pageBytes);
    return done;
  };
  nor.powerUp = () => {
    powerUp();
    flush();
  };
  return {
    nor,
    isOld: size !== 0,
    close() {
      nor.powerUp();
      Object.assign(nor, { program, erase, powerUp });
      closeSync(file);
    },
  };
}
