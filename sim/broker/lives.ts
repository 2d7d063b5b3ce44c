// How sessions begin and end: their expiry, wills and the delay of those, and what a client may still go by of sessions that are over
// (MQTT 3.1.1 section 3.1.2.4; 5.0 sections 3.1.2.11.2, 3.1.3.2.2 and 4.1). It knows no connection.

import type { ConnectFields } from '../device/judge.ts';
import type { Properties } from '../device/properties.ts';
import type { BrokerEvents, BrokerHost } from './api.ts';
import type { Message } from './message.ts';
import { messageProperties } from './message.ts';
import type { Former, Session } from './session.ts';
import { NEVER, NOTHING, createSession } from './session.ts';

export interface Lives {
  /** By client identifier. */
  readonly sessions: ReadonlyMap<string, Session>;
  /**
   * A client logs in: its session goes on, or one begins.
   * @param announced what CONNACK says in 5.0.
   */
  begin(connect: ConnectFields, announced: Properties): Session;
  end(session: Session): void;
  /** A session has no connection any more: it ends when its time has come. */
  depart(session: Session): void;
  /** Publish a will: after its delay, or when the session ends. */
  bury(session: Session, will: NonNullable<ConnectFields['will']>): void;
}

/** @returns seconds that a session outlasts its connection. */
function expiryOf({ cleanSession, properties }: ConnectFields, announced: Properties): number {
  if (properties === undefined) return cleanSession ? 0 : NEVER;
  return announced.sessionExpirySec ?? properties.sessionExpirySec ?? 0;
}

export function createLives(
  host: BrokerHost,
  events: BrokerEvents,
  spread: (message: Message, from: string) => unknown,
): Lives {
  const sessions = new Map<string, Session>();
  /** Of clients without a session. */
  const formers = new Map<string, Former>();
  let count = 0;

  const create = ({ clientId, cleanSession }: ConnectFields): Session => {
    const session = createSession({
      number: ++count,
      clientId,
      areAlike: host.areAlike === true,
      now: host.now,
      onAgain: (message) => events.onAgain?.(clientId, message),
      // Whoever asks for a clean session knows that there is no other.
      former: cleanSession ? NOTHING : (formers.get(clientId) ?? NOTHING),
    });
    sessions.set(clientId, session);
    return session;
  };

  const publishWill = (session: Session) => {
    const { will, clientId } = session;
    session.will = undefined;
    if (will !== undefined) spread(will, clientId);
  };

  const end = (session: Session) => {
    if (sessions.get(session.clientId) !== session) return;
    const { clientId, number, former, incoming, outgoing } = session;
    sessions.delete(clientId);
    formers.set(clientId, {
      acknowledged: new Set([...former.acknowledged, ...incoming.acknowledged()]),
      noted: new Set([...former.noted, ...outgoing.noted()]),
    });
    events.onSessionEnd?.(clientId, number, incoming.open(), outgoing.unacknowledged());
    publishWill(session);
  };

  return {
    sessions,
    begin(connect, announced) {
      const session = sessions.get(connect.clientId) ?? create(connect);
      session.changes++;
      session.expirySec = expiryOf(connect, announced);
      session.will = undefined;
      return session;
    },
    end,
    depart(session) {
      if (session.expirySec === 0) return end(session);
      const change = ++session.changes;
      if (session.expirySec === NEVER) return;
      host.setTimer(session.expirySec * 1000, () => session.changes === change && end(session));
    },
    bury(session, { topic, payload, qos, retain, properties = {} }) {
      const message = { topic, payload, qos, retain, ...messageProperties(properties) };
      session.will = message;
      const delaySec = properties.willDelaySec ?? 0;
      if (delaySec === 0) return publishWill(session);
      host.setTimer(delaySec * 1000, () => session.will === message && publishWill(session));
    },
  };
}
