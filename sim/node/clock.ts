// Time and timers of the host as device code sees them.

import { CLOCK_PERIOD_MS, type Clock, type CreateTimer } from '../../src/ports/clock.ts';

const DAY_MS = 86_400_000;

/** The host's steady clock for `now`, its wall clock for `wall`. @param startMs what `now` says at first. */
export function createClock(startMs = 0): Clock {
  const origin = performance.now();
  return {
    now: () => (startMs + Math.floor(performance.now() - origin)) % CLOCK_PERIOD_MS,
    wall(out) {
      const ms = Date.now();
      out.day = Math.floor(ms / DAY_MS);
      out.ms = ms % DAY_MS;
    },
  };
}

export const createTimer: CreateTimer = (callback) => {
  let handle: NodeJS.Timeout | undefined;
  return {
    set(delayMs) {
      clearTimeout(handle);
      handle = setTimeout(callback, delayMs);
    },
    stop() {
      clearTimeout(handle);
    },
  };
};
