// What a client does all day, one operation at a time, between two looks at the engine's count of allocations: first 1,000
// operations, then 10,000. The socket is simulated: it counts what it is given and plays the broker's part of each exchange.
// Written for both forms of the packet layer; it says what was done, so that nobody counts an operation that failed.

import {
  byteAt,
  constant,
  createBuffer,
  createView,
  cut,
  emptied,
  join,
  type Bytes,
} from '../../src/bytes/bytes.ts';
import { V5 } from '../../src/features.ts';
import { createClient } from '../../src/mqtt/client.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Connection, Socket, SocketEvents } from '../../src/ports/socket.ts';
import { measureWanted } from './looks.ts';

declare function print(text: string): void;

const TOPIC = 'bench/outdoor/temp/te/01';
const PAYLOAD = constant('{"value":21.54,"unit":"C","room":"attic","n":100}');
/** Where the packet identifier stands in our publishes: behind two bytes, the topic's length and the topic. */
const ID_AT = 4 + TOPIC.length;
/** First bytes of packets. */
const PUBLISH_QOS0 = 0x30;
const SUBSCRIBE = 0x82;

/** Without properties, where MQTT 5.0 is built in. */
const CONNACK = constant(V5 ? '\x20\x03\x00\x00\x00' : '\x20\x02\x00\x00');
const PINGRESP = constant('\xD0\x00');
const NOTHING = constant('');
/** From one ping to the next, more than the keep alive asks for; and where the clock wraps. */
const PERIOD_MS = 60000;
const CLOCK_MAX = 134217727;

const PUBACK = constant('\x40\x02');
const PUBREC = constant('\x50\x02');
const PUBCOMP = constant('\x70\x02');
/** Of two filters, each granted with QoS 1. */
const SUBACK = constant(V5 ? '\x90\x05' : '\x90\x04');
const GRANTED = constant(V5 ? '\x00\x01\x01' : '\x01\x01');
/** Messages from the broker: topics of 9 bytes, payloads of 11. */
const HEAD = V5 ? '\x17\x00\x09mote/' : '\x16\x00\x09mote/';
const HEAD_ID = V5 ? '\x19\x00\x09mote/note\x00\x07\x00' : '\x18\x00\x09mote/note\x00\x07';
const BARE = V5 ? '\x00' : '';
const MESSAGE = constant('\x30' + HEAD + 'note' + BARE + '{"value":1}');
const OTHER_MESSAGE = constant('\x30' + HEAD + 'noon' + BARE + '{"value":2}');
const FIRST_HALF = constant('\x30' + HEAD + 'no');
const SECOND_HALF = constant('te' + BARE + '{"value":1}');
const MESSAGE_QOS1 = constant('\x32' + HEAD_ID + '{"value":1}');
const MESSAGE_QOS2 = constant('\x34' + HEAD_ID + '{"value":1}');
const PUBREL = constant('\x62\x02\x00\x07');

const counts = { written: 0, published: 0, handled: 0, pings: 0, closed: 0, reported: 0 };
let events: SocketEvents<Bytes> | undefined;
let now = 0;
const idView = createView();
/** The identifier that was sent last, and the answer to it. */
let id = createBuffer(2);
let answer = createBuffer(8);

function write(bytes: Bytes): void {
  const first = byteAt(bytes, 0);
  const idAt = first === SUBSCRIBE ? 2 : ID_AT;
  counts.written += bytes.length;
  if (first === PUBLISH_QOS0) counts.published++;
  if (bytes.length < idAt + 2) return;
  const found = cut(idView, bytes, idAt, 2);
  id = emptied(id);
  id = join(id, found);
}

const connection: Connection<Bytes> = { write };

const socket: Socket<Bytes> = {
  open(_host: string, _port: number, owner: SocketEvents<Bytes>): number {
    events = owner;
    return 0;
  },
  close(): void {
    counts.closed++;
  },
};

const clock: Clock = {
  now(): number {
    return now;
  },
  wall(): void {
    now += 0;
  },
};

function note(): void {
  counts.reported++;
}

const client = createClient(
  { socket, clock, outbox: createRamOutbox(8, 64) },
  { clientId: 'bench', keepAliveSec: 60, cleanSession: true, receiveMax: 256 },
  { onOpen: note, onOnline: note, onOffline: note, onReport: note },
);

function onMessage(payload: Bytes): void {
  if (payload.length === 11) counts.handled++;
}

const topic0 = client.topic(TOPIC, 0);
const topic1 = client.topic(TOPIC, 1);
const topic2 = client.topic(TOPIC, 2);

/** The broker answers to the identifier that was sent last. */
function reply(to: SocketEvents<Bytes>, head: Bytes, tail: Bytes): void {
  answer = emptied(answer);
  answer = join(answer, head);
  answer = join(answer, id);
  answer = join(answer, tail);
  to.onData(answer);
}

type Operation = (to: SocketEvents<Bytes>) => void;

/** What the last operation that allocates on purpose has made; looked at in the end, or the build would leave it out. */
let made: unknown = null;
let calls = 0;

const operations: { readonly [name: string]: Operation } = {
  empty(): void {},
  sometimes(): void {
    if (++calls % 100 === 0) made = { calls };
  },
  array(): void {
    made = new Uint8Array(64);
  },
  publish0(to: SocketEvents<Bytes>): void {
    client.publish(topic0, PAYLOAD);
    to.onDrain();
  },
  publishFields(to: SocketEvents<Bytes>): void {
    client.begin(topic0!);
    client.text('{"value":');
    client.fixed(2154 + (counts.written & 255), 2);
    client.text(',"n":');
    client.integer(counts.written & 1023);
    client.end();
    to.onDrain();
  },
  publish1(to: SocketEvents<Bytes>): void {
    client.publish(topic1, PAYLOAD);
    to.onDrain();
    reply(to, PUBACK, NOTHING);
  },
  publish2(to: SocketEvents<Bytes>): void {
    client.publish(topic2, PAYLOAD);
    to.onDrain();
    reply(to, PUBREC, NOTHING);
    reply(to, PUBCOMP, NOTHING);
    to.onDrain();
  },
  receive0(to: SocketEvents<Bytes>): void {
    to.onData(MESSAGE);
  },
  receiveInTurn(to: SocketEvents<Bytes>): void {
    to.onData(MESSAGE);
    to.onData(OTHER_MESSAGE);
  },
  receiveCut(to: SocketEvents<Bytes>): void {
    to.onData(FIRST_HALF);
    to.onData(SECOND_HALF);
  },
  receive1(to: SocketEvents<Bytes>): void {
    to.onData(MESSAGE_QOS1);
    to.onDrain();
  },
  receive2(to: SocketEvents<Bytes>): void {
    to.onData(MESSAGE_QOS2);
    to.onDrain();
    to.onData(PUBREL);
    to.onDrain();
  },
  ping(to: SocketEvents<Bytes>): void {
    client.tick(now);
    now = now > CLOCK_MAX - PERIOD_MS ? now - CLOCK_MAX - 1 + PERIOD_MS : now + PERIOD_MS;
    const before = counts.written;
    client.tick(now);
    if (counts.written === before + 2) counts.pings++;
    to.onData(PINGRESP);
    to.onDrain();
  },
};

function begin(to: SocketEvents<Bytes>): void {
  client.subscription('mote/note', 1, onMessage);
  client.subscription('mote/+', 1, onMessage);
  to.onOpen(connection);
  to.onDrain();
  to.onData(CONNACK);
  to.onDrain();
  reply(to, SUBACK, GRANTED);
}

function run(to: SocketEvents<Bytes>): void {
  begin(to);
  const reported = counts.reported;
  measureWanted(operations, to);
  const told = client.counters();
  const wrong = told.refused + told.strays + told.violations + told.unwanted + told.postponed + counts.closed;
  print('@@did ' + counts.published + ' ' + told.delivered + ' ' + counts.handled + ' ' + counts.pings);
  print('@@wrong ' + (wrong + counts.reported - reported + (made === client ? 1 : 0)));
}

client.connect('127.0.0.1', 1883);
if (events) run(events);
