// NOR flash in a file of the host, so that what a program stored survives it. A part without ECC: any program clears bits.

import { closeSync, constants, openSync, readSync, writeSync, fstatSync } from 'node:fs';
import { Code } from '../../src/ports/codes.ts';
import type { Flash, FlashGeometry } from '../../src/ports/flash.ts';

export interface FileFlash extends Flash {
  close(): void;
}

/** Open a flash in a file, which is made, erased, where there is none. Throws the system's error when it cannot be opened. */
export function openFlash(path: string, layout: Omit<FlashGeometry, 'ecc'>): FileFlash {
  const geometry: FlashGeometry = { ...layout, ecc: false };
  const { base, pageSize, pages, programUnit } = geometry;
  const bytes = pageSize * pages;
  const file = openSync(path, constants.O_RDWR | constants.O_CREAT);
  const erased = new Uint8Array(pageSize).fill(0xff);

  const present = fstatSync(file).size;
  if (present < bytes) {
    writeSync(file, new Uint8Array(bytes - present).fill(0xff), 0, bytes - present, present);
  }

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
      readSync(file, into, offset, length, address - base);
      return Code.Ok;
    },
    write(address, from, offset, length) {
      if (!isInside(address, from, offset, length)) return Code.Range;
      if (address % programUnit !== 0 || length % programUnit !== 0) return Code.Range;
      const held = new Uint8Array(length);
      readSync(file, held, 0, length, address - base);
      for (let i = 0; i < length; i++) held[i] &= from[offset + i];
      writeSync(file, held, 0, length, address - base);
      return Code.Ok;
    },
    erase(page) {
      if (page < 0 || page >= pages) return Code.Range;
      writeSync(file, erased, 0, pageSize, page * pageSize);
      return Code.Ok;
    },
    close: () => closeSync(file),
  };
}
