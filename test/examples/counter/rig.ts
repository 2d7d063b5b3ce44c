// The counter in virtual time, between files in memory and a broker of the test's own that is read and written with
// mqtt-packet. What survives a kill is `disk`: start another counter on it.

import mqttPacket, { type Packet } from 'mqtt-packet';
import { startCounter } from '../../../examples/counter/counter.ts';
import type { CounterOptions } from '../../../examples/counter/counter.ts';
import { createStore, type Files } from '../../../examples/counter/store.ts';
import {
  createManualClock,
  createManualSocket,
  createManualTimer,
  type ManualClock,
  type ManualSocket,
} from '../../../sim/manual.ts';
import { createRamOutbox } from '../../../src/outbox/ram.ts';

/** Two files, whose writes can be made to fail. */
export interface Disk extends Files {
  readonly texts: string[];
  full: boolean;
}

export function createDisk(texts: string[] = ['', '']): Disk {
  const disk: Disk = {
    texts,
    full: false,
    read: (index) => texts[index] ?? '',
    replace: (index, text) => write(index, text, ''),
    append: (index, text) => write(index, text, texts[index] ?? ''),
  };
  function write(index: number, text: string, before: string): boolean {
    // A full disk takes a beginning.
    texts[index] = before + (disk.full ? text.slice(0, 3) : text);
    return !disk.full;
  }
  return disk;
}

export interface Rig {
  readonly clock: ManualClock;
  readonly socket: ManualSocket;
  readonly lines: string[];
  /** Numbers that were printed as queued. */
  queued(): number[];
  /** Numbers that the broker got, in order. */
  readonly numbers: number[];
  /** Packets that the broker got, oldest first; taken away by the test. */
  readonly packets: Packet[];
  /** How the broker behaves. */
  readonly broker: { accepts: boolean; greets: boolean; acknowledges: boolean; sessionPresent: boolean };
  readonly reader: { reads: boolean };
  /** Instants at which connections were tried, ms since the start. */
  readonly tries: number[];
  send(packet: Packet): void;
  /** Let time pass and everything happen that is due. */
  pass(ms: number): void;
  /** The connection breaks. */
  drop(): void;
  stop(): void;
}

/** Timers of 0 ms that fire within a millisecond. */
const ROUNDS_PER_MS = 20;

/** Sockets deliver no more at a time. */
const CHUNK_MAX = 536;

const OPTIONS: CounterOptions = {
  host: 'broker',
  port: 1883,
  clientId: 'counter',
  cleanSession: false,
  keepAliveSec: 10,
  periodMs: 100,
  reconnectMs: 200,
  connectTimeoutMs: 1000,
  receiveMax: 2048,
  first: 1,
};

export function createRig(
  options: Partial<CounterOptions> = {},
  disk: Disk = createDisk(),
  places = 16,
  startMs = 0,
): Rig {
  const clock = createManualClock(startMs);
  const manual = createManualSocket();
  const timer = createManualTimer();
  const lines: string[] = [];
  const packets: Packet[] = [];
  const numbers: number[] = [];
  const tries: number[] = [];
  const reader = { reads: true };
  const broker = { accepts: true, greets: true, acknowledges: true, sessionPresent: false };
  let passed = 0;
  let isNew = false;
  let parser = mqttPacket.parser();

  const socket: ManualSocket = {
    ...manual,
    open(host, port, events) {
      tries.push(passed);
      isNew = true;
      parser = mqttPacket.parser();
      parser.on('packet', onPacket);
      return manual.open(host, port, events);
    },
  };

  function send(packet: Packet): void {
    const bytes = mqttPacket.generate(packet).toString('latin1');
    for (let at = 0; at < bytes.length; at += CHUNK_MAX) manual.deliver(bytes.slice(at, at + CHUNK_MAX));
  }

  function onPacket(packet: Packet): void {
    packets.push(packet);
    if (packet.cmd === 'connect' && broker.greets) {
      send({ cmd: 'connack', returnCode: 0, sessionPresent: broker.sessionPresent });
    } else if (packet.cmd === 'subscribe') {
      send({ cmd: 'suback', messageId: packet.messageId!, granted: [1] });
    } else if (packet.cmd === 'pingreq') {
      send({ cmd: 'pingresp' });
    } else if (packet.cmd === 'publish') {
      numbers.push(Number(packet.payload));
      if (broker.acknowledges) send({ cmd: 'puback', messageId: packet.messageId! });
    }
  }

  /** Carry bytes until nothing moves. */
  function exchange(): void {
    if (isNew && broker.accepts) {
      isNew = false;
      manual.accept();
    }
    for (let bytes = manual.take(); bytes !== ''; bytes = manual.take()) {
      manual.drain();
      parser.parse(Buffer.from(bytes, 'latin1'));
    }
  }

  const counter = startCounter(
    {
      socket,
      clock,
      createTimer: timer.createTimer,
      outbox: createRamOutbox(places, 16),
      store: createStore(disk),
      print: (line) => void lines.push(line),
      isRead: () => reader.reads,
    },
    { ...OPTIONS, ...options },
  );

  return {
    clock,
    socket: manual,
    lines,
    numbers,
    packets,
    broker,
    reader,
    tries,
    queued: () =>
      lines.flatMap((line) => {
        const said = JSON.parse(line) as { ev: string; n: number };
        return said.ev === 'queued' ? [said.n] : [];
      }),
    send(packet) {
      send(packet);
      exchange();
    },
    pass(ms) {
      const end = passed + ms;
      let rounds = 0;
      for (;;) {
        // A broker that answers at once and a counter without a period would stay at one instant for ever.
        const delay = timer.delayMs() === 0 && ++rounds % ROUNDS_PER_MS === 0 ? 1 : timer.delayMs();
        if (delay < 0 || passed + delay > end) break;
        clock.advance(delay);
        passed += delay;
        timer.fire();
        exchange();
      }
      clock.advance(end - passed);
      passed = end;
    },
    drop: () => manual.drop(),
    stop: () => counter.stop(),
  };
}

/** @returns the numbers from `first` to `last`. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}
