// What can be wrong with a chip, on any bus; set and cleared by a test at any time. And the world's time as chips count it.
// ES5 subset: runs in engines.

import { CLOCK_PERIOD_MS } from '../../src/ports/clock.ts';

/** A chip takes no notice of faults that it cannot have: its file says which. */
export interface Faults {
  /** A wire is off: nothing answers. */
  absent: boolean;
  /** Something holds the data line: everything reads 0, or 1, and what is written is lost. */
  stuckLow: boolean;
  stuckHigh: boolean;
  /** Another chip in the same place: identity registers say something else. */
  wrongId: boolean;
  /** A bit turns on the way: checksums do not fit. */
  badCrc: boolean;
  /** Milliseconds that conversions last longer. */
  slowMs: number;
  /** Converters at their end: bit n is channel n of the driver. */
  saturated: number;
}

export function createFaults(): Faults {
  return {
    absent: false,
    stuckLow: false,
    stuckHigh: false,
    wrongId: false,
    badCrc: false,
    slowMs: 0,
    saturated: 0,
  };
}

/** A chip around which a test can go wrong. */
export interface FaultyChip {
  readonly faults: Faults;
  /** The supply fails and comes back at once: what is not in permanent memory is forgotten. */
  brownOut(now: number): void;
}

/** @returns a function from the world's clock, which wraps, to a time that does not. */
export function createUnwrapped(): (now: number) => number {
  let time = 0;
  let wraps = 0;
  return (now) => {
    if (now + wraps < time) wraps += CLOCK_PERIOD_MS;
    time = now + wraps;
    return time;
  };
}
