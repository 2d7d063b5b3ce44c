// The event loop of a world that has none of its own: timers under a virtual clock. Time stands still while something
// runs and jumps to the next timer after it. ES5 subset: runs in engines.

export interface Loop {
  /** Whole milliseconds since the world began. */
  now(): number;
  /**
   * @param delayMs until the first call, rounded up to at least 1: as on a board, no timer fires in the instant it is set.
   * @param everyMs between further calls, 0 for none.
   * @returns its number, from 1.
   */
  set(callback: () => void, delayMs: number, everyMs: number): number;
  clear(timer: number): void;
  /** Let `ms` milliseconds pass. */
  run(ms: number): void;
  /** @returns how many timers are set. */
  count(): number;
}

interface Timer {
  id: number;
  at: number;
  everyMs: number;
  callback: () => void;
}

/** Espruino keeps small integers in less memory; numbers that start above that limit always take the same. */
const FIRST_ID = 100000;

function wholeMs(ms: number): number {
  return ms > 1 ? Math.ceil(ms) : 1;
}

export function createLoop(): Loop {
  /** By deadline; of equal deadlines the one that was set first comes first. */
  const timers: Timer[] = [];
  let time = FIRST_ID;
  let ids = FIRST_ID;

  function insert(timer: Timer): void {
    let at = timers.length;
    while (at > 0 && timers[at - 1].at > timer.at) at--;
    timers.splice(at, 0, timer);
  }

  function set(callback: () => void, delayMs: number, everyMs: number): number {
    ids++;
    insert({ id: ids, at: time + wholeMs(delayMs), everyMs, callback });
    return ids - FIRST_ID;
  }

  function clear(timer: number): void {
    for (let i = 0; i < timers.length; i++) {
      if (timers[i].id === timer + FIRST_ID) {
        timers.splice(i, 1);
        return;
      }
    }
  }

  function run(ms: number): void {
    const end = time + ms;
    while (timers.length > 0 && timers[0].at <= end) {
      const timer = timers[0];
      timers.splice(0, 1);
      time = timer.at;
      if (timer.everyMs > 0) {
        timer.at = time + wholeMs(timer.everyMs);
        insert(timer);
      }
      timer.callback();
    }
    time = end;
  }

  return { now: () => time - FIRST_ID, set, clear, run, count: () => timers.length };
}
