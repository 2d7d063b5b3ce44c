// A mote that publishes `count` messages as fast as its connection takes them: QoS 0 as long as the socket has room, QoS 1 one
// more for each acknowledgement. It says how long that took by its own clock.

import { createClient } from '../../src/mqtt/client.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import { createClock } from '../../src/ports/espruino/clock.ts';
import { createSocket } from '../../src/ports/espruino/socket.ts';
import type { Outbox } from '../../src/ports/outbox.ts';
import type { Connection, Socket, SocketEvents } from '../../src/ports/socket.ts';

declare const port: number;
declare const qos: 0 | 1;
declare const count: number;
/** Messages that may wait for their acknowledgement. */
declare const places: number;
/** @returns the payload of message `n`. */
declare function payload(n: number): string;
/** The first message is next. */
declare function began(): void;
/** Everything has left, and with QoS 1 has been acknowledged. */
declare function ended(): void;
declare function print(text: string): void;

let sent = 0;
let acknowledged = 0;
let isOver = false;

function finish(): void {
  if (isOver) return;
  isOver = true;
  ended();
}

/** Publish what there is room for. */
function fill(): void {
  if (qos > 0) {
    const end = acknowledged + places < count ? acknowledged + places : count;
    while (sent < end) client.publish(topic, payload(sent++));
    if (acknowledged === count) finish();
  } else {
    while (sent < count && client.publish(topic, payload(sent)) === 0) sent++;
  }
}

/** The outbox in RAM, which tells us too what is acknowledged. */
function createObservedOutbox(): Outbox {
  const inner = createRamOutbox(places, 128);
  return {
    append: inner.append,
    peek: inner.peek,
    receive: inner.receive,
    restart: inner.restart,
    acknowledge(sequence: number): number {
      acknowledged++;
      return inner.acknowledge(sequence);
    },
    count: inner.count,
    newest: inner.newest,
    recall: inner.recall,
    remember: inner.remember,
    idle: inner.idle,
  };
}

/** The engine's socket, which tells us too when there may be room again. */
function createObservedSocket(): Socket {
  const inner = createSocket();
  let owner: SocketEvents;
  const events: SocketEvents = {
    onOpen(connection: Connection): void {
      owner.onOpen(connection);
    },
    onData(bytes: string): void {
      owner.onData(bytes);
      if (qos > 0) fill();
    },
    onDrain(): void {
      owner.onDrain();
      if (qos === 0 && sent === count) finish();
      fill();
    },
    onClose(): void {
      owner.onClose();
    },
  };
  return {
    open(host: string, portNumber: number, to: SocketEvents): number {
      owner = to;
      return inner.open(host, portNumber, events);
    },
    close: inner.close,
  };
}

const client = createClient(
  { socket: createObservedSocket(), clock: createClock(), outbox: createObservedOutbox() },
  { clientId: 'bench-mote', keepAliveSec: 60, cleanSession: true, receiveMax: 1024 },
  {
    onOpen(): void {
      sent = 0;
    },
    onOnline(): void {
      began();
      fill();
    },
    onOffline(why: number): void {
      print('@@offline ' + why);
    },
    onReport(event: number, detail: number): void {
      print('@@report ' + event + ' ' + detail);
    },
  },
);
const topic = client.topic('bench/outdoor/temp/te/01', qos);
client.connect('127.0.0.1', port);
