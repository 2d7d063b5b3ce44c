// Topic names, topic filters and UTF-8 strings: what may stand in a packet (MQTT 3.1.1 sections 1.5.3 and 4.7).
// Byte loops: for start-up, and for topics from outside that are not plain ASCII.

import { byteAt, type Bytes } from '../bytes/bytes.ts';

/** Longest string that fits behind a two-byte length. */
export const STRING_MAX = 65535;

/** @returns the number of continuation bytes behind lead byte `lead`, or -1 where none may lead. */
function continuationBytes(lead: number): number {
  if (lead < 0x80) return 0;
  if (lead < 0xc2) return -1;
  if (lead < 0xe0) return 1;
  if (lead < 0xf0) return 2;
  return lead < 0xf5 ? 3 : -1;
}

/** @returns the least second byte after `lead` that is neither over-long, nor a surrogate, nor beyond U+10FFFF. */
function leastSecond(lead: number): number {
  if (lead === 0xe0) return 0xa0;
  return lead === 0xf0 ? 0x90 : 0x80;
}

function greatestSecond(lead: number): number {
  if (lead === 0xed) return 0x9f;
  return lead === 0xf4 ? 0x8f : 0xbf;
}

/** @returns bytes used by the character at `at`, or 0 when it is ill-formed or NUL (RFC 3629). */
function characterLength(bytes: Bytes, at: number): number {
  const lead = byteAt(bytes, at);
  const more = continuationBytes(lead);
  if (lead === 0 || more < 0 || at + more >= bytes.length) return 0;
  for (let i = 1; i <= more; i++) {
    const byte = byteAt(bytes, at + i);
    const least = i === 1 ? leastSecond(lead) : 0x80;
    const greatest = i === 1 ? greatestSecond(lead) : 0xbf;
    if (byte < least || byte > greatest) return 0;
  }
  return more + 1;
}

/** @returns whether `bytes` is well-formed UTF-8 without U+0000 and short enough [MQTT-1.5.3-1] [MQTT-1.5.3-2]. */
export function isText(bytes: Bytes): boolean {
  let at = 0;
  while (at < bytes.length) {
    const used = characterLength(bytes, at);
    if (used === 0) return false;
    at += used;
  }
  return at <= STRING_MAX;
}

const PLUS = 0x2b;
const HASH = 0x23;
const SLASH = 0x2f;

/** @returns whether `bytes` may name a topic: text, not empty, no wildcard [MQTT-4.7.3-1] [MQTT-3.3.2-2]. */
export function isTopicName(bytes: Bytes): boolean {
  for (let i = 0; i < bytes.length; i++) {
    const byte = byteAt(bytes, i);
    if (byte === PLUS || byte === HASH) return false;
  }
  return bytes.length > 0 && isText(bytes);
}

/** @returns whether the wildcard at `at` is a whole level, and the last one if it is `#`. */
function isWholeLevel(bytes: Bytes, at: number): boolean {
  const isLast = at + 1 === bytes.length;
  const opens = at === 0 || byteAt(bytes, at - 1) === SLASH;
  return opens && (isLast || (byteAt(bytes, at) === PLUS && byteAt(bytes, at + 1) === SLASH));
}

/** @returns whether `bytes` may filter topics: text, not empty, wildcards as whole levels, # at the end only (section 4.7.1). */
export function isTopicFilter(bytes: Bytes): boolean {
  for (let i = 0; i < bytes.length; i++) {
    const byte = byteAt(bytes, i);
    if ((byte === PLUS || byte === HASH) && !isWholeLevel(bytes, i)) return false;
  }
  return bytes.length > 0 && isText(bytes);
}
