// A client that speaks MQTT 5.0 in the middle of a session, with something of everything under way, and what it tells of what a broker
// says: as lines, in their order. Beside it what it should tell, from the specification alone.

import { createManualClock, createManualSocket } from '../../sim/manual.ts';
import type { Bytes } from '../../src/bytes/bytes.ts';
import { createClient } from '../../src/mqtt/client.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import { Close, Event } from '../../src/ports/codes.ts';

import { bytes, spoil, text } from './bytes.ts';
import { chop } from './generate.ts';
import {
  Broken,
  broken,
  CODES,
  encodeProperty,
  kindOf,
  lengthField,
  readAnswer,
  readConnack,
  readDisconnect,
  readList,
  readMessage,
  type Property,
} from './spec5.ts';
import { packet, type Packet } from './wire.ts';

/** Packets over this come in pieces, or are passed over. */
export const RECEIVE_MAX = 300;
/** In flight: QoS 1, QoS 2, and QoS 2 whose PUBREC has come. */
export const IDS = { puback: 1, pubrec: 2, pubcomp: 3 };
/** A message of QoS 2 that has come, and whose PUBREL has not. */
export const OPEN_ID = 900;
/** SUBSCRIBE for two filters under way. */
export const SUBSCRIBE_ID = 65534;
export const ALIAS = { number: 1, topic: 'al/1' };
/** Topics under this come in pieces. */
const BIG = 'big/';

const hex = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('hex');
const byte = (value: number): string => String.fromCharCode(value & 255);
const word = (value: number): string => byte(value >> 8) + byte(value);
export const propertyField = (list: readonly Property[]): string => {
  const body = list.map(encodeProperty).join('');
  return lengthField(body.length) + body;
};

/** A message as both sides write it down. @param told null: nothing is known of its properties. */
function messageLine(topic: string, payload: string, first: number, told: string | null): string {
  return `message ${first.toString(16)} ${hex(topic)} ${hex(payload)} ${told ?? ''}`;
}

/** What a handler can ask for. */
const NUMBERS = [1, 2, 11];
const STRINGS = [3, 8, 9];

function propertyLine(first: number, [id, value]: Property): string {
  const { type } = kindOf(id)!;
  const shown =
    type === 'pair'
      ? (value as readonly [string, string]).map((part) => word(part.length) + part).join('')
      : String(value);
  return `property ${first.toString(16)} ${id} ${hex(shown)}`;
}

/** Lines of those strings that are not a message's own. */
function propertyLines(first: number, list: readonly Property[]): string[] {
  return list
    .filter(([id]) => ['text', 'pair', 'binary'].includes(kindOf(id)!.type))
    .filter(([id]) => first >> 4 !== 3 || !STRINGS.includes(id))
    .map((property) => propertyLine(first, property));
}

export interface Peer5 {
  readonly lines: string[];
  /** Say something, in chunks of these sizes. @returns what the client wrote meanwhile. */
  say(stream: string, sizes?: readonly number[]): string;
  isOnline(): boolean;
  counters(): { violations: number; delivered: number; rejected: number; strays: number; oversize: number };
  granted(): number[];
}

/** A client whose CONNECT is out. @param isBusy it has messages to send. */
export function createPeer5(isBusy: boolean): Peer5 {
  const manual = createManualSocket();
  const lines: string[] = [];
  const client = createClient(
    {
      socket: {
        open: (host, port, events) =>
          manual.open(host, port, {
            ...events,
            onData(chunk) {
              events.onData(chunk);
              spoil(chunk);
            },
          }),
        close: manual.close,
      },
      clock: createManualClock(),
      outbox: createRamOutbox(8, 1024),
    },
    { clientId: 'mote', keepAliveSec: 60, cleanSession: true, receiveMax: RECEIVE_MAX },
    {
      onOpen() {},
      onOnline: (present) => void lines.push(`online ${present}`),
      onOffline: (why, detail) => void lines.push(`offline ${why} ${detail}`),
      onReport(event, detail) {
        if (event === Event.StrayAck) lines.push(`stray ${detail}`);
        if (event === Event.MessageRejected) lines.push(`rejected ${detail >> 8} ${detail & 255}`);
        if (event === Event.Oversize) lines.push(`oversize ${detail}`);
        if (event === Event.HandlerFailed) throw new Error('a handler failed');
      },
      onProperty(first, id, value) {
        lines.push(`property ${first.toString(16)} ${id} ${hex(text(value))}`);
      },
    },
  );

  /** @returns what a handler is told of the properties of its message. */
  function told(): string {
    const message = client.message!();
    const numbers = NUMBERS.map((id) => `${id}=${message === null ? -1 : message.numberOf(id)}`);
    const { contentType, responseTopic, correlation } = message ?? {};
    const strings = [contentType, responseTopic, correlation].map((value, i) => {
      return `${STRINGS[i]}=${value === undefined ? '' : hex(text(value))}`;
    });
    return [...numbers, ...strings].join(' ');
  }

  function onMessage(payload: Bytes, topic: Bytes, first: number): void {
    lines.push(messageLine(text(topic), text(payload), first, told()));
  }

  let assembled = '';
  function onChunk(chunk: Bytes, offset: number, total: number, topic: Bytes, first: number): void {
    if (offset !== (offset === 0 ? 0 : assembled.length)) throw new Error(`offset ${offset}`);
    assembled = (offset === 0 ? '' : assembled) + text(chunk);
    if (assembled.length === total) lines.push(messageLine(text(topic), assembled, first, null));
  }

  const subscriptions = [
    client.subscription(`${BIG}#`, 2, onMessage, onChunk)!,
    client.subscription('#', 2, onMessage)!,
  ];
  const topics = [1, 2, 2].map((qos) => client.topic('t', qos)!);

  function wrote(): string {
    let all = '';
    for (let more = manual.take(); more !== ''; more = manual.take()) {
      all += more;
      if (manual.isOpen()) manual.drain();
    }
    return all;
  }

  client.connect('broker', 1883);
  manual.accept();
  wrote();
  if (isBusy) topics.forEach((topic, i) => void client.publish(topic, bytes(`${i}`)));
  return {
    lines,
    say(stream, sizes = []) {
      let all = '';
      for (const chunk of chop(stream, sizes)) {
        manual.deliver(chunk);
        all += wrote();
      }
      return all;
    },
    isOnline: client.isOnline,
    counters() {
      const { violations, delivered, rejected, strays, oversize } = client.counters();
      return { violations, delivered, rejected: rejected!, strays, oversize };
    },
    granted: () => subscriptions.map(({ granted }) => granted),
  };
}

/** A client in the middle of everything. */
export function createBusyPeer5(): Peer5 {
  const peer = createPeer5(true);
  peer.say('\x20\x03\0\0\0');
  peer.say(packet(0x50, word(IDS.pubcomp)));
  peer.say(packet(0x34, `\0\x01o${word(OPEN_ID)}\0open`));
  peer.say(packet(0x30, `\0\x04${ALIAS.topic}${propertyField([[35, ALIAS.number]])}`));
  if (!peer.isOnline()) throw new Error('not online');
  peer.lines.length = 0;
  return peer;
}

/** What a client in that state has to do with a stream. */
export interface Expected {
  lines: string[];
  /** Packets that it has to write, but for a DISCONNECT. */
  written: string[];
  /** illegal: and why; partial: more has to come; bye: the broker has gone. */
  end: 'between' | 'partial' | 'illegal' | 'bye';
  why: string;
  /** What has come of a packet that is not whole, and the length of its body. */
  begun?: Packet & { length: number };
  granted: number[];
  delivered: number;
}

/** Whether a packet of that type may come with a body of that length, whatever is in it. @param size bytes of its header and body. */
function checkHeader(first: number, length: number, size: number): void {
  const type = first >> 4;
  if (type === 3) return;
  // No rule of MQTT: all that we take of what is over our limit is messages.
  if (size > RECEIVE_MAX) broken('over the limit, and no message');
  if ((first & 15) !== (type === 6 ? 2 : 0)) broken('flags [MQTT-2.1.3-1]');
  if (![4, 5, 6, 7, 9, 11, 13, 14].includes(type)) broken(`a packet of type ${type} from a broker, online`);
  if (type === 13 && length > 0) broken('PINGRESP with a body');
}

export function judge(stream: string): Expected {
  const expected: Expected = {
    lines: [],
    written: [],
    end: 'between',
    why: '',
    granted: [-1, -1],
    delivered: 0,
  };
  const { lines, written } = expected;
  const aliases = new Map([[ALIAS.number, ALIAS.topic]]);
  const open = new Set([OPEN_ID]);
  const inFlight = new Map([
    [IDS.puback, 0x40],
    [IDS.pubrec, 0x50],
    [IDS.pubcomp, 0x70],
  ]);
  let isAsked = true;

  function onMessage({ first, body }: Packet, size: number): void {
    const { topic, payload, id, properties } = readMessage(first, body, aliases);
    const qos = (first >> 1) & 3;
    lines.push(...propertyLines(first, properties));
    if (qos < 2 || !open.has(id)) {
      const isLarge = size > RECEIVE_MAX;
      const find = (wanted: number): unknown => properties.find(([known]) => known === wanted)?.[1];
      const told = [
        ...NUMBERS.map((wanted) => `${wanted}=${String(find(wanted) ?? -1)}`),
        ...STRINGS.map((wanted) => `${wanted}=${hex(String(find(wanted) ?? ''))}`),
      ].join(' ');
      if (topic.startsWith('$')) {
        if (isLarge) lines.push(`oversize ${body.length}`);
      } else if (isLarge && !topic.startsWith(BIG)) lines.push(`oversize ${body.length}`);
      else if (isLarge) lines.push(messageLine(topic, payload, first, null));
      else lines.push(messageLine(topic, payload, first, told));
    }
    if (qos === 1) written.push(packet(0x40, word(id)));
    if (qos === 2) written.push(packet(0x50, word(id)));
    if (qos === 2) open.add(id);
  }

  function stray(id: number): void {
    lines.push(`stray ${id}`);
  }

  /** PUBACK, PUBREC, PUBCOMP. */
  function onAnswer(first: number, body: string): void {
    const { id, reason, properties } = readAnswer(first, body);
    lines.push(...propertyLines(first, properties));
    const awaited = inFlight.get(id);
    if (awaited === undefined) {
      if (first === 0x50 && reason < 0x80) written.push(packet(0x62, `${word(id)}\x92`));
      stray(id);
    } else if (first === 0x50 && awaited === 0x70) {
      // It answers what was sent twice.
      written.push(packet(0x62, word(id)));
      stray(id);
    } else if (first !== awaited) {
      broken('an acknowledgement of another step, or of another QoS');
    } else if (reason >= 0x80 && first !== 0x70) {
      lines.push(`rejected ${id} ${reason}`);
      inFlight.delete(id);
    } else if (first === 0x50) {
      written.push(packet(0x62, word(id)));
      inFlight.set(id, 0x70);
    } else {
      inFlight.delete(id);
      expected.delivered++;
    }
  }

  function onRelease(body: string): void {
    const { id, properties } = readAnswer(0x62, body);
    lines.push(...propertyLines(0x62, properties));
    const isKnown = open.delete(id);
    written.push(packet(0x70, word(id) + (isKnown ? '' : '\x92')));
  }

  function onList(first: number, body: string): void {
    const { id, codes, properties } = readList(body);
    lines.push(...propertyLines(first, properties));
    // What answers nothing is passed over.
    if (id !== SUBSCRIBE_ID || !isAsked) return;
    if (first !== 0x90) broken('UNSUBACK for a SUBSCRIBE');
    if (codes.length !== 2) broken('not one reason code for each filter [MQTT-3.8.4-6]');
    const legal = CODES.get(9)!;
    if (!codes.every((code) => legal.includes(code))) broken('a reason code of SUBACK that is none');
    isAsked = false;
    expected.granted = codes;
  }

  function onPacket(seen: Packet, size: number): void {
    const { first, body } = seen;
    checkHeader(first, body.length, size);
    const type = first >> 4;
    if (type === 3) onMessage(seen, size);
    else if (type === 6) onRelease(body);
    else if (type < 8) onAnswer(first, body);
    else if (type === 9 || type === 11) onList(first, body);
    else if (type === 14) {
      const { reason, properties } = readDisconnect(body);
      lines.push(...propertyLines(first, properties));
      const why = reason === 0x8e ? Close.TakenOver : reason === 0 ? Close.Disconnected : reason;
      lines.push(`offline ${why} ${reason}`);
      expected.end = 'bye';
    }
  }

  let at = 0;
  try {
    while (at < stream.length && expected.end === 'between') {
      let length = 0;
      let i = at + 1;
      for (let shift = 1; ; shift *= 128) {
        const next = i < stream.length ? stream.charCodeAt(i++) : -1;
        if (next < 0) {
          expected.end = 'partial';
          break;
        }
        length += (next & 127) * shift;
        if (next === 0 && i - at > 2) broken('a remaining length of more bytes than it needs [MQTT-1.5.5-1]');
        if (next < 128) break;
        if (i - at > 4) broken('a remaining length of more than four bytes');
      }
      if (expected.end === 'partial') break;
      const first = stream.charCodeAt(at);
      if (i + length > stream.length) {
        expected.end = 'partial';
        checkHeader(first, length, i + length - at);
        expected.begun = { first, body: stream.slice(i), length };
        break;
      }
      onPacket({ first, body: stream.slice(i, i + length) }, i + length - at);
      at = i + length;
    }
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    expected.end = 'illegal';
    expected.why = error.message;
  }
  return expected;
}

/** @returns what has come of the CONNACK that these bytes are. */
export function judgeConnack(body: string): Pick<Expected, 'lines' | 'end' | 'why'> {
  try {
    const { present, reason, properties } = readConnack(body, false);
    const lines = propertyLines(0x20, properties);
    lines.push(reason > 0 ? `offline ${Close.Refused} ${reason}` : `online ${present}`);
    return { lines, end: reason > 0 ? 'bye' : 'between', why: '' };
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return { lines: [], end: 'illegal', why: error.message };
  }
}
