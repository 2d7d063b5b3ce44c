// So many a minute, and so many at once: what is beyond that is refused. A token bucket without a timer.

import { after, elapsed } from '../../ports/clock.ts';

export interface Bucket {
  /** @returns whether one more may be. */
  take(now: number): boolean;
}

/** @param perMinute 1 to 6000. Start-up only. */
export function createBucket(perMinute: number, now: number): Bucket {
  const everyMs = (60000 / perMinute) | 0;
  let tokens = perMinute;
  let filledAt = now;

  function take(time: number): boolean {
    const passed = elapsed(filledAt, time);
    const rest = passed % everyMs;
    tokens += (passed - rest) / everyMs;
    if (tokens > perMinute) tokens = perMinute;
    filledAt = after(filledAt, passed - rest);
    if (tokens < 1) return false;
    tokens--;
    return true;
  }

  return { take };
}
