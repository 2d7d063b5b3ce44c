// A region of the board's flash. The engine checks nothing and reports nothing: here every access is held to the region
// and to the part's program unit, so that no mistake can reach the firmware's own pages.

import { Code } from '../codes.ts';
import type { Flash, FlashBytes, FlashGeometry } from '../flash.ts';

export function openFlash(geometry: FlashGeometry): Flash {
  const flash = require('Flash');
  const bytes = geometry.pageSize * geometry.pages;

  function isInside(address: number, array: Uint8Array, offset: number, length: number): boolean {
    const start = address - geometry.base;
    if (start < 0 || length < 0 || start + length > bytes) return false;
    return offset >= 0 && offset + length <= array.length;
  }

  function read(address: number, into: Uint8Array, offset: number, length: number): number {
    if (!isInside(address, into, offset, length)) return Code.Range;
    if (length > 0) into.set(flash.read(length, address), offset);
    return Code.Ok;
  }

  function write(address: number, from: Uint8Array, offset: number, length: number): number {
    if (!isInside(address, from, offset, length)) return Code.Range;
    if (address % geometry.programUnit !== 0 || length % geometry.programUnit !== 0) return Code.Range;
    if (length > 0) flash.write(from.subarray(offset, offset + length), address);
    return Code.Ok;
  }

  function erase(page: number): number {
    if (page < 0 || page >= geometry.pages) return Code.Range;
    flash.erasePage(geometry.base + page * geometry.pageSize);
    return Code.Ok;
  }

  return { geometry, read, write, erase };
}

/** Bytes that are summed up at once: the engine makes an array of each, and looks for room for it. */
const BLANK_CHUNK = 512;

/**
 * The same region as strings, which the engine programs, compares and sums up at once. Nobody checks an address here: the
 * outbox makes none outside of its region.
 */
export function openFlashBytes(geometry: FlashGeometry): FlashBytes<string> {
  const flash = require('Flash');
  // Found once: the engine looks a method up by name each time.
  const write = flash.write;
  const readArray = flash.read;
  const toText = E.toString;
  const crc32 = E.CRC32;
  const words = new Uint32Array(2);
  const framed = words.buffer;

  function read(address: number, length: number): string {
    return toText(readArray(length, address));
  }

  function isBlank(address: number, length: number): boolean {
    for (let at = 0; at < length; at += BLANK_CHUNK) {
      const count = length - at < BLANK_CHUNK ? length - at : BLANK_CHUNK;
      if (E.sum(readArray(count, address + at)) !== 255 * count) return false;
    }
    return true;
  }

  /** @hot */
  function program(bytes: string, address: number): boolean {
    write(bytes, address);
    return toText(readArray(bytes.length, address)) === bytes;
  }

  function erase(page: number): void {
    flash.erasePage(geometry.base + page * geometry.pageSize);
  }

  /** @hot */
  function frame(word: number, seed: string, bytes: string): string {
    words[0] = word | (~word << 16);
    words[1] = crc32(seed + bytes);
    return toText(framed);
  }

  function crc(seed: string, bytes: string): string {
    words[1] = crc32(seed + bytes);
    return toText(framed).substr(4);
  }

  return { geometry, read, isBlank, write, program, erase, crc, frame };
}
