// The properties of MQTT 5.0 packets (section 2.2.2): written from a list, and read one by one, each checked for its place, its type
// and its value. Bytes only.

import { byteAt, constant, createView, cut, type Bytes } from '../bytes/bytes.ts';
import { PropertyId, type Property } from '../ports/properties.ts';
import { encodeLength, encodeString } from './packet.ts';
import { Reason } from './reason.ts';
import { isText, isTopic, STRING_MAX } from './topic.ts';

const chr = String.fromCharCode;

const enum Type {
  /** One byte: 0 or 1, whichever property it is. */
  Bit = 1,
  Word = 2,
  Double = 3,
  /** One to four bytes. */
  Length = 4,
  Text = 5,
  Binary = 6,
  /** Two strings. */
  Pair = 7,
}

/** The type of each property, at the place of its identifier; 0: there is none. */
const TYPES = '0135000056040000035205613150500502221173111';
const ZERO = 48;

// Those that a packet may have: their identifiers, as characters, 48 added.
export const IN_CONNECT = 'AQWRIGVEF';
export const IN_WILL = '12389HV';
export const IN_CONNACK = 'AQTUWBROVXYZCJLEF';
/** From a broker. */
export const IN_PUBLISH = '12389;SV';
/** To a broker: a firmware says neither an alias nor the identifier of a subscription [MQTT-3.3.4-6]. */
export const IN_TOPIC = '12389V';
/** PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK and UNSUBACK. */
export const IN_ACK = 'OV';
/** From a broker. */
export const IN_DISCONNECT = 'LOV';
export const IN_AUTH = 'EFOV';

const textView = createView();

/** @returns the 16 bits at `from`, the greater half first. */
export function wideAt(bytes: Bytes, from: number): number {
  return (byteAt(bytes, from) << 8) | byteAt(bytes, from + 1);
}

/** @returns the type of property `id`, 0 when it is none that `allowed` has. */
function typeOf(id: number, allowed: string): number {
  return allowed.indexOf(chr(id + ZERO)) < 0 ? 0 : TYPES.charCodeAt(id) - ZERO;
}

/** @returns whether a property may have this value (sections 3.1.2.11, 3.2.2.3 and 3.3.2.3). */
function isLegal(id: number, value: number): boolean {
  return (
    value > 0 ||
    (id !== PropertyId.ReceiveMaximum &&
      id !== PropertyId.MaximumPacketSize &&
      id !== PropertyId.SubscriptionId &&
      id !== PropertyId.TopicAlias)
  );
}

/** @returns a value of `size` bytes, the greatest eight bits first; null when it is none. */
function encodeNumber(value: unknown, size: number): string | null {
  let left = value as number;
  let field = '';
  for (let i = 0; i < size; i++) {
    field = chr(left % 256) + field;
    left = Math.floor(left / 256);
  }
  return typeof value === 'number' && value >= 0 && value % 1 === 0 && left === 0 ? field : null;
}

/** @returns a string behind its length; null when it is none. */
function encodeText(value: unknown, isBinary: boolean): string | null {
  const isFit = typeof value === 'string' && value.length <= STRING_MAX;
  return isFit && (isBinary || isText(constant(value))) ? encodeString(value) : null;
}

function encodeValue(type: number, property: Property): string | null {
  const value = property[1];
  if (type < Type.Length) {
    const field = encodeNumber(value, type === Type.Double ? 4 : type);
    return (type === Type.Bit && !((value as number) <= 1)) || !isLegal(property[0], value as number)
      ? null
      : field;
  }
  const text = encodeText(value, type === Type.Binary);
  if (type !== Type.Pair) return text;
  const second = encodeText(property[2], false);
  return text === null || second === null ? null : text + second;
}

/**
 * @returns properties as they stand behind their length, the message expiry interval first; null when one is not `allowed`, comes twice
 * or has a value that it cannot have. Start-up only.
 */
export function encodeProperties(list: readonly Property[], allowed: string): string | null {
  let body = '';
  let seen = '';
  for (let i = 0; i < list.length; i++) {
    const id = list[i][0];
    const key = chr(id);
    const type = typeOf(id, allowed);
    const value = encodeValue(type, list[i]);
    if (type === 0 || value === null || (id !== PropertyId.User && seen.indexOf(key) >= 0)) return null;
    if (id === PropertyId.ResponseTopic && !isTopic(constant(list[i][1] as string), false)) return null;
    seen += key;
    body = id === PropertyId.MessageExpiry ? key + value + body : body + key + value;
  }
  return body;
}

/** @returns properties behind their length. @param body as `encodeProperties` gives it. */
export function lengthened(body: string): string {
  return encodeLength(body.length) + body;
}

/** Takes a property: its value, if that is a number; the bytes of a string from `from` to `to`, of a user property both strings with their lengths. */
export type OnProperty = (id: number, value: number, bytes: Bytes, from: number, to: number) => void;

/** Where `readProperties` has come to, and the number that it has read there. */
let place = 0;

/** @returns the number of `size` bytes at `place`, which goes behind it. */
function readNumber(bytes: Bytes, size: number): number {
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + byteAt(bytes, place++);
  return value;
}

/** Longer than any packet. */
const BEYOND = 0x7ffffff;

/** @returns the variable byte integer at `place`, which goes behind it; BEYOND when it is none [MQTT-1.5.5-1]. */
function readLength(bytes: Bytes): number {
  let value = 0;
  let byte = 128;
  let shift = 0;
  for (; byte > 127 && shift < 28; shift += 7) {
    byte = byteAt(bytes, place++);
    value |= (byte & 127) << shift;
  }
  return byte > 127 || (byte === 0 && shift > 7) ? BEYOND : value;
}

/** @returns the place behind the properties whose length stands at `at`, whatever they are; beyond every packet when it is none. */
export function behindProperties(bytes: Bytes, at: number): number {
  place = at;
  const length = readLength(bytes);
  return place + length;
}

/**
 * Read the properties whose length stands at `at`, in a packet that ends at `end`.
 * @returns the place behind them; else a negative reason code, and not all of them may have been told.
 */
export function readProperties(
  bytes: Bytes,
  at: number,
  end: number,
  allowed: string,
  onProperty: OnProperty,
): number {
  place = at;
  const length = at < end ? readLength(bytes) : BEYOND;
  const stop = place + length;
  let seen = '';
  if (stop > end) return -Reason.MalformedPacket;
  while (place < stop) {
    const id = byteAt(bytes, place++);
    const type = typeOf(id, allowed);
    let value = 0;
    let from = place;
    if (type === 0) return -Reason.MalformedPacket;
    if (id !== PropertyId.User && id !== PropertyId.SubscriptionId) {
      if (seen.indexOf(chr(id)) >= 0) return -Reason.ProtocolError;
      seen += chr(id);
    }
    if (type === Type.Length) value = readLength(bytes);
    else if (type < Type.Length) value = readNumber(bytes, type === Type.Double ? 4 : type);
    for (let left = type < Type.Text ? 0 : type === Type.Pair ? 2 : 1; left > 0; left--) {
      const size = readNumber(bytes, 2);
      if (left === 1 && type < Type.Pair) from += 2;
      if (type !== Type.Binary && place + size <= stop) {
        const text = cut(textView, bytes, place, size);
        if (!isText(text)) return -Reason.MalformedPacket;
        if (id === PropertyId.ResponseTopic && !isTopic(text, false)) return -Reason.ProtocolError;
      }
      place += size;
    }
    if (!(place <= stop) || value === BEYOND) return -Reason.MalformedPacket;
    if (type === Type.Bit && value > 1) return -Reason.ProtocolError;
    if (type < Type.Text && !isLegal(id, value)) {
      return id === PropertyId.TopicAlias ? -Reason.TopicAliasInvalid : -Reason.ProtocolError;
    }
    // Who is told may read other properties.
    const next = place;
    onProperty(id, value, bytes, from, next);
    place = next;
  }
  return stop;
}
