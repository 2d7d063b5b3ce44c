// The hot path of a mote, for measuring what build settings cost: readings become packets, and packets from the broker
// are read. The socket throws bytes away. `job`, `rounds` and `keep` are globals of whoever runs it.

import { createClient } from '../../src/mqtt/client.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { ChannelMeta, Reading } from '../../src/ports/reading.ts';
import type { Socket, SocketEvents } from '../../src/ports/socket.ts';
import { prepareChannels } from '../../src/telemetry/channel.ts';
import { createJson } from '../../src/telemetry/formats/json.ts';
import { createPublisher } from '../../src/telemetry/publisher.ts';

declare const job: string;
declare const rounds: number;
/** Holds the program, so that its size can be measured. */
declare function keep(program: unknown): void;
declare function print(text: string): void;

const CONNACK = '\x20\x02\x00\x00';
/** QoS 0, topic of 9 bytes, payload of 11. */
const MESSAGE = '\x30\x16\x00\x09mote/note{"value":1}';

const CHANNELS: ChannelMeta[] = [
  {
    key: 'temperature',
    unit: '\xC2\xB0C',
    deviceClass: 'temperature',
    decimals: 3,
    precision: 2,
    min: -40000,
    max: 85000,
  },
  { key: 'humidity', unit: '%', deviceClass: 'humidity', decimals: 3, precision: 1, min: 0, max: 100000 },
  {
    key: 'pressure',
    unit: 'Pa',
    deviceClass: 'pressure',
    decimals: 0,
    precision: 0,
    min: 30000,
    max: 110000,
  },
];

let events: SocketEvents | undefined;
let bytesOut = 0;
let bytesIn = 0;

const socket: Socket = {
  open(_host: string, _port: number, owner: SocketEvents): number {
    events = owner;
    return 0;
  },
  close(): void {
    bytesOut = 0;
  },
};

const connection = {
  write(bytes: string): void {
    bytesOut += bytes.length;
  },
};

const clock: Clock = {
  now(): number {
    return 0;
  },
  wall(): void {
    bytesOut += 0;
  },
};

function ignore(): void {
  bytesOut += 0;
}

const client = createClient(
  { socket, clock, outbox: createRamOutbox(8, 1024) },
  { clientId: 'bench', keepAliveSec: 60, cleanSession: true, receiveMax: 1024 },
  { onOpen: ignore, onOnline: ignore, onOffline: ignore, onReport: ignore },
);
const reading: Reading = { values: new Int32Array(3), time: 0 };

function publish(publisher: { publish(reading: Reading): number }, round: number): void {
  reading.values[0] = 21540 + round;
  reading.values[1] = 45670 + round;
  reading.values[2] = 101325 + round;
  publisher.publish(reading);
}

function take(payload: string, topic: string): void {
  bytesIn += topic.length + payload.length;
}

function run(owner: SocketEvents): void {
  const channels = prepareChannels(CHANNELS);
  if (channels === null) return;
  const context = { id: 'bench', sensor: 'outdoor', channels, hasTime: false, clock };
  const publisher = createPublisher(client, context, createJson, 0, false);
  if (publisher === null) return;
  owner.onOpen(connection);
  owner.onDrain();
  owner.onData(CONNACK);
  for (let i = 0; i < rounds; i++) {
    if (job === 'publish') publish(publisher, i);
    else owner.onData(MESSAGE);
    owner.onDrain();
  }
  print('@@' + client.counters().refused + ' ' + client.counters().received + ' ' + bytesIn + ' ' + bytesOut);
}

keep(run);
client.subscription('mote/#', 0, take);
client.connect('127.0.0.1', 1883);
if (events) run(events);
