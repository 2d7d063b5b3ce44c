// A model broker: strict with its clients, simple towards them. It judges every packet, answers CONNECT, PUBLISH and
// PINGREQ, and keeps what was published. It knows no transport: bytes come and go as strings, one character a byte.
// ES5 subset: runs on the host and in engines.

import {
  CONNECT,
  DISCONNECT,
  PINGREQ,
  PUBLISH,
  SUBSCRIBE,
  headerFault,
  readConnect,
  readPublish,
} from './judge.ts';
import type { ConnectFields, PublishFields } from './judge.ts';
import type { Five } from './five.ts';

/** The way to a client. */
export interface BrokerPeer {
  write(bytes: string): void;
  close(): void;
}

/** A client's connection, as its transport sees it. */
export interface BrokerLink {
  /** Bytes arrived, cut anywhere. */
  data(bytes: string): void;
  /** The connection is gone. */
  closed(): void;
}

export interface BrokerMessage {
  clientId: string;
  topic: string;
  payload: string;
  qos: number;
  retain: boolean;
  /** Broker time of its arrival. */
  time: number;
}

/** What a broker does; each field may be changed while it runs and holds from the next packet on. */
export interface BrokerOptions {
  /** Milliseconds; never runs backwards. */
  now(): number;
  /** MQTT 5.0 beside 3.1.1, default none: 3.1.1 only. */
  five?: Five;
  /** CONNACK return code, default 0: accepted. */
  returnCode?: number;
  /** No answer to CONNECT. */
  silent?: boolean;
  connackDelayMs?: number;
  /** No answer to anything but CONNECT. */
  deaf?: boolean;
  /** Remember clients that ask for it over their connections: not what they subscribed to, of which nothing ever comes. */
  keepsSessions?: boolean;
  /** Called with the topic of a will, when a connection ends without DISCONNECT. */
  onWill?: (topic: string) => void;
  /** Called for each message, before it is kept. */
  onMessage?: (message: BrokerMessage) => void;
  /** Most messages in `messages`, default all; the oldest go first. */
  keep?: number;
}

export interface Broker {
  /** A transport has connected. */
  connect(peer: BrokerPeer): BrokerLink;
  /** Do what is due. @returns milliseconds until something is due, -1 when nothing is. */
  tick(): number;
  readonly messages: BrokerMessage[];
  /** What clients did against the standard: number of the statement, then words. */
  readonly violations: string[];
  /** @returns how many messages were published so far. */
  published(): number;
  /** @returns how many clients are logged in. */
  online(): number;
}

/** How much later than its keep-alive a packet may come because of the way here. */
const TRANSIT_MS = 500;

interface Session {
  peer: BrokerPeer;
  /** Bytes of a packet that is not complete. */
  pending: string;
  /** It speaks 5.0. */
  five: Five | undefined;
  readPublish: (flags: number, body: string) => PublishFields;
  /** A client identifier that the broker has given. */
  assigned: string;
  /** The client asks for a session that outlasts its connection, and there is none. */
  forgets: boolean;
  /** A CONNECT came; undefined before. */
  clientId: string | undefined;
  keepAliveMs: number;
  lastPacketAt: number;
  /** When CONNACK is due, -1 when none is. */
  connackAt: number;
  accepted: boolean;
  /** Topic of the will, undefined without one or after DISCONNECT. */
  will: string | undefined;
  /** The broker knew the client. */
  present: boolean;
  isOpen: boolean;
}

/** DISCONNECT of 3.1.1. */
const NORMAL = { code: 0, fault: '' };

/** @returns whether a CONNECT is of MQTT 5.0. */
function isFive(body: string): boolean {
  return body.charCodeAt(6) === 5;
}

export function createBroker(options: BrokerOptions): Broker {
  const messages: BrokerMessage[] = [];
  const violations: string[] = [];
  const sessions: Session[] = [];
  /** Clients whose session outlasts their connection. */
  const known: string[] = [];
  /** By the client identifier behind a sign, as a client may call itself anything. */
  const byClient: { [key: string]: Session | undefined } = {};
  let count = 0;
  let assigned = 0;

  /** A connection has ended: publish its will. */
  function bury(session: Session): void {
    const will = session.will;
    session.will = undefined;
    if (will !== undefined && session.accepted && options.onWill) options.onWill(will);
  }

  function forget(session: Session): void {
    session.isOpen = false;
    sessions.splice(sessions.indexOf(session), 1);
    const key = '=' + session.clientId;
    if (byClient[key] === session) byClient[key] = undefined;
  }

  function drop(session: Session): void {
    if (!session.isOpen) return;
    forget(session);
    bury(session);
    session.peer.close();
  }

  function blame(session: Session, fault: string): void {
    violations.push(session.clientId ? fault + ' [' + session.clientId + ']' : fault);
    drop(session);
  }

  /** A client that connects again takes the place of its former connection [MQTT-3.1.4-2]. */
  function takePlace(session: Session): void {
    const key = '=' + session.clientId;
    const former = byClient[key];
    if (former !== undefined) {
      if (former.five && former.accepted) former.peer.write('\xE0\x01\x8E');
      drop(former);
    }
    byClient[key] = session;
  }

  function sendConnack(session: Session): void {
    const code = options.returnCode || 0;
    const present = code === 0 && session.present;
    session.connackAt = -1;
    session.accepted = code === 0;
    session.peer.write(
      session.five
        ? session.five.connack({ present, code, assigned: session.assigned, forgets: session.forgets })
        : '\x20\x02' + String.fromCharCode(present ? 1 : 0, code),
    );
    if (code !== 0) drop(session);
  }

  /** @returns whether a client wants a session that outlasts its connection. */
  function wantsSession(connect: ConnectFields): boolean {
    return connect.properties === undefined ? !connect.cleanSession : !!connect.properties.sessionExpirySec;
  }

  /** @returns whether the client is known from before; whether it is from now on is as it wants. */
  function keepSession(connect: ConnectFields): boolean {
    const index = known.indexOf(connect.clientId);
    const isKept = options.keepsSessions === true && wantsSession(connect);
    if (index < 0 && isKept) known.push(connect.clientId);
    else if (index >= 0 && !wantsSession(connect)) known.splice(index, 1);
    return index >= 0 && !connect.cleanSession && options.keepsSessions === true;
  }

  /** A client of 5.0 may have no name, and gets one. */
  function prepareFive(session: Session, five: Five, connect: ConnectFields): void {
    session.five = five;
    session.readPublish = five.open();
    session.forgets = wantsSession(connect) && !options.keepsSessions;
    if (connect.clientId === '') connect.clientId = session.assigned = 'assigned-' + ++assigned;
  }

  function admit(session: Session, connect: ConnectFields): void {
    session.clientId = connect.clientId;
    session.keepAliveMs = connect.keepAliveSec * 1000;
    session.will = connect.will === undefined ? undefined : connect.will.topic;
    session.present = keepSession(connect);
    if (connect.clientId !== '') takePlace(session);
    if (options.silent) return;
    session.connackAt = options.now() + (options.connackDelayMs || 0);
    if (!options.connackDelayMs) sendConnack(session);
  }

  function takeConnect(session: Session, body: string): void {
    const five = isFive(body) ? options.five : undefined;
    const connect = five ? five.readConnect(body) : readConnect(body);
    if (session.clientId !== undefined) {
      blame(session, '3.1.0-2 a second CONNECT');
    } else if (connect.fault !== '') {
      if (connect.fault.indexOf('3.1.2-2 ') === 0) session.peer.write('\x20\x02\x00\x01');
      blame(session, connect.fault);
    } else {
      if (five) prepareFive(session, five, connect);
      admit(session, connect);
    }
  }

  function keepMessage(message: BrokerMessage): void {
    count++;
    if (options.onMessage) options.onMessage(message);
    messages.push(message);
    if (options.keep !== undefined && messages.length > options.keep) {
      messages.splice(0, messages.length - options.keep);
    }
  }

  function takePublish(session: Session, flags: number, body: string): void {
    const publish = session.readPublish(flags, body);
    if (publish.fault !== '') {
      blame(session, publish.fault);
    } else if (publish.qos === 2) {
      blame(session, 'QoS 2 is more than this broker does');
    } else {
      const identifier = publish.packetIdentifier;
      keepMessage({
        clientId: session.clientId || '',
        topic: publish.topic,
        payload: publish.payload,
        qos: publish.qos,
        retain: publish.retain,
        time: options.now(),
      });
      if (publish.qos === 1 && !options.deaf) {
        session.peer.write('\x40\x02' + String.fromCharCode(identifier >> 8, identifier & 255));
      }
    }
  }

  /** Every filter is granted with QoS 0; nothing ever comes of it. */
  function takeSubscribe(session: Session, body: string): void {
    if (session.five) {
      const { answer, fault } = session.five.subscribe(body);
      if (fault === '') session.peer.write(answer);
      else blame(session, fault);
      return;
    }
    let codes = '';
    for (let at = 2; at + 2 < body.length; codes += '\x00') {
      at += 3 + body.charCodeAt(at) * 256 + body.charCodeAt(at + 1);
    }
    session.peer.write('\x90' + String.fromCharCode(2 + codes.length) + body.substr(0, 2) + codes);
  }

  function takeDisconnect(session: Session, body: string): void {
    const { code, fault } = session.five ? session.five.readDisconnect(body) : NORMAL;
    if (code === 0) session.will = undefined;
    if (fault !== '') blame(session, fault);
    else drop(session);
  }

  function takeKnown(session: Session, type: number, flags: number, body: string): void {
    if (type === CONNECT) takeConnect(session, body);
    else if (type === PUBLISH) takePublish(session, flags, body);
    else if (type === SUBSCRIBE) takeSubscribe(session, body);
    else if (type === PINGREQ) {
      if (!options.deaf) session.peer.write('\xD0\x00');
    } else if (type === DISCONNECT) takeDisconnect(session, body);
    else blame(session, 'packet type ' + type + ' is more than this broker does');
  }

  function takePacket(session: Session, first: number, body: string): void {
    const type = first >> 4;
    const fault = session.five
      ? session.five.headerFault(first, body.length)
      : headerFault(first, body.length);
    const silence = options.now() - session.lastPacketAt;
    if (fault !== '') blame(session, fault);
    else if (session.clientId === undefined && type !== CONNECT) {
      blame(session, '3.1.0-1 the first packet is of type ' + type);
    } else {
      if (session.keepAliveMs > 0 && silence > session.keepAliveMs + TRANSIT_MS) {
        const statement = session.five ? '3.1.2-20' : '3.1.2-23';
        violations.push(statement + ' no packet for ' + silence + ' ms [' + session.clientId + ']');
      }
      session.lastPacketAt = options.now();
      takeKnown(session, type, first & 15, body);
    }
  }

  /** Take the first whole packet off `pending`. @returns false when there is none. */
  function takeFirst(session: Session): boolean {
    const bytes = session.pending;
    let length = 0;
    let unit = 1;
    let at = 1;
    let byte = 128;
    while (byte > 127) {
      if (at > 4) {
        blame(session, 'the remaining length has more than four bytes');
        return false;
      }
      if (at >= bytes.length) return false;
      byte = bytes.charCodeAt(at++);
      length += (byte & 127) * unit;
      unit *= 128;
    }
    if (byte === 0 && at > 2) {
      blame(session, 'the remaining length has more bytes than it needs');
      return false;
    }
    if (bytes.length < at + length) return false;
    session.pending = bytes.substr(at + length);
    takePacket(session, bytes.charCodeAt(0), bytes.substr(at, length));
    return true;
  }

  function connect(peer: BrokerPeer): BrokerLink {
    const session: Session = {
      peer,
      pending: '',
      five: undefined,
      readPublish,
      assigned: '',
      forgets: false,
      clientId: undefined,
      keepAliveMs: 0,
      lastPacketAt: options.now(),
      connackAt: -1,
      accepted: false,
      will: undefined,
      present: false,
      isOpen: true,
    };
    sessions.push(session);
    return {
      data(bytes: string): void {
        session.pending += bytes;
        while (session.isOpen && takeFirst(session));
      },
      closed(): void {
        if (!session.isOpen) return;
        forget(session);
        bury(session);
      },
    };
  }

  /** @returns when the next thing of this session is due, -1 for never. */
  function dueAt(session: Session): number {
    if (session.connackAt >= 0) return session.connackAt;
    return session.keepAliveMs > 0 ? session.lastPacketAt + session.keepAliveMs * 1.5 : -1;
  }

  /** Do what is due of one session. @returns milliseconds until its next, -1 for never. */
  function tend(session: Session, now: number): number {
    const due = dueAt(session);
    if (due < 0 || due > now) return due < 0 ? -1 : due - now;
    if (session.connackAt >= 0) sendConnack(session);
    else {
      blame(session, (session.five ? '3.1.2-22' : '3.1.2-24') + ' no packet for one and a half keep alives');
    }
    return !session.isOpen || dueAt(session) < 0 ? -1 : dueAt(session) - now;
  }

  function tick(): number {
    const now = options.now();
    let next = -1;
    sessions.slice().forEach((session) => {
      const wait = tend(session, now);
      if (wait >= 0 && (next < 0 || wait < next)) next = wait;
    });
    return next;
  }

  return {
    connect,
    tick,
    messages,
    violations,
    published: () => count,
    online: () => sessions.filter((session) => session.accepted).length,
  };
}
