// From a seed to a schedule: when what happens to a mote in an hour. A schedule is data: it is printed as JSON, read back, and cut down.

import { createRandom } from '../network/random.ts';
import type { SeededRandom } from '../network/random.ts';
import type { Fault, FaultKind } from './faults.ts';
import { FAULT_KINDS, isPowerCut, kindOf } from './faults.ts';

const MINUTE = 60_000;
/** It begins well, and everything is mended at the end of this. */
const FIRST_AT = 1 * MINUTE;
export const MENDED_AT = 50 * MINUTE;

export const FAULTS_MIN = 20;
export const KINDS_MIN = 5;
const FAULTS_MAX = 36;

const ALL = Object.keys(FAULT_KINDS) as FaultKind[];

/** One seed of so many has a mote with readings every 2 s, and a broker that is away until its outbox is full. */
const BUSY_EVERY = 40;
const AWAY_MS = 25 * MINUTE;

const isCertain = (kind: FaultKind) => kindOf(kind).mayMiss !== true;

/** @returns whether the mote of this seed is the one that has much to say. */
export const isBusy = (seed: number) => seed % BUSY_EVERY === 0;

/** Most faults are short, some are not: evenly spread over the logarithm, 0.3 s to 12 min. */
function drawLength(random: SeededRandom): number {
  return Math.round(300 * 2400 ** random.next());
}

function drawFault(random: SeededRandom, kind: FaultKind): Fault {
  const { slot, draw } = kindOf(kind);
  const at = random.integer(FIRST_AT, MENDED_AT);
  const lasts = slot !== undefined || isPowerCut(kind);
  // A mote that is off does nothing wrong.
  const longest = Math.min(MENDED_AT - at, isPowerCut(kind) ? 3 * MINUTE : Infinity);
  return { at, kind, forMs: lasts ? Math.min(drawLength(random), longest) : 0, args: draw(random) };
}

/**
 * @returns faults in the order in which they begin: at least FAULTS_MIN of at least KINDS_MIN kinds that do not miss, and among the others the
 * power goes away at least once. Some kinds are left out of each schedule, so that others meet more often.
 */
export function drawSchedule(seed: number): Fault[] {
  const random = createRandom(seed).fork();
  const kinds = ALL.filter(() => random.chance(0.6));
  while (new Set(kinds.filter(isCertain)).size < KINDS_MIN) {
    kinds.push(ALL[random.integer(0, ALL.length - 1)]!);
  }
  const count = random.integer(FAULTS_MIN, FAULTS_MAX);
  const drawn: FaultKind[] = ['power-cut', 'torn-write', ...kinds];
  while (drawn.length < count || drawn.filter(isCertain).length < FAULTS_MIN) {
    drawn.push(kinds[random.integer(0, kinds.length - 1)]!);
  }
  const faults = drawn.map((kind) => drawFault(random, kind));
  if (isBusy(seed)) {
    const at = random.integer(FIRST_AT, MENDED_AT - AWAY_MS);
    faults.push({ at, kind: 'broker-down', forMs: AWAY_MS, args: [random.integer(0, 1)] });
  }
  return faults.sort((a, b) => a.at - b.at);
}

/** One fault a line. */
export function writeSchedule(schedule: readonly Fault[]): string {
  return `[\n${schedule.map((fault) => `  ${JSON.stringify(fault)}`).join(',\n')}\n]`;
}

/** @param text as `writeSchedule` made it. @throws Error that says which fault is none. */
export function readSchedule(text: string): Fault[] {
  const faults = JSON.parse(text) as Fault[];
  for (const [index, { at, kind, forMs, args }] of faults.entries()) {
    const isFault = at >= 0 && forMs >= 0 && Array.isArray(args) && kind in FAULT_KINDS;
    if (!isFault) {
      throw new Error(`fault ${index + 1} of the schedule is none: ${JSON.stringify(faults[index])}`);
    }
  }
  return faults;
}
