// The string form: one character a byte, because Espruino sends and receives nothing else. Native operations on whole strings
// are cheap there, a look at each byte is not. Parameters with a leading underscore belong to the array form, which needs a
// place for what it makes.

import { decimalText } from './decimal.ts';

/** Bytes of any kind. */
export type Bytes = string;

export const EMPTY: Bytes = '';

// Found once: the engine looks a method up by name each time.
const chr = String.fromCharCode;

/** @returns a place for up to `_capacity` bytes, for `join` and `keep`. Start-up only. @inline */
export function createBuffer(_capacity: number): Bytes {
  return '';
}

/** @returns a movable view, for `cut`. Start-up only. @inline */
export function createView(): Bytes {
  return '';
}

/** @returns the bytes of `text`, one character each, until the next call. @inline */
export function fromText(text: string): Bytes {
  return text;
}

/** @returns the bytes of `text`, one character each, to stay. Start-up only. @inline */
export function constant(text: string): Bytes {
  return text;
}

/** @returns whether a caller gave bytes. @inline */
export function isBytes(value: unknown): boolean {
  return typeof value === 'string';
}

/** @returns the byte at `at`; NaN beyond the end. @inline */
export function byteAt(bytes: Bytes, at: number): number {
  return bytes.charCodeAt(at);
}

/** A byte to compare with: as a character, which the engine compares faster than it finds a number. */
export type Byte = string;

/** @returns whether the byte at `at` is `byte`. @inline */
export function isByte(bytes: Bytes, at: number, byte: Byte): boolean {
  return bytes[at] === byte;
}

/** @returns `count` bytes from `from` on. @inline */
export function cut(_view: Bytes, bytes: Bytes, from: number, count: number): Bytes {
  return bytes.substr(from, count);
}

/** @returns the bytes from `from` on. @inline */
export function tail(_view: Bytes, bytes: Bytes, from: number): Bytes {
  return bytes.substr(from);
}

/** @returns whether `key` stands at `at`. @inline */
export function standsAt(bytes: Bytes, key: Bytes, at: number): boolean {
  return bytes.startsWith(key, at);
}

/** @returns where the next slash stands, from `from` on; -1 when there is none. @inline */
export function slashAt(bytes: Bytes, from: number): number {
  return bytes.indexOf('/', from);
}

/** @returns `head` and behind it `tail`. @inline */
export function join(head: Bytes, tail: Bytes): Bytes {
  return head + tail;
}

/** @returns `head` and behind it the 16 bits of `value`, the lower eight first. @hot */
export function joinWord(head: Bytes, value: number): Bytes {
  return head + chr(value & 255, (value >> 8) & 255);
}

/** @returns the 16 bits of `first` and of `second`, the lower eight first, in `_buffer`. @inline */
export function putWords(_buffer: Bytes, first: number, second: number): Bytes {
  return chr(first & 255, (first >> 8) & 255, second & 255, (second >> 8) & 255);
}

/** @returns `head` and behind it the 32 bits of `value`, the lowest eight first. */
export function joinDouble(head: Bytes, value: number): Bytes {
  return head + chr(value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24);
}

/** @returns the 16 bits at `at`, the lower eight first. */
export function wordAt(bytes: Bytes, at: number): number {
  return bytes.charCodeAt(at) | (bytes.charCodeAt(at + 1) << 8);
}

/** @returns `bytes` with the bits of `mask` in the byte at `at` the other way round; the array form turns its own. */
export function flipped(bytes: Bytes, at: number, mask: number): Bytes {
  return bytes.substr(0, at) + chr(bytes.charCodeAt(at) ^ mask) + bytes.substr(at + 1);
}

/** @returns `head` and behind it the characters of `text`. @inline */
export function joinText(head: Bytes, text: string): Bytes {
  return head + text;
}

/** @returns `head` and behind it `value` in decimal. @inline */
export function joinInteger(head: Bytes, value: number): Bytes {
  return head + value;
}

/** @returns `head` and behind it `value` / 10^`decimals`. @hot */
export function joinFixed(head: Bytes, value: number, decimals: number): Bytes {
  const text = decimalText(value, decimals);
  return head + text;
}

/** @returns `bytes` from `from` on, to be kept. @inline */
export function keep(_buffer: Bytes, bytes: Bytes, from: number): Bytes {
  return bytes.substr(from);
}

/** @returns whether `bytes` fit where there is room for `_capacity`: strings grow. @inline */
export function fits(_bytes: Bytes, _capacity: number): boolean {
  return true;
}

/** @returns a copy of `bytes` that stays. @inline */
export function copy(_buffer: Bytes, bytes: Bytes): Bytes {
  return bytes;
}

/** @returns what takes the place of `_kept` when it is not needed any more. @inline */
export function release(_kept: Bytes): Bytes {
  return EMPTY;
}

/** @returns `count` bytes from `from` on as text. @inline */
export function toText(bytes: Bytes, from: number, count: number): string {
  return bytes.substr(from, count);
}

/** @returns `bytes` without the first `count`. @inline */
export function drop(bytes: Bytes, count: number): Bytes {
  return bytes.substr(count);
}

/** @returns a buffer with nothing in it. @inline */
export function emptied(_buffer: Bytes): Bytes {
  return EMPTY;
}
