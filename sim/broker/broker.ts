// A model broker with sessions: MQTT 3.1.1 and 5.0, as each client speaks, QoS 0 to 2 in both directions, retained messages, wills, and
// every packet of its clients judged. What it is told to do wrong (behaviour.ts; answer late, never, or with a refusal; restart; let
// another client in) it does as real brokers do. It takes a message at the moment in which it sends PUBACK or PUBREC, and not before. It
// knows no transport: bytes come and go as strings, one character a byte.

import { readConnect } from '../device/judge.ts';
import type { ConnectFields } from '../device/judge.ts';
import { levelOf, readConnect5 } from '../device/judge5.ts';
import type { Properties } from '../device/properties.ts';
import type { BrokerEvents, BrokerHost, Peer, SessionBroker } from './api.ts';
import type { AuthAnswer } from './behaviour.ts';
import { createBehaviour } from './behaviour.ts';
import type { Dialect } from './dialect.ts';
import { V4 } from './dialect.ts';
import { createLives } from './lives.ts';
import type { Delivery, Message } from './message.ts';
import { DUP, PINGRESP, Type, connack, cutPacket } from './packets.ts';
import { createRouter } from './router.ts';
import type { Session } from './session.ts';
import { NOTHING } from './session.ts';
import type { Subscription } from './subscriptions.ts';
import type { Auth } from './v5/auth.ts';
import { createAuth } from './v5/auth.ts';
import { createDialect5 } from './v5/dialect.ts';
import { connack5 } from './v5/packets.ts';
import { Reason, reasonOf } from './v5/reasons.ts';
import { announce, willFault } from './v5/welcome.ts';

export type { BrokerEvents, SessionBroker, Taken } from './api.ts';
export type { Message } from './message.ts';

interface Connection {
  readonly peer: Peer;
  pending: string;
  connect: ConnectFields | undefined;
  /** 3.1.1 until CONNECT says another version. */
  dialect: Dialect;
  /** Of 5.0. */
  auth: Auth | undefined;
  /** What CONNACK says to a client of 5.0. */
  announced: Properties;
  session: Session | undefined;
  /** The client's, or what CONNACK said instead. */
  keepAliveSec: number;
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

const REFUSED_LEVEL = 1;
/** A packet may be longer on its way than the one before. */
const TRANSIT_MS = 100;

export function createSessionBroker(host: BrokerHost, events: BrokerEvents = {}): SessionBroker {
  const behaviour = createBehaviour();
  const violations: string[] = [];
  const connections = new Set<Connection>();
  const lives = createLives(host, events, (message, from) => spread(message, from));
  const { sessions } = lives;
  /** What is to be answered when the broker is no longer deaf, undefined: it is not deaf. */
  let owed: (() => unknown)[] | undefined;
  let assigned = 0;

  /** Answer now, or later. */
  const answer = (run: () => unknown) => void (owed === undefined ? run() : owed.push(run));

  const say = (connection: Connection, bytes: string) => {
    if (connection.isOpen && bytes !== '') connection.peer.write(bytes);
  };

  const connectionOf = (session: Session) =>
    [...connections].find((connection) => connection.session === session && connection.isOpen);

  /** Give a message to one session. */
  const give = (session: Session, message: Delivery) => {
    const connection = connectionOf(session);
    if (message.qos > 0) {
      session.outgoing.add(message);
      if (connection !== undefined) say(connection, session.outgoing.next());
    } else if (connection !== undefined) {
      say(connection, connection.dialect.publish(message, 0, 0));
    }
  };

  const { spread, giveRetained, retained } = createRouter({
    sessions,
    now: host.now,
    give,
    isOnline: (session) => connectionOf(session) !== undefined,
  });

  const take = (session: Session, message: Message) => {
    events.onMessage?.({
      ...message,
      clientId: session.clientId,
      session: session.number,
      time: host.now(),
    });
    spread(message, session.clientId);
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
    if (isWilling && will !== undefined) lives.bury(session, will);
    lives.depart(session);
  };

  /** @param reason reason code for a client that is logged in, undefined: it is told nothing. */
  const close = (
    connection: Connection,
    isWilling: boolean,
    reason?: number,
    properties: Properties = {},
  ) => {
    if (!connection.isOpen) return;
    if (reason !== undefined && connection.session !== undefined) {
      say(connection, connection.dialect.disconnect(reason, properties));
    }
    leave(connection, isWilling);
    connection.peer.end();
  };

  const blame = (connection: Connection, judged: string) => {
    const fault = connection.dialect.spell(judged);
    const id = connection.connect?.clientId;
    violations.push(id === undefined ? fault : `${fault} [${id}]`);
    const isEarly = connection.dialect.version === 5 && connection.session === undefined;
    if (isEarly) say(connection, connack5(false, reasonOf(fault), {}));
    close(connection, true, reasonOf(fault));
  };

  /** A client of this name logs in: the former connection goes [MQTT-3.1.4-2], and with `clean` the former session [MQTT-3.1.2-6]. */
  const makeRoom = (clientId: string, clean: boolean) => {
    const former = sessions.get(clientId);
    if (former === undefined) return;
    const connection = connectionOf(former);
    if (connection !== undefined) close(connection, true, Reason.SessionTakenOver);
    if (clean) lives.end(former);
  };

  const tendKeepAlive = (connection: Connection) => {
    const keepAliveMs = connection.keepAliveSec * 1000;
    if (keepAliveMs === 0 || !connection.isOpen) return;
    const left = connection.lastPacketAt + keepAliveMs * 1.5 - host.now();
    // Time has a grid: less than a microsecond is nothing.
    if (left >= 0.001) return void host.setTimer(left, () => tendKeepAlive(connection));
    if (!events.isDisturbed?.(connection.lastPacketAt, host.now())) {
      violations.push(connection.dialect.spell('3.1.2-24 no packet for one and a half keep alives'));
    }
    close(connection, true, Reason.KeepAliveTimeout);
  };

  const login = (connection: Connection, connect: ConnectFields, announced: Properties) => {
    const { clientId, cleanSession } = connect;
    makeRoom(clientId, cleanSession);
    const isPresent = sessions.has(clientId);
    const session = lives.begin(connect, announced);
    connection.session = session;
    connection.isNew = !isPresent;
    connection.keepAliveSec = announced.serverKeepAliveSec ?? connect.keepAliveSec;
    session.incoming.begin();
    session.outgoing.begin(connection.dialect);
    say(connection, connection.dialect.connack(isPresent, 0, announced));
    tendKeepAlive(connection);
    events.onLogin?.(clientId, isPresent);
    say(connection, session.outgoing.next());
  };

  /** Answer CONNECT without letting the client in. */
  const refuse = (connection: Connection, code: number) => {
    say(connection, connection.dialect.connack(false, code, behaviour.connack));
    close(connection, false);
  };

  /** A client of 5.0 is let in, asked more, or refused. */
  const settle = (connection: Connection, answer: AuthAnswer, announced: Properties) => {
    const { auth, session } = connection;
    if (answer.code >= 0x80) {
      return session === undefined ? refuse(connection, answer.code) : close(connection, true, answer.code);
    }
    if (answer.code !== 0 || session !== undefined) return say(connection, auth!.write(answer));
    login(connection, connection.connect!, { ...announced, authenticationData: answer.data });
  };

  const takeConnect5 = (connection: Connection, body: string) => {
    const { refuses5 } = behaviour;
    if (refuses5 === 'returnCode') say(connection, connack(false, REFUSED_LEVEL));
    if (refuses5 === 'reasonCode') say(connection, connack5(false, Reason.UnsupportedVersion, {}));
    if (refuses5 !== undefined) return close(connection, false);
    const connect = readConnect5(body);
    const limits = { ...behaviour.limits };
    connection.dialect = createDialect5({ connect, behaviour, limits, now: host.now });
    if (connect.fault !== '') return blame(connection, connect.fault);
    const isNameless = connect.clientId === '';
    if (isNameless) connect.clientId = `assigned-${++assigned}`;
    connection.connect = connect;
    const { authenticationMethod, authenticationData = '' } = connect.properties!;
    connection.auth = createAuth(authenticationMethod, behaviour);
    connection.announced = {
      ...announce(connect, limits),
      ...(isNameless && { assignedClientId: connect.clientId }),
      ...behaviour.connack,
    };
    if (behaviour.isSilent) return;
    const code = behaviour.returnCode || willFault(connect, limits);
    if (code !== 0) return refuse(connection, code);
    const isAsked = authenticationMethod !== undefined;
    settle(
      connection,
      isAsked ? connection.auth.begin(authenticationData) : { code: 0 },
      connection.announced,
    );
  };

  const takeConnect = (connection: Connection, body: string) => {
    if (connection.connect !== undefined) return blame(connection, '3.1.0-2 a second CONNECT');
    if (levelOf(body) === 5) return takeConnect5(connection, body);
    const connect = readConnect(body);
    if (connect.fault.startsWith('3.1.2-2 ')) say(connection, connack(false, REFUSED_LEVEL));
    if (connect.fault !== '') return blame(connection, connect.fault);
    connection.connect = connect;
    if (behaviour.isSilent) return;
    if (behaviour.returnCode === 0) return login(connection, connect, {});
    refuse(connection, behaviour.returnCode);
  };

  const takeAuth = (connection: Connection, body: string) => {
    const answer = connection.auth!.hear(body);
    if (typeof answer === 'string') return blame(connection, answer);
    settle(connection, answer, connection.announced);
  };

  /** @returns reason code for a message that the broker has not had yet; 3.1.1 has none. */
  const reasonFor = ({ dialect, connect }: Connection, message: Message) =>
    (dialect.version === 5 && behaviour.publishReason?.(message, connect!.clientId)) || 0;

  /** Acknowledge a PUBLISH, and take it: what is not acknowledged is not the broker's. */
  const acknowledge = (connection: Connection, id: number, qos: number) => {
    const session = connection.session!;
    if (!connection.isOpen) return;
    const message = session.incoming.acknowledge(id);
    const code = message === undefined ? 0 : reasonFor(connection, message);
    if (code >= 0x80) session.incoming.refuse(id);
    else if (message !== undefined) take(session, message);
    say(connection, connection.dialect.ack(qos === 1 ? Type.Puback : Type.Pubrec, id, code));
  };

  const takePublish = (connection: Connection, flags: number, body: string) => {
    const session = connection.session!;
    const { message, id, fault } = connection.dialect.readPublish(flags, body);
    if (fault !== '') return blame(connection, fault);
    const { qos } = message;
    if (qos === 0) return reasonFor(connection, message) < 0x80 ? take(session, message) : undefined;
    const isDup = (flags & DUP) !== 0;
    if (isDup) events.onDuplicate?.(session.clientId);
    const wrong = session.incoming.publish(message, id, isDup);
    if (wrong !== '') return blame(connection, wrong);
    if (isDup && connection.isNew && connection.dialect.version === 5) {
      return blame(connection, '3.2.2-5 DUP behind a CONNACK that says that there is no session');
    }
    const { ackDelayMs } = behaviour;
    const now = host.now();
    connection.ackAt = Math.max(connection.ackAt, now + ackDelayMs);
    const run = () => answer(() => acknowledge(connection, id, qos));
    if (connection.ackAt === now) run();
    else host.setTimer(connection.ackAt - now, run);
  };

  /**
   * PUBREL for a message that was acknowledged in a session of whose end the client has not heard is none of its faults, nor is one that
   * itself says that it is for nothing. @returns reason code of PUBCOMP, or the statement that is broken.
   */
  const release = ({ session }: Connection, id: number, code: number): number | string => {
    if (code === Reason.IdentifierNotFound) return code;
    const fault = session!.incoming.release(id);
    if (fault === '') return Reason.Success;
    return session!.former.acknowledged.has(id) ? Reason.IdentifierNotFound : fault;
  };

  const takeRelease = (connection: Connection, body: string) => {
    const { id, code, fault } = connection.dialect.readAck(Type.Pubrel, body);
    const released = fault || release(connection, id, code);
    if (typeof released === 'string') return blame(connection, released);
    answer(() => say(connection, connection.dialect.ack(Type.Pubcomp, id, released)));
  };

  /** PUBACK, PUBREC or PUBCOMP. */
  const takeAck = (connection: Connection, type: number, body: string) => {
    const { outgoing } = connection.session!;
    const { id, code, fault } = connection.dialect.readAck(type, body);
    const wrong = fault || outgoing.acknowledge(type, id, code);
    if (wrong !== '') return blame(connection, wrong);
    answer(() => connection.isOpen && say(connection, outgoing.next()));
  };

  /** @returns what to answer for a filter, and whether it is a new one. */
  const subscribe = (session: Session, subscription: Subscription) => {
    const code = behaviour.subscribeReason?.(subscription.name, session.clientId) ?? subscription.qos;
    if (code >= 0x80) return { code, isNew: false, subscription };
    const granted = { ...subscription, qos: code };
    return { code, isNew: session.subscriptions.add(granted), subscription: granted };
  };

  const takeFilters = (connection: Connection, type: number, body: string) => {
    const session = connection.session!;
    const { id, subscriptions, fault } = connection.dialect.readFilters(type, body);
    if (fault !== '') return blame(connection, fault);
    const reply = (ack: number, codes: readonly number[]) =>
      answer(() => say(connection, connection.dialect.codes(ack, id, codes)));
    if (type === Type.Unsubscribe) {
      const codes = subscriptions.map(({ name }) =>
        session.subscriptions.remove(name) ? Reason.Success : Reason.NoSubscriptionExisted,
      );
      return reply(Type.Unsuback, codes);
    }
    const made = subscriptions.map((subscription) => subscribe(session, subscription));
    reply(
      Type.Suback,
      made.map(({ code }) => code),
    );
    for (const { code, isNew, subscription } of made) {
      if (code < 0x80) giveRetained(session, subscription, isNew);
    }
  };

  const takeDisconnect = (connection: Connection, body: string) => {
    const { code, sessionExpirySec, fault } = connection.dialect.readDisconnect(body);
    if (fault !== '') return blame(connection, fault);
    const { session } = connection;
    events.onDisconnect?.(connection.connect!.clientId, code);
    if (session !== undefined && sessionExpirySec !== undefined) session.expirySec = sessionExpirySec;
    connection.hasLeft = true;
    // Only a normal end takes the will back [5.0, MQTT-3.14.4-3].
    close(connection, code !== 0);
  };

  const takers: Record<number, (connection: Connection, first: number, body: string) => void> = {
    [Type.Publish]: (connection, first, body) => takePublish(connection, first & 15, body),
    [Type.Subscribe]: (connection, _, body) => takeFilters(connection, Type.Subscribe, body),
    [Type.Unsubscribe]: (connection, _, body) => takeFilters(connection, Type.Unsubscribe, body),
    [Type.Pubrel]: (connection, _, body) => takeRelease(connection, body),
    [Type.Pingreq]: (connection) => answer(() => say(connection, PINGRESP)),
    [Type.Disconnect]: (connection, _, body) => takeDisconnect(connection, body),
  };
  for (const type of [Type.Puback, Type.Pubrec, Type.Pubcomp]) {
    takers[type] = (connection, _, body) => takeAck(connection, type, body);
  }

  /** Between CONNECT and CONNACK. */
  const takeEarly = (connection: Connection, type: number, body: string) => {
    const { auth, connect, dialect } = connection;
    if (type === Type.Auth && auth !== undefined) return takeAuth(connection, body);
    if (type === Type.Disconnect && dialect.version === 5) return takeDisconnect(connection, body);
    // Allowed [3.1.4], and nothing that this client does.
    const statement = connect!.properties?.authenticationMethod === undefined ? '' : '3.1.2-30 ';
    blame(connection, `${statement}packet type ${type} before CONNACK`);
  };

  const takePacket = (connection: Connection, first: number, body: string, size: number) => {
    const type = first >> 4;
    const fault = connection.dialect.header(first, body.length, size);
    if (fault !== '') return blame(connection, fault);
    const { connect, lastPacketAt } = connection;
    if (connect === undefined && type !== Type.Connect) {
      return blame(connection, `3.1.0-1 the first packet is of type ${type}`);
    }
    const silence = host.now() - lastPacketAt;
    connection.lastPacketAt = host.now();
    if (type === Type.Connect) return takeConnect(connection, body);
    const { keepAliveSec, dialect } = connection;
    if (keepAliveSec > 0 && silence > keepAliveSec * 1000 + TRANSIT_MS) {
      if (!events.isDisturbed?.(lastPacketAt, host.now())) {
        const late = `3.1.2-23 no packet for ${Math.round(silence)} ms [${connect!.clientId}]`;
        violations.push(dialect.spell(late));
      }
    }
    if (connection.session === undefined) return takeEarly(connection, type, body);
    if (connection.isNew) connection.session.former = NOTHING;
    if (!connection.isOnline) events.onOnline?.(connect!.clientId);
    connection.isOnline = true;
    if (type === Type.Auth && dialect.version === 5) return takeAuth(connection, body);
    const taker = takers[type];
    if (taker === undefined) return blame(connection, `packet type ${type} from a client`);
    taker(connection, first, body);
  };

  const present = (clientId: string) => {
    const session = sessions.get(clientId);
    return session && connectionOf(session);
  };

  return {
    behaviour,
    violations,
    connect(peer) {
      const connection: Connection = {
        peer,
        pending: '',
        connect: undefined,
        dialect: V4,
        auth: undefined,
        announced: {},
        session: undefined,
        keepAliveSec: 0,
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
            takePacket(connection, cut.first, cut.body, cut.size);
          }
          if (connection.hasLeft && connection.pending !== '') {
            const late = `3.14.4-2 bytes behind DISCONNECT [${connection.connect!.clientId}]`;
            violations.push(connection.dialect.spell(late));
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
    publish: (message) => spread(message, undefined),
    restart(forget) {
      for (const connection of [...connections]) close(connection, false);
      if (forget) for (const session of [...sessions.values()]) lives.end(session);
    },
    intrude(clientId, clean) {
      makeRoom(clientId, clean);
    },
    isOnline: (clientId) => present(clientId) !== undefined,
    stale: (clientId) => (sessions.get(clientId)?.former ?? NOTHING).noted.size,
    waiting: (clientId) => sessions.get(clientId)?.outgoing.count() ?? 0,
    retained: (topic) => retained(topic)?.payload,
    disconnect(clientId, code, properties) {
      const connection = present(clientId);
      if (connection !== undefined) close(connection, true, code, properties);
    },
    send(clientId, bytes) {
      const connection = [...connections].find(({ connect }) => connect?.clientId === clientId);
      if (connection !== undefined) say(connection, bytes);
    },
  };
}
