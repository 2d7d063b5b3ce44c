// Who wants which messages: filters with their handlers, what the broker said to them, and which one a message goes to.
// One SUBSCRIBE or UNSUBSCRIBE is under way at a time. No time, no I/O.

import { byteAt, constant, createView, toText, cut, standsAt, type Bytes } from '../bytes/bytes.ts';
import { QOS2 } from '../features.ts';
import { createPattern, matches, withoutShare, type Pattern } from './filter.ts';
import { isPlain, NO_TOPIC, routeKey } from './form.ts';
import { encodePacket, encodeString, First, word } from './packet.ts';
import { Verdict } from './session.ts';
import { isTopicFilter, isTopicName } from './topic.ts';

/** Return code of a subscription that the broker refused (section 3.9.3). */
const REFUSED = 128;

/** A message: its payload, its topic, and flags of its PUBLISH (RETAIN 1, QoS in bits 1 and 2, DUP 8). Valid until the handler returns. */
export type OnMessage<B = Bytes> = (payload: B, topic: B, flags: number) => void;
/** A piece of a message over the limit: `chunk` stands at `offset` in a payload of `total` bytes. */
export type OnChunk<B = Bytes> = (chunk: B, offset: number, total: number, topic: B, flags: number) => void;

const enum Wish {
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

/** A topic filter with its handlers. */
export interface Subscription {
  readonly filter: string;
  readonly qos: number;
  /** QoS that the broker granted, 128 when it refused, -1 while it has not answered. */
  granted: number;
  readonly onMessage: OnMessage;
  readonly onChunk: OnChunk | undefined;
  readonly number: number;
  readonly pattern: Pattern;
  wish: Wish;
}

/** A topic and where it goes. */
export interface Route {
  /** The topic behind its length, as a PUBLISH body begins. */
  key: Bytes;
  /** Length of the topic in a packet. */
  size: number;
  name: Bytes;
  /** null: nobody wants it. */
  to: Subscription | null;
}

export interface Subscriptions {
  /** Want a filter from now on. Start-up only. @returns null when filter or QoS are not valid, or there are too many. */
  add(
    filter: string,
    qos: number,
    onMessage: OnMessage,
    onChunk: OnChunk | undefined,
  ): Subscription | null;
  /** The session begins. @param present the broker knows what we subscribed to before. */
  begin(present: boolean): void;
  /** @returns the next SUBSCRIBE or UNSUBSCRIBE as text, with identifier `id`; empty when there is none or one is under way. */
  next(id: number): string;
  /** SUBACK or UNSUBACK came. @returns Verdict.Stray when nothing with its identifier is under way. */
  answer(first: number, bytes: Bytes, at: number, end: number): Verdict;
  /** Want a subscription, or want it no more. @returns false while the broker's answer to it is under way. */
  want(subscription: Subscription, wanted: boolean): boolean;
  /** @returns where the message goes whose body lies at `at`; null when its topic is not valid. */
  find(bytes: Bytes, at: number, end: number): Route | null;
}

/** Beginning of every route: leads nowhere, and is no topic. */
export function noRoute(): Route {
  return { key: NO_TOPIC, size: 0, name: NO_TOPIC, to: null };
}

/** @param packetMax bytes of the longest SUBSCRIBE. @param onAnswer the broker's answer to one subscription is there. */
export function createSubscriptions(
  packetMax: number,
  onAnswer: (subscription: Subscription) => void,
): Subscriptions {
  const all: Subscription[] = [];
  const exact: Route[] = [];
  /** The last topic that no exact filter wanted. */
  const other = noRoute();
  const nameView = createView();
  /** Identifier of the SUBSCRIBE or UNSUBSCRIBE that is under way, 0 without one. */
  let underWay = 0;

  function add(
    filter: string,
    qos: number,
    onMessage: OnMessage,
    onChunk: OnChunk | undefined,
  ): Subscription | null {
    const text = withoutShare(filter);
    const valid = isTopicFilter(constant(text)) && filter.length + 7 < packetMax;
    if (!valid || !(qos === 0 || qos === 1 || (QOS2 && qos === 2))) return null;
    const pattern = createPattern(text);
    const subscription = {
      filter,
      qos,
      granted: -1,
      onMessage,
      onChunk,
      number: all.length,
      pattern,
      wish: Wish.Wanted,
    };
    all.push(subscription);
    if (pattern.exact) {
      const key = constant(encodeString(text));
      exact.push({ key, size: key.length, name: constant(text), to: subscription });
    }
    other.key = NO_TOPIC;
    return subscription;
  }

  function begin(present: boolean): void {
    underWay = 0;
    for (let i = 0; i < all.length; i++) {
      const wish = all[i].wish;
      // What was under way may have been lost; without a session nothing of us is known.
      if (wish === Wish.Asked || (wish === Wish.Answered && !present)) all[i].wish = Wish.Wanted;
      else if (wish === Wish.Leaving || wish === Wish.Unwanted) all[i].wish = present ? Wish.Unwanted : Wish.None;
    }
  }

  /** Take all of `wish` that one packet holds. @returns its body behind the identifier. */
  function collect(wish: Wish, asked: Wish): string {
    let body = '';
    for (let i = 0; i < all.length; i++) {
      const subscription = all[i];
      if (subscription.wish !== wish) continue;
      const entry =
        encodeString(subscription.filter) + (asked === Wish.Asked ? String.fromCharCode(subscription.qos) : '');
      if (body.length + entry.length + 5 > packetMax) return body;
      body += entry;
      subscription.wish = asked;
    }
    return body;
  }

  function next(id: number): string {
    if (underWay > 0) return '';
    let first = First.Unsubscribe;
    let body = collect(Wish.Unwanted, Wish.Leaving);
    if (body.length === 0) {
      first = First.Subscribe;
      body = collect(Wish.Wanted, Wish.Asked);
    }
    if (body.length === 0) return '';
    underWay = id;
    return encodePacket(first, word(id) + body);
  }

  /** @returns how many wait for an answer to `asked`. */
  function countAsked(asked: Wish): number {
    let count = 0;
    for (let i = 0; i < all.length; i++) if (all[i].wish === asked) count++;
    return count;
  }

  function settle(subscription: Subscription, code: number): void {
    subscription.wish = code < 0 ? Wish.None : Wish.Answered;
    subscription.granted = code;
    onAnswer(subscription);
  }

  function answer(first: number, bytes: Bytes, at: number, end: number): Verdict {
    const asked = first === First.Suback ? Wish.Asked : Wish.Leaving;
    const count = countAsked(asked);
    if (word(underWay) !== toText(bytes, at, 2)) return Verdict.Stray;
    // One return code for each filter of the SUBSCRIBE [MQTT-3.9.3-1], and none that is reserved [MQTT-3.9.3-2].
    if (count === 0 || (first === First.Suback && count !== end - at - 2)) return Verdict.Violation;
    for (let i = at + 2; i < end; i++) {
      if (byteAt(bytes, i) > 2 && byteAt(bytes, i) !== REFUSED) return Verdict.Violation;
    }
    underWay = 0;
    let code = at + 2;
    for (let i = 0; i < all.length; i++) {
      if (all[i].wish === asked) settle(all[i], first === First.Suback ? byteAt(bytes, code++) : -1);
    }
    return Verdict.Settled;
  }

  function want(subscription: Subscription, wanted: boolean): boolean {
    const wish = subscription.wish;
    if (wish === Wish.Asked || wish === Wish.Leaving) return false;
    if (wanted) subscription.wish = Wish.Wanted;
    else subscription.wish = wish === Wish.Answered || wish === Wish.Unwanted ? Wish.Unwanted : Wish.None;
    return true;
  }

  function find(bytes: Bytes, at: number, end: number): Route | null {
    for (let i = 0; i < exact.length; i++) {
      if (standsAt(bytes, exact[i].key, at) && exact[i].to!.wish !== Wish.None) return exact[i];
    }
    const from = at + 2;
    const size = (byteAt(bytes, at) << 8) | byteAt(bytes, at + 1);
    if (size === 0 || from + size > end) return null;
    const name = cut(nameView, bytes, from, size);
    if (!isPlain(name) && !isTopicName(name)) return null;
    other.name = name;
    other.size = size + 2;
    other.key = routeKey(bytes, at, size + 2);
    other.to = null;
    for (let i = 0; i < all.length; i++) {
      if (all[i].wish !== Wish.None && !all[i].pattern.exact && matches(all[i].pattern, bytes, from, from + size)) {
        other.to = all[i];
        return other;
      }
    }
    return other;
  }

  return { add, begin, next, answer, want, find };
}
