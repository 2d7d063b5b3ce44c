// What each topic's PUBLISH packets look like on one connection: with the name and the properties, or with an alias in the place of
// the name (MQTT 5.0, section 3.3.2.3.4); with 3.1.1 with the name alone. No time, no I/O.

import {
  constant,
  createBuffer,
  createView,
  cut,
  emptied,
  EMPTY,
  join,
  joinText,
  standsAt,
  type Bytes,
} from '../bytes/bytes.ts';
import { PROPERTIES_MAX, type Topic } from '../ports/packet-writer.ts';
import { shape, SHORT_MAX, unshape } from './form.ts';
import { encodeLength, PACKET_MAX, word } from './packet.ts';
import { wideAt } from './properties.ts';

/** In the place of a name that an alias stands for. */
const NO_NAME = constant('\0\0');
const ALIAS = '\x23';
/** Bytes of a topic alias: identifier and value. */
const ALIAS_SIZE = 3;
const EXPIRY = constant('\x02');
/** Bytes of a message expiry interval: identifier and value. */
const EXPIRY_SIZE = 5;
/** Names behind their length up to here are no longer than an alias and its two bytes. */
const SHORT_NAME = 5;
/** What a PUBLISH has besides its name, properties and payload, at most, where it sets up an alias. */
const HEAD_SIZE = 14;
/** Name and properties up to here have a shape: with any short payload they go out whole without an alias too. */
const SHAPED_MAX = PACKET_MAX - SHORT_MAX - HEAD_SIZE;

/** How a PUBLISH begins, up to its payload. */
export interface Shape {
  wire: Bytes;
  tail: Bytes;
}

export interface Shapes {
  /** Start-up only. */
  add(topic: Topic<Bytes>): void;
  /**
   * A session begins. @param with5 it speaks 5.0. @param aliasMax aliases that the broker takes.
   * @param isUsual whether PUBLISHes of such a first byte may go out without a look at what the broker allows.
   */
  begin(with5: boolean, aliasMax: number, isUsual: (first: number) => boolean): void;
  /**
   * @returns the shape of a PUBLISH to `topic`, valid until the next call.
   * @param ageSec how old the message is. @param left bytes that the packet may have besides its payload.
   */
  look(topic: Topic<Bytes>, ageSec: number, left: number): Shape;
  /** What `look` was called for last is sent. */
  commit(): void;
}

/** @returns seconds of the message expiry interval that properties begin with, -1 without one. */
export function expiryOf(properties: Bytes): number {
  if (!standsAt(properties, EXPIRY, 0)) return -1;
  return wideAt(properties, 1) * 65536 + wideAt(properties, 3);
}

/** @returns the properties of a topic. @inline */
export function propertiesOf(topic: Topic<Bytes>): Bytes {
  return topic.properties === undefined ? EMPTY : topic.properties;
}

/** Start-up only. */
export function createShapes(): Shapes {
  const topics: Topic<Bytes>[] = [];
  /** Whether each was sent on this connection; its alias, 0 without one; its tail, in a place of its own. */
  const sent: boolean[] = [];
  const aliases: number[] = [];
  const tails: Bytes[] = [];
  const view = createView();
  const shaped: Shape = { wire: EMPTY, tail: EMPTY };
  let draft = createBuffer(PROPERTIES_MAX + ALIAS_SIZE + 2);
  let is5 = false;
  let aliasMax = 0;
  let lastAlias = 0;
  let isUsual: (first: number) => boolean = () => false;
  /** What `look` has found: the topic, and the alias that it is to have. */
  let found = -1;
  let alias = 0;

  function add(topic: Topic<Bytes>): void {
    topics.push(topic);
    sent.push(false);
    aliases.push(0);
    tails.push(createBuffer(propertiesOf(topic).length + ALIAS_SIZE + 2));
    unshape(topic);
  }

  function begin(with5: boolean, most: number, usual: (first: number) => boolean): void {
    is5 = with5;
    aliasMax = most;
    lastAlias = 0;
    isUsual = usual;
    for (let i = 0; i < topics.length; i++) {
      sent[i] = false;
      aliases[i] = 0;
      unshape(topics[i]);
    }
  }

  /** @returns place of `topic`, or of the one of the same name: of what was read from flash there is no more. */
  function find(topic: Topic<Bytes>): number {
    const place = topics.indexOf(topic);
    if (place >= 0) return place;
    for (let i = 0; i < topics.length; i++) {
      if (topics[i].name.length === topic.name.length && standsAt(topics[i].name, topic.name, 0)) return i;
    }
    return place;
  }

  /** @returns properties behind their length, in the place of `buffer`. */
  function joinTail(buffer: Bytes, properties: Bytes, ageSec: number): Bytes {
    const size = properties.length;
    let tail = joinText(emptied(buffer), encodeLength(size + (alias > 0 ? ALIAS_SIZE : 0)));
    if (ageSec > 0) {
      const expiry = expiryOf(properties);
      const left = expiry > ageSec ? expiry - ageSec : 0;
      tail = joinText(join(tail, EXPIRY), word((left / 65536) | 0) + word(left % 65536));
      tail = join(tail, cut(view, properties, EXPIRY_SIZE, size - EXPIRY_SIZE));
    } else {
      tail = join(tail, properties);
    }
    return alias > 0 ? joinText(tail, ALIAS + word(alias)) : tail;
  }

  /** @returns whether `topic` is to have an alias. */
  function isLong(topic: Topic<Bytes>): boolean {
    return topic.name.length > SHORT_NAME && lastAlias < aliasMax;
  }

  function look(topic: Topic<Bytes>, ageSec: number, left: number): Shape {
    found = find(topic);
    alias = found < 0 ? 0 : aliases[found];
    shaped.wire = alias > 0 ? NO_NAME : topic.name;
    const size = topic.name.length + propertiesOf(topic).length;
    // What is sent once only needs none.
    if (found >= 0 && alias === 0 && sent[found] && isLong(topic) && size + HEAD_SIZE <= left) {
      alias = lastAlias + 1;
    }
    shaped.tail = is5 ? (draft = joinTail(draft, propertiesOf(topic), ageSec)) : EMPTY;
    return shaped;
  }

  function commit(): void {
    if (found < 0) return;
    const topic = topics[found];
    sent[found] = true;
    if (alias > lastAlias) lastAlias = alias;
    aliases[found] = alias;
    const size = topic.name.length + propertiesOf(topic).length;
    if ((alias === 0 && isLong(topic)) || topic.size > 0 || size > SHAPED_MAX || !isUsual(topic.first)) {
      return;
    }
    tails[found] = is5 ? joinTail(tails[found], propertiesOf(topic), 0) : EMPTY;
    shape(topic, alias > 0 ? NO_NAME : topic.name, tails[found]);
  }

  return { add, begin, look, commit };
}
