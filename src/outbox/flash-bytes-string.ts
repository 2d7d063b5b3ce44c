// A flash that deals in arrays, as strings: for host programs. Espruino's own flash port deals in strings anyway.

import { constant, EMPTY, join, joinWord, type Bytes } from '../bytes/bytes-string.ts';
import type { Crc32 } from '../bytes/crc32-step.ts';
import { addToCrc, endCrc, startCrc } from '../bytes/crc32.ts';
import type { Flash, FlashBytes } from '../ports/flash.ts';

/** Bytes that are looked at at once. */
const BLANK_CHUNK = 64;

/** @param lengthMax most bytes of one read or write. Start-up only. */
export function createFlashBytes(flash: Flash, lengthMax: number): FlashBytes<Bytes> {
  const data = new Uint8Array(lengthMax);
  const sum: Crc32 = { high: 0, low: 0 };

  function read(address: number, length: number): Bytes {
    flash.read(address, data, 0, length);
    let text = EMPTY;
    for (let i = 0; i < length; i++) text += String.fromCharCode(data[i]);
    return constant(text);
  }

  function isBlank(address: number, length: number): boolean {
    for (let at = 0; at < length; at += BLANK_CHUNK) {
      const count = length - at < BLANK_CHUNK ? length - at : BLANK_CHUNK;
      flash.read(address + at, data, 0, count);
      for (let i = 0; i < count; i++) if (data[i] !== 255) return false;
    }
    return true;
  }

  function write(bytes: Bytes, address: number): void {
    for (let i = 0; i < bytes.length; i++) data[i] = bytes.charCodeAt(i);
    flash.write(address, data, 0, bytes.length);
  }

  function program(bytes: Bytes, address: number): boolean {
    write(bytes, address);
    return read(address, bytes.length) === bytes;
  }

  function erase(page: number): void {
    flash.erase(page);
  }

  function crc(seed: Bytes, bytes: Bytes): Bytes {
    startCrc(sum);
    for (let i = 0; i < seed.length; i++) addToCrc(sum, seed.charCodeAt(i));
    for (let i = 0; i < bytes.length; i++) addToCrc(sum, bytes.charCodeAt(i));
    endCrc(sum);
    return joinWord(joinWord(EMPTY, sum.low), sum.high);
  }

  function frame(word: number, seed: Bytes, bytes: Bytes): Bytes {
    return join(joinWord(joinWord(EMPTY, word), ~word), crc(seed, bytes));
  }

  return { geometry: flash.geometry, read, isBlank, write, program, erase, crc, frame };
}
