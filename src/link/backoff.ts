// How long to wait before the next try to connect: decorrelated jitter. Pure: no timer, no clock, randomness injected.
// Spread wide on purpose: a fleet that loses its broker all at once must not come back all at once.

import { NEVER_MS } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';

/** What a firmware may say about its waits. */
export interface BackoffOptions {
  /**
   * The first wait is anything up to this, at most BACKOFF_TOP_MS. Default 60 s: of 10,000 motes that lose their broker together fewer than
   * 300 try in any second. A few motes of their own broker may do with a second.
   */
  readonly windowMs?: number;
  /** Waits grow up to this, at most BACKOFF_TOP_MS. Default 120 s. */
  readonly maxMs?: number;
  /**
   * For a battery: mean current that failing tries may cost, microamperes. Waits grow, and the radio is off in them, until it is no more.
   * Default: no such limit.
   */
  readonly ceilingUa?: number;
  /** Current while it tries, milliamperes. Default 120. */
  readonly radioMa?: number;
}

export const BACKOFF_WINDOW_MS = 60000;
export const BACKOFF_MAX_MS = 120000;
/** Nothing longer can be spread in small integers: 70 minutes. */
export const BACKOFF_TOP_MS = 0x3fffff;
/** ESP32, receiving with the processor at 240 MHz and sending now and then. */
const RADIO_MA = 120;

/** @returns an integer from `low` to below `high`, which are BACKOFF_TOP_MS at most. */
function spread(low: number, high: number, random: Random): number {
  // Thirteen random bits keep the product below 2^27.
  return low + ((((high - low) >> 8) * (random.next() >> 3)) >> 5);
}

/** @returns `value`, or what stands for it, and no more than can be spread. */
function bounded(value: number | undefined, byDefault: number): number {
  const ms = value === undefined ? byDefault : value;
  return ms > BACKOFF_TOP_MS ? BACKOFF_TOP_MS : ms;
}

/**
 * @param previous the wait before this one, 0 when the failure is the first since a stable session.
 * @returns milliseconds, 1 or more: evenly spread over the window at first, then from half of the window to three times the wait before.
 */
export function backoffMs(previous: number, options: BackoffOptions, random: Random): number {
  const windowMs = bounded(options.windowMs, BACKOFF_WINDOW_MS);
  const maxMs = bounded(options.maxMs, BACKOFF_MAX_MS);
  const half = windowMs >> 1;
  const first = previous === 0;
  let high = first ? windowMs : 3 * (previous > half ? previous : half);
  if (high > maxMs) high = maxMs;
  const low = first ? 0 : half < high ? half : high;
  const wait = spread(low, high, random);
  return wait > 0 ? wait : 1;
}

/**
 * @param tryMs how long the radio was on for a try that failed.
 * @returns milliseconds of rest that keep the mean current below the ceiling; 0 without one.
 */
export function ceilingMs(tryMs: number, options: BackoffOptions): number {
  if (options.ceilingUa === undefined) return 0;
  const radioMa = options.radioMa === undefined ? RADIO_MA : options.radioMa;
  const times = ((radioMa * 1000) / options.ceilingUa) | 0;
  return tryMs > NEVER_MS / (times + 1) ? NEVER_MS : tryMs * times;
}
