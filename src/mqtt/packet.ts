// MQTT packets as bytes, nothing else: no time, no I/O, no state of a session. Those of every minute are put together
// in form-string.ts and form-array.ts; here are the others, which are built as text whatever the form.
// Arguments are trusted; topic.ts validates.

import { AUTH, V5 } from '../features.ts';

/** First byte of each packet: type and flags together (MQTT 3.1.1 section 2.2). */
export const enum First {
  Connect = 0x10,
  Connack = 0x20,
  Publish = 0x30,
  Puback = 0x40,
  Pubrec = 0x50,
  Pubrel = 0x62,
  Pubcomp = 0x70,
  Subscribe = 0x82,
  Suback = 0x90,
  Unsubscribe = 0xa2,
  Unsuback = 0xb0,
  Pingresp = 0xd0,
  Disconnect = 0xe0,
  Auth = 0xf0,
}

/** Flags in the first byte of a PUBLISH. */
export const RETAIN = 1;
export const DUP = 8;
/** First bytes of PUBLISH packets with QoS above 0 are greater than this; without DUP, those of QoS 2 greater than the other. */
export const QOS0_LAST = 0x31;
export const QOS1_LAST = 0x33;

/** @returns QoS of a PUBLISH of first byte `first`. @inline */
export function qosOf(first: number): number {
  return (first >> 1) & 3;
}

/** Largest packet that is sent whole, header included. */
export const PACKET_MAX = 1024;

/** Largest value of the remaining length field: four bytes of seven bits. */
export const REMAINING_LENGTH_MAX = 0xfffffff;

/** What the broker publishes in our place when we are gone without DISCONNECT. Strings are bytes, one character each. */
export interface Will {
  topic: string;
  payload: string;
  qos: number;
  retain: boolean;
  /** MQTT 5.0: delay, expiry, content type and others (section 3.1.3.2), as `encodeProperties` puts them together. */
  properties?: string | undefined;
}

/** What a CONNECT says (section 3.1). Strings are UTF-8 bytes, one character each. */
export interface Connect {
  clientId: string;
  /** 0 turns keep alive off; at most 65535. */
  keepAliveSec: number;
  /** false: the broker keeps subscriptions and messages while we are away. */
  cleanSession: boolean;
  /** undefined leaves the field out; a password needs a user name [MQTT-3.1.2-22]. */
  username?: string | undefined;
  password?: string | undefined;
  will?: Will | undefined;
  /**
   * MQTT 5.0 (section 3.1.2.11), as `encodeProperties` puts them together. Left out: with `cleanSession` the session ends with the
   * connection, else never.
   */
  properties?: string | undefined;
}

export const chr = String.fromCharCode;

/** @returns two bytes, the greater one first. */
export function word(value: number): string {
  return chr(value >> 8, value & 255);
}

/** @returns the remaining length field for `length` bytes, in the fewest bytes (section 2.2.3). */
export function encodeLength(length: number): string {
  let left = length;
  let field = '';
  while (left > 127) {
    field += chr((left & 127) | 128);
    left >>= 7;
  }
  return field + chr(left);
}

/** @returns bytes of a packet that would be `size` bytes long if its remaining length took one byte. */
export function packetSize(size: number): number {
  let bytes = size;
  // Counted, not encoded: that would make a string, and messages that have to wait come by here.
  for (let left = (size - 2) >> 7; left > 0; left >>= 7) bytes++;
  return bytes;
}

/** @returns `bytes` behind its two-byte length (section 1.5.3). @param bytes at most 65535. */
export function encodeString(bytes: string): string {
  return word(bytes.length) + bytes;
}

/** @returns a packet of first byte `first` around `body`. */
export function encodePacket(first: First, body: string): string {
  // Only 5.0 has others that are behind their length: elsewhere a function for it would be one more.
  return V5 ? chr(first) + withLength(body) : chr(first) + encodeLength(body.length) + body;
}

/** @returns properties behind their length. */
export function withLength(properties: string): string {
  return encodeLength(properties.length) + properties;
}

/** @returns properties of a CONNECT: without others, a session that is to be kept never expires, as in 3.1.1 (section 3.1.2.11.2). */
function connectProperties(connect: Connect, limits: string): string {
  const own = connect.properties;
  const rest = own !== undefined ? own : connect.cleanSession ? '' : '\x11\xff\xff\xff\xff';
  return withLength(rest + limits);
}

/**
 * @returns a whole CONNECT (section 3.1), of MQTT 3.1.1 unless `is5`.
 * @param clientId with V5 who we are. @param isFresh with 5.0 whether the session begins anew. @param limits with 5.0 properties that tell what we take.
 */
export function encodeConnect(
  connect: Connect,
  is5?: boolean,
  clientId?: string,
  isFresh?: boolean,
  limits?: string,
): string {
  const username = connect.username;
  const password = connect.password;
  const will = connect.will;
  let flags = (V5 && is5 ? isFresh : connect.cleanSession) ? 2 : 0;
  let payload = encodeString(V5 ? clientId! : connect.clientId);
  if (V5 && is5) payload = connectProperties(connect, limits!) + payload;
  if (AUTH && will !== undefined) {
    flags |= 4 | (will.qos << 3) | (will.retain ? 32 : 0);
    if (V5 && is5) payload += withLength(will.properties === undefined ? '' : will.properties);
    payload += encodeString(will.topic) + encodeString(will.payload);
  }
  if (AUTH && username !== undefined) {
    flags |= 128;
    payload += encodeString(username);
    if (password !== undefined) {
      flags |= 64;
      payload += encodeString(password);
    }
  }
  return encodePacket(
    First.Connect,
    (V5 ? '\0\x04MQTT' + chr(is5 ? 5 : 4, flags) : '\0\x04MQTT\x04' + chr(flags)) +
      word(connect.keepAliveSec) +
      payload,
  );
}
