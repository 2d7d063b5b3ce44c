// A client of MQTT 5.0 between ports in a test's hands, and a broker that reads and writes with mqtt-packet: steps that a random test
// takes in any order, and a quiet end after which each message that was accepted was delivered, rejected or expired, one of them.

import mqttPacket, { type IPublishPacket, type Packet } from 'mqtt-packet';
import { createManualClock, createManualSocket } from '../../sim/manual.ts';
import type { Bytes } from '../../src/bytes/bytes.ts';
import { QOS2, STREAM } from '../../src/features.ts';
import { createClient, type Client } from '../../src/mqtt/client.ts';
import { NEVER_MS } from '../../src/ports/clock.ts';
import { Close, Code, Event } from '../../src/ports/codes.ts';
import type { Outbox } from '../../src/ports/outbox.ts';
import type { Topic } from '../../src/ports/packet-writer.ts';
import { PropertyId, type Property } from '../../src/ports/properties.ts';
import { SEND_WINDOW } from '../../src/ports/socket.ts';
import { encodeProperties, FOR_TOPIC } from '../../src/property-list.ts';
import { bytes, createCuts, spoil, text } from './bytes.ts';
import { createMail, fail, numberOf, payloadOf } from './messages.ts';
import { createCursor, lengthField } from './spec5.ts';
import { createStore } from './store.ts';
import { createReader, type Packet as Raw } from './wire.ts';

export interface Setup5 {
  startMs: number;
  /** In RAM; 0: in flash. */
  places: number;
  /** Which topics are published to: fewer of them come to an alias. */
  topics: readonly number[];
  receiveMax: number;
  moods: readonly Mood[];
}

/** What a handler does besides. */
export type Mood = 'calm' | 'throw' | 'publish' | 'disconnect';

/** What a broker says of itself in CONNACK. */
export interface Terms {
  receiveMaximum?: number;
  maximumPacketSize?: number;
  topicAliasMaximum?: number;
  retainAvailable?: boolean;
  maximumQoS?: number;
}

/** A message to the broker. */
interface Message {
  readonly n: number;
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly retain: boolean;
  readonly isStreamed: boolean;
  readonly contentType: string | undefined;
  readonly expirySec: number | undefined;
  /** Bytes of its properties. */
  readonly size: number;
  readonly atMs: number;
  id: number;
  /** In this session it went to the socket. */
  handed: boolean;
  /** How old it was when it last did. */
  sentSec: number;
  /** The reason with which the broker refused it. */
  denied: number;
  /** How often the broker took it, in this session and ever; how it ended for the client. */
  taken: number;
  total: number;
  end: '' | 'acknowledged' | 'finished' | 'rejected' | 'expired' | 'abandoned' | 'lost';
}

/** A message from the broker. */
interface Inbound {
  readonly n: number;
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly contentType: string | undefined;
  id: number;
  state: 'queued' | 'sent' | 'released' | 'done';
  handled: number;
}

interface Reply {
  packet: Packet;
  bytes: string;
}

export interface Figures5 {
  delivered: number;
  rejected: number;
  expired: number;
  received: number;
  aliases: number;
  connections: number;
  goodbyes: number;
}

/** Nothing has happened yet. */
export const NO_FIGURES: Readonly<Figures5> = {
  delivered: 0,
  rejected: 0,
  expired: 0,
  received: 0,
  aliases: 0,
  connections: 0,
  goodbyes: 0,
};

const SIZES = [0, 3, 10, 20, 40, 90, 121, 125, 126, 200, 400, 536, 700, 900];
const PACKET_SIZES = [...Array.from({ length: 12 }, () => undefined), 40, 64, 100, 200, 300, 400, 600, 900];
/** Few, so that they run out. */
const ALIAS_MAXIMA = [0, 1, 1, 2, 2, 3, 3, 4, 10, 20];
const DENIALS = [0x80, 0x83, 0x87, 0x90, 0x97, 0x99];
const GOODBYES = [0, 0x81, 0x89, 0x8b, 0x8e, 0x93, 0x97, 0x98, 0x9c];
/** What the client says of itself. */
const RECEIVE_MAXIMUM = 32;
const ALIASES = 4;
const IN_FLIGHT = 8;
const INBOUND_TOPICS = ['a/b', 'w/x', 'big/1', 'u/none'];

class Mischief extends Error {}

interface Head {
  topic: string;
  id: number;
  alias: number;
  qos: number;
}

/** The beginning of a PUBLISH of a client. @returns undefined while it is not there. */
function headOf({ first, body }: Raw): Head | undefined {
  const from = createCursor(body);
  const qos = (first >> 1) & 3;
  try {
    const topic = from.field();
    const id = qos > 0 ? from.number(2) : 0;
    const properties = from.bytes(from.length());
    // The client puts its alias last.
    const at = properties.length - 3;
    const alias =
      properties[at] === '\x23' ? (properties.charCodeAt(at + 1) << 8) | properties.charCodeAt(at + 2) : 0;
    return { topic, id, alias, qos };
  } catch {
    return undefined;
  }
}

export function createRig5(setup: Setup5) {
  const clock = createManualClock(setup.startMs);
  const manual = createManualSocket();
  const messages = new Map<number, Message>();
  const bySequence = new Map<number, Message>();
  const mail = createMail<Inbound>(messages);
  const { inbound, waiting, withId } = mail;
  const figures: Figures5 = { ...NO_FIGURES };
  let nowMs = 0;
  let number = 0;
  let unsent = 0;
  let wire = '';
  let broken: unknown;
  let opening = false;
  let total = 0;
  let calm = false;
  let mood = 0;
  let depth = 0;

  // The broker.
  let terms: Terms = {};
  /** Those of this connection. */
  let agreed: Terms = {};
  let connected = false;
  let known = false;
  let denial = 0;
  let refusal = 0;
  let open = new Set<number>();
  let aliases = new Map<number, string>();
  let ours = new Map<number, string>();
  let replies: Reply[] = [];
  let parser = mqttPacket.parser({ protocolVersion: 5 });

  // What the client may do on this connection.
  let reader = createReader();
  let isConnectOut = false;
  let begun = false;
  let unacknowledged = new Set<number>();
  let seenAliases = new Map<number, string>();
  let lastStored = 0;
  let lastPlain = 0;
  let saidGoodbye = false;
  /** PUBLISHes of QoS 1 and 2 that were begun. */
  let sent = 0;

  const keep = (run: () => void): void => {
    try {
      run();
    } catch (error) {
      broken ??= error;
    }
  };

  function settledAs(message: Message, end: Message['end']): void {
    if (message.end !== '') fail(`${message.n} is ${message.end}, and ${end}`);
    message.end = end;
  }

  function ageSec(message: Message): number {
    return (nowMs - message.atMs) / 1000;
  }

  /** @returns bytes of its PUBLISH without an alias. */
  function sizeOf({ topic, qos, payload, size }: Message): number {
    const body = 2 + topic.length + (qos > 0 ? 2 : 0) + lengthField(size).length + size + payload.length;
    return 1 + lengthField(body).length + body;
  }

  /** A PUBLISH begins to go to the socket. */
  function onPublishing(raw: Raw, head: Head): void {
    const topic = topicOf(head);
    if (head.qos > (agreed.maximumQoS ?? 2)) fail(`QoS ${head.qos} [MQTT-3.2.2-11]`);
    if (head.qos === 0) return;
    sent++;
    unacknowledged.add(head.id);
    const most = Math.min(agreed.receiveMaximum ?? 65535, IN_FLIGHT);
    if (unacknowledged.size > most) fail(`${unacknowledged.size} unacknowledged, of ${most}`);
    const message = [...messages.values()].find(
      (other) =>
        other.end === '' &&
        other.isStreamed === head.id >= 32768 &&
        other.qos === head.qos &&
        matches(other, raw, topic),
    );
    onHeld(message ?? fail('PUBLISH of nothing that is held'), head.id, (raw.first & 8) > 0);
  }

  /** @returns what a PUBLISH is to, by its name or by an alias of this connection. */
  function topicOf(head: Head): string {
    if (head.alias > (agreed.topicAliasMaximum ?? 0)) fail(`alias ${head.alias}`);
    if (head.topic !== '' && head.alias > 0) seenAliases.set(head.alias, head.topic);
    if (head.topic !== '') return head.topic;
    figures.aliases++;
    return seenAliases.get(head.alias) ?? fail('an alias of nothing');
  }

  /** A message of QoS 1 or 2 goes to the socket. */
  function onHeld(message: Message, id: number, dup: boolean): void {
    if (dup !== message.handed) fail(`${message.n}: DUP ${dup}, sent before ${message.handed}`);
    if (message.handed && message.id !== id) fail(`${message.n} has another identifier`);
    if (!dup && message.expirySec !== undefined && ageSec(message) >= message.expirySec + 1) {
      fail(`${message.n} is sent ${ageSec(message)} s old`);
    }
    message.id = id;
    message.sentSec = ageSec(message);
    message.handed = true;
    if (message.isStreamed) return;
    if (message.n <= lastStored) fail(`${message.n} after ${lastStored}`);
    lastStored = message.n;
  }

  /** @returns whether a PUBLISH that may not be whole is of that message. */
  function matches(message: Message, { body }: Raw, topic: string): boolean {
    if (message.topic !== topic) return false;
    if (message.isStreamed) return true;
    return body.includes(`${message.n}:`) && numberOf(payloadIn(body)) === message.n;
  }

  /** @returns what has come of the payload of a PUBLISH with QoS 1 or 2. */
  function payloadIn(body: string): string {
    const from = createCursor(body);
    from.field();
    from.number(2);
    from.bytes(from.length());
    return from.rest();
  }

  /** A whole packet of the client is with the socket. */
  function onWritten(raw: Raw): void {
    const size = 1 + lengthField(raw.body.length).length + raw.body.length;
    if (saidGoodbye) fail('something behind DISCONNECT');
    if (!isConnectOut) {
      if (raw.first !== 0x10) fail('CONNECT comes first');
      isConnectOut = true;
      return;
    }
    if (!connected) fail('nothing but CONNECT before CONNACK');
    if (size > (agreed.maximumPacketSize ?? size)) fail(`${raw.first.toString(16)} with ${size} bytes`);
    if (raw.first >> 4 === 3) {
      const head = headOf(raw) ?? fail('no head');
      if (!begun) onPublishing(raw, head);
      begun = false;
    }
    if (raw.first === 0xe0) saidGoodbye = true;
  }

  function write(chunk: Bytes): void {
    const said = text(chunk);
    unsent += said.length;
    total += said.length;
    keep(() => {
      if (unsent > SEND_WINDOW) fail(`${unsent} bytes unsent`);
      reader.feed(said).forEach(onWritten);
      const partial = reader.begun();
      if (partial === undefined || begun || partial.first >> 4 !== 3) return;
      const head = headOf(partial);
      if (head === undefined) return;
      onPublishing(partial, head);
      begun = true;
    });
  }

  function reply(packet: object): void {
    const bytesOf = mqttPacket.generate(packet as Packet, { protocolVersion: 5 }).toString('latin1');
    replies.push({ packet: packet as Packet, bytes: bytesOf });
  }

  /** Compare with what was published. */
  function check(message: Message, seen: IPublishPacket, topic: string | undefined): void {
    const { n, retain, contentType, expirySec } = message;
    const { properties } = seen;
    const isSame = topic === message.topic && (seen.payload as Buffer).toString('latin1') === message.payload;
    if (!isSame || seen.retain !== (retain && agreed.retainAvailable !== false)) {
      fail(`${n} is not what was published`);
    }
    if (properties?.contentType !== contentType) fail(`${n} has another content type`);
    const left = expirySec === undefined ? undefined : Math.max(0, expirySec - message.sentSec);
    const expiry = properties?.messageExpiryInterval;
    if ((expiry === undefined) !== (left === undefined)) fail(`${n}: expiry ${expiry}`);
    // Both are whole seconds.
    if (Math.abs((expiry ?? 0) - (left ?? 0)) > 1.01) fail(`${n}: ${expiry} s left, not ${left}`);
  }

  function take(seen: IPublishPacket, topic: string | undefined): void {
    const payload = (seen.payload as Buffer).toString('latin1');
    const n = numberOf(payload) ?? fail('a payload without number');
    const message = messages.get(n) ?? fail(`${n} was never accepted`);
    check(message, seen, topic);
    if (message.qos === 0 && !message.isStreamed) {
      if (n <= lastPlain) fail(`QoS 0: ${n} after ${lastPlain}`);
      lastPlain = n;
    }
    message.taken++;
    message.total++;
    if (message.qos !== 1 && message.taken > 1) fail(`${n} of QoS ${message.qos} arrived twice`);
  }

  function onPublish(seen: IPublishPacket): void {
    const id = seen.messageId!;
    const alias = seen.properties?.topicAlias;
    if (seen.topic !== '' && alias !== undefined) aliases.set(alias, seen.topic);
    if (seen.qos === 2 && open.has(id)) {
      // It comes again: it was taken.
      reply({ cmd: 'pubrec', messageId: id, reasonCode: 0 });
      return;
    }
    const n = numberOf((seen.payload as Buffer).toString('latin1')) ?? fail('a payload without number');
    const reasonCode = seen.qos > 0 ? denial : 0;
    if (reasonCode > 0) {
      denial = 0;
      messages.get(n)!.denied = reasonCode;
    } else {
      take(seen, seen.topic === '' ? aliases.get(alias!) : seen.topic);
    }
    if (seen.qos === 2 && reasonCode === 0) open.add(id);
    if (seen.qos > 0) reply({ cmd: seen.qos === 1 ? 'puback' : 'pubrec', messageId: id, reasonCode });
  }

  function transmit(message: Inbound, dup: boolean): void {
    const { topic, payload, qos, contentType, n } = message;
    // Sometimes with an alias: set up, or used.
    const alias = n % 3 === 0 ? 0 : 1 + (n % ALIASES);
    const isKnown = alias > 0 && ours.get(alias) === topic;
    if (alias > 0) ours.set(alias, topic);
    reply({
      cmd: 'publish',
      topic: isKnown ? '' : topic,
      payload: Buffer.from(payload, 'latin1'),
      qos,
      dup,
      retain: false,
      messageId: message.id,
      properties: {
        ...(alias > 0 && { topicAlias: alias }),
        ...(contentType !== undefined && { contentType }),
      },
    });
    message.state = qos === 0 ? 'done' : 'sent';
  }

  /** Send what waits, as far as the client takes it. */
  function sendQueued(): void {
    if (!connected || refusal < 0) return;
    for (const message of waiting()) {
      if (message.state !== 'queued') continue;
      if (waiting().filter(({ state }) => state !== 'queued').length >= RECEIVE_MAXIMUM) return;
      message.id = mail.freeId();
      transmit(message, false);
    }
  }

  function forget(): void {
    known = false;
    open = new Set();
    mail.forget();
  }

  function onConnect(clean: boolean): void {
    if (connected) fail('a second CONNECT');
    connected = true;
    aliases = new Map();
    ours = new Map();
    if (refusal > 0) {
      reply({ cmd: 'connack', sessionPresent: false, reasonCode: refusal });
      refusal = -1;
      return;
    }
    refusal = 0;
    if (clean || !known) forget();
    agreed = terms;
    reply({ cmd: 'connack', sessionPresent: known, reasonCode: 0, properties: { ...agreed } });
    for (const message of waiting()) {
      if (message.state === 'released') reply({ cmd: 'pubrel', messageId: message.id, reasonCode: 0 });
      else if (message.state === 'sent') transmit(message, true);
    }
    sendQueued();
  }

  function onAck(packet: Packet): void {
    const message = withId(packet.messageId!);
    const isFirst = packet.cmd !== 'pubcomp';
    if (message === undefined) return;
    if ((message.qos === 1) !== (packet.cmd === 'puback')) fail(`${packet.cmd} for QoS ${message.qos}`);
    if (isFirst && message.handled === 0 && message.topic !== 'u/none' && !isPassedOver(message)) {
      fail(`${message.n} is acknowledged, and no handler had it`);
    }
    message.state = packet.cmd === 'pubrec' ? 'released' : 'done';
    if (packet.cmd === 'pubrec') reply({ cmd: 'pubrel', messageId: message.id, reasonCode: 0 });
    sendQueued();
  }

  function isPassedOver(message: Inbound): boolean {
    return !(STREAM && message.topic === 'big/1') && message.payload.length + 40 > setup.receiveMax;
  }

  function onPacket(packet: Packet): void {
    if (packet.cmd === 'connect') onConnect(packet.clean ?? false);
    else if (!connected || refusal < 0) fail(`${packet.cmd} before CONNECT`);
    else if (packet.cmd === 'publish') onPublish(packet);
    else if (packet.cmd === 'pubrel') {
      const isKnown = open.delete(packet.messageId!);
      reply({ cmd: 'pubcomp', messageId: packet.messageId, reasonCode: isKnown ? 0 : 0x92 });
    } else if (packet.cmd === 'subscribe') {
      const granted = packet.subscriptions.map(({ qos }) => qos);
      reply({ cmd: 'suback', messageId: packet.messageId, granted });
    } else if (packet.cmd === 'pingreq') reply({ cmd: 'pingresp' });
    else if (packet.cmd !== 'disconnect') onAck(packet);
  }

  // Ports and owner of the client.
  const store = createStore(setup.places, clock);
  const outbox: Outbox<Bytes> = {
    ...store,
    append(topic, payload) {
      const sequence = store.append(topic, payload);
      if (sequence > 0) bySequence.set(sequence, messages.get(number)!);
      return sequence;
    },
    restart() {
      for (const message of messages.values()) {
        if (message.end === '' && received.has(message) && !message.isStreamed) {
          settledAs(message, 'finished');
        }
        message.handed = false;
      }
      received.clear();
      return store.restart();
    },
    receive(sequence) {
      received.add(bySequence.get(sequence)!);
      return store.receive(sequence);
    },
    acknowledge(sequence) {
      settledAs(bySequence.get(sequence) ?? fail(`sequence ${sequence}`), 'acknowledged');
      return store.acknowledge(sequence);
    },
  };
  const received = new Set<Message>();

  function onReport(event: Event, detail: number): void {
    if (event !== Event.MessageRejected && event !== Event.MessageExpired) return;
    const message = bySequence.get(detail >> 8)!;
    if (message.end !== 'acknowledged') fail(`${message.n} is given up, and held`);
    message.end = event === Event.MessageRejected ? 'rejected' : 'expired';
    figures[message.end]++;
    const reason = detail & 255;
    if (message.end === 'expired') {
      if (message.handed) fail(`${message.n} expired, and may have been sent`);
      if (ageSec(message) < message.expirySec! - 1) fail(`${message.n} expired at ${ageSec(message)} s`);
    } else if (reason === 0x95 && message.denied !== 0x95) {
      // With an alias it may have fitted, which only its own handle or its name finds.
      const size = sizeOf(message);
      if (size <= (agreed.maximumPacketSize ?? Infinity)) fail(`${message.n} of ${size} bytes is too large`);
    } else if (reason !== message.denied) fail(`${message.n} is rejected with ${reason}`);
  }

  const client: Client = createClient(
    {
      clock,
      outbox,
      socket: {
        open(host, port, events) {
          const result = manual.open(host, port, {
            ...events,
            onOpen(connection) {
              events.onOpen({
                write(chunk) {
                  write(chunk);
                  connection.write(chunk);
                },
              });
            },
            onData(chunk) {
              events.onData(chunk);
              spoil(chunk);
            },
          });
          opening = result === Code.Ok;
          return result;
        },
        close() {
          opening = false;
          manual.close();
        },
      },
    },
    { clientId: 'mote', keepAliveSec: 60, cleanSession: false, receiveMax: setup.receiveMax },
    {
      onOpen() {},
      onOnline() {
        known = true;
      },
      onOffline(why) {
        if (why === Close.ProtocolError) broken ??= new Error('protocol error without one');
      },
      onReport: (event, detail) => keep(() => onReport(event, detail)),
    },
  );

  function act(): void {
    const now = calm || setup.moods.length === 0 ? 'calm' : setup.moods[mood++ % setup.moods.length]!;
    if (depth > 1) return;
    depth++;
    try {
      if (now === 'publish') publish(mood, mood * 7);
      if (now === 'disconnect') client.disconnect();
    } finally {
      depth--;
    }
    if (now === 'throw') throw new Mischief();
  }

  function onHandled(topic: string, payload: string, contentType: string | undefined | null): void {
    const message = inbound.get(numberOf(payload) ?? -1);
    if (message?.payload !== payload || message.topic !== topic) {
      return fail('a handler got what nobody sent');
    }
    if (contentType !== null && contentType !== message.contentType) fail(`content type ${contentType}`);
    act();
    message.handled++;
    figures.received++;
    if (message.qos !== 1 && message.handled > 1) {
      fail(`${message.n} of QoS ${message.qos} was handled twice`);
    }
  }

  /** The client catches what handlers throw: rules that are broken are kept for later. */
  function handle(run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof Mischief)) broken ??= error;
      throw error;
    }
  }

  function onMessage(payload: Bytes, topic: Bytes): void {
    const told = client.message!();
    const contentType = told === null || told.contentType.length === 0 ? undefined : text(told.contentType);
    handle(() => onHandled(text(topic), text(payload), contentType));
  }

  let assembled = '';
  function onChunk(chunk: Bytes, offset: number, whole: number, topic: Bytes): void {
    handle(() => {
      assembled = (offset === 0 ? '' : assembled) + text(chunk);
      if (offset + chunk.length !== assembled.length) fail(`offset ${offset}`);
      if (assembled.length === whole) onHandled(text(topic), assembled, null);
    });
  }

  const subscriptions = (
    [
      ['a/b', 1],
      ['w/+', 2],
      ['big/#', 2],
    ] as const
  ).map(([filter, qos]) =>
    client.subscription(filter, QOS2 ? qos : 1, onMessage, filter === 'big/#' ? onChunk : undefined)!,
  );

  const PROPERTIES: readonly (readonly Property[])[] = [
    [],
    [[PropertyId.MessageExpiry, 20]],
    [
      [PropertyId.ContentType, 'text/plain'],
      [PropertyId.MessageExpiry, 300],
      [PropertyId.User, 'a', 'b'],
    ],
  ];
  interface Handle {
    topic: Topic<Bytes>;
    name: string;
    qos: number;
    retain: boolean;
    list: readonly Property[];
  }
  /** What is not built in has no topics. */
  const QOSES = QOS2 ? [2, 0, 1] : [0, 1];
  const handles: Handle[] = [];
  for (const name of ['t', 'tele/device/temperature', `long/${'x'.repeat(60)}`, 'abcd', 'abc/d/e']) {
    // The first of a name is the one that is found by it.
    for (const qos of name.length > 5 ? QOSES : [...QOSES].sort()) {
      const list = PROPERTIES[handles.length % PROPERTIES.length]!;
      const retain = name.length % 2 === 0;
      const properties = encodeProperties(list, FOR_TOPIC)!;
      handles.push({ topic: client.topic(name, qos, retain, properties)!, name, qos, retain, list });
    }
  }
  // Another of the same name, so that an alias of one may be used for the other.
  handles.push({ topic: client.topic('abcd', 1)!, name: 'abcd', qos: 1, retain: false, list: [] });
  // Some to what others go to, too.
  const streams: Handle[] = ['s', 's', 's', 'tele/device/temperature', 'abc/d/e'].map((name, i) => {
    const qos = QOSES[i % QOSES.length]!;
    return { topic: client.topic(name, qos)!, name, qos, retain: false, list: [] };
  });

  function note(handle: Handle, payload: string, isStreamed: boolean): Message {
    const find = (id: number) => handle.list.find(([known]) => known === id)?.[1];
    const message: Message = {
      n: number,
      topic: handle.name,
      payload,
      qos: handle.qos,
      retain: handle.retain,
      isStreamed,
      contentType: find(PropertyId.ContentType) as string | undefined,
      expirySec: find(PropertyId.MessageExpiry) as number | undefined,
      size: encodeProperties(handle.list, FOR_TOPIC)!.length,
      atMs: nowMs,
      id: 0,
      handed: false,
      sentSec: 0,
      denied: 0,
      taken: 0,
      total: 0,
      end: '',
    };
    messages.set(number, message);
    return message;
  }

  let refused = 0;
  function publish(choice: number, size: number): void {
    const handle = handles[setup.topics[choice % setup.topics.length]! % handles.length]!;
    number++;
    const payload = payloadOf(number, SIZES[size % SIZES.length]!);
    const message = note(handle, payload, false);
    const wasUnsent = unsent;
    const code = client.publish(handle.topic, bytes(payload));
    if (code === Code.Ok) return;
    refused++;
    messages.delete(message.n);
    if (code === Code.Busy && wasUnsent === 0) fail('busy with nothing');
    const most = Math.min(agreed.maximumPacketSize ?? Infinity, 1000);
    if (code === Code.TooLong && sizeOf(message) <= most) fail(`${sizeOf(message)} bytes are too long`);
    if (code === Code.TooLong && handle.qos > 0 && payload.length < 800) {
      fail(`${payload.length} bytes are too long`);
    }
  }

  let streamed: Message | undefined;
  function stream(choice: number, size: number): void {
    const handle = streams[choice % streams.length]!;
    number++;
    const payload = payloadOf(number, (size % 1500) + 1);
    const message = note(handle, payload, true);
    const code = client.stream(handle.topic, payload.length, {
      read: (offset, max) =>
        bytes(payload.slice(offset, offset + Math.min(max, 1 + ((size * 31 + offset) % max)))),
      onEnd(end) {
        streamed = undefined;
        keep(() => {
          const ends = new Map<number, Message['end']>([
            [Code.Ok, 'acknowledged'],
            [Code.Rejected, 'rejected'],
            [Code.Abandoned, 'abandoned'],
            [Code.Closed, 'lost'],
          ]);
          settledAs(message, ends.get(end) ?? fail(`the end of a stream: ${end}`));
          if (end === Code.Rejected) figures.rejected++;
        });
      },
    });
    if (code === Code.InFlight) {
      if (message.end === '') streamed = message;
      return;
    }
    refused++;
    messages.delete(message.n);
  }

  // Time and the socket.
  function collect(wasOpen: boolean): void {
    if (broken !== undefined) throw broken as Error;
    wire += manual.take();
    if (!wasOpen || manual.isOpen()) return;
    arrive(wire.length);
    forgetConnection();
  }

  function forgetConnection(): void {
    connected = false;
    if (refusal < 0) refusal = 0;
    replies = [];
    wire = '';
    unsent = 0;
  }

  function arrive(count: number): void {
    const now = wire.slice(0, count);
    wire = wire.slice(count);
    parser.parse(Buffer.from(now, 'latin1'));
    if (broken !== undefined) throw broken as Error;
  }

  let wait = NEVER_MS;
  function tick(): void {
    let zeros = 0;
    do {
      const wasOpen = manual.isOpen();
      wait = client.tick(clock.now());
      collect(wasOpen);
      if (++zeros > 4) fail('tick is due for ever');
    } while (wait === 0);
  }

  function call(run: () => void): void {
    const wasOpen = manual.isOpen();
    run();
    collect(wasOpen);
    tick();
  }

  function drain(): void {
    if (!manual.isOpen() || unsent === 0) return;
    unsent = 0;
    arrive(wire.length);
    call(manual.drain);
  }

  /** What a reply means for what the client may do, as soon as all of it is there. */
  function onFed(packet: Packet): void {
    const { cmd, messageId } = packet;
    const reasonCode = (packet as { reasonCode?: number }).reasonCode ?? 0;
    if (cmd === 'puback' || cmd === 'pubcomp' || (cmd === 'pubrec' && reasonCode >= 0x80)) {
      unacknowledged.delete(messageId!);
    }
  }

  function answer(count: number, pattern: number): void {
    const connection = manual.opened.length;
    const sizeNow = createCuts(pattern);
    const isHere = (): boolean => manual.isOpen() && manual.opened.length === connection;
    for (let i = 0; i < count && replies.length > 0 && isHere(); i++) {
      const next = replies.shift()!;
      for (let at = 0; at < next.bytes.length && isHere();) {
        const size = sizeNow();
        if (at + size >= next.bytes.length) onFed(next.packet);
        const chunk = next.bytes.slice(at, at + size);
        call(() => manual.deliver(chunk));
        at += size;
      }
    }
  }

  function connect(): void {
    if (!client.isOnline() && !manual.isOpen()) call(() => void client.connect('broker', 1883));
  }

  function accept(): void {
    if (!opening) return;
    opening = false;
    figures.connections++;
    wire = '';
    unsent = 0;
    reader = createReader();
    isConnectOut = begun = saidGoodbye = false;
    unacknowledged = new Set();
    seenAliases = new Map();
    lastStored = lastPlain = 0;
    parser = mqttPacket.parser({ protocolVersion: 5 });
    parser.on('packet', (packet) => keep(() => onPacket(packet)));
    parser.on('error', (error) => void (broken ??= error));
    call(manual.accept);
  }

  function drop(share: number): void {
    if (!manual.isOpen() && !opening) return;
    opening = false;
    arrive(share % (wire.length + 1));
    forgetConnection();
    manual.drop();
    tick();
  }

  function advance(ms: number): void {
    let left = ms;
    for (let i = 0; left > 0 && i < 200; i++) {
      const step = Math.min(left, Math.max(1, wait));
      clock.advance(step);
      nowMs += step;
      left -= step;
      tick();
    }
  }

  function send(choice: number, size: number): void {
    const topic = INBOUND_TOPICS[choice % INBOUND_TOPICS.length]!;
    const n = ++number;
    const payload = payloadOf(n, SIZES[size % SIZES.length]! + (topic === 'big/1' ? size % 900 : 0));
    const qos = (choice >> 4) % (QOS2 ? 3 : 2);
    const contentType = (choice & 8) > 0 ? `type/${n % 10}` : undefined;
    const message: Inbound = { n, topic, payload, qos, contentType, id: 0, state: 'queued', handled: 0 };
    inbound.set(n, message);
    if (qos > 0) sendQueued();
    else if (connected && refusal === 0) transmit(message, false);
    if (qos > 0 && !known && !connected) message.state = 'done';
    if (qos === 0) message.state = 'done';
  }

  function goodbye(choice: number): void {
    if (!client.isOnline()) return;
    figures.goodbyes++;
    reply({ cmd: 'disconnect', reasonCode: GOODBYES[choice % GOODBYES.length]! });
  }

  function progress(pattern: number): void {
    connect();
    accept();
    drain();
    answer(replies.length, pattern);
    drain();
  }

  function isQuiet(): boolean {
    return (
      client.isOnline() &&
      outbox.count() === 0 &&
      streamed === undefined &&
      waiting().length === 0 &&
      subscriptions.every(({ granted }) => granted >= 0)
    );
  }

  /** What the client has counted is what happened. */
  function checkCounters(): void {
    const counters = client.counters();
    if (counters.refused !== refused) fail(`refused ${counters.refused}, not ${refused}`);
    if (counters.sent !== sent) fail(`sent ${counters.sent}, not ${sent}`);
    // Streamed messages are not of the outbox, and tell their end themselves.
    const rejected = [...messages.values()].filter((one) => one.end === 'rejected' && !one.isStreamed).length;
    if (counters.rejected !== rejected) fail(`rejected ${counters.rejected}, not ${rejected}`);
    if (counters.expired !== figures.expired) fail(`expired ${counters.expired}, not ${figures.expired}`);
    figures.delivered = counters.delivered;
  }

  /** Everything goes well from here on. */
  function settle(): void {
    calm = true;
    denial = 0;
    if (refusal > 0) refusal = 0;
    // What is of a greater QoS waits for a broker that takes it.
    terms = { ...terms };
    delete terms.maximumQoS;
    for (let round = 0; !isQuiet(); round++) {
      if (round > 1000) {
        fail(
          `not quiet: online ${client.isOnline()}, ${outbox.count()} stored, ${streamed?.n} streamed, ${waiting()
            .map(({ n, qos, state }) => `${n}/${qos}/${state}`)
            .join(' ')}`,
        );
      }
      const before = total;
      progress(round * 3);
      advance(1);
      // A message that was left to the next connection waits for it.
      if (client.isOnline() && total === before) drop(0);
    }
    drain();
    for (const { n, qos, end, total: times } of messages.values()) {
      if (qos === 0) continue;
      if (end === '') fail(`${n} has no end`);
      if ((end === 'acknowledged' || end === 'finished') && times === 0) fail(`${n} of QoS ${qos} is lost`);
    }
    checkCounters();
  }

  return {
    publish: (choice: number, size: number) => call(() => publish(choice, size)),
    stream: (choice: number, size: number) => call(() => stream(choice, size)),
    connect,
    accept,
    drain,
    arrive: (share: number) => arrive(share % (wire.length + 1)),
    answer: (count: number, pattern: number) => answer(1 + (count % 5), pattern),
    progress,
    drop,
    disconnect: () => call(() => client.disconnect()),
    advance: (choice: number) => advance([1, 50, 999, 3000, 11000, 20000, 60000, 200000][choice % 8]!),
    send,
    abandon: () => call(() => client.abandon()),
    lose() {
      if (!connected) forget();
    },
    deny: (choice: number) => void (denial = DENIALS[choice % DENIALS.length]!),
    refuse: (choice: number) => {
      if (!connected) refusal = [0x88, 0x97, 0x9f][choice % 3]!;
    },
    goodbye,
    agree(a: number, b: number) {
      const receiveMaximum = a % 21;
      // Sometimes what one of the messages just fits into, or just not.
      const near =
        handles[setup.topics[0]! % handles.length]!.name.length +
        SIZES[(b >> 4) % SIZES.length]! +
        ((a >> 3) % 24);
      const maximumPacketSize =
        (a & 0xc000) === 0 ? Math.max(40, near) : PACKET_SIZES[(a >> 8) % PACKET_SIZES.length];
      const topicAliasMaximum = ALIAS_MAXIMA[b % ALIAS_MAXIMA.length]!;
      terms = {
        ...(receiveMaximum > 0 && { receiveMaximum }),
        ...(maximumPacketSize !== undefined && { maximumPacketSize }),
        ...(topicAliasMaximum > 0 && { topicAliasMaximum }),
        ...(b % 7 === 0 && { retainAvailable: false }),
        ...(b % 13 < 2 && { maximumQoS: b % 13 }),
      };
    },
    settle,
    figures: () => figures,
  };
}

export type Rig5 = ReturnType<typeof createRig5>;
