// A broker that is killed under traffic and started again 1.5 s later: what is lost, and how long nothing arrives.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { espruinoLinux } from '../../boards/espruino-linux.ts';
import { inspectRegion } from '../../flash/outbox/layout.ts';
import { PAGE_OVERHEAD } from '../../src/outbox/log.ts';
import { startMosquitto } from '../broker.ts';
import { startMote } from './mote.ts';
import { observe, type Observer } from './observer.ts';
import { startPeer, type PeerName } from './peer.ts';
import { expectNone, waitUntil } from './wait.ts';

export const OUTAGE_MS = 1500;
/** 50 a second. */
export const INTERVAL_MS = 20;
export const MESSAGES = 386;
/** The broker is killed when so many have arrived. */
const KILLED_AT = 150;
/** Nothing that is still on its way takes longer. */
const SETTLE_MS = 1500;
const PAGE_BYTES = 4096;

export interface OutageRow {
  /** Numbers that it came to. */
  readonly published: number;
  /** Accepted by the client, or published while it says nothing, and never arrived. */
  readonly lost: number;
  readonly repeated: number;
  /** Not accepted: the program was told so. */
  readonly refused: number;
  /** Longest time between two arrivals, ms. */
  readonly gapMs: number;
}

export interface MoteOutageRow extends OutageRow {
  /** Most messages that waited when the link changed its stage. */
  readonly waiting: number;
  /** Bytes of one of them in flash. */
  readonly recordBytes: number;
}

/** @returns the longest time between two arrivals, ms. */
function longestGap(observer: Observer): number {
  const times = observer.arrivals.map(({ at }) => at);
  return Math.round(Math.max(...times.slice(1).map((at, i) => at - times[i]!)));
}

/** Something that counts, and the numbers that it took for published. */
interface Publisher {
  counted(): number;
  readonly accepted: ReadonlySet<number>;
  readonly refused: ReadonlySet<number>;
  close(): Promise<readonly string[]>;
}

/** @param finish settles when nothing more is to come of it. */
async function run<P extends Publisher>(
  start: (port: number) => Promise<P>,
  finish: (publisher: P, observer: Observer) => Promise<void>,
): Promise<{ row: OutageRow; publisher: P }> {
  const broker = await startMosquitto(true);
  const observer = await observe(broker);
  let publisher: P | undefined;
  try {
    publisher = await start(broker.port);
    await waitUntil(() => observer.arrivals.length >= KILLED_AT, 'messages arrive');
    await broker.kill();
    await delay(OUTAGE_MS);
    await broker.start();
    await finish(publisher, observer);
    // What comes twice, or late.
    await delay(SETTLE_MS);
    const arrived = observer.distinct();
    const row = {
      published: publisher.counted(),
      lost: [...publisher.accepted].filter((value) => !arrived.has(value)).length,
      repeated: observer.arrivals.length - arrived.size,
      refused: publisher.refused.size,
      gapMs: longestGap(observer),
    };
    return { row, publisher };
  } finally {
    await observer.close();
    const failures = (await publisher?.close()) ?? [];
    await broker.close();
    expectNone(failures);
  }
}

/** Until all that was accepted has arrived. What does not is lost, and shows so. */
async function arrival(publisher: Publisher, observer: Observer): Promise<void> {
  const isAll = () => {
    const arrived = observer.distinct();
    return [...publisher.accepted].every((value) => arrived.has(value));
  };
  await waitUntil(isAll, 'what was accepted arrives').catch(() => {});
}

/**
 * @param windowMs of its backoff: it publishes MESSAGES in all. Left out: the default settings, and it goes on until it is back.
 */
export async function outageOfMote(binary: string, windowMs?: number): Promise<MoteOutageRow> {
  const isDefault = windowMs === undefined;
  const cwd = mkdtempSync(join(tmpdir(), 'mote-bench-outage-'));
  try {
    const { row, publisher } = await run(
      (port) =>
        startMote({
          binary,
          port,
          intervalMs: INTERVAL_MS,
          cwd,
          ...(isDefault ? {} : { backoff: { windowMs, maxMs: windowMs }, last: MESSAGES }),
        }),
      async (mote, observer) => {
        const before = observer.arrivals.length;
        await waitUntil(() => observer.arrivals.length > before, 'it is back', 300_000);
        if (isDefault) mote.countTo(0);
        else await waitUntil(() => mote.counted() >= MESSAGES, 'all are counted');
        await arrival(mote, observer);
      },
    );
    return {
      ...row,
      waiting: Math.max(...publisher.stages.map(({ waiting }) => waiting)),
      recordBytes: recordBytes(cwd),
    };
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

/** @returns what the longest record in the flash of an engine takes. */
function recordBytes(cwd: string): number {
  const { base, pageBytes, outbox } = espruinoLinux.flash!;
  const from = outbox.address - base;
  const flash = readFileSync(join(cwd, 'espruino.flash')).subarray(from, from + outbox.bytes);
  return Math.max(...inspectRegion(flash, pageBytes).records.map(({ bytes }) => bytes));
}

export async function outageOfPeer(binary: string, name: PeerName, qos: 0 | 1): Promise<OutageRow> {
  const { row } = await run(
    (port) => startPeer({ binary, port, name, qos, last: MESSAGES, intervalMs: INTERVAL_MS }),
    (peer) => waitUntil(() => peer.counted() >= MESSAGES, 'all are counted'),
  );
  return row;
}

/** @returns messages that have to wait in a gap, at the rate of this measurement, whether the engine kept up with it or not. */
export function waitingIn(gapMs: number): number {
  return Math.ceil(gapMs / INTERVAL_MS);
}

/**
 * @param waiting messages. @returns bytes of an outbox's region, of an ESP32's pages, that holds so many; one page is always being made ready,
 * and the oldest goes as a whole.
 */
export function regionBytes(waiting: number, bytes: number): number {
  const perPage = Math.floor((PAGE_BYTES - PAGE_OVERHEAD) / bytes);
  return (Math.ceil(waiting / perPage) + 2) * PAGE_BYTES;
}
