// Lengths and numbers as they stand in packets of MQTT 5.0, as strings. Same names as lengths-array.ts.

import type { Bytes } from '../bytes/bytes.ts';
import { encodeLength, word } from './packet.ts';

/** @returns `head`, with a length in as few bytes as can be behind what it held (section 1.5.5). @inline */
export function joinLength(head: Bytes, length: number): Bytes {
  return head + encodeLength(length);
}

/** @returns `head`, with the 16 bits of `value` behind what it held, the greater half first. @inline */
export function joinWide(head: Bytes, value: number): Bytes {
  return head + word(value);
}
