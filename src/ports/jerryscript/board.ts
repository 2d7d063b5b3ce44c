// What else the host is asked for: random numbers, the console, memory, watchdog and restart.

import type { Log } from '../log.ts';
import { WakeCause, type Power } from '../power.ts';
import type { Random } from '../random.ts';

export function createRandom(): Random {
  return { next: () => moteHost.random() };
}

export function createLog(): Log {
  return {
    write(event, detail) {
      moteHost.log(event, detail);
    },
  };
}

/** @returns bytes that are free. */
export function freeMemory(): number {
  return moteHost.freeMemory();
}

/** A host does not sleep: the mote stays awake. */
export function openPower(): Power {
  let seconds = 0;
  return {
    canSleep: false,
    watch(every) {
      seconds = every;
      moteHost.watch(seconds);
    },
    feed() {
      moteHost.watch(seconds);
    },
    sleep() {},
    wakeCause: () => WakeCause.PowerOn,
    restart() {
      moteHost.restart();
    },
  };
}
