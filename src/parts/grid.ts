// When a mote that sleeps wakes: at points of a grid that is its own, as long as it knows the time. Pure.

import { elapsed, wallRest, wallUnits } from '../ports/clock.ts';
import type { WallTime } from '../ports/clock.ts';

/** Shorter sleeps are not worth a start. */
const LEAST_MS = 500;

/**
 * @param wall the time, known. @param intervalSec at most a day. @param phaseSec below that.
 * @returns milliseconds until the next point, half an interval to one and a half: a board that woke early, because its clock in sleep
 * runs fast, does not wake again for the point that was meant.
 */
export function untilPoint(wall: WallTime, intervalSec: number, phaseSec: number): number {
  const second = ((wallUnits(wall) % intervalSec) * 128 + wallRest(wall)) % intervalSec;
  const passed = (second + intervalSec - phaseSec) % intervalSec;
  const left = (intervalSec - passed) * 1000 - (wall.ms % 1000);
  return left < intervalSec * 500 ? left + intervalSec * 1000 : left;
}

/** @returns milliseconds until the next wake where nobody knows the time. @param bootMs from wake to `bornAt`. */
export function untilInterval(bornAt: number, now: number, intervalSec: number, bootMs: number): number {
  const intervalMs = intervalSec * 1000;
  const left = intervalMs - ((elapsed(bornAt, now) + bootMs) % intervalMs);
  return left < LEAST_MS ? left + intervalMs : left;
}
