// An outbox on a simulated flash, with every program and erase in a test's hands before it happens.

import { constant, toText, EMPTY, type Bytes } from '../../src/bytes/bytes.ts';
import { V5 } from '../../src/features.ts';
import { prepareTopic } from '../../src/mqtt/form.ts';
import { createFlashBytes } from '../../src/outbox/flash-bytes.ts';
import { createFlashOutbox, type FlashOutbox, type FlashOutboxOptions } from '../../src/outbox/flash.ts';
import { wallSeconds, type Clock } from '../../src/ports/clock.ts';
import { Code, type Drop } from '../../src/ports/codes.ts';
import type { Flash } from '../../src/ports/flash.ts';
import { STATE_KEYS, type OutboxRecord } from '../../src/ports/outbox.ts';
import type { Topic } from '../../src/ports/packet-writer.ts';
import type { SeededRandom } from '../../sim/network/random.ts';
import { createNor, createNorPort, type Nor } from '../../sim/nor.ts';
import { tornWays, type Way } from '../../sim/torn.ts';

export interface Region {
  readonly pages: number;
  readonly pageBytes: number;
  readonly unit: number;
  readonly ecc: boolean;
  /** What makes the outbox: ours, unless a test has another one. */
  readonly create?: typeof createFlashOutbox;
  readonly options?: FlashOutboxOptions;
  /** Longest record, RECORD_MAX unless given. */
  readonly recordMax?: number;
}

/** @returns what figures call it. */
export const nameOf = ({ pages, unit, ecc }: Region) => `${pages} pages, unit ${unit}${ecc ? ', ECC' : ''}`;

/** A program or an erase that is about to happen. */
export type Operation =
  | { readonly kind: 'program'; readonly address: number; readonly data: Uint8Array }
  | { readonly kind: 'erase'; readonly page: number };

export const RECORD_MAX = 100;
export const BASE = 0x1000;

export const topics = [0, 1, 2].map((qos) => prepareTopic(`t${qos}`, 0x30 | (qos << 1)));

/** Bytes that properties, and when it was taken, may add to a message. */
export const PROPERTIES_ROOM = V5 ? 24 : 0;

/**
 * @returns properties of the message of `payload`, of which every other one expires: made of the payload, so that it is seen when they were
 * lost, torn or mixed up. Without V5 none.
 */
export function propertiesOf(payload: string): string {
  if (!V5) return '';
  let sum = payload.length;
  for (let i = 0; i < payload.length; i++) sum = (sum * 31 + payload.charCodeAt(i)) % 65521;
  const data = String.fromCharCode(sum >> 8, sum & 255);
  const expiry = `\x02\0\0${data}`;
  const correlation = `\x09\0${String.fromCharCode(2 + (sum % 8))}${data}${'correlation'.slice(0, sum % 8)}`;
  return [expiry, '', expiry + correlation, correlation][sum % 4]!;
}

/** @returns the topic of the message of `payload`. */
function topicOf(qos: number, payload: string): Topic<Bytes> {
  const topic = topics[qos]!;
  const properties = propertiesOf(payload);
  return properties === '' ? topic : { ...topic, properties: constant(properties) };
}

/** @returns what the wall clock says, in seconds since 1970; undefined where there is none. */
function wallSecOf(clock: Clock | undefined): number | undefined {
  const wall = { day: -1, ms: 0 };
  clock?.wall(wall);
  return wall.day < 0 ? undefined : wallSeconds(wall);
}

/** @returns what a payload says of when it was taken, for `list` to look at; nothing where that is not known. */
export function takenAt({ options }: Region): string {
  const wallSec = wallSecOf(options?.clock);
  return wallSec === undefined ? '' : `@${wallSec} `;
}

/** Throws where what `record` says beside its payload is not that of its message. */
export function checkRecord(record: OutboxRecord<Bytes>, payload: string, clock?: Clock): void {
  const { topic, ageSec } = record;
  const { properties = EMPTY } = topic;
  const wanted = propertiesOf(payload);
  if (toText(properties, 0, properties.length) !== wanted) throw new Error(`properties of ${payload}`);
  const wallSec = wallSecOf(clock);
  if (wallSec === undefined) return;
  const taken = Number(/@(\d+) /.exec(payload)?.[1]);
  const age = wanted.startsWith('\x02') ? wallSec - taken : 0;
  if (ageSec !== age) throw new Error(`age of ${payload}: ${ageSec}, not ${age}`);
}

export function createChip({ pages, pageBytes, unit, ecc }: Region): Nor {
  return createNor({ base: BASE, bytes: pages * pageBytes, pageBytes, programUnit: unit, ecc });
}

/** Do to `nor` what was about to be done. */
export function perform(nor: Nor, region: Region, operation: Operation): void {
  if (operation.kind === 'program') nor.program(operation.address, operation.data);
  else nor.erase(BASE + operation.page * region.pageBytes);
}

export interface Bench {
  readonly outbox: FlashOutbox;
  /** Asked before each program and erase. */
  before: ((operation: Operation) => void) | undefined;
  /** Reads that are left before it is said that there is no end. */
  patience: number;
}

/** Reads of the longest of our tests that an outbox is not asked to be quick in. */
const PATIENCE = 1_000_000;

/** An outbox as after power-on, not opened yet. */
export function createBench(nor: Nor, region: Region): Bench {
  const { create = createFlashOutbox, recordMax = RECORD_MAX, options } = region;
  const port = createNorPort(nor, BASE, region.pages);
  const flash: Flash = {
    ...port,
    read(address, into, offset, length) {
      if (--bench.patience < 0) throw new Error('comes to no end');
      return port.read(address, into, offset, length);
    },
    write(address, from, offset, length) {
      bench.before?.({ kind: 'program', address, data: from.slice(offset, offset + length) });
      return port.write(address, from, offset, length);
    },
    erase(page) {
      bench.before?.({ kind: 'erase', page });
      return port.erase(page);
    },
  };
  const bench: Bench = {
    outbox: create(createFlashBytes(flash, recordMax + 64), recordMax, options),
    before: undefined,
    patience: PATIENCE,
  };
  return bench;
}

export interface Held {
  readonly sequence: number;
  readonly payload: string;
  readonly qos: number;
  readonly received: boolean;
}

/** @returns what `outbox`, whose clock is `clock`, holds, in order. Throws where that has other properties than it was given, or another age. */
export function list(outbox: FlashOutbox, clock?: Clock): Held[] {
  const record: OutboxRecord<Bytes> = {
    sequence: 0,
    topic: topics[1]!,
    payload: EMPTY,
    received: false,
  };
  const found: Held[] = [];
  let at = 0;
  while (outbox.peek(at, record) === Code.Ok) {
    at = record.sequence;
    const payload = toText(record.payload, 0, record.payload.length);
    checkRecord(record, payload, clock);
    found.push({
      sequence: at,
      payload,
      qos: (record.topic.first >> 1) & 3,
      received: record.received,
    });
    if (found.length > 5000) throw new Error('peek comes to no end');
  }
  return found;
}

/** @returns what `outbox` keeps by key. */
export function listState(outbox: FlashOutbox): Map<number, string> {
  const found = new Map<number, string>();
  for (let key = 0; key < STATE_KEYS; key++) {
    const value = outbox.recall(key);
    if (value.length > 0) found.set(key, toText(value, 0, value.length));
  }
  return found;
}

/** Append. @returns its sequence, or a code. */
export function append(outbox: FlashOutbox, payload: string, qos = 1): number {
  return outbox.append(topicOf(qos, payload), constant(payload));
}

/** Append several together. @returns sequence of the last, or a code. */
export function appendTogether(outbox: FlashOutbox, payloads: readonly string[]): number {
  for (const payload of payloads) {
    const code = outbox.gather!(topicOf(1, payload), constant(payload));
    if (code !== Code.Ok) throw new Error(`gather: ${code}`);
  }
  return outbox.appendGathered!();
}

/**
 * The power goes away in the operation after so many, which is left half done in one of its ways.
 * @returns whether it has gone.
 */
export function cutPower(
  nor: Nor,
  { unit }: Region,
  operations: number,
  random: SeededRandom,
): () => boolean {
  let left = operations;
  nor.interrupt = (operation) => {
    if (left-- > 0) return undefined;
    const ways = tornWays(operation, unit, random);
    return ways[random.integer(0, ways.length - 1)]!.torn;
  };
  return () => left < 0;
}

/** The power is there again. */
export function restorePower(nor: Nor): void {
  nor.interrupt = undefined;
  nor.powerUp();
}

/** An outbox that is open, and what it says of messages that it gives up: why, and how many. */
export function openTelling(
  nor: Nor,
  region: Region,
  options: FlashOutboxOptions,
): { outbox: FlashOutbox; said: string[] } {
  const said: string[] = [];
  const onDrop = (why: Drop, count: number) => said.push(`${why} ${count}`);
  const { outbox } = createBench(nor, { ...region, options: { ...options, onDrop } });
  const code = outbox.open(7);
  if (code !== Code.Ok) throw new Error(`open: ${code}`);
  return { outbox, said };
}

/** Ways to tear `operation`. */
export function waysOf(operation: Operation, region: Region, random: SeededRandom): Way[] {
  const { kind } = operation;
  const bytes = kind === 'program' ? operation.data.length : region.pageBytes;
  return tornWays({ kind, bytes }, region.unit, random);
}
