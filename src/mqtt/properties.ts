// The properties of MQTT 5.0 packets (section 2.2.2), read one by one, each checked for its place, its type and its value. Bytes only.
// They are written by property-list.ts.

import { byteAt, createView, cut, EMPTY, type Bytes } from '../bytes/bytes.ts';
import { PropertyId } from '../ports/properties.ts';
import { lengthAt, numberAt, sizeOfLength } from './numbers.ts';
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
/** Longer than any packet, and what a broker may say that one is: of a greater number JerryScript makes one for each look. */
const BEYOND = 0x7ffffff;

/** Takes a string, which stands from `from` to `to`; of a user property both, each behind its length. */
export type OnText = (id: number, bytes: Bytes, from: number, to: number) => void;
/** What a broker has said of itself, and of the last packet. */
export interface Said {
  /**
   * At the places of their identifiers the values of numbers in the last packet that may have them, undefined when they are not there; of
   * strings, where they stand. No packet has numbers of another's, so what CONNACK says stays for its connection.
   */
  values: (number | undefined)[];
  /** Bytes of the longest packet that the broker takes. */
  packetMax: number;
  /** The connection speaks MQTT 5.0. */
  is5: boolean;
}

export interface PropertyReader {
  readonly said: Said;
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
  const said: Said = { values: [], packetMax: BEYOND, is5: true };
  let last = EMPTY;

  function start(): void {
    said.values = [];
    said.packetMax = BEYOND;
  }

  function textOf(id: PropertyId, as: Bytes): Bytes {
    const from = said.values[id];
    return from! >= 0 ? cut(as, last, from!, numberAt(last, from! - 2, 2)) : EMPTY;
  }

  /** @returns the place behind a string; beyond every packet when it is none. */
  function passText(type: number, bytes: Bytes, at: number, stop: number): number {
    const size = numberAt(bytes, at, 2);
    const end = at + 2 + size;
    return end <= stop && (type === Type.Binary || isText(cut(view, bytes, at + 2, size))) ? end : BEYOND;
  }

  /** @returns whether a number has no such value. @inline */
  function isIllegal(type: number, value: number, key: string): boolean {
    return (type === Type.Bit && value > 1) || (value === 0 && NEVER_ZERO.indexOf(key) >= 0);
  }

  /** @returns whether a string has to be a topic, and is none. @inline */
  function isNoTopic(id: number, bytes: Bytes, from: number, to: number): boolean {
    return id === PropertyId.ResponseTopic && !isTopic(cut(view, bytes, from, to - from), false);
  }

  /** @returns what is wrong with a property that is well-formed. @inline */
  function reasonFor(id: number, value: number): number {
    return id === PropertyId.TopicAlias && value === 0 ? -Reason.TopicAliasInvalid : -Reason.ProtocolError;
  }

  /** @returns whether a number says how long packets may be, and matters. @inline */
  function isPacketMax(id: number, value: number): boolean {
    return id === PropertyId.MaximumPacketSize && value < BEYOND;
  }

  /** @returns 0 when properties go on beyond what is there of their packet. @inline */
  function unfinished(bytes: Bytes, end: number): number {
    return bytes.length < end ? 0 : -Reason.MalformedPacket;
  }

  /** @returns the place behind a number of so many bytes, or of as many as it takes. @inline */
  function behind(at: number, type: number, value: number): number {
    return at + (type === Type.Length ? sizeOfLength(value) : type);
  }

  function read(bytes: Bytes, at: number, end: number, allowed: string): number {
    const values = said.values;
    for (let i = 0; i < allowed.length; i++) values[allowed.charCodeAt(i) - ZERO] = undefined;
    last = bytes;
    const size = lengthAt(bytes, at);
    let place = at + sizeOfLength(size);
    const stop = place + size;
    if (size < 0 || stop > end) return -Reason.MalformedPacket;
    // Of a whole packet that is the end of what is there.
    if (!(stop <= bytes.length)) return unfinished(bytes, end);
    while (place < stop) {
      const id = byteAt(bytes, place++);
      const key = chr(id + ZERO);
      if (allowed.indexOf(key) < 0) return -Reason.MalformedPacket;
      const type = Number(TYPES[id]);
      // Of a user property both strings, of others what is in them.
      const from = type === Type.Pair ? place : place + 2;
      let isWrong = values[id]! >= 0 && REPEATED.indexOf(key) < 0;
      let value = from;
      if (type > Type.Double) {
        place = passText(type, bytes, place, stop);
        if (type === Type.Pair) place = passText(type, bytes, place, stop);
      } else {
        value = type === Type.Length ? lengthAt(bytes, place) : numberAt(bytes, place, type);
        place = behind(place, type, value);
        isWrong = isWrong || isIllegal(type, value, key);
      }
      if (!(place <= stop && value >= 0)) return -Reason.MalformedPacket;
      if (isWrong || isNoTopic(id, bytes, from, place)) {
        return reasonFor(id, value);
      }
      // Of several numbers the first.
      if (!(values[id]! >= 0)) values[id] = value;
      if (isPacketMax(id, value)) said.packetMax = value;
      if (type > Type.Double) onText(id, bytes, from, place);
    }
    return stop;
  }

  return { said, read, start, textOf };
}
