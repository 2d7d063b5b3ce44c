// Flash that lies in the RAM of an engine, where its host gives it none: programs clear bits, an erase sets a page. ES5 subset.

import type { Flash } from '../../src/ports/flash.ts';

/** @returns an erased flash from address 0 on, with a program unit of 4 bytes. Nobody checks an address. */
export function createRamFlash(pageSize: number, pages: number): Flash {
  const chip = new Uint8Array(pageSize * pages);
  for (let i = 0; i < chip.length; i++) chip[i] = 255;
  return {
    geometry: { base: 0, pageSize, pages, programUnit: 4, ecc: false },
    read(address: number, into: Uint8Array, offset: number, length: number): number {
      for (let i = 0; i < length; i++) into[offset + i] = chip[address + i];
      return 0;
    },
    write(address: number, from: Uint8Array, offset: number, length: number): number {
      for (let i = 0; i < length; i++) chip[address + i] &= from[offset + i];
      return 0;
    },
    erase(page: number): number {
      for (let i = 0; i < pageSize; i++) chip[page * pageSize + i] = 255;
      return 0;
    },
  };
}
