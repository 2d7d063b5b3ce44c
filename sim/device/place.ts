// What simulated chips are put into: an engine with time, whichever has it. ES5 subset: runs in engines.

import type { FaultyChip } from '../chips/faults.ts';

export interface Place {
  /** Whole milliseconds of the world's clock, modulo 2^27. */
  now(): number;
  /** Call a function after so many milliseconds. */
  later(callback: () => void, ms: number): void;
  /** The chips of the scene, in its order, for scripts beside the firmware. */
  readonly chips: FaultyChip[];
}
