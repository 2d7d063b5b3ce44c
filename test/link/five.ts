// A link that speaks MQTT 5.0, in a test's hands: its broker, its flash and its boots.

import {
  createFixedRandom,
  createManualClock,
  createManualSocket,
  createManualWifi,
  createRecordingLog,
} from '../../sim/manual.ts';
import { fromText, toText, type Bytes } from '../../src/bytes/bytes.ts';
import { createLink, type LinkEvents, type LinkOptions } from '../../src/link/link.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import type { Close } from '../../src/ports/codes.ts';
import { Event } from '../../src/ports/codes.ts';
import { fromBroker } from '../mqtt/five/world.ts';
import { passTime } from './time.ts';

const CONNECT_LEVEL = 8;

/** What is kept over boots, as text. */
export type Kept = Map<number, string>;

export interface Setup extends Partial<LinkOptions> {
  kept?: Kept;
  random?: number[];
  wallSec?: number;
  startMs?: number;
  onProperty?: LinkEvents['onProperty'];
}

export type LinkWorld = ReturnType<typeof createLinkWorld>;

/** One boot. Random numbers are all the same unless given: waits of 500 ms and more. */
export function createLinkWorld({
  kept = new Map<number, string>(),
  random = [32768],
  wallSec,
  startMs = 0,
  onProperty,
  ...options
}: Setup = {}) {
  const clock = createManualClock(startMs);
  const socket = createManualSocket();
  const log = createRecordingLog();
  const ram = createRamOutbox(8, 100);
  const outbox = {
    ...ram,
    recall: (key: number): Bytes => fromText(kept.get(key) ?? ''),
    remember(key: number, value: Bytes): number {
      const text = toText(value, 0, value.length);
      if (kept.get(key) !== text) world.writes++;
      kept.set(key, text);
      return 0;
    },
  };
  if (wallSec !== undefined) clock.setWall(wallSec);
  const link = createLink(
    { socket, clock, wifi: createManualWifi(), log, random: createFixedRandom(...random), outbox },
    {
      host: 'broker',
      port: 1883,
      connect: { clientId: 'mote', keepAliveSec: 0, cleanSession: true, receiveMax: 1024 },
      ssid: '',
      wifiPassword: '',
      backoff: { windowMs: 1000, maxMs: 1000 },
      ...options,
    },
    { onChange() {}, onStage() {}, ...(onProperty && { onProperty }) },
  );
  const world = {
    clock,
    socket,
    log,
    link,
    outbox,
    /** Values that were written to flash. */
    writes: 0,
    /** Tick as the owner's timer would, until `ms` have passed. */
    pass: (ms: number): void => passTime(link, clock, ms, 100_000),
    /** Go on to the next connection, which is opened. @returns where to, and the protocol level of its CONNECT: `broker:1883 5`. */
    next(waitMs = 2000): string {
      const before = socket.opened.length;
      let left = waitMs;
      for (;;) {
        const wait = link.tick(clock.now());
        if (socket.opened.length > before) break;
        if (wait > left) throw new Error(`no connection within ${waitMs} ms`);
        clock.advance(wait);
        left -= wait;
      }
      socket.take();
      socket.accept();
      socket.drain();
      return `${socket.opened.at(-1)} ${socket.take().charCodeAt(CONNECT_LEVEL)}`;
    },
    /** @returns whether the next connection comes at once. */
    isAtOnce(): boolean {
      const before = socket.opened.length;
      world.pass(1);
      return socket.opened.length > before;
    },
    /** CONNACK. @param code of it, in the words of the version that was spoken. */
    answer(level: number, code = 0, properties: object = {}): void {
      socket.deliver(
        level === 4
          ? `\x20\x02\0${String.fromCharCode(code)}`
          : fromBroker({ cmd: 'connack', reasonCode: code, sessionPresent: false, properties }),
      );
    },
    say: (packet: object) => socket.deliver(fromBroker(packet)),
    /** @returns why connections ended so far. */
    causes: () => world.details(Event.LinkLost) as Close[],
    /** @returns what was said with an event. */
    details: (event: Event) =>
      log.lines.filter((line) => line.startsWith(`${event} `)).map((line) => Number(line.split(' ')[1])),
  };
  return world;
}
