// A model broker with sessions: MQTT 3.1.1, QoS 0 to 2 in both directions, retained messages, wills, and every packet of its clients
// judged. What it is told to do wrong (answer late, never, or with a refusal; restart; let another client in) it does as real brokers
// do. It takes a message at the moment in which it sends PUBACK or PUBREC, and not before. It knows no transport: bytes come and go as
// strings, one character a byte.

import { headerFault, readConnect, readPublish } from '../device/judge.ts';
import type { ConnectFields } from '../device/judge.ts';
import { matches } from './filter.ts';
import type { Incoming, Message } from './incoming.ts';
import { createIncoming } from './incoming.ts';
import type { Outgoing } from './outgoing.ts';
import { createOutgoing } from './outgoing.ts';
import {
  DUP,
  PINGRESP,
  RETAIN,
  Type,
  ack,
  connack,
  cutPacket,
  publish,
  readAck,
  readFilters,
  suback,
  unsuback,
} from './packets.ts';

export type { Message } from './incoming.ts';

/** The way to a client. */
export interface Peer {
  write(bytes: string): void;
  end(): void;
}

/** A client's connection, as its transport sees it. */
export interface Attached {
  data(bytes: string): void;
  /** The connection is gone. */
  closed(): void;
}

/** A message that the broker has taken. */
export interface Taken extends Message {
  readonly clientId: string;
  /** Number of the session it came in. */
  readonly session: number;
  readonly time: number;
}

/** What the broker does; each may be changed while it runs. */
export interface Behaviour {
  /** CONNACK return code; 0: accepted. */
  returnCode: number;
  /** CONNECT is not answered. */
  isSilent: boolean;
  /** From a PUBLISH to its acknowledgement, milliseconds. */
  ackDelayMs: number;
}

export interface BrokerHost {
  /** Milliseconds. */
  now(): number;
  setTimer(ms: number, run: () => void): unknown;
}

export interface BrokerEvents {
  onMessage?(message: Taken): void;
  /** A client is logged in. */
  onLogin?(clientId: string, present: boolean): void;
  /** A client has sent something since its CONNACK, so it has that. */
  onOnline?(clientId: string): void;
  /** A PUBLISH has come with DUP. */
  onDuplicate?(clientId: string): void;
  /** A PUBLISH to a client goes out with DUP. */
  onAgain?(clientId: string, message: Message): void;
  /**
   * A session is over. @param open messages of QoS 2 that the broker has taken, and whose PUBREL has not come.
   * @param lost messages to the client that it has not acknowledged, and will never have.
   */
  onSessionEnd?(clientId: string, session: number, open: readonly Message[], lost: readonly Message[]): void;
  /** @returns whether a client may be silent because of what happens on the way. */
  isDisturbed?(from: number, to: number): boolean;
}

export interface SessionBroker {
  readonly behaviour: Behaviour;
  /** What clients did against the standard: number of the statement, then words. */
  readonly violations: string[];
  connect(peer: Peer): Attached;
  /** Nothing but CONNECT is answered; afterwards what is due on connections that are still there is. */
  setDeaf(is: boolean): void;
  /** Somebody publishes. @returns whether a session wants it. */
  publish(message: Message): boolean;
  /** All connections are gone, and with `forget` all sessions; retained messages stay. */
  restart(forget: boolean): void;
  /** Another client logs in with this client identifier, and leaves at once. @param clean it ends the session. */
  intrude(clientId: string, clean: boolean): void;
  isOnline(clientId: string): boolean;
  /**
   * @returns how many packet identifiers a client may have noted of sessions of whose end it has not heard, since it has not sent anything
   * behind the CONNACK that says so.
   */
  stale(clientId: string): number;
  /** Messages that wait for a client. */
  waiting(clientId: string): number;
  /** @returns the retained message of a topic. */
  retained(topic: string): string | undefined;
}

interface Session {
  readonly number: number;
  readonly clientId: string;
  readonly clean: boolean;
  readonly filters: Map<string, number>;
  readonly incoming: Incoming;
  readonly outgoing: Outgoing;
  /** Until the client has heard that this one began it takes it for those that it had; nothing in them: it has heard. */
  former: Former;
}

/** What a client may still go by of sessions that are over. */
interface Former {
  /** Packet identifiers for which it may send PUBREL: their PUBREC was out. */
  readonly acknowledged: ReadonlySet<number>;
  /** Packet identifiers of messages to it that it may have noted. */
  readonly noted: ReadonlySet<number>;
}

interface Connection {
  readonly peer: Peer;
  pending: string;
  connect: ConnectFields | undefined;
  session: Session | undefined;
  lastPacketAt: number;
  /** Of the last acknowledgement that waits: they leave in order. */
  ackAt: number;
  isOpen: boolean;
  /** CONNACK says that there was no session. */
  isNew: boolean;
  /** Something has come since CONNACK. */
  isOnline: boolean;
  /** DISCONNECT has come. */
  hasLeft: boolean;
}

const NOTHING: Former = { acknowledged: new Set(), noted: new Set() };
const REFUSED_LEVEL = 1;
/** A packet may be longer on its way than the one before. */
const TRANSIT_MS = 100;

export function createSessionBroker(host: BrokerHost, events: BrokerEvents = {}): SessionBroker {
  const behaviour: Behaviour = { returnCode: 0, isSilent: false, ackDelayMs: 0 };
  const violations: string[] = [];
  const connections = new Set<Connection>();
  const sessions = new Map<string, Session>();
  /** Of clients without a session. */
  const formers = new Map<string, Former>();
  const retained = new Map<string, Message>();
  /** What is to be answered when the broker is no longer deaf, undefined: it is not deaf. */
  let owed: (() => unknown)[] | undefined;
  let count = 0;

  /** Answer now, or later. */
  const answer = (run: () => unknown) => void (owed === undefined ? run() : owed.push(run));

  const say = (connection: Connection, bytes: string) => {
    if (connection.isOpen && bytes !== '') connection.peer.write(bytes);
  };

  const connectionOf = (session: Session) =>
    [...connections].find((connection) => connection.session === session && connection.isOpen);

  /** Give a message to one session. */
  const give = (session: Session, message: Message) => {
    const connection = connectionOf(session);
    if (message.qos > 0) {
      session.outgoing.add(message);
      if (connection !== undefined) say(connection, session.outgoing.next());
    } else if (connection !== undefined) {
      say(connection, publish(message.topic, message.payload, 0, message.retain ? RETAIN : 0, 0));
    }
  };

  /** @returns the highest QoS with which a session wants a topic, -1: it does not. */
  const wantedQos = ({ filters }: Session, topic: string) => {
    let qos = -1;
    for (const [filter, granted] of filters) if (matches(filter, topic)) qos = Math.max(qos, granted);
    return qos;
  };

  const spread = (message: Message) => {
    if (message.retain && message.payload === '') retained.delete(message.topic);
    else if (message.retain) retained.set(message.topic, message);
    let isWanted = false;
    for (const session of sessions.values()) {
      const qos = wantedQos(session, message.topic);
      if (qos < 0) continue;
      isWanted = true;
      give(session, { ...message, qos: Math.min(qos, message.qos), retain: false });
    }
    return isWanted;
  };

  const take = (session: Session, message: Message) => {
    events.onMessage?.({
      ...message,
      clientId: session.clientId,
      session: session.number,
      time: host.now(),
    });
    spread(message);
  };

  const endSession = (session: Session) => {
    if (sessions.get(session.clientId) !== session) return;
    const { clientId, number, former, incoming, outgoing } = session;
    sessions.delete(clientId);
    formers.set(clientId, {
      acknowledged: new Set([...former.acknowledged, ...incoming.acknowledged()]),
      noted: new Set([...former.noted, ...outgoing.noted()]),
    });
    events.onSessionEnd?.(clientId, number, incoming.open(), outgoing.unacknowledged());
  };

  /** The connection is over. @param isWilling whether its will is published [MQTT-3.1.2-8, 3.14.4-3]. */
  const leave = (connection: Connection, isWilling: boolean) => {
    if (!connection.isOpen) return;
    connection.isOpen = false;
    connections.delete(connection);
    const { session } = connection;
    if (session === undefined) return;
    session.incoming.drop();
    const will = connection.connect?.will;
    if (isWilling && will !== undefined) spread(will);
    if (session.clean) endSession(session);
  };

  const close = (connection: Connection, isWilling: boolean) => {
    if (!connection.isOpen) return;
    leave(connection, isWilling);
    connection.peer.end();
  };

  const blame = (connection: Connection, fault: string) => {
    const id = connection.connect?.clientId;
    violations.push(id === undefined ? fault : `${fault} [${id}]`);
    close(connection, true);
  };

  const createSession = (clientId: string, clean: boolean): Session => ({
    number: ++count,
    clientId,
    clean,
    filters: new Map(),
    incoming: createIncoming(),
    outgoing: createOutgoing((message) => events.onAgain?.(clientId, message)),
    // Whoever asks for a clean session knows that there is no other.
    former: clean ? NOTHING : (formers.get(clientId) ?? NOTHING),
  });

  /** A client of this name logs in: the former connection goes [MQTT-3.1.4-2], and with `clean` the former session [MQTT-3.1.2-6]. */
  const makeRoom = (clientId: string, clean: boolean) => {
    const former = sessions.get(clientId);
    if (former === undefined) return;
    const connection = connectionOf(former);
    if (connection !== undefined) close(connection, true);
    if (clean) endSession(former);
  };

  const tendKeepAlive = (connection: Connection) => {
    const keepAliveMs = connection.connect!.keepAliveSec * 1000;
    if (keepAliveMs === 0 || !connection.isOpen) return;
    const left = connection.lastPacketAt + keepAliveMs * 1.5 - host.now();
    // Time has a grid: less than a microsecond is nothing.
    if (left >= 0.001) return void host.setTimer(left, () => tendKeepAlive(connection));
    if (!events.isDisturbed?.(connection.lastPacketAt, host.now())) {
      violations.push('3.1.2-24 no packet for one and a half keep alives');
    }
    close(connection, true);
  };

  const login = (connection: Connection, connect: ConnectFields) => {
    const { clientId, cleanSession } = connect;
    makeRoom(clientId, cleanSession);
    const former = sessions.get(clientId);
    const session = former ?? createSession(clientId, cleanSession);
    sessions.set(clientId, session);
    connection.session = session;
    connection.isNew = former === undefined;
    session.incoming.begin();
    session.outgoing.begin();
    say(connection, connack(former !== undefined, 0));
    tendKeepAlive(connection);
    events.onLogin?.(clientId, former !== undefined);
    say(connection, session.outgoing.next());
  };

  const takeConnect = (connection: Connection, body: string) => {
    if (connection.connect !== undefined) return blame(connection, '3.1.0-2 a second CONNECT');
    const connect = readConnect(body);
    if (connect.fault.startsWith('3.1.2-2 ')) say(connection, connack(false, REFUSED_LEVEL));
    if (connect.fault !== '') return blame(connection, connect.fault);
    connection.connect = connect;
    if (behaviour.isSilent) return;
    if (behaviour.returnCode === 0) return login(connection, connect);
    say(connection, connack(false, behaviour.returnCode));
    close(connection, false);
  };

  /** Acknowledge a PUBLISH, and take it: what is not acknowledged is not the broker's. */
  const acknowledge = (connection: Connection, id: number, qos: number) => {
    const session = connection.session!;
    if (!connection.isOpen) return;
    const message = session.incoming.acknowledge(id);
    if (message !== undefined) take(session, message);
    say(connection, ack(qos === 1 ? Type.Puback : Type.Pubrec, id));
  };

  const takePublish = (connection: Connection, flags: number, body: string) => {
    const session = connection.session!;
    const { fault, packetIdentifier: id, ...message } = readPublish(flags, body);
    if (fault !== '') return blame(connection, fault);
    const { topic, payload, qos, retain } = message;
    if (qos === 0) return take(session, { topic, payload, qos, retain });
    const isDup = (flags & DUP) !== 0;
    if (isDup) events.onDuplicate?.(session.clientId);
    const wrong = session.incoming.publish({ topic, payload, qos, retain }, id, isDup);
    if (wrong !== '') return blame(connection, wrong);
    const { ackDelayMs } = behaviour;
    const now = host.now();
    connection.ackAt = Math.max(connection.ackAt, now + ackDelayMs);
    const run = () => answer(() => acknowledge(connection, id, qos));
    if (connection.ackAt === now) run();
    else host.setTimer(connection.ackAt - now, run);
  };

  /** PUBREL for a message that was acknowledged in a session of whose end the client has not heard is none of its faults. */
  const release = ({ session }: Connection, id: number) => {
    const fault = session!.incoming.release(id);
    return session!.former.acknowledged.has(id) ? '' : fault;
  };

  const takeAck = (connection: Connection, type: number, body: string) => {
    const { outgoing } = connection.session!;
    const { id, fault } = readAck(body);
    const wrong = fault || (type === Type.Pubrel ? release(connection, id) : outgoing.acknowledge(type, id));
    if (wrong !== '') blame(connection, wrong);
    else if (type === Type.Pubrel) answer(() => say(connection, ack(Type.Pubcomp, id)));
    else answer(() => connection.isOpen && say(connection, outgoing.next()));
  };

  const takeFilters = (connection: Connection, type: number, body: string) => {
    const session = connection.session!;
    const { id, filters, fault } = readFilters(type, body);
    if (fault !== '') return blame(connection, fault);
    if (type === Type.Unsubscribe) {
      for (const { filter } of filters) session.filters.delete(filter);
      return answer(() => say(connection, unsuback(id)));
    }
    for (const { filter, qos } of filters) session.filters.set(filter, qos);
    const codes = filters.map(({ qos }) => qos);
    answer(() => say(connection, suback(id, codes)));
    for (const { filter, qos } of filters) {
      for (const message of retained.values()) {
        if (matches(filter, message.topic)) give(session, { ...message, qos: Math.min(qos, message.qos) });
      }
    }
  };

  const takers: Record<number, (connection: Connection, first: number, body: string) => void> = {
    [Type.Publish]: (connection, first, body) => takePublish(connection, first & 15, body),
    [Type.Subscribe]: (connection, _, body) => takeFilters(connection, Type.Subscribe, body),
    [Type.Unsubscribe]: (connection, _, body) => takeFilters(connection, Type.Unsubscribe, body),
    [Type.Pingreq]: (connection) => answer(() => say(connection, PINGRESP)),
    [Type.Disconnect](connection) {
      connection.hasLeft = true;
      close(connection, false);
    },
  };
  for (const type of [Type.Puback, Type.Pubrec, Type.Pubrel, Type.Pubcomp]) {
    takers[type] = (connection, _, body) => takeAck(connection, type, body);
  }

  const takePacket = (connection: Connection, first: number, body: string) => {
    const type = first >> 4;
    const fault = headerFault(first, body.length);
    if (fault !== '') return blame(connection, fault);
    const { connect, lastPacketAt } = connection;
    if (connect === undefined && type !== Type.Connect) {
      return blame(connection, `3.1.0-1 the first packet is of type ${type}`);
    }
    const silence = host.now() - lastPacketAt;
    connection.lastPacketAt = host.now();
    if (type === Type.Connect) return takeConnect(connection, body);
    if (connect!.keepAliveSec > 0 && silence > connect!.keepAliveSec * 1000 + TRANSIT_MS) {
      if (!events.isDisturbed?.(lastPacketAt, host.now())) {
        violations.push(`3.1.2-23 no packet for ${Math.round(silence)} ms [${connect!.clientId}]`);
      }
    }
    if (connection.session === undefined) {
      // Allowed [3.1.4], and nothing that this client does.
      return blame(connection, `packet type ${type} before CONNACK`);
    }
    if (connection.isNew) connection.session.former = NOTHING;
    if (!connection.isOnline) events.onOnline?.(connect!.clientId);
    connection.isOnline = true;
    const taker = takers[type];
    if (taker === undefined) return blame(connection, `packet type ${type} from a client`);
    taker(connection, first, body);
  };

  return {
    behaviour,
    violations,
    connect(peer) {
      const connection: Connection = {
        peer,
        pending: '',
        connect: undefined,
        session: undefined,
        lastPacketAt: host.now(),
        ackAt: 0,
        isOpen: true,
        hasLeft: false,
        isNew: false,
        isOnline: false,
      };
      connections.add(connection);
      return {
        data(bytes) {
          connection.pending += bytes;
          while (connection.isOpen) {
            const cut = cutPacket(connection.pending);
            if (cut === undefined) return;
            if ('fault' in cut) return blame(connection, cut.fault);
            connection.pending = connection.pending.slice(cut.size);
            takePacket(connection, cut.first, cut.body);
          }
          if (connection.hasLeft && connection.pending !== '') {
            violations.push(`3.14.4-2 bytes behind DISCONNECT [${connection.connect!.clientId}]`);
          }
        },
        closed: () => leave(connection, true),
      };
    },
    setDeaf(is) {
      const due = owed ?? [];
      owed = is ? due : undefined;
      if (!is) for (const run of due) run();
    },
    publish: spread,
    restart(forget) {
      for (const connection of [...connections]) close(connection, false);
      if (forget) for (const session of [...sessions.values()]) endSession(session);
    },
    intrude(clientId, clean) {
      makeRoom(clientId, clean);
    },
    isOnline: (clientId) => {
      const session = sessions.get(clientId);
      return session !== undefined && connectionOf(session) !== undefined;
    },
    stale: (clientId) => (sessions.get(clientId)?.former ?? NOTHING).noted.size,
    waiting: (clientId) => sessions.get(clientId)?.outgoing.count() ?? 0,
    retained: (topic) => retained.get(topic)?.payload,
  };
}
