// A broker as MQTT 3.1.1 describes it, in the hands of a test: it answers when it is told to, loses sessions when it is told to,
// and checks that what reaches it keeps the promises of QoS 1 and 2.

import { createMail, fail, numberOf, type Inbound, type Message } from './messages.ts';
import * as wire from './wire.ts';

export interface Broker {
  /** Messages for the client, by number. */
  readonly inbound: Map<number, Inbound>;
  /** What is to be delivered to the client next, packet by packet. */
  readonly replies: string[];
  readonly isConnected: boolean;
  /** Bytes arrived. */
  arrive(bytes: string): void;
  /** The connection is gone. */
  gone(): void;
  /** Publish to the client. */
  send(message: Inbound): void;
  /** Send again what waits for an acknowledgement. @returns false when nothing does. */
  repeat(choice: number): boolean;
  /** The session is forgotten: with the next CONNECT it is a new one. */
  forget(): void;
  /** The client knows of its new session. If CONNACK was lost, the next one says the same: else no client could ever know. */
  established(): void;
  /** Return code of the next CONNACK. */
  nextCode: number;
  /** Return code of the next SUBACK's first filter, undefined for the QoS that was asked for. */
  nextGrant: number | undefined;
}

/** @param cleanSession what CONNECT has to say. @param isStrict whether what arrives has to be an answer to what was sent. */
export function createBroker(
  messages: ReadonlyMap<number, Message>,
  streaming: () => Message | undefined,
  cleanSession: boolean,
  isStrict: () => boolean,
): Broker {
  const mail = createMail<Inbound>(messages);
  const { inbound, waiting, withId } = mail;
  const replies: string[] = [];
  let reader = wire.createReader();
  let connected = false;
  let refused = false;
  let known = false;
  /** Identifiers of QoS 2 messages that were taken and not released. */
  let open = new Set<number>();

  function take(seen: wire.Publish): void {
    const n = numberOf(seen.payload) ?? fail('a payload without number');
    const message = messages.get(n) ?? fail(`message ${n} was never accepted`);
    if (seen.payload !== message.payload) fail(`payload of ${n} is not what was published`);
    message.taken++;
    message.total++;
    if (message.qos !== 1 && message.taken > 1) fail(`${n} of QoS ${message.qos} arrived twice`);
    if (message === streaming() && message.qos === 0) message.excused = true;
  }

  function transmit(message: Inbound, dup: boolean): void {
    const { topic, payload, qos, retain, id } = message;
    replies.push(wire.publish({ topic, payload, qos, retain, dup, id }));
    message.state = qos === 0 ? 'done' : 'sent';
  }

  function start(message: Inbound): void {
    if (message.qos > 0) message.id = mail.freeId();
    transmit(message, false);
  }

  function forget(): void {
    known = false;
    open = new Set();
    mail.forget();
  }

  function onConnect(body: string): void {
    if (connected) fail('a second CONNECT');
    connected = true;
    const clean = (body.charCodeAt(7) & 2) > 0;
    if (clean !== cleanSession) fail(`clean session ${clean}`);
    const code = broker.nextCode;
    broker.nextCode = 0;
    refused = code > 0;
    if (refused) {
      replies.push(wire.connack(false, code));
      return;
    }
    if (clean) known = false;
    if (!known) forget();
    replies.push(wire.connack(known));
    for (const message of waiting()) {
      if (message.state === 'queued') start(message);
      else if (message.state === 'released') replies.push(wire.ack(0x62, message.id));
      else transmit(message, true);
    }
  }

  function onPublish(packet: wire.Packet): void {
    const seen = wire.readPublish(packet);
    if (seen.qos === 2) {
      if (!open.has(seen.id)) take(seen);
      open.add(seen.id);
      replies.push(wire.ack(0x50, seen.id));
    } else {
      take(seen);
      if (seen.qos === 1) replies.push(wire.ack(0x40, seen.id));
    }
  }

  /** The client says that it has a message. */
  function onAck(first: number, id: number): void {
    const message = withId(id);
    const state = first === 0x70 ? 'released' : 'sent';
    const qos = first === 0x40 ? 1 : 2;
    const fits = message?.qos === qos && (message.state === state || first === 0x50);
    if (message === undefined || !fits) {
      // It may answer a packet that was sent twice.
      return;
    }
    if (isStrict() && first !== 0x70 && message.handled === 0 && !message.passedOver) {
      fail(`${message.n} is acknowledged, and no handler had it`);
    }
    message.state = first === 0x50 ? 'released' : 'done';
    if (first === 0x50) replies.push(wire.ack(0x62, id));
  }

  function onSubscribe(packet: wire.Packet): void {
    const codes = wire
      .readFilters(packet)
      .map(({ qos }, index) => (index === 0 ? (broker.nextGrant ?? qos) : qos));
    broker.nextGrant = undefined;
    replies.push(wire.suback(wire.wordAt(packet.body, 0), codes));
  }

  function onPacket(packet: wire.Packet): void {
    const { first, body } = packet;
    if (first === 0x10) onConnect(body);
    else if (!connected) fail(`${first.toString(16)} before CONNECT`);
    else if (first >> 4 === 3) onPublish(packet);
    else if (first === 0x62) {
      open.delete(wire.wordAt(body, 0));
      replies.push(wire.ack(0x70, wire.wordAt(body, 0)));
    } else if (first === 0x82) onSubscribe(packet);
    else if (first === 0xa2) replies.push(wire.ack(0xb0, wire.wordAt(body, 0)));
    else if (first === 0xc0) replies.push(wire.PINGRESP);
    else if (first !== 0xe0) onAck(first, wire.wordAt(body, 0));
  }

  const broker: Broker = {
    inbound,
    replies,
    get isConnected() {
      return connected;
    },
    nextCode: 0,
    nextGrant: undefined,
    arrive: (bytes) => reader.feed(bytes).forEach(onPacket),
    gone() {
      connected = false;
      reader = wire.createReader();
      replies.length = 0;
    },
    send(message) {
      inbound.set(message.n, message);
      // A broker keeps what it cannot send, if it is more than QoS 0 and the client is known.
      if (connected && !refused) start(message);
      else if (message.qos === 0 || !known) message.state = 'done';
    },
    repeat(choice) {
      const sent = waiting().filter(({ state }) => state === 'sent');
      const message = sent[choice % Math.max(1, sent.length)];
      if (message !== undefined && connected && !refused) transmit(message, true);
      return message !== undefined;
    },
    forget,
    established() {
      known = true;
    },
  };
  return broker;
}
