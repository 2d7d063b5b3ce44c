// HMAC-SHA-256 (RFC 2104), and what of a message it is over. Both pads of the key are prepared at start-up.

import { byteAt, constant, copy, createBuffer, emptied, join, joinText, type Bytes } from '../bytes/bytes.ts';
import type { Digest } from '../ports/digest.ts';

/** Bytes that SHA-256 works on at a time, and bytes of its result. */
const BLOCK = 64;
const SIZE = 32;
/** Fewer bytes of a key can be guessed. */
export const KEY_MIN = 16;
/** Characters of a MAC in base64. */
export const MAC_SIZE = 44;
/** Stands between topic and text: no topic name holds it ([MQTT-1.5.3-2]), so that nothing can be moved from one to the other. */
const BETWEEN = '\0';

export interface Hmac {
  /** @returns the MAC of a message, MAC_SIZE characters of base64. */
  of(message: Bytes): string;
  /** @returns whether two MACs are the same, in a time that tells nothing of where they differ. */
  isSame(one: string, other: string): boolean;
}

/** @returns what is signed of a message, in `buffer`. */
export function joinSigned(buffer: Bytes, topic: Bytes, text: Bytes): Bytes {
  return join(joinText(join(emptied(buffer), topic), BETWEEN), text);
}

/**
 * Start-up only.
 * @param key bytes. @param messageMax most bytes of a message.
 */
export function createHmac(digest: Digest<Bytes>, key: string, messageMax: number): Hmac {
  const given = key.length > BLOCK ? copy(createBuffer(SIZE), digest.sha256(constant(key))) : constant(key);

  function pad(byte: number): Bytes {
    let text = '';
    for (let i = 0; i < BLOCK; i++) {
      text += String.fromCharCode((i < given.length ? byteAt(given, i) : 0) ^ byte);
    }
    return constant(text);
  }

  const inner = pad(0x36);
  const outer = pad(0x5c);
  let first = createBuffer(BLOCK + messageMax);
  let second = createBuffer(BLOCK + SIZE);

  function of(message: Bytes): string {
    first = join(join(emptied(first), inner), message);
    second = join(join(emptied(second), outer), digest.sha256(first));
    return digest.base64(digest.sha256(second));
  }

  function hashOf(mac: string): string {
    second = joinText(emptied(second), mac);
    return digest.base64(digest.sha256(second));
  }

  // Of a hash that begins alike nobody learns a byte of the MAC.
  function isSame(one: string, other: string): boolean {
    const hash = hashOf(one);
    return hash === hashOf(other);
  }

  return { of, isSame };
}
