// NOR flash in a file of the host, so that what a program stored survives it. A part without ECC: any program clears bits.

import { closeSync, constants, fdatasyncSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { Code } from '../../src/ports/codes.ts';
import type { Flash, FlashGeometry } from '../../src/ports/flash.ts';

export interface FileFlash extends Flash {
  close(): void;
}

export interface FileFlashOptions {
  /** Where in the file the first page begins, 0. */
  readonly at?: number;
  /**
   * Every write and erase waits until the disk says that it has it. Without, what was written survives the end of this
   * process, however it ends; with it, the loss of power too, as far as the system and its disk keep their word.
   */
  readonly fsync?: boolean;
}

/** Open a flash in a file, which is made, erased, where there is none. Throws the system's error when it cannot be opened. */
export function openFlash(
  path: string,
  layout: Omit<FlashGeometry, 'ecc'>,
  { at = 0, fsync = false }: FileFlashOptions = {},
): FileFlash {
  const geometry: FlashGeometry = { ...layout, ecc: false };
  const { base, pageSize, pages, programUnit } = geometry;
  const bytes = pageSize * pages;
  const file = openSync(path, constants.O_RDWR | constants.O_CREAT);
  const erased = new Uint8Array(pageSize).fill(0xff);

  const put = (from: Uint8Array, position: number) => {
    writeSync(file, from, 0, from.length, position);
    if (fsync) fdatasyncSync(file);
  };

  const present = fstatSync(file).size;
  const end = at + bytes;
  if (present < end) put(new Uint8Array(end - present).fill(0xff), present);

  const isInside = (address: number, array: Uint8Array, offset: number, length: number) =>
    address >= base &&
    length >= 0 &&
    address - base + length <= bytes &&
    offset >= 0 &&
    offset + length <= array.length;

  return {
    geometry,
    read(address, into, offset, length) {
      if (!isInside(address, into, offset, length)) return Code.Range;
      readSync(file, into, offset, length, at + address - base);
      return Code.Ok;
    },
    write(address, from, offset, length) {
      if (!isInside(address, from, offset, length)) return Code.Range;
      if (address % programUnit !== 0 || length % programUnit !== 0) return Code.Range;
      const held = new Uint8Array(length);
      readSync(file, held, 0, length, at + address - base);
      for (let i = 0; i < length; i++) held[i] &= from[offset + i];
      put(held, at + address - base);
      return Code.Ok;
    },
    erase(page) {
      if (page < 0 || page >= pages) return Code.Range;
      put(erased, at + page * pageSize);
      return Code.Ok;
    },
    close: () => closeSync(file),
  };
}
