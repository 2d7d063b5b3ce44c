// What is in every minute's packets, as strings: put together from ready-made ones, never cut out of a larger one.

import { EMPTY, type Byte, type Bytes } from '../bytes/bytes.ts';
import { V5 } from '../features.ts';
import type { Topic } from '../ports/packet-writer.ts';

/** A packet identifier as it stands in a packet. */
export type Id = string;
/** An acknowledgement packet that is waited for, whole. */
export type Key = string;

/** Longest PUBLISH whose remaining length takes one byte. */
export const SHORT_MAX = 129;
/** Added to the size of topics of QoS 1 and 2: more than any payload has, so that their messages never go the way of QoS 0. */
export const RELIABLE = 0x4000000;
/** Key of no topic: where it stands, the topic would be longer than any packet that is taken in whole. */
export const NO_TOPIC: Bytes = '\xff\xff\xff';
/** What an acknowledgement begins with. */
export type KeyHead = string;
export const PUBACK: KeyHead = '@\x02';
export const PUBREC: KeyHead = 'P\x02';
export const PUBREL: KeyHead = 'b\x02';
export const PUBCOMP: KeyHead = 'p\x02';
export const NO_KEY: Key = '';
/** Where no acknowledgement may be waited for. */
export const BLOCKED: Key = ' ';
export const NO_ID: Id = '\0\0';
/** In the place of a topic that an alias stands for. @alias */
export const NO_NAME: Bytes = NO_ID;
/** First bytes of a PUBLISH of QoS 0 and 1 that is neither retained nor comes again. */
export const PUBLISH_0: Byte = '0';
export const PUBLISH_1: Byte = '2';
export const PINGREQ: Bytes = '\xC0\0';
export const DISCONNECT: Bytes = '\xE0\0';

// Found once: the engine looks a method up by name each time.
const chr = String.fromCharCode;

/** The remaining length of a packet of so many bytes, up to SHORT_MAX: found faster than made. */
let LENGTHS = '  ';
for (let i = 0; i < 128; i++) LENGTHS += chr(i);

/** A topic with what its PUBLISHes are on this connection (MQTT 5.0). */
export interface Shaped extends Topic {
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
  return chr(value >> 8, value & 255);
}

/** @returns the two bytes at `at`. @inline */
export function readId(bytes: Bytes, at: number): Id {
  return bytes.substr(at, 2);
}

export function idValue(id: Id): number {
  return (id.charCodeAt(0) << 8) | id.charCodeAt(1);
}

/** @returns an acknowledgement for `id`. @inline */
export function keyOf(head: KeyHead, id: Id): Key {
  return head + id;
}

/** @returns the acknowledgement that stands in `bytes`, two bytes before `at`. @inline */
export function readKey(bytes: Bytes, at: number): Key {
  return bytes.substr(at - 2, 4);
}

/** @returns the acknowledgement that stands at `at`, header and all; equal to none when there is something else. @inline */
export function keyAt(bytes: Bytes, at: number): Key {
  return bytes.substr(at, 4);
}

/** @returns an acknowledgement that is all of `bytes`; equal to none when they are something else. @inline */
export function packetKey(bytes: Bytes): Key {
  return bytes;
}

/** @returns whether `key` is an acknowledgement: neither NO_KEY nor BLOCKED. @inline */
export function isAwaited(key: Key): boolean {
  return key.length > 1;
}

/** @returns the packet identifier of an acknowledgement. @inline */
export function keyId(key: Key): Id {
  return key.substr(2);
}

/** @returns an acknowledgement as a packet. @inline */
export function keyPacket(key: Key): Bytes {
  return key;
}

/** What properties with a message expiry interval begin with. */
const EXPIRY = 2;

/**
 * @returns a topic of which nothing was sent (MQTT 5.0): with a size that is no number its messages go the slow way. What is looked at most
 * stands first. @param name behind its length. Start-up only.
 */
export function prepareShaped(first: number, name: Bytes, properties: string): Shaped {
  return {
    size: NaN,
    expires: properties.charCodeAt(0) === EXPIRY,
    head: EMPTY,
    wire: EMPTY,
    tail: EMPTY,
    properties: properties,
    alias: NaN,
    first,
    name,
  };
}

/** @returns a prepared topic. @param name a valid topic name. @param properties of MQTT 5.0, for what is published to it. Start-up only. */
export function prepareTopic(name: string, first: number, properties?: string): Topic {
  const head = chr(first);
  const encoded = chr(name.length >> 8, name.length & 255) + name;
  return V5
    ? prepareShaped(first, encoded, properties || '')
    : { first, head, name: encoded, size: name.length + (first > 0x31 ? RELIABLE + 6 : 4) };
}

/** @returns a PUBLISH of QoS 0 and at most SHORT_MAX bytes. @param size its bytes. @inline */
export function shortPublish(topic: Topic, payload: Bytes, size: number): Bytes {
  return topic.head + LENGTHS[size] + (V5 ? topic.wire! : topic.name) + payload;
}

/** @returns a PUBLISH of QoS 1 or 2 and at most SHORT_MAX bytes. @param size its bytes. @inline */
export function shortPublishId(topic: Topic, payload: Bytes, size: number, id: Id): Bytes {
  return V5
    ? topic.head + LENGTHS[size] + topic.wire! + id + topic.tail! + payload
    : topic.head + LENGTHS[size] + topic.name + id + payload;
}

/** @returns a PUBLISH without its payload. @param payloadLength bytes that follow. @param id NO_ID with QoS 0. @param dup 8, or 0. */
export function publishHeader(topic: Topic, payloadLength: number, id: Id, dup: number): Bytes {
  let left = topic.name.length + (topic.first > 0x31 ? 2 : 0) + payloadLength;
  let header = chr(topic.first | dup);
  while (left > 127) {
    header += chr((left & 127) | 128);
    left >>= 7;
  }
  return header + chr(left) + topic.name + (topic.first > 0x31 ? id : '');
}

/** @returns a packet of which there is the first byte, for `join`. @inline */
export function startPacket(first: number): Bytes {
  return chr(first);
}

/** @returns `head` and behind it an identifier. @inline */
export function joinId(head: Bytes, id: Id): Bytes {
  return head + id;
}

/**
 * Make `topic` what its PUBLISHes are on this connection (MQTT 5.0). @param first their first byte. @param wire what stands in the place of its
 * name. @param tail its properties behind their length; empty with 3.1.1.
 */
export function shape(topic: Shaped, first: number, wire: Bytes, tail: Bytes): void {
  const isReliable = first > 0x31;
  topic.head = chr(first);
  topic.wire = isReliable ? wire : wire + tail;
  topic.tail = tail;
  topic.size = wire.length + tail.length + (isReliable ? RELIABLE + 4 : 2);
}

/**
 * Give a topic of QoS 0 another name, behind its length, and other properties. It must be nobody's else: what is to be sent later has to stay
 * as it is.
 */
export function dress(topic: Topic, name: Bytes, properties: Bytes): void {
  const shaped = topic as Shaped;
  shaped.name = name;
  shaped.properties = properties;
  shaped.size = V5 ? (shaped.alias = NaN) : name.length + 2;
}

// Letters, digits, everyday punctuation: valid in a topic whatever its order. What else there is goes the slow way.
const SPECIAL = /[^ -"$-*,-~]/;

/** @returns whether a topic from outside is plain ASCII without wildcards, so that there is nothing more to check. @inline */
export function isPlain(topic: Bytes): boolean {
  return !SPECIAL.test(topic);
}

/** @returns the topic behind its length at `at`, to recognise it next time. @inline */
export function routeKey(bytes: Bytes, at: number, size: number): Bytes {
  return bytes.substr(at, size);
}
