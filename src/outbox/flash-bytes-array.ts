// A flash as views: what is read lies in one array, which the next read overwrites. Same names as flash-bytes-string.ts.

import {
  byteAt,
  createBuffer,
  cut,
  emptied,
  join,
  joinWord,
  standsAt,
  type Bytes,
} from '../bytes/bytes-array.ts';
import type { Crc32 } from '../bytes/crc32-step.ts';
import { addToCrc, endCrc, startCrc } from '../bytes/crc32.ts';
import type { Flash, FlashBytes } from '../ports/flash.ts';

/** Bytes that are looked at at once. */
const BLANK_CHUNK = 64;

/** @param lengthMax most bytes of one read or write. Start-up only. */
export function createFlashBytes(flash: Flash, lengthMax: number): FlashBytes<Bytes> {
  const held = createBuffer(lengthMax);
  const checksum = createBuffer(4);
  const framed = createBuffer(8);
  const sum: Crc32 = { high: 0, low: 0 };

  function read(address: number, length: number): Bytes {
    flash.read(address, held.data, 0, length);
    return cut(held, held, 0, length);
  }

  function isBlank(address: number, length: number): boolean {
    const data = held.data;
    for (let at = 0; at < length; at += BLANK_CHUNK) {
      const count = length - at < BLANK_CHUNK ? length - at : BLANK_CHUNK;
      flash.read(address + at, data, 0, count);
      for (let i = 0; i < count; i++) if (data[i] !== 255) return false;
    }
    return true;
  }

  function write(bytes: Bytes, address: number): void {
    flash.write(address, bytes.data, bytes.from, bytes.length);
  }

  function program(bytes: Bytes, address: number): boolean {
    write(bytes, address);
    return standsAt(read(address, bytes.length), bytes, 0);
  }

  function erase(page: number): void {
    flash.erase(page);
  }

  function crc(seed: Bytes, bytes: Bytes): Bytes {
    startCrc(sum);
    for (let i = 0; i < seed.length; i++) addToCrc(sum, byteAt(seed, i));
    for (let i = 0; i < bytes.length; i++) addToCrc(sum, byteAt(bytes, i));
    endCrc(sum);
    return joinWord(joinWord(emptied(checksum), sum.low), sum.high);
  }

  function frame(word: number, seed: Bytes, bytes: Bytes): Bytes {
    return join(joinWord(joinWord(emptied(framed), word), ~word), crc(seed, bytes));
  }

  return { geometry: flash.geometry, read, isBlank, write, program, erase, crc, frame };
}
