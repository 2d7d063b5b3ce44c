// Who wants which messages: filters with their handlers, what the broker said to them, and where a message goes.
// One SUBSCRIBE or UNSUBSCRIBE is under way at a time. No time, no I/O.

import { byteAt, constant, createView, cut, standsAt, toText, type Bytes } from '../bytes/bytes.ts';
import { QOS2, V5 } from '../features.ts';
import type { TextSink } from '../ports/packet-writer.ts';
import { PropertyId } from '../ports/properties.ts';
import { matches, prepareFilter, prepareShared, SHARE, type Filter } from './filter.ts';
import { isPlain, NO_TOPIC, routeKey } from './form.ts';
import { chr, encodeLength, encodePacket, encodeString, First, withLength, word } from './packet.ts';
import { numberAt } from './numbers.ts';
import type { Said } from './properties.ts';
import { isAmong, OF_OLD_SUBACK, OF_SUBACK, OF_UNSUBACK, Reason } from './reason.ts';
import { Verdict } from './session.ts';
import { isText, isTopic } from './topic.ts';

/** A message: its payload, its topic, and the first byte of its PUBLISH (RETAIN 1, QoS in bits 1 and 2, DUP 8). Valid until the handler returns. */
export type OnMessage<B = Bytes> = (payload: B, topic: B, first: number) => void;
/** A piece of a message over the limit: `chunk` stands at `offset` in a payload of `total` bytes. */
export type OnChunk<B = Bytes> = (chunk: B, offset: number, total: number, topic: B, first: number) => void;

/** Identifiers of SUBSCRIBE and UNSUBSCRIBE, in turn: this and the next, which nothing else uses. */
export const FIRST_ID = 65534;
/** Header, identifier and properties of a SUBSCRIBE of MQTT 5.0, at most. */
const HEAD_SIZE = 10;
/** Bits of the QoS. */
const QOS_BITS = 3;
/** Bits of options that stand behind a filter; those of Retain Handling. */
const OPTIONS = 0x3f;
const HANDLING = 0x30;
/** Identifier of a subscription identifier among properties. */
const SUBSCRIPTION_ID = '\x0b';

/** Return code of a subscription that the broker refused (section 3.9.3). */
const REFUSED = 128;

export const enum Wish {
  /** Not subscribed, and not wanted. */
  None,
  /** To be subscribed. */
  Wanted,
  /** Its SUBSCRIBE is under way. */
  Asked,
  /** The broker has answered. */
  Answered,
  /** To be unsubscribed. */
  Unwanted,
  /** Its UNSUBSCRIBE is under way. */
  Leaving,
}

/** What MQTT 5.0 adds to a subscription (section 3.8.3.1), to be added up. With 3.1.1 it is left out. */
export const enum SubscriptionOption {
  /** Not what we publish ourselves. Not with a shared subscription [MQTT-3.8.3-4]. */
  NoLocal = 4,
  /** Messages keep the RETAIN that they were published with. */
  RetainAsPublished = 8,
  /** Messages that are kept come only if the subscription is new, or never; without one of these, always. */
  RetainIfNew = 16,
  RetainNever = 32,
  /** Messages say that they came for it: its number and one. It is asked for in a packet of its own. */
  Identified = 64,
}
/** All of them. */
const ALL_OPTIONS = 0x7c;

/** A topic filter with its handlers. */
export interface Subscription extends Filter {
  readonly filter: string;
  readonly qos: number;
  /** What the broker said last: the QoS it granted, 128 when it refused, -1 before it said anything and when unsubscribed. */
  granted: number;
  readonly onMessage: OnMessage;
  readonly onChunk: OnChunk | undefined;
  /** In the order they were made, from 0. */
  readonly number: number;
  /** Where messages to it go, if it has no wildcards. */
  route: Route | null;
  wish: Wish;
  /** MQTT 5.0: its options, and its QoS. */
  bits?: number;
}

/** A topic and where it goes. */
export interface Route {
  /** The topic behind its length, as a PUBLISH body begins. */
  key: Bytes;
  /** Where a packet to it has its payload, or its identifier, if its remaining length takes one byte. */
  end: number;
  name: Bytes;
  take: OnMessage;
  /** null: nobody wants it. */
  to: Subscription | null;
}

export interface Subscriptions {
  /** Want a filter from now on. Start-up only. @returns null when filter or QoS are not valid, or one SUBSCRIBE cannot hold all. */
  prepare(
    filter: string,
    qos: number,
    onMessage: OnMessage,
    onChunk?: OnChunk,
    options?: number,
  ): Subscription | null;
  /**
   * The session begins. @param present the broker has one of ours. @param isSame it knows what we subscribed to before: where the
   * answer to a CONNECT was lost, it may be a session that was begun then.
   */
  begin(present: boolean, isSame: boolean): void;
  /** Before the first session: the broker has all of them from before the last start, if it still has a session of ours. */
  assume(): void;
  /**
   * With V5 and REQUESTS, as a session begins: have another filter in the place of one without options and pieces. The broker is not told that it is
   * wanted no more. @returns what stands in its place; itself, when that cannot be.
   */
  redirect(subscription: Subscription, filter: string): Subscription;
  /** Write down what is wanted. */
  describe(sink: TextSink): void;
  /**
   * @param broker only looked at with MQTT 5.0 built in.
   * @returns the next SUBSCRIBE or UNSUBSCRIBE as text; empty when there is none or one is under way.
   */
  next(broker: Said): string;
  /** SUBACK or UNSUBACK came, whose codes begin at `from`. @returns Verdict.Stray when nothing with its identifier is under way. */
  answer(first: number, bytes: Bytes, at: number, from: number, end: number): Verdict;
  /** Want a subscription, or want it no more. @returns false while the broker's answer to it is under way. */
  want(subscription: Subscription, wanted: boolean): boolean;
  /** @returns where the message goes whose body lies at `at`, if its topic is wanted without wildcards or came lately. */
  known(bytes: Bytes, at: number): Route | null;
  /** @returns where a message goes whose topic is not known; null when that is not valid. */
  find(bytes: Bytes, at: number, end: number): Route | null;
}

/** Topics that went to no filter without wildcards, and are found again without looking at their characters. */
const OTHERS_MAX = 4;

/** Behind the end of every packet. */
const NOWHERE = 0x100000;

/** @returns a route of no topic. @param take what claims to have that topic. */
export function createRoute(take: OnMessage): Route {
  return { key: NO_TOPIC, end: NOWHERE, name: NO_TOPIC, take, to: null };
}

/**
 * @param packetMax bytes of the longest SUBSCRIBE.
 * @param onAnswer the broker's answer to one subscription is there.
 * @param onUnwanted takes what nobody subscribed to.
 * @param onNoTopic takes what has a topic that cannot be there.
 */
export function createSubscriptions(
  packetMax: number,
  onAnswer: (subscription: Subscription) => void,
  onUnwanted: OnMessage,
  onNoTopic: OnMessage,
): Subscriptions {
  const all: Subscription[] = [];
  /** Of filters without wildcards that are wanted, in the same order; null ends it, since engines allocate to look beyond. */
  const exact: (Route | null)[] = [null];
  /** Of the last topics that no such filter wanted, in turn; null ends it. */
  const others: (Route | null)[] = [];
  let next = 0;
  for (let i = 0; i < OTHERS_MAX; i++) others.push(createRoute(onNoTopic));
  others.push(null);
  const nameView = createView();
  /** Identifier of the SUBSCRIBE or UNSUBSCRIBE that is under way, 0 without one. */
  let underWay = 0;
  let lastId = 0;
  /** Something has changed since there was nothing to ask for. */
  let isDue = false;
  let bytesLeft = packetMax - (V5 ? HEAD_SIZE : 7);

  /** @returns whether there are no such options [MQTT-3.8.3-5]. @inline */
  function isNone(options: number): boolean {
    return (options & ~ALL_OPTIONS) !== 0 || (options & HANDLING) === HANDLING;
  }

  /** @returns whether a shared subscription has one that it may not have [MQTT-3.8.3-4]. @inline */
  function isMisled(options: number, filter: string, pattern: string): boolean {
    return (options & SubscriptionOption.NoLocal) !== 0 && filter !== pattern;
  }

  function prepare(
    filter: string,
    qos: number,
    onMessage: OnMessage,
    onChunk?: OnChunk,
    options?: number,
  ): Subscription | null {
    const more = V5 ? options! | 0 : 0;
    const pattern = prepareShared(filter);
    const isLegal = qos === 0 || qos === 1 || (QOS2 && qos === 2);
    const isValid = isText(constant(filter)) && isTopic(constant(pattern), true);
    if (
      !isLegal ||
      !isValid ||
      filter.length + 3 > bytesLeft ||
      (V5 && (isNone(more) || isMisled(more, filter, pattern)))
    ) {
      return null;
    }
    bytesLeft -= filter.length + 3;
    const parts = prepareFilter(pattern);
    const hash = pattern.indexOf('#');
    const plus = pattern.indexOf('+');
    const to: Subscription = {
      filter,
      qos,
      granted: -1,
      onMessage,
      onChunk,
      number: all.length,
      parts,
      isOpen: hash >= 0,
      isWild: hash === 0 || plus === 0,
      isAll: hash === 0,
      wish: Wish.Wanted,
      route: null,
    };
    if (V5) to.bits = more | qos;
    all.push(to);
    if (hash < 0 && plus < 0) {
      const key = constant(encodeString(pattern));
      to.route = { key, end: key.length + 2, name: parts[0], take: onMessage, to };
    }
    forget();
    return to;
  }

  function begin(present: boolean, isSame: boolean): void {
    underWay = 0;
    for (let i = 0; i < all.length; i++) {
      const wish = all[i].wish;
      // What was under way may have been lost; without a session nothing of us is known.
      if (wish === Wish.Asked || (wish === Wish.Answered && !isSame)) all[i].wish = Wish.Wanted;
      else if (wish > Wish.Answered) all[i].wish = present ? Wish.Unwanted : Wish.None;
    }
    forget();
  }

  function assume(): void {
    for (let i = 0; i < all.length; i++) if (all[i].wish === Wish.Wanted) all[i].wish = Wish.Answered;
  }

  function redirect(to: Subscription, filter: string): Subscription {
    const left = bytesLeft;
    bytesLeft += to.filter.length + 3;
    const made = prepare(filter, to.qos, to.onMessage);
    if (made === null) {
      bytesLeft = left;
      return to;
    }
    all.pop();
    (made as { number: number }).number = to.number;
    all[to.number] = made;
    forget();
    return made;
  }

  function describe(sink: TextSink): void {
    for (let i = 0; i < all.length; i++) {
      if (all[i].wish !== Wish.None) sink.text(all[i].filter + all[i].qos);
    }
  }

  /** Ask for all that have `wish`. @returns the body of the packet behind its identifier. */
  function collect(wish: Wish, asked: Wish): string {
    let body = '';
    for (let i = 0; i < all.length; i++) {
      const to = all[i];
      if (to.wish !== wish) continue;
      to.wish = asked;
      body += encodeString(to.filter) + (asked === Wish.Asked ? String.fromCharCode(to.qos) : '');
    }
    return body;
  }

  /** @returns why a broker takes no such filter; 0: it does. @inline */
  function objectionTo(to: Subscription, broker: Said): number {
    return to.route === null && broker.values[PropertyId.WildcardAvailable] === 0
      ? Reason.WildcardsNotSupported
      : to.filter.indexOf(SHARE) === 0 && broker.values[PropertyId.SharedAvailable] === 0
        ? Reason.SharedNotSupported
        : 0;
  }

  /** @returns why a broker cannot be asked for `to`, or to forget it; 0: it can. @inline */
  function obstacleTo(to: Subscription, isNew: boolean, broker: Said): number {
    return to.filter.length + (HEAD_SIZE + 3) > broker.packetMax
      ? Reason.PacketTooLarge
      : isNew
        ? objectionTo(to, broker)
        : 0;
  }

  /** Answer in the place of the broker what it cannot be asked. Who is told may want others meanwhile, but not the same. */
  function answerImpossible(broker: Said): void {
    for (let i = 0; i < all.length; i++) {
      const to = all[i];
      const isNew = to.wish === Wish.Wanted;
      const obstacle = isNew || to.wish === Wish.Unwanted ? obstacleTo(to, isNew, broker) : 0;
      if (obstacle === 0) continue;
      // Asked for, or leaving.
      to.wish++;
      to.granted = isNew ? obstacle : -1;
      onAnswer(to);
      to.wish = isNew ? Wish.Answered : Wish.None;
      forget();
    }
  }

  /** As `collect`, of a broker that speaks either version: as many as go into one packet. @returns with the properties before them. */
  function collect5(wish: Wish, broker: Said): string {
    const isNew = wish === Wish.Wanted;
    let body = '';
    let properties = '';
    for (let i = 0; i < all.length; i++) {
      const to = all[i];
      if (to.wish !== wish) continue;
      const bits = broker.is5 ? to.bits! : to.bits! & QOS_BITS;
      const more = encodeString(to.filter) + (isNew ? chr(bits & OPTIONS) : '');
      const isAlone = isNew && bits > OPTIONS && broker.values[PropertyId.SubscriptionIdAvailable] !== 0;
      if (body.length > 0 && (isAlone || HEAD_SIZE + body.length + more.length > broker.packetMax)) break;
      // Asked for, or leaving.
      to.wish++;
      body += more;
      if (isAlone) {
        properties = SUBSCRIPTION_ID + encodeLength(to.number + 1);
        break;
      }
    }
    return broker.is5 && body.length > 0 ? withLength(properties) + body : body;
  }

  /** What is wanted has changed. */
  function forget(): void {
    for (let i = 0; i < OTHERS_MAX; i++) {
      // As when it was new, and not a new one: it may be the route that went last.
      others[i]!.key = NO_TOPIC;
      others[i]!.end = NOWHERE;
      others[i]!.take = onNoTopic;
    }
    exact.splice(0, exact.length);
    for (let i = 0; i < all.length; i++) {
      const route = all[i].route;
      if (route !== null && all[i].wish !== Wish.None) exact.push(route);
    }
    exact.push(null);
    isDue = true;
  }

  function collectFor(wish: Wish, asked: Wish, broker: Said): string {
    return V5 ? collect5(wish, broker) : collect(wish, asked);
  }

  function nextPacket(broker: Said): string {
    if (V5 && isDue) answerImpossible(broker);
    // Who was told of that may have asked for something.
    if (!isDue || underWay > 0) return '';
    const leaving = collectFor(Wish.Unwanted, Wish.Leaving, broker);
    const body = leaving.length > 0 ? leaving : collectFor(Wish.Wanted, Wish.Asked, broker);
    if (body.length === 0) {
      isDue = false;
      return body;
    }
    underWay = lastId = lastId === FIRST_ID ? FIRST_ID + 1 : FIRST_ID;
    return encodePacket(leaving.length > 0 ? First.Unsubscribe : First.Subscribe, word(underWay) + body);
  }

  /** @returns whether SUBACK or UNSUBACK may have such a code. */
  function isLegal(first: number, code: number, is5: boolean): boolean {
    return isAmong(!is5 ? OF_OLD_SUBACK : first === First.Suback ? OF_SUBACK : OF_UNSUBACK, code);
  }

  function answer(first: number, bytes: Bytes, at: number, from: number, end: number): Verdict {
    const asked = first === First.Suback ? Wish.Asked : Wish.Leaving;
    const id = toText(bytes, at, 2);
    if (id === word(0)) return Verdict.Violation;
    if (id !== word(underWay)) return Verdict.Stray;
    let count = 0;
    for (let i = 0; i < all.length; i++) if (all[i].wish === asked) count++;
    // One return code for each filter of the SUBSCRIBE [MQTT-3.9.3-1], and none that is reserved [MQTT-3.9.3-2].
    const is5 = V5 && from > at + 2;
    if (count === 0 || ((first === First.Suback || is5) && count !== end - from)) return Verdict.Violation;
    for (let i = from; i < end; i++) {
      if (V5) {
        if (!isLegal(first, byteAt(bytes, i), is5)) return Verdict.Violation;
      } else if (byteAt(bytes, i) > 2 && byteAt(bytes, i) !== REFUSED) return Verdict.Violation;
    }
    let code = from;
    for (let i = 0; i < all.length; i++) {
      const to = all[i];
      if (to.wish !== asked) continue;
      to.wish = asked === Wish.Asked ? Wish.Answered : Wish.None;
      to.granted = asked === Wish.Asked ? byteAt(bytes, code++) : -1;
      forget();
      onAnswer(to);
    }
    // Not before: who is told of an answer may want something else.
    underWay = 0;
    return Verdict.Settled;
  }

  function want(subscription: Subscription, wanted: boolean): boolean {
    const wish = subscription.wish;
    if (wish === Wish.Asked || wish === Wish.Leaving) return false;
    if (wanted) subscription.wish = Wish.Wanted;
    else subscription.wish = wish > Wish.Asked ? Wish.Unwanted : Wish.None;
    forget();
    return true;
  }

  /** @hot */
  function known(bytes: Bytes, at: number): Route | null {
    let i = 0;
    let route = exact[0];
    while (route && !standsAt(bytes, route.key, at)) route = exact[++i];
    if (!route) {
      i = 0;
      route = others[0];
      while (route && !standsAt(bytes, route.key, at)) route = others[++i];
    }
    return route;
  }

  function find(bytes: Bytes, at: number, end: number): Route | null {
    const from = at + 2;
    const size = V5 ? numberAt(bytes, at, 2) : (byteAt(bytes, at) << 8) | byteAt(bytes, at + 1);
    // Of nothing it is no number.
    if (V5 ? !(size > 0 && from + size <= end) : size === 0 || from + size > end) return null;
    const name = cut(nameView, bytes, from, size);
    if (!isPlain(name) && !isTopic(name, false)) return null;
    const route = others[next]!;
    next = next === OTHERS_MAX - 1 ? 0 : next + 1;
    route.key = routeKey(bytes, at, size + 2);
    route.end = size + 4;
    route.name = name;
    route.to = null;
    route.take = onUnwanted;
    for (let i = 0; i < all.length; i++) {
      const to = all[i];
      if (to.wish === Wish.None || !matches(to, bytes, from, from + size)) continue;
      route.to = to;
      route.take = to.onMessage;
      return route;
    }
    return route;
  }

  return { prepare, begin, assume, redirect, describe, next: nextPacket, answer, want, known, find };
}
