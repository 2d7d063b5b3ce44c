// Who wants which messages: filters with their handlers, what the broker said to them, and where a message goes.
// One SUBSCRIBE or UNSUBSCRIBE is under way at a time. No time, no I/O.

import { byteAt, constant, createView, cut, standsAt, toText, type Bytes } from '../bytes/bytes.ts';
import { QOS2, V5 } from '../features.ts';
import type { TextSink } from '../ports/packet-writer.ts';
import { matches, prepareFilter, prepareShared, type Filter } from './filter.ts';
import { isPlain, NO_TOPIC, routeKey } from './form.ts';
import { encodeLength, encodePacket, encodeString, First, word } from './packet.ts';
import { isAmong, OF_SUBACK, OF_UNSUBACK, Reason } from './reason.ts';
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
/** Bits behind a filter: No Local, Retain As Published; Retain Handling is above them, and no greater than this in its place. */
const NO_LOCAL = 4;
const AS_PUBLISHED = 8;
const HANDLING_SHIFT = 4;
const BITS_MAX = 0x2f;
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

/** What MQTT 5.0 adds to a subscription (section 3.8.3.1). With 3.1.1 it is left out. */
export interface SubscriptionOptions {
  /** Not what we publish ourselves. Not with a shared subscription [MQTT-3.8.3-4]. */
  readonly noLocal?: boolean;
  /** Messages keep the RETAIN that they were published with. */
  readonly retainAsPublished?: boolean;
  /** Messages that are kept come: 0 always, 1 only if it is new, 2 never. */
  readonly retainHandling?: number;
  /** Messages say that they came for it: its number and one. It is asked for in a packet of its own. */
  readonly identified?: boolean;
}

/** What a broker takes. */
export interface SubscriptionLimits {
  readonly is5: boolean;
  readonly packetMax: number;
  readonly hasWildcards: boolean;
  readonly hasShared: boolean;
  readonly hasIds: boolean;
}

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
  /** MQTT 5.0: options behind the filter, QoS among them; and whether messages say its number. */
  bits?: number;
  isIdentified?: boolean;
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
    more?: SubscriptionOptions,
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
   * @param limits what the broker takes; only looked at with MQTT 5.0 built in.
   * @returns the next SUBSCRIBE or UNSUBSCRIBE as text; empty when there is none or one is under way.
   */
  next(limits?: SubscriptionLimits): string;
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
  let bytesLeft = packetMax - 7;

  /** @returns what stands behind a filter (section 3.8.3.1). */
  function bitsOf(qos: number, more?: SubscriptionOptions): number {
    if (more === undefined) return qos;
    const handling = more.retainHandling === undefined ? 0 : more.retainHandling;
    return (
      qos |
      (more.noLocal === true ? NO_LOCAL : 0) |
      (more.retainAsPublished === true ? AS_PUBLISHED : 0) |
      (handling << HANDLING_SHIFT)
    );
  }

  /** @returns whether a filter may have such options [MQTT-3.8.3-4] [MQTT-3.8.3-5]. */
  function isPossible(bits: number, isShared: boolean): boolean {
    return bits >= 0 && bits <= BITS_MAX && !(isShared && (bits & NO_LOCAL) > 0);
  }

  function prepare(
    filter: string,
    qos: number,
    onMessage: OnMessage,
    onChunk?: OnChunk,
    more?: SubscriptionOptions,
  ): Subscription | null {
    const pattern = prepareShared(filter);
    const isLegal = qos === 0 || qos === 1 || (QOS2 && qos === 2);
    const isValid = isText(constant(filter)) && isTopic(constant(pattern), true);
    if (!isLegal || !isValid || filter.length + 3 > bytesLeft) return null;
    if (V5 && !isPossible(bitsOf(qos, more), filter !== pattern)) return null;
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
    if (V5) {
      to.bits = bitsOf(qos, more);
      to.isIdentified = more !== undefined && more.identified === true;
    }
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

  /** @returns why a broker cannot be asked for `to`, or to forget it; 0: it can. */
  function obstacleOf(to: Subscription, limits: SubscriptionLimits): number {
    const hasWildcards = to.route === null;
    if (HEAD_SIZE + to.filter.length + 3 > limits.packetMax) return Reason.PacketTooLarge;
    if (to.wish === Wish.Unwanted) return 0;
    if (hasWildcards && !limits.hasWildcards) return Reason.WildcardsNotSupported;
    return to.filter.indexOf('$share/') === 0 && !limits.hasShared ? Reason.SharedNotSupported : 0;
  }

  /** Answer in the place of the broker what it cannot be asked. Who is told may want others meanwhile, but not the same. */
  function answerImpossible(limits: SubscriptionLimits): void {
    for (let i = 0; i < all.length; i++) {
      const to = all[i];
      const isNew = to.wish === Wish.Wanted;
      const obstacle = isNew || to.wish === Wish.Unwanted ? obstacleOf(to, limits) : 0;
      if (obstacle === 0) continue;
      to.wish = isNew ? Wish.Asked : Wish.Leaving;
      to.granted = isNew ? obstacle : -1;
      onAnswer(to);
      to.wish = isNew ? Wish.Answered : Wish.None;
      forget();
    }
  }

  /** As `collect`, of a broker that speaks either version: as many as go into one packet. @returns with the properties before them. */
  function collect5(wish: Wish, asked: Wish, limits: SubscriptionLimits): string {
    let body = '';
    let properties = limits.is5 ? '\0' : '';
    for (let i = 0; i < all.length; i++) {
      const to = all[i];
      if (to.wish !== wish) continue;
      const isNew = asked === Wish.Asked;
      const isAlone = isNew && limits.is5 && to.isIdentified === true && limits.hasIds;
      const bits = limits.is5 ? to.bits! : to.qos;
      const more = encodeString(to.filter) + (isNew ? String.fromCharCode(bits) : '');
      if (body.length > 0 && (isAlone || HEAD_SIZE + body.length + more.length > limits.packetMax)) break;
      to.wish = asked;
      body += more;
      if (isAlone) {
        const number = SUBSCRIPTION_ID + encodeLength(to.number + 1);
        properties = encodeLength(number.length) + number;
        break;
      }
    }
    return body.length === 0 ? body : properties + body;
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

  function collectFor(wish: Wish, asked: Wish, limits?: SubscriptionLimits): string {
    return V5 ? collect5(wish, asked, limits!) : collect(wish, asked);
  }

  function nextPacket(limits?: SubscriptionLimits): string {
    if (!isDue || underWay > 0) return '';
    if (V5) answerImpossible(limits!);
    if (V5 && underWay > 0) return '';
    const leaving = collectFor(Wish.Unwanted, Wish.Leaving, limits);
    const body = leaving.length > 0 ? leaving : collectFor(Wish.Wanted, Wish.Asked, limits);
    if (body.length === 0) {
      isDue = false;
      return body;
    }
    underWay = lastId = lastId === FIRST_ID ? FIRST_ID + 1 : FIRST_ID;
    return encodePacket(leaving.length > 0 ? First.Unsubscribe : First.Subscribe, word(underWay) + body);
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
      if (is5) {
        const codes = first === First.Suback ? OF_SUBACK : OF_UNSUBACK;
        if (!isAmong(codes, byteAt(bytes, i))) return Verdict.Violation;
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
    const size = (byteAt(bytes, at) << 8) | byteAt(bytes, at + 1);
    if (size === 0 || from + size > end) return null;
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
