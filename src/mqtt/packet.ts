// MQTT 3.1.1 packets as bytes, nothing else: no time, no I/O, no state of a session.
// This is the string form: one character a byte, because Espruino sends and receives nothing else. A packet is put
// together from ready-made strings and never cut out of a larger one. Arguments are trusted; topic.ts validates.

import { AUTH } from '../features.ts';

/** First byte of each packet that we handle: type and flags together (MQTT 3.1.1 section 2.2). */
export const enum First {
  Connack = 0x20,
  Publish = 0x30,
  Pingresp = 0xd0,
}

export const PINGREQ = '\xC0\x00';
export const DISCONNECT = '\xE0\x00';

/** Largest value of the remaining length field: four bytes of seven bits. */
export const REMAINING_LENGTH_MAX = 0xfffffff;

/** What a CONNECT says (section 3.1). Strings are UTF-8 bytes. */
export interface Connect {
  clientId: string;
  /** 0 turns keep alive off; at most 65535. */
  keepAliveSec: number;
  /** undefined leaves the field out; a password needs a user name [MQTT-3.1.2-22]. */
  username?: string | undefined;
  password?: string | undefined;
}

/** @returns the remaining length field for `length` bytes, in the fewest bytes (section 2.2.3). */
export function encodeLength(length: number): string {
  let left = length;
  let field = '';
  while (left > 127) {
    field += String.fromCharCode((left & 127) | 128);
    left >>= 7;
  }
  return field + String.fromCharCode(left);
}

/** @returns `bytes` behind its two-byte length (section 1.5.3). @param bytes at most 65535. */
export function encodeString(bytes: string): string {
  return String.fromCharCode(bytes.length >> 8, bytes.length & 255) + bytes;
}

/** @returns a whole CONNECT with a clean session (section 3.1). */
export function encodeConnect(connect: Connect): string {
  const username = AUTH ? connect.username : undefined;
  const password = connect.password;
  let flags = 2;
  let payload = encodeString(connect.clientId);
  if (username !== undefined) {
    flags |= 128;
    payload += encodeString(username);
    if (password !== undefined) {
      flags |= 64;
      payload += encodeString(password);
    }
  }
  const keepAlive = String.fromCharCode(connect.keepAliveSec >> 8, connect.keepAliveSec & 255);
  return (
    '\x10' +
    encodeLength(10 + payload.length) +
    '\x00\x04MQTT\x04' +
    String.fromCharCode(flags) +
    keepAlive +
    payload
  );
}

/** @returns a whole QoS 0 PUBLISH (section 3.3). @param topic as `encodeString` made it. */
export function encodePublish(topic: string, payload: string, retain: boolean): string {
  return (retain ? '1' : '0') + encodeLength(topic.length + payload.length) + topic + payload;
}

/** Bytes of a body that the decoder keeps; the rest of a longer one is counted and passed over. */
export const BODY_KEPT = 4;

/** What a decoder tells its owner; false stops it, and what is left of the chunk is thrown away. */
export interface DecoderEvents {
  /** A fixed header is complete: whether a packet of this first byte and remaining length may come at all. */
  onHeader(first: number, length: number): boolean;
  /** A packet is complete. @param body its first BODY_KEPT bytes. */
  onPacket(first: number, body: Uint8Array): boolean;
}

export interface Decoder {
  /** Forget a packet that was begun: a new connection starts. */
  reset(): void;
  /** Take in a chunk, cut anywhere. @returns false when it holds a remaining length of more than four bytes. */
  feed(bytes: string): boolean;
}

const enum Part {
  First,
  Length,
  Body,
}

/** Make an incremental decoder; it holds BODY_KEPT bytes and six integers, whatever it is fed. */
export function createDecoder(owner: DecoderEvents): Decoder {
  const body = new Uint8Array(BODY_KEPT);
  let part = Part.First;
  let first = 0;
  let length = 0;
  let shift = 0;
  let have = 0;

  function reset(): void {
    part = Part.First;
  }

  /** One byte of the fixed header. @returns false when the remaining length does not end. */
  function takeHeader(byte: number): boolean {
    if (part === Part.First) {
      first = byte;
      length = shift = have = 0;
      part = Part.Length;
      return true;
    }
    length |= (byte & 127) << shift;
    shift += 7;
    if (byte < 128) part = Part.Body;
    return byte < 128 || shift < 28;
  }

  /** Body bytes of `bytes` from `at`. @returns the position behind them. */
  function takeBody(bytes: string, at: number): number {
    const rest = length - have;
    const end = bytes.length - at < rest ? bytes.length : at + rest;
    let from = at;
    while (from < end && have < BODY_KEPT) body[have++] = bytes.charCodeAt(from++);
    have += end - from;
    return end;
  }

  /** Report what the byte before completed. @returns false to stop. */
  function report(wasHeader: boolean): boolean {
    if (wasHeader && !owner.onHeader(first, length)) return false;
    if (have < length) return true;
    part = Part.First;
    return owner.onPacket(first, body);
  }

  function feed(bytes: string): boolean {
    let at = 0;
    while (at < bytes.length) {
      const wasHeader = part !== Part.Body;
      if (!wasHeader) at = takeBody(bytes, at);
      else if (!takeHeader(bytes.charCodeAt(at++))) return false;
      if (part === Part.Body && !report(wasHeader)) return true;
    }
    return true;
  }

  return { reset, feed };
}
