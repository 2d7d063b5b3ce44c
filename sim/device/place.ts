// What simulated chips are put into, wherever it is: time that passes, and pins. ES5 subset: runs in engines.

import type { FaultyChip } from '../chips/faults.ts';

/** Time, and a way to wait. */
export interface Times {
  /** Whole milliseconds of the world's clock; may wrap at 2^27. */
  now(): number;
  /** Call a function after so many milliseconds. */
  later(callback: () => void, ms: number): void;
}

export interface Place extends Times {
  /** The chips of the scene, in its order, for scripts beside the firmware. */
  readonly chips: FaultyChip[];
}

export type Level = 0 | 1;

/** Pins of a board as simulated devices meet them. */
export interface Pins {
  /** Put a level on a pin. @param atMs when that was, by the world's clock, with decimals; left out: now. */
  drive(pin: number, level: Level, atMs?: number): void;
  /** Be told what the board puts out, undefined while a pin is no output. */
  onOutput(listener: (pin: number, level: Level | undefined) => void): void;
}
