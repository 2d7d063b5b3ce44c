// How long to wait before the next try to connect. Pure: no timer, no clock, randomness injected.

import type { Random } from '../ports/random.ts';

/** First delay; doubles with each failure. */
export const BACKOFF_BASE_MS = 500;
export const BACKOFF_MAX_MS = 30000;
/** Failures after which the delay no longer grows: 500 ms * 2^6 is beyond the maximum. */
const DOUBLINGS_MAX = 6;

/**
 * @param failures failed tries in a row, from 1.
 * @returns milliseconds, spread evenly over the upper half of the step, so that a fleet does not come back at once.
 */
export function backoffMs(failures: number, random: Random): number {
  const doublings = failures > DOUBLINGS_MAX ? DOUBLINGS_MAX : failures - 1;
  let step = BACKOFF_BASE_MS << doublings;
  if (step > BACKOFF_MAX_MS) step = BACKOFF_MAX_MS;
  const half = step >> 1;
  // Eight random bits keep the product below 2^27.
  return half + ((half * (random.next() >> 8)) >> 8);
}
