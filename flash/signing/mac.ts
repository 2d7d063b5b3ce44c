// The signature of a message, as src/signing/signer.ts describes it, with Node's own HMAC.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { MoteError } from '../errors.ts';

/** A key as text, whose UTF-8 bytes count, or as bytes. */
export type Key = string | Uint8Array;

const KEY_MIN = 16;
/** What was signed, what stands in that before the number, the number (no zeros in front, below 2^53), and the MAC. */
const SIGNED = /^(\{(.*,)?"counter":([1-9]\d{0,15})),"mac":"([A-Za-z0-9+/]{43}=)"\}$/s;

/** A payload taken apart; nothing of it is believed yet. */
export interface SignedParts {
  /** What the MAC is of: bytes, one character each. */
  readonly signed: string;
  /** The JSON object without its signature. */
  readonly inner: string;
  readonly counter: number;
  readonly mac: string;
}

/** @throws MoteError when a key is too short to be one. */
export function checkKey(key: Key): Key {
  if (Buffer.byteLength(key) >= KEY_MIN) return key;
  throw new MoteError(
    `a signing key has ${Buffer.byteLength(key)} bytes`,
    `give one of at least ${KEY_MIN}: openssl rand -hex 32`,
  );
}

/** @returns the MAC, in base64, of `signed`, bytes, one character each, for `topic`. */
export function macOf(key: Key, topic: string, signed: string): string {
  return createHmac('sha256', key).update(`${topic}\0`, 'utf8').update(signed, 'latin1').digest('base64');
}

export function isSameMac(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one, 'latin1'), Buffer.from(other, 'latin1'));
}

/** @returns undefined when the payload has no signature at its end. */
export function parseSigned(payload: Uint8Array): SignedParts | undefined {
  const match = SIGNED.exec(Buffer.from(payload).toString('latin1'));
  if (match === null) return undefined;
  const [, signed = '', head = '', digits, mac = ''] = match;
  const counter = Number(digits);
  if (!Number.isSafeInteger(counter)) return undefined;
  const inner = Buffer.from(`{${head.slice(0, -1)}}`, 'latin1').toString('utf8');
  return { signed, inner, counter, mac };
}
