// A mote that sleeps, wake by wake: each is a start with the flash that the last one left.
import { expect } from 'vitest';
import type { Nor } from '../../sim/nor.ts';
import { Code, type Event } from '../../src/ports/codes.ts';
import { WakeCause } from '../../src/ports/power.ts';
import { append, createBench, type Region } from '../power/bench.ts';
import { createFlash, createRig, type Mode, type Rig, type RigOptions } from './commands/rig.ts';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const INTERVAL = 15 * MINUTE;
export const OWN = 'own:1883';
export const REGION: Region = { pages: 4, pageBytes: 1024, unit: 4, ecc: false, recordMax: 400 };

/** The radio comes on with each wake. */
export const EACH = { sendCount: 1, sendAgeMs: 0, backoff: {} };

export interface Place {
  readonly nor: Nor;
  readonly brokers: Map<string, Mode>;
}

export function createPlace(mode: Mode = 'up'): Place {
  return { nor: createFlash(), brokers: new Map([[OWN, mode]]) };
}

/** It starts, and sleeps before `ms` are over. */
export function wake(place: Place, options: RigOptions = {}, ms = 2 * MINUTE): Rig {
  const rig = createRig(
    { nor: place.nor, cause: WakeCause.Timer, isPlain: true, qos: 1, sleep: EACH, ...options },
    place.brokers,
  );
  expect(rig.code).toBe(Code.Ok);
  rig.pass(ms);
  expect(rig.asleep()).toBeGreaterThan(0);
  return rig;
}

/** What was said last under a topic. */
export function lastOf(rig: Rig, topic: string): Record<string, number | null> {
  const payload = rig.said.filter((one) => one.topic === topic).at(-1)!.payload;
  return JSON.parse(payload) as Record<string, number | null>;
}

export const detailsOf = (rig: Rig, event: Event) =>
  rig.log.filter((line) => line.startsWith(`${event} `)).map((line) => Number(line.split(' ')[1]));

export const hasRadio = (rig: Rig) => rig.opened.length > 0;

/** An outbox on the flash of a mote that is off. */
export function createOutbox(nor: Nor) {
  const { outbox } = createBench(nor, REGION);
  expect(outbox.open(1)).toBe(Code.Ok);
  return outbox;
}

/** Fill the flash of a mote that is off with messages of these sizes, as far as they have room. @returns how many wait. */
export function fill(nor: Nor, sizes = [300, 40, 0]): number {
  const outbox = createOutbox(nor);
  for (const size of sizes) while (append(outbox, 'x'.repeat(size)) > 0);
  return outbox.count();
}
