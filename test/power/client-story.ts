// What a client was told and what became of it, with a strict broker's part in it: everything that outlives a power cut beside
// the flash, as plain data that can be copied. What a client must not do is thrown as an error.

import mqttPacket, { type IPublishPacket, type ISubscribePacket, type Packet } from 'mqtt-packet';
import { IN_FLIGHT_MAX } from '../../src/mqtt/client.ts';
import { PUBACK, PUBCOMP, PUBREC } from '../mqtt/wire.ts';
import {
  connectInbox,
  copyInbox,
  createInbox,
  handAnswer,
  INBOX_TOPIC,
  takeAnswer,
  type Inbox,
} from './client-inbox.ts';

export interface Message {
  /** Differs from message to message, and names it. */
  readonly payload: string;
  readonly qos: number;
}

/** An acknowledgement that the broker owes, or gives. */
export interface Answer {
  readonly first: number;
  readonly id: number;
  readonly payload: string;
}

/** One message that the broker has passed on. */
interface Delivery extends Message {
  readonly session: number;
}

export interface Story {
  /** The client has been started so often. */
  life: number;
  /** So many messages were given a name. */
  named: number;
  connection: number;
  /** CONNECT has come. */
  isConnected: boolean;
  /** The last CONNACK told of a session. */
  isPresent: boolean;
  /** The broker has forgotten so many sessions. */
  session: number;
  /** Of this session: messages of QoS 2 whose PUBREL has not come, by identifier. */
  open: Map<number, string>;
  /** Of this session: when and as what a message was handed to the socket first. */
  handed: Map<string, { readonly connection: number; readonly id: number }>;
  /** Of sessions before: messages by identifier. */
  former: Map<number, string>;
  /** Of this connection: exchanges that are not over, answers that are owed, messages of QoS 1 that came again. */
  inFlight: Set<number>;
  due: Answer[];
  repeated: number;
  /** The most of these. */
  repeatedMost: number;
  delivered: Delivery[];

  /** Messages that publish took, in order, with the life that they were taken in. */
  accepted: (Message & { readonly life: number })[];
  /** What a client is being given, undefined when it is nothing. */
  publishing: Message | undefined;
  telling: Answer[];
  /** All that may arrive, in the order in which it may: what was taken, and what was being given to a client at a cut. */
  order: string[];
  /** Messages whose answer was being told at a cut: it was taken, or not, or either each time that somebody looks. */
  unsure: Set<string>;
  /** Messages that were being given to a client at a cut: on a part with ECC they may be there each time, or not. */
  torn: Set<string>;
  /** Messages whose last answer, and whose PUBREC, the client has taken. */
  finished: Set<string>;
  received: Set<string>;
  /** Messages that have to come again, since the session was lost. */
  missing: Set<string>;
  /** Messages to the client. */
  readonly inbox: Inbox;
}

export function createStory(): Story {
  return {
    life: 0,
    named: 0,
    connection: 0,
    isConnected: false,
    isPresent: false,
    session: 1,
    open: new Map(),
    handed: new Map(),
    former: new Map(),
    inFlight: new Set(),
    due: [],
    repeated: 0,
    repeatedMost: 0,
    delivered: [],
    accepted: [],
    publishing: undefined,
    telling: [],
    order: [],
    unsure: new Set(),
    torn: new Set(),
    finished: new Set(),
    received: new Set(),
    missing: new Set(),
    inbox: createInbox(),
  };
}

export function copyStory(story: Story): Story {
  return {
    ...story,
    open: new Map(story.open),
    handed: new Map(story.handed),
    former: new Map(story.former),
    inFlight: new Set(story.inFlight),
    due: [...story.due],
    delivered: [...story.delivered],
    accepted: [...story.accepted],
    order: [...story.order],
    unsure: new Set(story.unsure),
    torn: new Set(story.torn),
    finished: new Set(story.finished),
    received: new Set(story.received),
    missing: new Set(story.missing),
    inbox: copyInbox(story.inbox),
  };
}

function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** @returns whole packets at the beginning of `bytes`, and what is behind them. */
export function split(bytes: string): { packets: string[]; rest: string } {
  const packets: string[] = [];
  let rest = bytes;
  for (;;) {
    let at = 1;
    let length = 0;
    for (let shift = 0; at < rest.length; shift += 7) {
      const byte = rest.charCodeAt(at++);
      length += (byte & 127) << shift;
      if (byte < 128) break;
    }
    if (rest.length < 2 || rest.length < at + length) return { packets, rest };
    packets.push(rest.slice(0, at + length));
    rest = rest.slice(at + length);
  }
}

/** @returns what a packet says, read by a library that knows nothing of our code. */
function parse(packet: string): Packet {
  let found: Packet | undefined;
  const parser = mqttPacket.parser({ protocolVersion: 4 });
  parser.on('packet', (one) => (found = one));
  parser.on('error', (error) => {
    throw error;
  });
  parser.parse(Buffer.from(packet, 'latin1'));
  if (found === undefined) throw new Error('no packet');
  return found;
}

const payloadOf = (packet: IPublishPacket) => packet.payload.toString('latin1');

/** A connection begins. @param isLost the broker has forgotten the session. @returns whether it has one. */
export function connectStory(story: Story, isLost: boolean): boolean {
  const isFirst = story.connection === 0;
  story.connection++;
  story.isConnected = false;
  story.isPresent = !isFirst && !isLost;
  story.inFlight.clear();
  story.due = [];
  story.repeated = 0;
  if (isLost) {
    story.session++;
    story.open.clear();
    for (const [payload, { id }] of story.handed) story.former.set(id, payload);
    story.handed.clear();
    const isDone = ({ payload }: Message) =>
      story.finished.has(payload) || story.received.has(payload) || story.unsure.has(payload);
    story.missing = new Set(story.accepted.filter((one) => !isDone(one)).map((one) => one.payload));
  }
  connectInbox(story.inbox, story.isPresent);
  return story.isPresent;
}

function handPublish(story: Story, packet: IPublishPacket): void {
  const payload = payloadOf(packet);
  const id = packet.messageId!;
  const isKnown = story.order.includes(payload) || story.publishing?.payload === payload;
  demand(isKnown, `sent, and refused: ${payload}`);
  demand(!story.finished.has(payload), `sent again after its acknowledgement: ${payload}`);
  demand(!story.received.has(payload), `sent again after PUBREC: ${payload}`);
  const before = story.handed.get(payload);
  if (before === undefined) {
    story.handed.set(payload, { connection: story.connection, id });
    const isNew = story.accepted.some((one) => one.payload === payload && one.life === story.life);
    demand(!packet.dup || !isNew, `DUP of what was never sent: ${payload}`);
  } else {
    demand(before.connection < story.connection, `sent twice on one connection: ${payload}`);
    demand(packet.dup, `sent again without DUP: ${payload}`);
    demand(before.id === id, `another identifier: ${payload}`);
  }
  story.missing.delete(payload);
  story.inFlight.add(id);
}

/** The client has handed a packet to its socket: it may arrive or not. */
export function handPacket(story: Story, bytes: string): void {
  const packet = parse(bytes);
  if (packet.cmd === 'publish') handPublish(story, packet);
  if (packet.cmd === 'pubrel') story.inFlight.add(packet.messageId!);
  if (packet.cmd === 'pubrec' || packet.cmd === 'pubcomp') {
    handAnswer(story.inbox, packet.cmd, packet.messageId!);
  }
  demand(story.inFlight.size <= IN_FLIGHT_MAX, `${story.inFlight.size} messages in flight`);
}

function takePublish(story: Story, packet: IPublishPacket, repeatedMax: number): void {
  const { qos } = packet;
  const payload = payloadOf(packet);
  const id = packet.messageId!;
  const other = story.open.get(id) ?? story.due.find((answer) => answer.id === id)?.payload;
  demand(other === undefined || other === payload, `the identifier of ${other}: ${payload}`);
  const isRepeated = story.delivered.some((one) => one.payload === payload);
  if (qos === 1 && isRepeated) story.repeated++;
  story.repeatedMost = Math.max(story.repeatedMost, story.repeated);
  demand(story.repeated <= repeatedMax, `${story.repeated} messages of QoS 1 came again`);
  if (qos === 1 || !story.open.has(id)) {
    const isTwice = story.delivered.some((one) => one.payload === payload && one.session === story.session);
    demand(qos === 1 || !isTwice, `QoS 2, and twice: ${payload}`);
    story.delivered.push({ payload, qos, session: story.session });
  }
  if (qos === 2) story.open.set(id, payload);
  story.due.push({ first: qos === 1 ? PUBACK : PUBREC, id, payload });
}

function takePubrel(story: Story, id: number): void {
  const payload = [...story.handed].find(([, handed]) => handed.id === id)?.[0];
  // Where the client could not learn that a session was lost, it goes on with it; so it does where a torn mark of PUBREC was
  // not there when it forgot such messages, and is there now.
  const mayBe = story.isPresent || story.unsure.has(story.former.get(id) ?? '');
  demand(payload !== undefined || mayBe, `PUBREL ${id} of a session that is lost`);
  demand(payload === undefined || !story.finished.has(payload), `PUBREL after PUBCOMP: ${payload}`);
  story.open.delete(id);
  story.due.push({ first: PUBCOMP, id, payload: payload ?? '' });
}

function takeSubscribe(story: Story, { subscriptions, messageId }: ISubscribePacket): void {
  const isOurs = subscriptions.length === 1 && subscriptions[0]!.topic === INBOX_TOPIC;
  demand(isOurs && subscriptions[0]!.qos === 2, 'a subscription that nobody wants');
  story.inbox.isSubscribed = true;
  story.inbox.asked.push(messageId!);
}

/** A packet has come to the broker. @param repeatedMax messages of QoS 1 that may come again on a connection. */
export function takePacket(story: Story, bytes: string, repeatedMax: number): void {
  const packet = parse(bytes);
  demand(story.isConnected === (packet.cmd !== 'connect'), `${packet.cmd} out of turn`);
  switch (packet.cmd) {
    case 'connect':
      story.isConnected = true;
      return demand(packet.clean === false, 'a clean session');
    case 'publish':
      return takePublish(story, packet, repeatedMax);
    case 'pubrel':
      return takePubrel(story, packet.messageId!);
    case 'pubrec':
    case 'pubcomp':
      return takeAnswer(story.inbox, packet.cmd, packet.messageId!);
    case 'subscribe':
      return takeSubscribe(story, packet);
    default:
      throw new Error(`${packet.cmd} is not expected`);
  }
}

/** The client has taken `answers`. */
export function noteAnswers(story: Story, answers: readonly Answer[]): void {
  for (const { first, payload } of answers) (first === PUBREC ? story.received : story.finished).add(payload);
}

/** The power went away: what was being done may have been done. */
export function cutStory(story: Story): void {
  const { publishing } = story;
  if (publishing !== undefined) {
    story.order.push(publishing.payload);
    story.torn.add(publishing.payload);
  }
  for (const { payload } of story.telling) story.unsure.add(payload);
  story.publishing = undefined;
  story.telling = [];
}

/** All is over. @returns what is wrong, undefined when nothing is. */
export function judgeStory(story: Story): string | undefined {
  const arrived = new Set(story.delivered.map((one) => one.payload));
  const lost = story.accepted.find((one) => !arrived.has(one.payload));
  if (lost !== undefined) return `lost: ${lost.payload}`;
  const places = [...arrived].map((payload) => story.order.indexOf(payload));
  if (places.some((place) => place < 0)) return 'refused, and came';
  if (places.some((place, at) => at > 0 && place < places[at - 1]!)) return 'out of order';
  const [missing] = story.missing;
  if (missing !== undefined) return `not sent again in a new session: ${missing}`;
  if (story.open.size > 0) return `PUBREL never came: ${[...story.open.values()].join()}`;
  return undefined;
}
