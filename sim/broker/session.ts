// What a broker keeps of a client between its connections (MQTT 3.1.1 and 5.0 section 4.1). Data only: broker.ts moves it.

import type { Incoming } from './incoming.ts';
import { createIncoming } from './incoming.ts';
import type { Message } from './message.ts';
import type { Outgoing } from './outgoing.ts';
import { createOutgoing } from './outgoing.ts';
import type { Subscriptions } from './subscriptions.ts';
import { createSubscriptions } from './subscriptions.ts';

/** Session expiry of a session that never ends by itself: one of 3.1.1 that is not clean, and 0xFFFFFFFF in 5.0. */
export const NEVER = 0xffffffff;

/** What a client may still go by of sessions that are over. */
export interface Former {
  /** Packet identifiers for which it may send PUBREL: their PUBREC was out. */
  readonly acknowledged: ReadonlySet<number>;
  /** Packet identifiers of messages to it that it may have noted. */
  readonly noted: ReadonlySet<number>;
}

export const NOTHING: Former = { acknowledged: new Set(), noted: new Set() };

export interface Session {
  readonly number: number;
  readonly clientId: string;
  readonly subscriptions: Subscriptions;
  readonly incoming: Incoming;
  readonly outgoing: Outgoing;
  /** Until the client has heard that this one began it takes it for those that it had; nothing in them: it has heard. */
  former: Former;
  /** Seconds from the end of a connection to that of the session; 0: it ends with it. */
  expirySec: number;
  /** Connections that have begun or ended: what was to happen in between is off. */
  changes: number;
  /** A will that waits for its delay. */
  will: Message | undefined;
}

interface Start {
  readonly number: number;
  readonly clientId: string;
  readonly former: Former;
  readonly areAlike: boolean;
  /** Milliseconds. */
  now(): number;
  onAgain(message: Message): void;
}

export const createSession = ({ number, clientId, former, areAlike, now, onAgain }: Start): Session => ({
  number,
  clientId,
  subscriptions: createSubscriptions(),
  incoming: createIncoming(areAlike),
  outgoing: createOutgoing(now, onAgain),
  former,
  expirySec: 0,
  changes: 0,
  will: undefined,
});
