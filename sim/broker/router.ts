// Which sessions get a message, and how: retained messages, subscriptions, shared ones, message expiry (MQTT 3.1.1 section 3.3.1.3; 5.0
// sections 3.3.1.3, 3.3.2.3.3, 3.3.4, 4.8.2). It hands messages on and sends nothing.

import type { Delivery, Message } from './message.ts';
import type { Session } from './session.ts';
import type { Subscription, Wish } from './subscriptions.ts';
import { wishOf } from './subscriptions.ts';
import { matches } from './filter.ts';

export interface Router {
  /** @param from client identifier of who publishes it, undefined: none of the broker's. @returns whether a session wants it. */
  spread(message: Message, from: string | undefined): boolean;
  /** Give a session the retained messages of a subscription that it has made. */
  giveRetained(session: Session, subscription: Subscription, isNew: boolean): void;
  /** @returns the retained message of a topic. */
  retained(topic: string): Message | undefined;
}

interface Place {
  readonly sessions: ReadonlyMap<string, Session>;
  /** Milliseconds. */
  now(): number;
  give(session: Session, message: Delivery): void;
  isOnline(session: Session): boolean;
}

export function createRouter({ sessions, now, give, isOnline }: Place): Router {
  const retained = new Map<string, Delivery>();
  /** How often each shared subscription has had its turn. */
  const turns = new Map<string, number>();

  const stamp = (message: Message): Delivery => {
    const expirySec = message.properties?.messageExpirySec;
    return expirySec === undefined ? message : { ...message, expiresAt: now() + expirySec * 1000 };
  };

  const isOver = ({ expiresAt }: Delivery) => expiresAt !== undefined && expiresAt <= now();

  const hand = (session: Session, message: Delivery, { qos, keepsRetain, identifiers }: Wish) =>
    give(session, {
      ...message,
      qos: Math.min(qos, message.qos),
      retain: message.retain && keepsRetain,
      ...(identifiers && { identifiers }),
    });

  /** One session of each shared subscription gets it, in turn, those that are there first [MQTT-4.8.2-4]. */
  const share = (message: Delivery): boolean => {
    const groups = new Map<string, [Session, Subscription][]>();
    for (const session of sessions.values()) {
      for (const one of session.subscriptions.shared(message.topic)) {
        groups.set(one.name, [...(groups.get(one.name) ?? []), [session, one]]);
      }
    }
    for (const [name, members] of groups) {
      const online = members.filter(([session]) => isOnline(session));
      const able = online.length > 0 ? online : members;
      const turn = turns.get(name) ?? 0;
      turns.set(name, turn + 1);
      const [session, subscription] = able[turn % able.length];
      hand(session, message, wishOf(subscription));
    }
    return groups.size > 0;
  };

  return {
    spread(published, from) {
      const message = stamp(published);
      if (message.retain && message.payload === '') retained.delete(message.topic);
      else if (message.retain) retained.set(message.topic, message);
      let isWanted = false;
      for (const session of sessions.values()) {
        const wish = session.subscriptions.wish(message, session.clientId === from);
        if (wish === undefined) continue;
        isWanted = true;
        hand(session, message, wish);
      }
      return share(message) || isWanted;
    },
    giveRetained(session, subscription, isNew) {
      const { filter, isShared, retainHandling } = subscription;
      if (isShared || retainHandling === 2 || (retainHandling === 1 && !isNew)) return;
      for (const message of retained.values()) {
        if (!matches(filter, message.topic) || isOver(message)) continue;
        hand(session, message, { ...wishOf(subscription), keepsRetain: true });
      }
    },
    retained(topic) {
      const message = retained.get(topic);
      return message === undefined || isOver(message) ? undefined : message;
    },
  };
}
