// What each topic's PUBLISH packets look like on one connection: with the name and the properties, or with an alias in the place of
// the name (MQTT 5.0, section 3.3.2.3.4); with 3.1.1 with the name alone. No time, no I/O.

import {
  byteAt,
  createBuffer,
  createView,
  cut,
  emptied,
  join,
  joinText,
  standsAt,
  type Bytes,
} from '../bytes/bytes.ts';
import { FLASH, REQUESTS } from '../features.ts';
import { PROPERTIES_MAX, type Topic } from '../ports/packet-writer.ts';
import { PropertyId } from '../ports/properties.ts';
import { NO_NAME, prepareTopic, publishHeader5, shape, SHORT_MAX, type Id, type Shaped } from './form.ts';
import { joinLength, joinWide } from './lengths.ts';
import { PACKET_MAX, QOS0_LAST, qosOf } from './packet.ts';
import { numberAt, sizeOfLength } from './numbers.ts';
import type { Said } from './properties.ts';

/** Identifiers among properties, as text. */
const ALIAS = '\x23';
const EXPIRY = '\x02';
/** Bytes of a topic alias: identifier and value. */
const ALIAS_SIZE = 3;
/** Bytes of a message expiry interval: identifier and value. */
const EXPIRY_SIZE = 5;
/** Names behind their length up to here are no longer than an alias and its two bytes. */
const SHORT_NAME = 5;
/** A remaining length. */
const LENGTH_SIZE = 4;
/** The length of properties, and an alias. */
const TAIL_SIZE = 5;

export interface Shapes {
  /** Start-up only. */
  add(topic: Topic<Bytes>): void;
  /** @returns whether a caller gave a topic that was added, here or to another client. */
  has(topic: Topic<Bytes> | null): boolean;
  /** A session begins. */
  begin(): void;
  /**
   * @returns a PUBLISH without its payload, valid until the next call. @param size bytes of the payload. @param id NO_ID with QoS 0.
   * @param dup 8, or 0. @param ageSec how old the message is.
   */
  header(topic: Topic<Bytes>, size: number, id: Id, dup: number, ageSec: number): Bytes;
  /** What `header` was called for last is sent. */
  commit(): void;
}

/** For a message without an expiry interval, whose age nobody looks for. JerryScript would allocate one that is no number. */
const NO_EXPIRY = 0x7ffffff;

/** @returns seconds of the message expiry interval that properties begin with; NO_EXPIRY without one. */
export function expiryOf(properties: Bytes): number {
  return byteAt(properties, 0) === PropertyId.MessageExpiry ? numberAt(properties, 1, 4) : NO_EXPIRY;
}

/** @returns bytes of the longest PUBLISH of 5.0 that a payload of `size` bytes may come in: what is kept may be for a connection that speaks it. */
export function longestOf(topic: Topic<Bytes>, size: number): number {
  const bytes =
    topic.name.length + topic.properties!.length + size + (topic.first > QOS0_LAST ? 4 : 2) + TAIL_SIZE;
  return bytes + sizeOfLength(bytes - 2) - 1;
}

/** Start-up only. */
export function createShapes(broker: Said): Shapes {
  const topics: Shaped[] = [];
  /** Stands for topics that were not added: of what was read from flash. */
  const stranger = FLASH || REQUESTS ? (prepareTopic('', 0) as Shaped) : null!;
  const view = createView();
  const draft = createBuffer(PROPERTIES_MAX + ALIAS_SIZE + 2);
  const lengthBytes = createBuffer(LENGTH_SIZE);
  let lastAlias = 0;
  /** What `header` was called for: the topic, and the alias that it is to have. */
  let to = topics[0];
  let alias = 0;

  function add(topic: Topic<Bytes>): void {
    topics.push(topic as Shaped);
  }

  function has(topic: Topic<Bytes> | null): boolean {
    return !!topic && (topic as Shaped).alias !== undefined;
  }

  function begin(): void {
    // Of this connection nothing is known of a topic yet: its size is no number, so that its messages go the slow way.
    lastAlias = 0;
    for (let i = 0; i < topics.length; i++) topics[i].size = topics[i].alias = NaN;
  }

  /** @returns `topic`, or the one of the same name: of what was read from flash there is no more. */
  function find(topic: Topic<Bytes>): Shaped {
    if (!(FLASH || REQUESTS) || topics.indexOf(topic as Shaped) >= 0) return topic as Shaped;
    for (let i = 0; i < topics.length; i++) {
      if (topics[i].name.length === topic.name.length && standsAt(topics[i].name, topic.name, 0)) {
        return topics[i];
      }
    }
    stranger.alias = NaN;
    return stranger;
  }

  /** @returns what stands behind the name: in 5.0 properties behind their length, in the place of `buffer`. */
  function joinTail(topic: Topic<Bytes>, ageSec: number, buffer: Bytes): Bytes {
    const properties = topic.properties!;
    let tail = emptied(buffer);
    let from = 0;
    if (!broker.is5) return tail;
    tail = joinLength(tail, properties.length + (alias > 0 ? ALIAS_SIZE : 0));
    if (ageSec > 0) {
      const expiry = numberAt(properties, 1, 4);
      const left = expiry > ageSec ? expiry - ageSec : 0;
      tail = joinWide(joinWide(joinText(tail, EXPIRY), left >>> 16), left & 65535);
      from = EXPIRY_SIZE;
    }
    tail = join(tail, cut(view, properties, from, properties.length - from));
    return alias > 0 ? joinWide(joinText(tail, ALIAS), alias) : tail;
  }

  /** @returns whether `to` has a long name, and there is one more alias. */
  function isLong(): boolean {
    return to.name.length > SHORT_NAME && lastAlias < broker.values[PropertyId.TopicAliasMaximum]!;
  }

  /** @returns the first byte of a PUBLISH that the broker takes [MQTT-3.2.2-14]. @inline */
  function firstOf(topic: Topic<Bytes>): number {
    return broker.values[PropertyId.RetainAvailable] === 0 ? topic.first & -2 : topic.first;
  }

  /** @returns whether the broker takes the QoS of a topic: one of another QoS may have the same name. @inline */
  function isTaken(topic: Topic<Bytes>): boolean {
    return !(FLASH || REQUESTS) || !(qosOf(topic.first) > broker.values[PropertyId.MaximumQos]!);
  }

  /** @returns whether PUBLISHes to `to` may go out without a look at what the broker allows. */
  function isUsual(): boolean {
    const isWhole = to.first % 2 === 0 || broker.values[PropertyId.RetainAvailable] !== 0;
    return isWhole && isTaken(to) && broker.packetMax > SHORT_MAX && longestOf(to, SHORT_MAX) <= PACKET_MAX;
  }

  function header(topic: Topic<Bytes>, size: number, id: Id, dup: number, ageSec: number): Bytes {
    to = find(topic);
    alias = to.alias;
    const wire = alias > 0 ? NO_NAME : topic.name;
    // What is sent once only needs none.
    if (alias === 0 && isLong() && longestOf(topic, size) <= broker.packetMax) alias = lastAlias + 1;
    const tail = joinTail(topic, ageSec, draft);
    const left = wire.length + tail.length + (topic.first > QOS0_LAST ? 2 : 0) + size;
    return publishHeader5(firstOf(topic) | dup, joinLength(emptied(lengthBytes), left), wire, tail, id);
  }

  function commit(): void {
    if (alias > lastAlias) lastAlias = alias;
    to.alias = alias | 0;
    if ((FLASH || REQUESTS) && to === stranger) return;
    if ((alias > 0 || !isLong()) && isUsual()) {
      shape(to, alias > 0 ? NO_NAME : to.name, joinTail(to, 0, to.tail));
    }
  }

  return { add, has, begin, header, commit };
}
