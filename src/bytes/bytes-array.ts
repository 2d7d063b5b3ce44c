// The array form: views of Uint8Arrays, made at start-up and moved ever after, so that nothing is allocated in between.
// What `join` and its kin append goes into the buffer itself. Same names as bytes-string.ts.

import type { ByteView } from '../ports/bytes.ts';
import { decimalText } from './decimal.ts';

/** Bytes of any kind. */
export type Bytes = ByteView;

/** What `byteAt` gives beyond the end: no byte. */
const NO_BYTE = 256;
const SLASH = 0x2f;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
/** Powers of ten for digits: a division would make a fraction, which JerryScript allocates. */
const TENS = [1000000000, 100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1];

/** @returns a place for up to `capacity` bytes, for `join` and `keep`. Start-up only. */
export function createBuffer(capacity: number): Bytes {
  const data = new Uint8Array(capacity);
  // JerryScript gives a large array its memory at the first touch.
  if (capacity > 0) data[0] = 0;
  return { data, from: 0, length: 0 };
}

/** @returns a movable view, for `cut`. Start-up only. */
export function createView(): Bytes {
  return createBuffer(0);
}

export const EMPTY: Bytes = createBuffer(0);

/** @returns the bytes of `text`, one character each, to stay. Start-up only. */
export function constant(text: string): Bytes {
  return joinText(createBuffer(text.length), text);
}

/** @returns the bytes of `text`, one character each. At a new connection, not with each message: allocates. */
export function fromText(text: string): Bytes {
  return constant(text);
}

/** @returns whether a caller gave bytes. @inline */
export function isBytes(view: Bytes | null | undefined): boolean {
  return view !== null && view !== undefined && view.data instanceof Uint8Array && view.length >= 0;
}

/** @returns the byte at `at`; NO_BYTE beyond the end. */
export function byteAt(bytes: Bytes, at: number): number {
  return at < bytes.length ? bytes.data[bytes.from + at] : NO_BYTE;
}

/** A byte to compare with. */
export type Byte = number;

/** @returns whether the byte at `at` is `byte`. @inline */
export function isByte(bytes: Bytes, at: number, byte: Byte): boolean {
  return bytes.data[bytes.from + at] === byte;
}

/** @returns `count` bytes from `from` on, in `view`. */
export function cut(view: Bytes, bytes: Bytes, from: number, count: number): Bytes {
  view.data = bytes.data;
  view.from = bytes.from + from;
  view.length = count;
  return view;
}

/** @returns the bytes from `from` on, in `view`. */
export function tail(view: Bytes, bytes: Bytes, from: number): Bytes {
  return cut(view, bytes, from, bytes.length - from);
}

/** @returns whether `key` stands at `at`. */
export function standsAt(bytes: Bytes, key: Bytes, at: number): boolean {
  const length = key.length;
  if (at + length > bytes.length) return false;
  const a = bytes.data;
  const b = key.data;
  let i = bytes.from + at;
  let j = key.from;
  const end = j + length;
  while (j < end) if (a[i++] !== b[j++]) return false;
  return true;
}

/** @returns where the next slash stands, from `from` on; -1 when there is none. */
export function slashAt(bytes: Bytes, from: number): number {
  for (let i = from; i < bytes.length; i++) if (bytes.data[bytes.from + i] === SLASH) return i;
  return -1;
}

/** Move what a buffer holds to its beginning. */
function compact(buffer: Bytes): void {
  const data = buffer.data;
  for (let i = 0; i < buffer.length; i++) data[i] = data[buffer.from + i];
  buffer.from = 0;
}

/** Make room for `more` bytes behind what `buffer` holds. @returns where they go; -1 when they do not fit: the buffer is over-full then. */
function reserve(buffer: Bytes, more: number): number {
  const capacity = buffer.data.length;
  if (buffer.from > 0 && buffer.from + buffer.length + more > capacity) compact(buffer);
  const at = buffer.from + buffer.length;
  if (at + more > capacity) {
    // Longer than the buffer, so that whoever looks at the length finds it too long.
    buffer.length = capacity + 1;
    return -1;
  }
  buffer.length += more;
  return at;
}

/** Write `bytes` into an array at `at`; there is room. */
export function place(to: Uint8Array, at: number, bytes: Bytes): void {
  const data = bytes.data;
  const from = bytes.from;
  if (from === 0 && at + data.length <= to.length) {
    // At once; what lies behind its length is overwritten by whatever comes next.
    to.set(data, at);
    return;
  }
  const length = bytes.length;
  for (let i = 0; i < length; i++) to[at + i] = data[from + i];
}

/** @returns `head`, with `tail` behind what it held. */
export function join(head: Bytes, tail: Bytes): Bytes {
  const at = reserve(head, tail.length);
  if (at >= 0) place(head.data, at, tail);
  return head;
}

/** Put `byte` behind what `head` held. */
export function joinByte(head: Bytes, byte: number): void {
  const at = reserve(head, 1);
  if (at >= 0) head.data[at] = byte;
}

/** @returns `head`, with the 16 bits of `value` behind what it held, the lower eight first. */
export function joinWord(head: Bytes, value: number): Bytes {
  joinByte(head, value & 255);
  joinByte(head, (value >> 8) & 255);
  return head;
}

/** @returns the 16 bits of `first` and of `second`, the lower eight first, in `buffer`. */
export function putWords(buffer: Bytes, first: number, second: number): Bytes {
  return joinWord(joinWord(emptied(buffer), first), second);
}

/** @returns `head`, with the 32 bits of `value` behind what it held, the lowest eight first. */
export function joinDouble(head: Bytes, value: number): Bytes {
  return joinWord(joinWord(head, value), value >> 16);
}

/** @returns the 16 bits at `at`, the lower eight first. */
export function wordAt(bytes: Bytes, at: number): number {
  const i = bytes.from + at;
  return bytes.data[i] | (bytes.data[i + 1] << 8);
}

/** @returns `bytes`, with the bits of `mask` in the byte at `at` turned round. */
export function flipped(bytes: Bytes, at: number, mask: number): Bytes {
  bytes.data[bytes.from + at] ^= mask;
  return bytes;
}

/** @returns `head`, with the characters of `text` behind what it held. */
export function joinText(head: Bytes, text: string): Bytes {
  const length = text.length;
  const at = reserve(head, length);
  if (at < 0) return head;
  const to = head.data;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    // What is no byte must not become a valid one: 255 is none in UTF-8.
    to[at + i] = code > 255 ? 255 : code;
  }
  return head;
}

/** @returns `head`, with `value` in decimal behind what it held, `decimals` of its digits behind a point. */
export function joinFixed(head: Bytes, value: number, decimals: number): Bytes {
  let left = value < 0 ? -value : value;
  // JerryScript allocates for a look at the greater limit already, so numbers of every day never come to it.
  if (!(left <= 0x7ffffff)) {
    // More digits than TENS has, or none.
    if (!(left < 1e10)) return joinText(head, decimalText(value, decimals));
  }
  let begun = false;
  if (value < 0) joinByte(head, MINUS);
  // The first is beyond what JerryScript holds without allocating, and needed for numbers that are too.
  for (let i = left > 0x7ffffff ? 0 : 1; i < 10; i++) {
    const ten = TENS[i];
    let digit = ZERO;
    while (left >= ten) {
      left -= ten;
      digit++;
    }
    begun = begun || digit > ZERO || 9 - i <= decimals;
    if (decimals > 0 && 10 - i === decimals) joinByte(head, POINT);
    if (begun) joinByte(head, digit);
  }
  return head;
}

/** @returns `head`, with `value` in decimal behind what it held. */
export function joinInteger(head: Bytes, value: number): Bytes {
  return joinFixed(head, value, 0);
}

/** @returns `bytes` from `from` on, kept in `buffer`, which they may come from. */
export function keep(buffer: Bytes, bytes: Bytes, from: number): Bytes {
  const to = buffer.data;
  const data = bytes.data;
  const start = bytes.from + from;
  const length = bytes.length - from;
  for (let i = 0; i < length; i++) to[i] = data[start + i];
  buffer.from = 0;
  buffer.length = length;
  return buffer;
}

/** @returns whether `bytes` fit where there is room for `capacity`. @inline */
export function fits(bytes: Bytes, capacity: number): boolean {
  return bytes.length <= capacity;
}

/** @returns a copy of `bytes` in `buffer`, whose capacity they fit. */
export function copy(buffer: Bytes, bytes: Bytes): Bytes {
  buffer.from = 0;
  buffer.length = bytes.length;
  place(buffer.data, 0, bytes);
  return buffer;
}

/** @returns `kept`: the place stays. @inline */
export function release(kept: Bytes): Bytes {
  return kept;
}

/** @returns `count` bytes from `from` on as text. Allocates. */
export function toText(bytes: Bytes, from: number, count: number): string {
  let text = '';
  for (let i = 0; i < count; i++) text += String.fromCharCode(byteAt(bytes, from + i));
  return text;
}

/** @returns `bytes` without the first `count`. */
export function drop(bytes: Bytes, count: number): Bytes {
  bytes.from += count;
  bytes.length -= count;
  return bytes;
}

/** @returns a buffer with nothing in it. */
export function emptied(buffer: Bytes): Bytes {
  buffer.from = buffer.length = 0;
  return buffer;
}
