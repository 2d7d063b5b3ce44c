// Time from Espruino's only clock, which is the wall clock and may be set while the firmware runs. Backwards it has no
// effect on `now`. Forwards, up to NEVER_MS, it counts as time that passed: deadlines come early. Any further step
// forwards is the time being set after a start at 1970, and is left out too.

import { after, NEVER_MS } from '../clock.ts';
import type { Clock, WallTime } from '../clock.ts';

/** 2026-01-01: an engine that claims an earlier day has never been told the time. */
const FIRST_DAY = 20454;
const DAY_SEC = 86400;

export function createClock(): Clock {
  /** What the engine's clock said, in its milliseconds, when `time` was right. */
  let read = getTime() * 1000;
  let time = 0;

  function now(): number {
    const reading = getTime() * 1000;
    const passed = reading - read;
    if (passed >= 0 && passed <= NEVER_MS) {
      const whole = passed | 0;
      time = after(time, whole);
      // What is left of a millisecond counts next time.
      read += whole;
    } else {
      read = reading;
    }
    return time;
  }

  function wall(out: WallTime): void {
    const seconds = getTime();
    const day = (seconds / DAY_SEC) | 0;
    out.day = day < FIRST_DAY ? -1 : day;
    out.ms = day < FIRST_DAY ? 0 : ((seconds - day * DAY_SEC) * 1000) | 0;
  }

  return { now, wall };
}
