// The properties of MQTT 5.0 packets (section 2.2.2), read one by one, each checked for its place, its type and its value. Bytes only.
// They are written by property-list.ts.

import { byteAt, createView, cut, EMPTY, type Bytes } from '../bytes/bytes.ts';
import { PropertyId } from '../ports/properties.ts';
import { chr } from './packet.ts';
import { Reason } from './reason.ts';
import { isText, isTopic } from './topic.ts';

/** Of numbers the value is their size. */
export const enum Type {
  /** One byte: 0 or 1, whichever property it is. */
  Bit = 1,
  /** One to four bytes. */
  Length = 3,
  Double = 4,
  Text = 5,
  Binary = 6,
  /** Two strings. */
  Pair = 7,
}

/** The type of each property, at the place of its identifier; 0: there is none. */
export const TYPES = '0145000056030000045205614150500502221174111';
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

/** Those that may come more than once: a message may be for several subscriptions. */
const REPEATED = ';V';
/** Longer than any packet. */
const BEYOND = 0x7ffffff;
/** As long as a broker may say that a packet is: of a greater number JerryScript makes one for each look, and none of ours is as long. */
const ANY_SIZE = BEYOND;

/** Takes a string, which stands from `from` to `to`; of a user property both, each behind its length. */
export type OnText = (id: number, bytes: Bytes, from: number, to: number) => void;
/** What a broker has said of itself. */
export interface Said {
  /** @returns the value of a number in the last packet that may have it, `otherwise` when it is not there. */
  numberOf(id: PropertyId, otherwise: number): number;
  /** @returns bytes of the longest packet that the broker takes. */
  packetMax(): number;
}

export interface PropertyReader extends Said {
  /**
   * Read the properties whose length stands at `at`, in a packet that ends at `end`.
   * @returns the place behind them; 0 when that is beyond `bytes`; else a negative reason code, and not all of them were read.
   */
  read(bytes: Bytes, at: number, end: number, allowed: string): number;
  /** A connection begins: nothing was read. */
  start(): void;
  /** @returns a string or binary data of the last packet that may have it, as `view`, while its bytes are there; EMPTY: none. */
  textOf(id: PropertyId, view: Bytes): Bytes;
}

export function createPropertyReader(onText: OnText): PropertyReader {
  const view = createView();
  /**
   * Values at the places of their identifiers; of strings, where they stand. No packet has numbers of another's, so what CONNACK says
   * stays for its connection.
   */
  let values: number[] = [];
  let last = EMPTY;
  let place = 0;

  function start(): void {
    values = [];
  }

  function numberOf(id: PropertyId, otherwise: number): number {
    return values[id] >= 0 ? values[id] : otherwise;
  }

  function packetMax(): number {
    const most = numberOf(PropertyId.MaximumPacketSize, ANY_SIZE);
    return most < ANY_SIZE ? most : ANY_SIZE;
  }

  function textOf(id: PropertyId, as: Bytes): Bytes {
    const from = values[id];
    return from >= 0 ? cut(as, last, from, wideAt(last, from - 2)) : EMPTY;
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

  /** Go behind a string. @returns whether it is one. */
  function passText(type: number, bytes: Bytes, stop: number): boolean {
    const size = readNumber(bytes, 2);
    const from = place;
    place += size;
    return place <= stop && (type === Type.Binary || isText(cut(view, bytes, from, size)));
  }

  /** Read the property at `place`. @returns 0, or a negative reason code. */
  function readOne(bytes: Bytes, stop: number, allowed: string): number {
    const id = byteAt(bytes, place++);
    const key = chr(id + ZERO);
    const from = place + 2;
    const type = allowed.indexOf(key) < 0 ? 0 : Number(TYPES[id]);
    if (type === 0) return -Reason.MalformedPacket;
    if (values[id] >= 0 && REPEATED.indexOf(key) < 0) return -Reason.ProtocolError;
    if (type > Type.Double) {
      const isWhole = passText(type, bytes, stop) && (type < Type.Pair || passText(type, bytes, stop));
      if (!isWhole) return -Reason.MalformedPacket;
      if (id === PropertyId.ResponseTopic && !isTopic(cut(view, bytes, from, place - from), false)) {
        return -Reason.ProtocolError;
      }
      values[id] = from;
      onText(id, bytes, type === Type.Pair ? from - 2 : from, place);
      return 0;
    }
    const value = type === Type.Length ? readLength(bytes) : readNumber(bytes, type);
    if (!(place <= stop)) return -Reason.MalformedPacket;
    if ((type === Type.Bit && value > 1) || (value === 0 && NEVER_ZERO.indexOf(key) >= 0)) {
      return id === PropertyId.TopicAlias ? -Reason.TopicAliasInvalid : -Reason.ProtocolError;
    }
    // The first of several.
    if (!(values[id] >= 0)) values[id] = value;
    return 0;
  }

  function read(bytes: Bytes, at: number, end: number, allowed: string): number {
    for (let i = 0; i < allowed.length; i++) values[allowed.charCodeAt(i) - ZERO] = -1;
    last = bytes;
    place = at;
    const stop = readLength(bytes) + place;
    if (stop > end) return -Reason.MalformedPacket;
    if (stop > bytes.length) return 0;
    while (place < stop) {
      const code = readOne(bytes, stop, allowed);
      if (code < 0) return code;
    }
    return stop;
  }

  return { read, start, numberOf, packetMax, textOf };
}

/** @returns the 16 bits at `from`, the greater half first. */
export function wideAt(bytes: Bytes, from: number): number {
  return (byteAt(bytes, from) << 8) | byteAt(bytes, from + 1);
}
