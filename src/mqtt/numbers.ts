// How numbers stand in packets of MQTT 5.0: bytes, the greatest first, and variable byte integers (section 1.5). Bytes only.

import { byteAt, type Bytes } from '../bytes/bytes.ts';

/** @returns the number whose `size` bytes stand at `at`; where not all of them are there, something else. */
export function numberAt(bytes: Bytes, at: number, size: number): number {
  let value = 0;
  for (let i = at; i < at + size; i++) value = value * 256 + byteAt(bytes, i);
  return value;
}

/** @returns the variable byte integer at `at`; -1 when it is none [MQTT-1.5.5-1], NaN when its end is not there. */
export function lengthAt(bytes: Bytes, at: number): number {
  let value = 0;
  let byte = 128;
  let shift = 0;
  for (let i = at; byte > 127 && shift < 28 && i < bytes.length; i++) {
    byte = byteAt(bytes, i);
    value |= (byte & 127) << shift;
    shift += 7;
  }
  if (byte > 127) return shift < 28 ? NaN : -1;
  return byte === 0 && shift > 7 ? -1 : value;
}

/** @returns how many bytes a variable byte integer takes; 1 when it is none. */
export function sizeOfLength(value: number): number {
  let size = 1;
  for (let left = value >> 7; left > 0; left >>= 7) size++;
  return size;
}
