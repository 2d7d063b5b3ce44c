// What drivers share to take bytes apart and to tell good ones from bad. No bus, no state.

/** Larger than any channel's `max`: what no check of a range lets through. */
const BEYOND = 0x7fffffff;
const LIMIT = 0x7ffffff;

/** @returns `code` when it is an error, else `ms`: a transfer, and the wait after it. */
export function waitAfter(code: number, ms: number): number {
  return code < 0 ? code : ms;
}

/** @returns a byte as an integer with a sign, -128 to 127. */
export function signed8(byte: number): number {
  return (byte ^ 0x80) - 0x80;
}

/** @returns two bytes, high one first, 0 to 65535. */
export function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at] * 256 + bytes[at + 1];
}

/** @returns two bytes, high one first, with a sign. */
export function signedWordAt(bytes: Uint8Array, at: number): number {
  return signed8(bytes[at]) * 256 + bytes[at + 1];
}

/** @returns two bytes, low one first, 0 to 65535. */
export function lowWordAt(bytes: Uint8Array, at: number): number {
  return bytes[at + 1] * 256 + bytes[at];
}

/** @returns two bytes, low one first, with a sign. */
export function signedLowWordAt(bytes: Uint8Array, at: number): number {
  return signed8(bytes[at + 1]) * 256 + bytes[at];
}

/** @returns true when all bytes are 0x00, or all 0xFF: what a dead bus or an unprogrammed chip gives. */
export function isBlank(bytes: Uint8Array): boolean {
  const first = bytes[0];
  if (first !== 0 && first !== 0xff) return false;
  for (let i = 1; i < bytes.length; i++) if (bytes[i] !== first) return false;
  return true;
}

/**
 * A result of arithmetic as a channel's integer, halves away from zero. Not Math.round: engines differ below zero.
 * @returns what no range lets through where `value` is no number, or far too large for one.
 */
export function nearest(value: number): number {
  // Also false for NaN.
  if (!(value > -LIMIT && value < LIMIT)) return BEYOND;
  return (value < 0 ? value - 0.5 : value + 0.5) | 0;
}

/**
 * CRC-8 of `count` bytes, high bit first.
 * @param polynomial 0x31 for Sensirion, Aosong and TE. @param initial what it begins with: 0xFF, for TE 0.
 */
export function crc8(
  bytes: Uint8Array,
  from: number,
  count: number,
  polynomial: number,
  initial: number,
): number {
  let crc = initial;
  for (let i = from; i < from + count; i++) {
    crc ^= bytes[i];
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x80 ? polynomial : 0)) & 0xff;
  }
  return crc;
}

/** Words of two bytes, each with its CRC behind it, as Sensirion sends them. @returns whether all are right. */
export function hasRightWords(bytes: Uint8Array): boolean {
  for (let at = 0; at + 2 < bytes.length; at += 3) {
    if (crc8(bytes, at, 2, 0x31, 0xff) !== bytes[at + 2]) return false;
  }
  return true;
}
