// Topic names, topic filters and UTF-8 strings: what may stand in a packet (MQTT 3.1.1 sections 1.5.3 and 4.7).
// Byte loops: for start-up, and for topics from outside that are not plain ASCII.

import { byteAt, type Bytes } from '../bytes/bytes.ts';

/** Longest string that fits behind a two-byte length. */
export const STRING_MAX = 65535;

const PLUS = 0x2b;
const HASH = 0x23;
const SLASH = 0x2f;

/** Least code point of a character of 1 to 4 bytes: shorter forms only (RFC 3629), and no U+0000 [MQTT-1.5.3-2]. */
const LEAST = [1, 0x80, 0x800, 0x10000];

/** @returns whether `bytes` is well-formed UTF-8 without U+0000 and short enough [MQTT-1.5.3-1] [MQTT-1.5.3-2]. */
export function isText(bytes: Bytes): boolean {
  const size = bytes.length;
  let at = 0;
  while (at < size) {
    let point = byteAt(bytes, at++);
    let more = 0;
    if (point > 0xbf) {
      more = point > 0xef ? 3 : point > 0xdf ? 2 : 1;
      point &= 0x7f >> more;
    } else if (point > 0x7f) {
      return false;
    }
    for (let i = 0; i < more; i++) {
      const byte = at < size ? byteAt(bytes, at++) : 0;
      if (byte >> 6 !== 2) return false;
      point = (point << 6) | (byte & 63);
    }
    if (point < LEAST[more] || point > 0x10ffff || point >> 11 === 27) return false;
  }
  return size <= STRING_MAX;
}

/**
 * @returns whether `bytes` may name a topic, or filter topics if `isFilter`: text, not empty; wildcards in a filter only, as
 * whole levels, # at its end [MQTT-4.7.3-1] [MQTT-3.3.2-2] [MQTT-4.7.1-2] [MQTT-4.7.1-3].
 */
export function isTopic(bytes: Bytes, isFilter: boolean): boolean {
  const last = bytes.length - 1;
  for (let i = 0; i <= last; i++) {
    const byte = byteAt(bytes, i);
    if (byte !== PLUS && byte !== HASH) continue;
    if (!isFilter || (i > 0 && byteAt(bytes, i - 1) !== SLASH)) return false;
    if (i < last && (byte === HASH || byteAt(bytes, i + 1) !== SLASH)) return false;
  }
  return last >= 0 && isText(bytes);
}
