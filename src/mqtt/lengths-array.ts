// Lengths and numbers as they stand in packets of MQTT 5.0, written into arrays: as text they would be allocated. Same names as
// lengths-string.ts.

import { joinByte, type Bytes } from '../bytes/bytes-array.ts';

/** @returns `head`, with a length in as few bytes as can be behind what it held (section 1.5.5). */
export function joinLength(head: Bytes, length: number): Bytes {
  let left = length;
  for (; left > 127; left >>= 7) joinByte(head, (left & 127) | 128);
  joinByte(head, left);
  return head;
}

/** @returns `head`, with the 16 bits of `value` behind what it held, the greater half first. */
export function joinWide(head: Bytes, value: number): Bytes {
  joinByte(head, (value >> 8) & 255);
  joinByte(head, value & 255);
  return head;
}
