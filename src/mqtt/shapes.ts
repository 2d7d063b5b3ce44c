// What each topic's PUBLISH packets look like on one connection: with the name and the properties, or with an alias in the place of
// the name (MQTT 5.0, section 3.3.2.3.4); with 3.1.1 with the name alone. No time, no I/O.

import {
  createBuffer,
  createView,
  emptied,
  join,
  joinText,
  standsAt,
  tail,
  type Bytes,
} from '../bytes/bytes.ts';
import { FLASH, REQUESTS, STREAM } from '../features.ts';
import { PROPERTIES_MAX, type Topic } from '../ports/packet-writer.ts';
import { PropertyId } from '../ports/properties.ts';
import {
  joinId,
  NO_NAME,
  prepareTopic,
  shape,
  SHORT_MAX,
  startPacket,
  type Id,
  type Shaped,
} from './form.ts';
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
/** The length of properties, and an alias. */
const TAIL_SIZE = 5;
/** A message may come with a topic that was not added: out of flash, or, with what an outbox in RAM keeps where there are requests, of that. */
const FOREIGN = FLASH || REQUESTS;

export interface Shapes {
  /** Start-up only. */
  add(topic: Topic<Bytes>): void;
  /** @returns whether a caller gave a topic that was added, here or to another client. */
  has(topic: Topic<Bytes> | null): boolean;
  /** A session begins. */
  begin(): void;
  /**
   * @returns a PUBLISH without its payload, valid until the next call. If the broker takes such long ones, it is to be sent: what comes later
   * stands on it. @param size bytes of the payload. @param id NO_ID with QoS 0. @param dup 8, or 0. @param ageSec how old the message is.
   */
  header(topic: Topic<Bytes>, size: number, id: Id, dup: number, ageSec: number): Bytes;
}

/** @returns bytes of the longest PUBLISH of 5.0 that a payload of `size` bytes may come in: what is kept may be for a connection that speaks it. */
export function longestOf(topic: Topic<Bytes>, size: number): number {
  const left =
    topic.name.length + topic.properties!.length + size + (topic.first > QOS0_LAST ? 2 : 0) + TAIL_SIZE;
  return left + sizeOfLength(left) + 1;
}

/** Start-up only. */
export function createShapes(broker: Said): Shapes {
  const topics: Shaped[] = [];
  /** Stands for topics that were not added. */
  const stranger = FOREIGN ? (prepareTopic('', 0) as Shaped) : null!;
  const view = createView();
  const draft = createBuffer(PROPERTIES_MAX + ALIAS_SIZE + 2);
  let lastAlias = 0;
  let aliasMax: number | undefined = 0;

  function add(topic: Topic<Bytes>): void {
    topics.push(topic as Shaped);
  }

  function has(topic: Topic<Bytes> | null): boolean {
    return !!topic && (topic as Shaped).alias !== undefined;
  }

  function begin(): void {
    // Of this connection nothing is known of a topic yet: its size is no number, so that its messages go the slow way.
    lastAlias = 0;
    aliasMax = broker.values[PropertyId.TopicAliasMaximum];
    for (let i = 0; i < topics.length; i++) topics[i].size = topics[i].alias = NaN;
  }

  /** @returns `topic`, or where it was not added one of the same name that was. */
  function find(topic: Topic<Bytes>): Shaped {
    if (!FOREIGN || topics.indexOf(topic as Shaped) >= 0) return topic as Shaped;
    for (let i = 0; i < topics.length; i++) {
      if (topics[i].name.length === topic.name.length && standsAt(topics[i].name, topic.name, 0)) {
        return topics[i];
      }
    }
    stranger.alias = NaN;
    return stranger;
  }

  /** @returns the first byte of a PUBLISH that the broker takes [MQTT-3.2.2-14]. @inline */
  function firstOf(topic: Topic<Bytes>): number {
    return broker.values[PropertyId.RetainAvailable] === 0 ? topic.first & -2 : topic.first;
  }

  /** @returns whether a topic was added, and the broker takes its QoS: one of another QoS may have the same name. */
  function isTaken(to: Topic<Bytes>): boolean {
    if (!FOREIGN) return true;
    return to !== stranger && !(qosOf(to.first) > broker.values[PropertyId.MaximumQos]!);
  }

  /** @returns bytes of the longest PUBLISH that is not streamed. @inline */
  function shortMost(): number {
    return STREAM && broker.packetMax > PACKET_MAX ? PACKET_MAX : broker.packetMax;
  }

  /** @returns what stands behind the name: in 5.0 properties behind their length. */
  function tailOf(topic: Topic<Bytes>, alias: number, ageSec: number): Bytes {
    let bytes = emptied(draft);
    if (broker.is5) {
      const properties = topic.properties!;
      let from = 0;
      bytes = joinLength(bytes, properties.length + (alias > 0 ? ALIAS_SIZE : 0));
      if (ageSec > 0) {
        const expiry = numberAt(properties, 1, 4);
        const left = expiry > ageSec ? expiry - ageSec : 0;
        bytes = joinWide(joinWide(joinText(bytes, EXPIRY), left >>> 16), left & 65535);
        from = EXPIRY_SIZE;
      }
      bytes = join(bytes, tail(view, properties, from));
      if (alias > 0) bytes = joinWide(joinText(bytes, ALIAS), alias);
    }
    return bytes;
  }

  function header(topic: Topic<Bytes>, size: number, id: Id, dup: number, ageSec: number): Bytes {
    const to = find(topic);
    const first = firstOf(topic);
    const isLong = topic.name.length > SHORT_NAME && lastAlias < aliasMax!;
    const former = to.alias;
    const wire = former > 0 ? NO_NAME : topic.name;
    // What is sent once only needs none.
    const isNew = former === 0 && isLong && longestOf(topic, size) <= broker.packetMax;
    const alias = isNew ? lastAlias + 1 : former;
    const more = tailOf(topic, alias, ageSec);
    const isReliable = first > QOS0_LAST;
    let bytes = join(
      joinLength(startPacket(first | dup), wire.length + more.length + (isReliable ? 2 : 0) + size),
      wire,
    );
    if (isReliable) bytes = joinId(bytes, id);
    bytes = join(bytes, more);
    if (bytes.length + size <= broker.packetMax) {
      if (alias > lastAlias) lastAlias = alias;
      to.alias = alias | 0;
      // What is said of a message that waited is no other's, and the next one may get an alias.
      const isLast = ageSec === 0 && (alias > 0 || !isLong);
      if (isLast && longestOf(to, SHORT_MAX) <= shortMost() && isTaken(to)) {
        // From now on its messages may go out without a look at what the broker takes.
        const name = alias > 0 ? NO_NAME : topic.name;
        if (FOREIGN) shape(to, firstOf(to), name, tailOf(to, alias, 0));
        else shape(to, first, name, more);
      }
    }
    return bytes;
  }

  return { add, has, begin, header };
}
