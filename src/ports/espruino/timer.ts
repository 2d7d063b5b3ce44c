// The one timer of an owner. A number that the engine gave for a timer that has fired may belong to another's by now,
// so it is forgotten in the moment of firing.

import type { Timer } from '../clock.ts';

export function createTimer(callback: () => void): Timer {
  /** The engine's number, from 1; 0 while not set. */
  let id = 0;

  function fire(): void {
    id = 0;
    callback();
  }

  function stop(): void {
    if (id !== 0) clearTimeout(id);
    id = 0;
  }

  function set(delayMs: number): void {
    stop();
    id = setTimeout(fire, delayMs);
  }

  return { set, stop };
}
