// What one session has subscribed to, and whether it wants a message (MQTT 3.1.1 section 4.7, 5.0 sections 3.8.3.1 and 4.8).

import { matches } from './filter.ts';
import type { Message } from './message.ts';

export interface Subscription {
  /** As it was subscribed to, which is its name. */
  readonly name: string;
  /** Without `$share/NAME/`. */
  readonly filter: string;
  readonly isShared: boolean;
  readonly qos: number;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  /** 0: retained messages are sent; 1: for a new subscription only; 2: they are not. */
  readonly retainHandling: number;
  /** 0: none. */
  readonly identifier: number;
}

/** How a session wants a message. */
export interface Wish {
  /** At most. */
  readonly qos: number;
  readonly keepsRetain: boolean;
  readonly identifiers: readonly number[] | undefined;
}

export interface Subscriptions {
  /** @returns whether there was none of this name. */
  add(subscription: Subscription): boolean;
  /** @returns whether there was one. */
  remove(name: string): boolean;
  /** Shared subscriptions aside. @param isOwn this client has published it. @returns undefined: it is not wanted. */
  wish(message: Message, isOwn: boolean): Wish | undefined;
  /** @returns shared subscriptions that want a message. */
  shared(topic: string): Subscription[];
}

/** A subscription of 3.1.1. */
export const plain = (filter: string, qos: number): Subscription => ({
  name: filter,
  filter,
  isShared: false,
  qos,
  noLocal: false,
  retainAsPublished: false,
  retainHandling: 0,
  identifier: 0,
});

/** @returns the wish of one subscription. */
export const wishOf = ({ qos, retainAsPublished, identifier }: Subscription): Wish => ({
  qos,
  keepsRetain: retainAsPublished,
  identifiers: identifier === 0 ? undefined : [identifier],
});

/** One copy goes out for two subscriptions: with all that either wants [MQTT-3.3.4-3, 3.3.4-4]. */
function merge(one: Wish | undefined, other: Wish): Wish {
  if (one === undefined) return other;
  const identifiers = [...(one.identifiers ?? []), ...(other.identifiers ?? [])];
  return {
    qos: Math.max(one.qos, other.qos),
    keepsRetain: one.keepsRetain || other.keepsRetain,
    identifiers: identifiers.length === 0 ? undefined : identifiers,
  };
}

export function createSubscriptions(): Subscriptions {
  const own = new Map<string, Subscription>();
  const shared = new Map<string, Subscription>();

  return {
    add(subscription) {
      const into = subscription.isShared ? shared : own;
      const isNew = !into.has(subscription.name);
      into.set(subscription.name, subscription);
      return isNew;
    },
    remove: (name) => own.delete(name) || shared.delete(name),
    wish({ topic }, isOwn) {
      let wish: Wish | undefined;
      for (const subscription of own.values()) {
        if (isOwn && subscription.noLocal) continue;
        if (matches(subscription.filter, topic)) wish = merge(wish, wishOf(subscription));
      }
      return wish;
    },
    shared: (topic) => [...shared.values()].filter(({ filter }) => matches(filter, topic)),
  };
}
