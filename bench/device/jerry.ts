// One job of a client, done `rounds` times after a warm-up, for counting instructions: a program of its own for each count.
// The socket is empty; the broker's answers lie ready. Topic of 25 bytes, payload of 64: a QoS 1 publish has 95 bytes.

import { constant, type Bytes } from '../../src/bytes/bytes.ts';
import { createClient } from '../../src/mqtt/client.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Connection, Socket, SocketEvents } from '../../src/ports/socket.ts';

declare const job: string;
declare const rounds: number;
declare function print(text: string): void;

const TOPIC = 'bench/outdoor/temp/te/001';
const PAYLOAD = constant('{"value":21.54,"unit":"C","room":"attic","n":100,"battery":2977}');
const CONNACK = constant('\x20\x02\x00\x00');
const MESSAGE = constant(
  '\x30\x5B\x00\x19mote/outdoor/temp/te/0001{"value":21.54,"unit":"C","room":"attic","n":100,"battery":2977}',
);
/** Messages that are published and acknowledged in turn first: everything the engine makes once is made by then. */
const WARM_UP = 100;
/** Packet identifiers follow one another from 1. */
const PUBACKS: Bytes[] = [];
for (let id = 1; id <= WARM_UP; id++) {
  PUBACKS.push(constant('\x40\x02' + String.fromCharCode(id >> 8, id & 255)));
}

const counts = { packets: 0, bytes: 0, handled: 0 };
let events: SocketEvents<Bytes> | undefined;

const connection: Connection<Bytes> = {
  write(bytes: Bytes): void {
    counts.packets++;
    counts.bytes = bytes.length;
  },
};
const socket: Socket<Bytes> = {
  open(_host: string, _port: number, owner: SocketEvents<Bytes>): number {
    events = owner;
    return 0;
  },
  close(): void {
    print('@@closed');
  },
};
const clock: Clock = {
  now(): number {
    return 0;
  },
  wall(): void {
    counts.packets += 0;
  },
};
function ignore(): void {
  counts.packets += 0;
}

const client = createClient(
  { socket, clock, outbox: createRamOutbox(8, 64) },
  { clientId: 'bench', keepAliveSec: 60, cleanSession: true, receiveMax: 256 },
  { onOpen: ignore, onOnline: ignore, onOffline: ignore, onReport: ignore },
);
const reliable = client.topic(TOPIC, 1);
const unreliable = client.topic(TOPIC, 0);
client.subscription('mote/outdoor/temp/te/0001', 0, function (): void {
  counts.handled++;
});

function one(to: SocketEvents<Bytes>): void {
  if (job === 'publish1') {
    client.publish(reliable, PAYLOAD);
  } else if (job === 'publish0') {
    client.publish(unreliable, PAYLOAD);
  } else if (job === 'receive0') {
    to.onData(MESSAGE);
  }
}

function run(to: SocketEvents<Bytes>): void {
  to.onOpen(connection);
  to.onDrain();
  to.onData(CONNACK);
  to.onDrain();
  for (let i = 0; i < WARM_UP; i++) {
    client.publish(reliable, PAYLOAD);
    to.onDrain();
    to.onData(PUBACKS[i]);
    client.publish(unreliable, PAYLOAD);
    to.onDrain();
    to.onData(MESSAGE);
  }
  const packets = counts.packets;
  const handled = counts.handled;
  for (let i = 0; i < rounds; i++) one(to);
  print('@@did ' + (counts.packets - packets) + ' ' + (counts.handled - handled) + ' ' + counts.bytes);
}

client.connect('127.0.0.1', 1883);
if (events) run(events);
