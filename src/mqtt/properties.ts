// The properties of MQTT 5.0 packets (section 2.2.2), read one by one, each checked for its place, its type and its value. Bytes only.
// They are written by property-list.ts.

import { byteAt, createView, cut, type Bytes } from '../bytes/bytes.ts';
import { PropertyId } from '../ports/properties.ts';
import { Reason } from './reason.ts';
import { isText, isTopic } from './topic.ts';

const chr = String.fromCharCode;

export const enum Type {
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
export const TYPES = '0135000056040000035205613150500502221173111';
/** Identifiers and types stand in texts as characters, this much greater. */
export const ZERO = 48;

// Those that a packet from a broker may have, by their identifiers.
export const IN_CONNACK = 'AQTUWBROVXYZCJLEF';
export const IN_PUBLISH = '12389;SV';
/** PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK and UNSUBACK. */
export const IN_ACK = 'OV';
export const IN_DISCONNECT = 'LOV';
export const IN_AUTH = 'EFOV';
/** Those that are not 0 (sections 3.1.2.11, 3.2.2.3 and 3.3.2.3). */
export const NEVER_ZERO = 'QW;S';

/** Longer than any packet. */
const BEYOND = 0x7ffffff;

/** Takes a string, which stands from `from` to `to`; of a user property both, each behind its length. */
export type OnText = (id: number, bytes: Bytes, from: number, to: number) => void;

export interface PropertyReader {
  /**
   * Read the properties whose length stands at `at`, in a packet that ends at `end`.
   * @returns the place behind them; else a negative reason code, and not all of them were read.
   */
  read(bytes: Bytes, at: number, end: number, allowed: string): number;
  /** @returns the place behind the properties whose length stands at `at`, whatever they are; beyond every packet when it is none. */
  behind(bytes: Bytes, at: number): number;
  /** Nothing was read. */
  clear(): void;
  /** @returns the value of a number among what was read last, `otherwise` when it is not there. */
  numberOf(id: PropertyId, otherwise: number): number;
}

export function createPropertyReader(onText: OnText): PropertyReader {
  const view = createView();
  /** The identifiers of what was read, and the values in the same places. */
  let seen = '';
  const values: number[] = [];
  let place = 0;

  function clear(): void {
    seen = '';
  }

  function numberOf(id: PropertyId, otherwise: number): number {
    const index = seen.indexOf(chr(id + ZERO));
    return index < 0 ? otherwise : values[index];
  }

  function readNumber(bytes: Bytes, size: number): number {
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + byteAt(bytes, place++);
    return value;
  }

  /** @returns a variable byte integer; when it is none, that ends beyond every packet [MQTT-1.5.5-1]. What has not come ends it. */
  function readLength(bytes: Bytes): number {
    let value = 0;
    let byte = 128;
    let shift = 0;
    for (; (byte & 128) > 0 && shift < 28; shift += 7) {
      byte = byteAt(bytes, place++);
      value |= (byte & 127) << shift;
    }
    if ((byte & 128) > 0 || (byte === 0 && shift > 7)) place = BEYOND;
    return value;
  }

  function behind(bytes: Bytes, at: number): number {
    place = at;
    const length = readLength(bytes);
    return place + length;
  }

  /** Go behind a string. @returns 0, or a negative reason code. */
  function passText(id: number, type: number, bytes: Bytes, stop: number): number {
    const size = readNumber(bytes, 2);
    const from = place;
    place += size;
    if (!(place <= stop)) return -Reason.MalformedPacket;
    if (type === Type.Binary) return 0;
    const text = cut(view, bytes, from, size);
    if (!isText(text)) return -Reason.MalformedPacket;
    return id === PropertyId.ResponseTopic && !isTopic(text, false) ? -Reason.ProtocolError : 0;
  }

  /** Read the property at `place`. @returns 0, or a negative reason code. */
  function readOne(bytes: Bytes, stop: number, allowed: string): number {
    const id = byteAt(bytes, place++);
    const key = chr(id + ZERO);
    const type = allowed.indexOf(key) < 0 ? 0 : TYPES.charCodeAt(id) - ZERO;
    if (type === 0) return -Reason.MalformedPacket;
    if (type < Type.Pair) {
      // A message may be for several subscriptions.
      if (id !== PropertyId.SubscriptionId && seen.indexOf(key) >= 0) return -Reason.ProtocolError;
      seen += key;
    }
    if (type < Type.Text) {
      const value =
        type === Type.Length ? readLength(bytes) : readNumber(bytes, type === Type.Double ? 4 : type);
      if (!(place <= stop)) return -Reason.MalformedPacket;
      if ((type === Type.Bit && value > 1) || (value === 0 && NEVER_ZERO.indexOf(key) >= 0)) {
        return id === PropertyId.TopicAlias ? -Reason.TopicAliasInvalid : -Reason.ProtocolError;
      }
      values[seen.length - 1] = value;
      return 0;
    }
    const from = place;
    let code = passText(id, type, bytes, stop);
    if (type === Type.Pair && code === 0) code = passText(id, type, bytes, stop);
    if (code === 0) onText(id, bytes, type === Type.Pair ? from : from + 2, place);
    return code;
  }

  function read(bytes: Bytes, at: number, end: number, allowed: string): number {
    clear();
    const stop = at < end ? behind(bytes, at) : end + 1;
    if (stop > end) return -Reason.MalformedPacket;
    while (place < stop) {
      const code = readOne(bytes, stop, allowed);
      if (code < 0) return code;
    }
    return stop;
  }

  return { read, behind, clear, numberOf };
}

/** @returns the 16 bits at `from`, the greater half first. */
export function wideAt(bytes: Bytes, from: number): number {
  return (byteAt(bytes, from) << 8) | byteAt(bytes, from + 1);
}
