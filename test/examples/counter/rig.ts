// The counter in virtual time, between a simulated flash and a broker of the test's own that is read and written with
// mqtt-packet. What survives a kill is `kept`: start another counter on it.

import mqttPacket, { type Packet } from 'mqtt-packet';
import { RECORD_MAX, startCounter } from '../../../examples/counter/counter.ts';
import type { CounterOptions } from '../../../examples/counter/counter.ts';
import {
  createManualClock,
  createManualSocket,
  createManualTimer,
  type ManualClock,
  type ManualSocket,
} from '../../../sim/manual.ts';
import { createNor, createNorPort, type Nor } from '../../../sim/nor.ts';
import { createFlashBytes } from '../../../src/outbox/flash-bytes.ts';
import { createFlashOutbox } from '../../../src/outbox/flash.ts';

/** What survives a kill. */
export interface Kept {
  readonly nor: Nor;
  /** The number that was printed last, as the program notes it; undefined before the first. */
  printed: number | undefined;
}

const PAGE_BYTES = 256;

export function createKept(pages = 4): Kept {
  const nor = createNor({
    base: 0,
    bytes: pages * PAGE_BYTES,
    pageBytes: PAGE_BYTES,
    programUnit: 4,
    ecc: false,
  });
  return { nor, printed: undefined };
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
  readonly broker: {
    accepts: boolean;
    greets: boolean;
    acknowledges: boolean;
    sessionPresent: boolean;
    /** Of its CONNACK, in MQTT 5.0. */
    properties: Record<string, unknown>;
    /** @returns the reason code of the PUBACK for a number, in MQTT 5.0. */
    refuses(n: number): number;
  };
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

/** Unless a test gives others. */
export const COUNTER_OPTIONS: CounterOptions = {
  host: 'broker',
  port: 1883,
  version: 4,
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
  kept: Kept = createKept(),
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
  const broker: Rig['broker'] = {
    accepts: true,
    greets: true,
    acknowledges: true,
    sessionPresent: false,
    properties: {},
    refuses: () => 0,
  };
  let passed = 0;
  let isNew = false;
  const settings = { ...COUNTER_OPTIONS, ...options };
  const words = { protocolVersion: settings.version };
  let parser = mqttPacket.parser(words);

  const socket: ManualSocket = {
    ...manual,
    open(host, port, events) {
      tries.push(passed);
      isNew = true;
      parser = mqttPacket.parser(words);
      parser.on('packet', onPacket);
      return manual.open(host, port, events);
    },
  };

  function send(packet: Packet): void {
    const bytes = mqttPacket.generate(packet, words).toString('latin1');
    for (let at = 0; at < bytes.length; at += CHUNK_MAX) manual.deliver(bytes.slice(at, at + CHUNK_MAX));
  }

  function onPacket(packet: Packet): void {
    packets.push(packet);
    if (packet.cmd === 'connect' && broker.greets) {
      const { sessionPresent, properties } = broker;
      send({ cmd: 'connack', returnCode: 0, reasonCode: 0, sessionPresent, properties });
    } else if (packet.cmd === 'subscribe') {
      send({ cmd: 'suback', messageId: packet.messageId!, granted: [1] });
    } else if (packet.cmd === 'pingreq') {
      send({ cmd: 'pingresp' });
    } else if (packet.cmd === 'publish') {
      const n = Number(packet.payload);
      numbers.push(n);
      const reasonCode = broker.refuses(n);
      if (broker.acknowledges) send({ cmd: 'puback', messageId: packet.messageId!, reasonCode });
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

  const { bytes } = kept.nor.geometry;
  const flash = createNorPort(kept.nor, 0, bytes / PAGE_BYTES);
  const outbox = createFlashOutbox(createFlashBytes(flash, PAGE_BYTES), RECORD_MAX);
  outbox.open(kept.nor.counters.reads);

  function print(line: string): void {
    lines.push(line);
    const said = JSON.parse(line) as { ev: string; n: number };
    if (said.ev === 'queued') kept.printed = said.n;
  }

  const counter = startCounter(
    {
      socket,
      clock,
      createTimer: timer.createTimer,
      outbox,
      print,
      isRead: () => reader.reads,
    },
    { ...settings, first: kept.printed === undefined ? settings.first : kept.printed + 1 },
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
