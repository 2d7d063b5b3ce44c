// Time from the host, and its one timer for all that there are here: a host needs no table of them.

import { NEVER_MS, after, remaining } from '../clock.ts';
import type { Clock, CreateTimer, WallTime } from '../clock.ts';

export function createClock(): Clock {
  function now(): number {
    return moteHost.now();
  }

  function wall(out: WallTime): void {
    out.day = moteHost.day();
    out.ms = out.day < 0 ? 0 : moteHost.dayMs();
  }

  return { now, wall };
}

/** In place of a deadline. */
const UNSET = -1;

/** @returns what makes timers. To be called once. */
export function createTimers(): CreateTimer {
  const deadlines: number[] = [];
  const callbacks: (() => void)[] = [];

  /** Ask the host for the next deadline. */
  function ask(now: number): void {
    let next = NEVER_MS + 1;
    for (let i = 0; i < deadlines.length; i++) {
      const left = deadlines[i] === UNSET ? NEVER_MS + 1 : remaining(now, deadlines[i]);
      if (left < next) next = left;
    }
    moteHost.timer(next > NEVER_MS ? UNSET : next);
  }

  function onDue(): void {
    const now = moteHost.now();
    for (let i = 0; i < deadlines.length; i++) {
      if (deadlines[i] === UNSET || remaining(now, deadlines[i]) > 0) continue;
      deadlines[i] = UNSET;
      callbacks[i]();
    }
    ask(now);
  }

  moteHost.onTimer(onDue);

  return function (callback) {
    const mine = deadlines.length;
    deadlines.push(UNSET);
    callbacks.push(callback);

    function set(delayMs: number): void {
      const now = moteHost.now();
      deadlines[mine] = after(now, delayMs);
      ask(now);
    }

    function stop(): void {
      deadlines[mine] = UNSET;
      ask(moteHost.now());
    }

    return { set, stop };
  };
}
