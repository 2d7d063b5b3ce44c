// What Espruino takes for bytes: numbers, strings, arrays, typed arrays, buffers, and objects that say how often.

import type { Realm } from './realm.ts';
import { typeName } from './type-name.ts';

function collect(realm: Realm, value: unknown, into: number[]): void {
  if (typeof value === 'number' || typeof value === 'boolean') into.push(Number(value) & 0xff);
  else if (typeof value === 'string') into.push(...textToBytes(value));
  else if (Array.isArray(value)) value.forEach((item) => collect(realm, item, into));
  else if (ArrayBuffer.isView(value)) into.push(...Array.from(value as Uint8Array, (item) => item & 0xff));
  else if (isBuffer(value)) into.push(...new Uint8Array(value));
  else if (isRepeated(value)) for (let i = 0; i < value.count; i++) collect(realm, value.data, into);
  else throw new realm.TypeError(`Expecting Number or iterable, got ${typeName(value)}`);
}

/** Of whatever context. */
const isByteArray = (value: unknown): value is Uint8Array =>
  Object.prototype.toString.call(value) === '[object Uint8Array]';

export const isBuffer = (value: unknown): value is ArrayBuffer =>
  Object.prototype.toString.call(value) === '[object ArrayBuffer]';

function isRepeated(value: unknown): value is { data: unknown; count: number } {
  return typeof value === 'object' && value !== null && 'data' in value && 'count' in value;
}

/** @returns the bytes of a value. @throws TypeError of the realm for what has none. */
export function bytesOf(realm: Realm, value: unknown): Uint8Array {
  // What programs mostly have, at once.
  if (typeof value === 'string') return textToBytes(value);
  if (Array.isArray(value) && value.length === 1) return bytesOf(realm, value[0]);
  if (isByteArray(value)) return Uint8Array.from(value);
  const into: number[] = [];
  collect(realm, value, into);
  return Uint8Array.from(into);
}

/** @returns bytes as a string, one character each. */
export function bytesToText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

/** @returns a string as bytes; characters above 255 lose their upper bits, as in the engine's source text. */
export function textToBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** @returns `text` with every character cut to a byte. */
export function byteText(text: string): string {
  // eslint-disable-next-line no-control-regex -- all bytes are allowed
  return /^[\x00-\xff]*$/.test(text) ? text : bytesToText(textToBytes(text));
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc >>> 0;
});

/** @returns CRC-32 as in IEEE 802.3, 0 to 2^32 - 1. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 0xff]!;
  return (crc ^ 0xffffffff) >>> 0;
}
