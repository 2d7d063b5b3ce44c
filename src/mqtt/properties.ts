// The properties of MQTT 5.0 packets (section 2.2.2), read one by one, each checked for its place, its type and its value. Bytes only.
// They are written by property-list.ts.

import { byteAt, createView, cut, EMPTY, type Bytes } from '../bytes/bytes.ts';
import { STREAM, V5_AUTH } from '../features.ts';
import { PropertyId } from '../ports/properties.ts';
import { lengthAt, numberAt, sizeOfLength } from './numbers.ts';
import { PACKET_MAX } from './packet.ts';
import { Reason } from './reason.ts';
import { isText, isTopic } from './topic.ts';

/** Of numbers the value is their size. Those that may come more than once have their lowest two bits: a message may be for several subscriptions. */
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

/**
 * What each property is that a broker says, as a character at the place of its identifier: its type in the lowest three bits, 0 where there
 * is none; a bit of its own; and the packets that may have it, of IN_CONNACK, IN_PUBLISH, IN_ACK and IN_DISCONNECT. The first is 0x21: in
 * PUBLISH, of type Bit, and with identifier 1.
 */
export const KINDS = ' !$%    %& +     DEB MN   E U  \xdd JB"AA\xffLAAA';
/** The lowest three bits. */
export const TYPE_BITS = 7;
/** The bit of its own: a number is never 0 (sections 3.2.2.3 and 3.3.2.3), a string may be in AUTH. */
const SPECIAL = 8;

export const IN_CONNACK = 64;
export const IN_PUBLISH = 32;
/** PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK and UNSUBACK. */
export const IN_ACK = 128;
export const IN_DISCONNECT = 16;
export const IN_AUTH = SPECIAL;

/**
 * Longer than any packet that we send, and what a broker may say that one is: without streams we have no longer ones, and of a greater number
 * JerryScript makes one for each look.
 */
const BEYOND = STREAM ? 0x7ffffff : PACKET_MAX;

/** Takes a string of `size` bytes, which stands at `from`; of a user property both, each behind its length. */
export type OnText = (id: number, bytes: Bytes, from: number, size: number) => void;
/** What a broker has said of itself, and of the last packet. */
export interface Said {
  /**
   * At the places of their identifiers the values of numbers in the last packet, undefined when they are not there; of strings, where they
   * stand. What CONNACK says in identifiers from 36 on stays for its connection.
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
   * Read the properties whose length stands at `at`, in a packet that ends at `end`. @param packet IN_CONNACK, ...
   * @returns the place behind them; 0 when that is beyond `bytes`; else a negative reason code, and not all of them were read.
   */
  read(bytes: Bytes, at: number, end: number, packet: number): number;
  /** A connection begins: nothing was read. */
  start(): void;
  /** @returns a string or binary data of the last packet that may have it, as `view`, while its bytes are there; EMPTY: none. */
  textOf(id: PropertyId, view: Bytes): Bytes;
}

export function createPropertyReader(onText: OnText): PropertyReader {
  const view = createView();
  const said: Said = { values: [], packetMax: 0, is5: true };
  let last = EMPTY;

  function start(): void {
    said.values = [];
    said.packetMax = BEYOND;
  }

  function textOf(id: PropertyId, as: Bytes): Bytes {
    const from = said.values[id];
    return from! >= 0 ? cut(as, last, from!, numberAt(last, from! - 2, 2)) : EMPTY;
  }

  /** @returns the place behind a string; beyond `stop` when it is none. */
  function passText(type: number, bytes: Bytes, at: number, stop: number): number {
    const size = numberAt(bytes, at, 2);
    const end = at + 2 + size;
    return end <= stop && (type === Type.Binary || isText(cut(view, bytes, at + 2, size))) ? end : stop + 1;
  }

  /** @returns whether there is no such property, or not in such a packet. @inline */
  function isStrange(packet: number, kind: number, type: number): boolean {
    return type === 0 || (kind & packet) === 0 || (V5_AUTH && packet === IN_AUTH && type < Type.Text);
  }

  /** @returns whether a number has no such value; where a string stands is none. @inline */
  function isIllegal(kind: number, type: number, value: number): boolean {
    return (type === Type.Bit && value > 1) || (value === 0 && (kind & SPECIAL) !== 0);
  }

  /** @returns whether a property that was there comes again and may not. @inline */
  function isRepeated(type: number, former: number | undefined): boolean {
    return former! >= 0 && (type & 3) < 3;
  }

  /** @returns whether a string has to be a topic, and is none. @inline */
  function isNoTopic(id: number, bytes: Bytes, from: number, to: number): boolean {
    return id === PropertyId.ResponseTopic && !isTopic(cut(view, bytes, from, to - from), false);
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

  function read(bytes: Bytes, at: number, end: number, packet: number): number {
    const values = said.values;
    // Two dozen, and no look at which this packet may have: all of PUBLISH, of acknowledgements and of DISCONNECT are among them.
    for (let i = 0; i < 12; i++) values[i] = values[i + 24] = undefined;
    if (V5_AUTH) values[PropertyId.AuthMethod] = values[PropertyId.AuthData] = undefined;
    last = bytes;
    const size = lengthAt(bytes, at);
    let place = at + sizeOfLength(size);
    const stop = place + size;
    if (size < 0 || stop > end) return -Reason.MalformedPacket;
    // Of a whole packet that is the end of what is there.
    if (!(stop <= bytes.length)) return unfinished(bytes, end);
    while (place < stop) {
      const id = byteAt(bytes, place++);
      // Of what is beyond the table it is no number, and the type 0.
      const kind = KINDS.charCodeAt(id);
      const type = kind & TYPE_BITS;
      if (isStrange(packet, kind, type)) return -Reason.MalformedPacket;
      // Of a user property both strings, of others what is in them.
      const from = type === Type.Pair ? place : place + 2;
      let value = from;
      if (type > Type.Double) {
        place = passText(type, bytes, place, stop);
        if (type === Type.Pair) place = passText(type, bytes, place, stop);
      } else {
        value = type === Type.Length ? lengthAt(bytes, place) : numberAt(bytes, place, type);
        place = behind(place, type, value);
      }
      if (!(place <= stop && value >= 0)) return -Reason.MalformedPacket;
      const isWrong = isRepeated(type, values[id]) || isIllegal(kind, type, value);
      if (isWrong || isNoTopic(id, bytes, from, place)) return -Reason.ProtocolError;
      // Of several numbers the first.
      if (!(values[id]! >= 0)) values[id] = value;
      if (isPacketMax(id, value)) said.packetMax = value;
      if (type > Type.Double) onText(id, bytes, from, place - from);
    }
    return stop;
  }

  return { said, read, start, textOf };
}
