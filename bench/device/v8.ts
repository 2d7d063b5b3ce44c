// A client in the array form over an empty socket, handed to a host program that measures it on V8.

import { byteAt, constant, type Bytes } from '../../src/bytes/bytes.ts';
import { createClient } from '../../src/mqtt/client.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Connection, Socket, SocketEvents } from '../../src/ports/socket.ts';

/** The host makes payloads and packets of its own: the build must keep names. */
declare function expose(
  publish: (qos: number, payload: Bytes) => number,
  onData: (bytes: Bytes) => void,
  onDrain: () => void,
  read: () => number[],
): void;

const TOPIC = 'bench/outdoor/temp/te/01';
const CONNACK = constant('\x20\x02\x00\x00');

let events: SocketEvents<Bytes> | undefined;
/** Looked at by the host, so that nothing that is written or received can be left out. */
let writtenBytes = 0;
let writtenPackets = 0;
let handledBytes = 0;
let handledMessages = 0;

const connection: Connection<Bytes> = {
  write(bytes: Bytes): void {
    writtenPackets++;
    writtenBytes += bytes.length + byteAt(bytes, 0);
  },
};
const socket: Socket<Bytes> = {
  open(_host: string, _port: number, owner: SocketEvents<Bytes>): number {
    events = owner;
    return 0;
  },
  close(): void {
    writtenPackets = -1;
  },
};
const clock: Clock = {
  now(): number {
    return 0;
  },
  wall(): void {
    writtenPackets += 0;
  },
};
function ignore(): void {
  writtenPackets += 0;
}

const client = createClient(
  { socket, clock, outbox: createRamOutbox(8, 64) },
  { clientId: 'bench', keepAliveSec: 60, cleanSession: true, receiveMax: 1024 },
  { onOpen: ignore, onOnline: ignore, onOffline: ignore, onReport: ignore },
);
const topics = [client.topic(TOPIC, 0), client.topic(TOPIC, 1)];
client.subscription(TOPIC, 1, function (payload: Bytes): void {
  handledMessages++;
  handledBytes += payload.length + byteAt(payload, 0);
});

function begin(to: SocketEvents<Bytes>): void {
  to.onOpen(connection);
  to.onDrain();
  to.onData(CONNACK);
  to.onDrain();
  expose(
    function (qos: number, payload: Bytes): number {
      return client.publish(topics[qos], payload);
    },
    to.onData,
    to.onDrain,
    function (): number[] {
      return [writtenPackets, writtenBytes, handledMessages, handledBytes, client.counters().delivered];
    },
  );
}

client.connect('127.0.0.1', 1883);
if (events) begin(events);
