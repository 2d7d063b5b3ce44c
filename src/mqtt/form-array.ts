// What is in every minute's packets, as views of arrays: put together in one buffer, which the socket copies at once.
// Identifiers are numbers here. Same names as form-string.ts.

import {
  byteAt,
  constant,
  copy,
  createBuffer,
  EMPTY,
  join,
  joinByte,
  place,
  type Byte,
  type Bytes,
} from '../bytes/bytes-array.ts';
import { V5 } from '../features.ts';
import type { Topic } from '../ports/packet-writer.ts';
import { PACKET_MAX } from './packet.ts';

/** A packet identifier. */
export type Id = number;
/** An acknowledgement packet that is waited for: first byte * 65536 + identifier. */
export type Key = number;

/** Longest PUBLISH whose remaining length takes one byte. */
export const SHORT_MAX = 129;
/** Added to the size of topics of QoS 1 and 2: more than any payload has, so that their messages never go the way of QoS 0. */
export const RELIABLE = 0x4000000;
/** Key of no topic: longer than any packet, so that it stands nowhere. */
export const NO_TOPIC: Bytes = { data: EMPTY.data, from: 0, length: RELIABLE };
/** What an acknowledgement begins with. */
export type KeyHead = number;
export const PUBACK: KeyHead = 0x40;
export const PUBREC: KeyHead = 0x50;
export const PUBREL: KeyHead = 0x62;
export const PUBCOMP: KeyHead = 0x70;
export const NO_KEY: Key = 0;
/** Where no acknowledgement may be waited for: none has identifier 0. */
export const BLOCKED: Key = 0x1000000;
export const NO_ID: Id = 0;
/** In the place of a topic that an alias stands for. */
export const NO_NAME: Bytes = constant('\0\0');
/** First bytes of a PUBLISH of QoS 0 and 1 that is neither retained nor comes again. */
export const PUBLISH_0: Byte = 0x30;
export const PUBLISH_1: Byte = 0x32;
export const PINGREQ: Bytes = constant('\xC0\0');
export const DISCONNECT: Bytes = constant('\xE0\0');

/** The packet that is being put together; sent or copied before the next one is. */
const packet = createBuffer(PACKET_MAX);
const reply = constant('\0\x02\0\0');

/** A topic with what its PUBLISHes are on this connection (MQTT 5.0). */
export interface Shaped extends Topic<Bytes> {
  head: Bytes;
  name: Bytes;
  properties: Bytes;
  wire: Bytes;
  tail: Bytes;
  size: number;
  /** Its alias; 0: none, and one message was sent; no number: none was. */
  alias: number;
}

/** @inline */
export function idFrom(value: number): Id {
  return value;
}

/** @returns the two bytes at `at`. */
export function readId(bytes: Bytes, at: number): Id {
  return (byteAt(bytes, at) << 8) | byteAt(bytes, at + 1);
}

/** @inline */
export function idValue(id: Id): number {
  return id;
}

/** @returns an acknowledgement for `id`. @inline */
export function keyOf(head: KeyHead, id: Id): Key {
  return (head << 16) | id;
}

/** @returns the acknowledgement that stands in `bytes`, two bytes before `at`. */
export function readKey(bytes: Bytes, at: number): Key {
  return keyOf(byteAt(bytes, at - 2), readId(bytes, at));
}

/** @returns the acknowledgement that stands at `at`, header and all; equal to none when there is something else. */
export function keyAt(bytes: Bytes, at: number): Key {
  return byteAt(bytes, at) > 0 && byteAt(bytes, at + 1) === 2 ? readKey(bytes, at + 2) : -1;
}

/** @returns an acknowledgement that is all of `bytes`; equal to none when they are something else. @inline */
export function packetKey(bytes: Bytes): Key {
  return keyAt(bytes, 0);
}

/** @returns whether `key` is an acknowledgement: neither NO_KEY nor BLOCKED. @inline */
export function isAwaited(key: Key): boolean {
  return (key & 0xffff) > 0;
}

/** @returns the packet identifier of an acknowledgement. @inline */
export function keyId(key: Key): Id {
  return key & 0xffff;
}

/** @returns an acknowledgement as a packet. */
export function keyPacket(key: Key): Bytes {
  reply.data[0] = key >> 16;
  reply.data[2] = (key >> 8) & 255;
  reply.data[3] = key & 255;
  return reply;
}

/** What properties with a message expiry interval begin with. */
const EXPIRY = 2;
/** Bytes behind a topic besides its properties, at most: their length, and an alias. */
const TAIL_SIZE = 5;

/**
 * @returns a topic of which nothing was sent (MQTT 5.0): with a size that is no number its messages go the slow way. What is looked at most
 * stands first. @param name behind its length. Start-up only.
 */
export function prepareShaped(first: number, name: Bytes, properties: string): Shaped {
  return {
    size: NaN,
    expires: properties.charCodeAt(0) === EXPIRY,
    head: createBuffer(SHORT_MAX),
    wire: EMPTY,
    tail: createBuffer(properties.length + TAIL_SIZE),
    properties: constant(properties),
    alias: NaN,
    first,
    name,
  };
}

/** @returns a prepared topic. @param name a valid topic name. @param properties of MQTT 5.0, for what is published to it. Start-up only. */
export function prepareTopic(name: string, first: number, properties?: string): Topic<Bytes> {
  const encoded = constant(String.fromCharCode(name.length >> 8, name.length & 255) + name);
  // A short packet of its own, whole but for what changes. A topic that does not fit has no short packet.
  const head = createBuffer(SHORT_MAX);
  if (name.length + 4 <= SHORT_MAX) {
    head.data[0] = first;
    place(head.data, 2, encoded);
  }
  return V5
    ? prepareShaped(first, encoded, properties || '')
    : { first, head, name: encoded, size: name.length + (first > 0x31 ? RELIABLE + 6 : 4) };
}

/** @returns a PUBLISH of QoS 0 and at most SHORT_MAX bytes. @param size its bytes. */
export function shortPublish(topic: Topic<Bytes>, payload: Bytes, size: number): Bytes {
  const head = topic.head;
  const data = head.data;
  data[1] = size - 2;
  place(data, size - payload.length, payload);
  head.length = size;
  return head;
}

/** @returns a PUBLISH of QoS 1 or 2 and at most SHORT_MAX bytes. @param size its bytes. */
export function shortPublishId(topic: Topic<Bytes>, payload: Bytes, size: number, id: Id): Bytes {
  const head = topic.head;
  const data = head.data;
  const at = size - payload.length;
  const idAt = V5 ? at - topic.tail!.length : at;
  data[1] = size - 2;
  data[idAt - 2] = id >> 8;
  data[idAt - 1] = id & 255;
  place(data, at, payload);
  head.length = size;
  return head;
}

/** @returns a PUBLISH without its payload. @param payloadLength bytes that follow. @param id NO_ID with QoS 0. @param dup 8, or 0. */
export function publishHeader(topic: Topic<Bytes>, payloadLength: number, id: Id, dup: number): Bytes {
  const data = packet.data;
  let left = topic.name.length + (topic.first > 0x31 ? 2 : 0) + payloadLength;
  let at = 1;
  data[0] = topic.first | dup;
  while (left > 127) {
    data[at++] = (left & 127) | 128;
    left >>= 7;
  }
  data[at++] = left;
  packet.from = 0;
  packet.length = at;
  join(packet, topic.name);
  if (topic.first > 0x31) {
    data[packet.length++] = id >> 8;
    data[packet.length++] = id & 255;
  }
  return packet;
}

/** @returns a packet of which there is the first byte, for `join`: the one that is put together. */
export function startPacket(first: number): Bytes {
  packet.data[0] = first;
  packet.from = 0;
  packet.length = 1;
  return packet;
}

/** @returns `head`, with an identifier behind what it held. */
export function joinId(head: Bytes, id: Id): Bytes {
  joinByte(head, id >> 8);
  joinByte(head, id & 255);
  return head;
}

/**
 * Make `topic` what its PUBLISHes are on this connection (MQTT 5.0). @param first their first byte. @param wire what stands in the place of its
 * name. @param tail its properties behind their length; empty with 3.1.1.
 */
export function shape(topic: Shaped, first: number, wire: Bytes, tail: Bytes): void {
  const fixed = wire.length + tail.length + (first > 0x31 ? 4 : 2);
  topic.wire = wire;
  topic.tail = copy(topic.tail, tail);
  topic.size = fixed + (first > 0x31 ? RELIABLE : 0);
  if (fixed > SHORT_MAX) return;
  topic.head.data[0] = first;
  place(topic.head.data, 2, wire);
  place(topic.head.data, fixed - tail.length, tail);
}

/**
 * Give a topic of QoS 0 another name, behind its length, and other properties. It must be nobody's else: what is to be sent later has to stay
 * as it is.
 */
export function dress(topic: Topic<Bytes>, name: Bytes, properties: Bytes): void {
  const shaped = topic as Shaped;
  const size = name.length + 2;
  shaped.name = name;
  shaped.properties = properties;
  shaped.size = V5 ? (shaped.alias = NaN) : size;
  if (!V5 && size <= SHORT_MAX) place(topic.head.data, 2, name);
}

/** @returns whether a topic from outside is plain ASCII without wildcards, so that there is nothing more to check. */
export function isPlain(topic: Bytes): boolean {
  for (let i = 0; i < topic.length; i++) {
    const byte = byteAt(topic, i);
    if (byte < 0x20 || byte > 0x7e || byte === 0x2b || byte === 0x23) return false;
  }
  return true;
}

/** @returns nothing to recognise a topic by next time: it would have to be copied. */
export function routeKey(_bytes: Bytes, _at: number, _size: number): Bytes {
  return NO_TOPIC;
}
