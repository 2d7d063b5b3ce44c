// setTimeout and its kin. Timers stand in a list, and in one pass all that are due run in the order of the list, not of
// their deadlines. A number is one more than that of the last timer in the list, so numbers are given again.

import { toMicroseconds } from '../clock.ts';
import type { Callback } from './events.ts';
import type { Machine } from './machine.ts';

const MIN_MS = 0.1;
const MAX_MS = 100 * 365.25 * 24 * 3600 * 1000;

interface Timer {
  readonly id: number;
  at: number;
  everyMs: number | undefined;
  readonly run: () => void;
  /** Belongs to a watch: clearTimeout() without a number leaves it alone. */
  readonly hidden: boolean;
}

export interface Timers {
  setTimeout(callback: unknown, ms?: unknown, ...args: unknown[]): number;
  setInterval(callback: unknown, ms?: unknown, ...args: unknown[]): number;
  clearTimeout(...ids: unknown[]): void;
  clearInterval(...ids: unknown[]): void;
  changeInterval(id: unknown, ms: unknown): void;
  /** A timer of the engine itself. @returns a function that takes it back. */
  internal(ms: number, run: () => void): () => void;
}

export function createTimers(machine: Machine): Timers {
  const { realm, loop, clock } = machine;
  let list: Timer[] = [];
  let changed = false;

  const add = (run: () => void, ms: number, everyMs: number | undefined, hidden: boolean): Timer => {
    const id = (list.at(-1)?.id ?? 0) + 1;
    const timer = { id, at: toMicroseconds(clock.now() + ms), everyMs, run, hidden };
    list.push(timer);
    touched();
    return timer;
  };

  const touched = () => {
    changed = true;
    loop.wake();
  };

  const remove = (timer: Timer) => {
    const index = list.indexOf(timer);
    if (index >= 0) list.splice(index, 1);
  };

  const atLeastMin = (ms: unknown) => {
    const number = Number(ms);
    return Number.isNaN(number) || number < MIN_MS ? MIN_MS : number;
  };

  const set = (callback: unknown, ms: unknown, args: unknown[], repeats: boolean): number => {
    if (typeof callback !== 'function' && typeof callback !== 'string') {
      throw new realm.Error('Function or String not supplied!');
    }
    const interval = atLeastMin(ms);
    if (interval > MAX_MS) throw new realm.Error('Interval is too long (>100 years)');
    const run = () => {
      machine.counters.timers++;
      loop.call(callback as Callback, undefined, args);
    };
    return add(run, interval, repeats ? interval : undefined, false).id;
  };

  const clear = (ids: unknown[], name: string) => {
    if (ids.length === 0) {
      list = list.filter((timer) => timer.hidden);
    } else if (ids[0] === undefined) {
      throw new realm.Error(`clear${name}(undefined) not allowed. Use clear${name}() instead`);
    } else {
      const found = list.find((timer) => timer.id === Number(ids[0]));
      if (found !== undefined) remove(found);
    }
    touched();
  };

  /** What is due now runs; a change of the list starts over, which catches what was passed already. */
  const runDue = () => {
    const now = clock.now();
    do {
      changed = false;
      for (let i = 0; i < list.length && !changed;) {
        const timer = list[i]!;
        if (timer.at > now) {
          i++;
          continue;
        }
        timer.run();
        if (!loop.isOn()) return;
        if (timer.everyMs === undefined) remove(timer);
        else {
          timer.at = toMicroseconds(timer.at + timer.everyMs);
          i++;
        }
      }
    } while (changed);
  };

  const next = () => {
    let first: number | undefined;
    for (const timer of list) if (first === undefined || timer.at < first) first = timer.at;
    return first;
  };

  loop.setTimers(runDue, next);
  machine.gauge('timers', () => list.length);
  return {
    setTimeout: (callback, ms, ...args) => set(callback, ms, args, false),
    setInterval: (callback, ms, ...args) => set(callback, ms, args, true),
    clearTimeout: (...ids) => clear(ids, 'Timeout'),
    clearInterval: (...ids) => clear(ids, 'Interval'),
    changeInterval(id, ms) {
      const found = list.find((timer) => timer.id === Number(id));
      if (found === undefined) throw new realm.Error('Unknown Interval');
      found.everyMs = atLeastMin(ms);
      found.at = toMicroseconds(clock.now() + found.everyMs);
      touched();
    },
    internal(ms, run) {
      const timer = add(run, ms, undefined, true);
      return () => {
        remove(timer);
        touched();
      };
    },
  };
}
