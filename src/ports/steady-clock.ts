// A wall clock that does not run backwards when somebody sets it back a little, so that the times in a stream of messages do not.
// It must not hold on to a time that was wrong: what is set back further is followed at once, and said.

import type { Clock, WallTime } from './clock.ts';

const DAY_MS = 86400000;
const MINUTE_MS = 60000;
/** Set back no more than this, the time stands still until the clock has come there again: 15 minutes. */
export const HOLD_MS = 900000;

/**
 * @param onSetBack told when the clock was set back further than that, by how many minutes: times go backwards this once.
 * Start-up only.
 */
export function createSteadyClock(clock: Clock, onSetBack: (minutes: number) => void): Clock {
  /** The last time that was given, -1 before. */
  let day = -1;
  let ms = 0;

  /** @returns whether a time is before the last one, but not by more than HOLD_MS. No number here is beyond 2^27. */
  function isHeld(time: WallTime): boolean {
    if (time.day === day) return ms - time.ms <= HOLD_MS;
    return time.day === day - 1 && time.ms - ms >= DAY_MS - HOLD_MS;
  }

  function wall(out: WallTime): void {
    clock.wall(out);
    if (out.day < 0) return;
    if (out.day < day || (out.day === day && out.ms < ms)) {
      if (isHeld(out)) {
        out.day = day;
        out.ms = ms;
        return;
      }
      const back = (day - out.day) * 1440 + (((ms - out.ms) / MINUTE_MS) | 0);
      day = out.day;
      ms = out.ms;
      onSetBack(back);
    }
    day = out.day;
    ms = out.ms;
  }

  return { now: clock.now, wall };
}
