// Repeatable randomness for everything simulated: the same seed gives the same run.

export interface SeededRandom {
  /** @returns a number from 0 to below 1. */
  next(): number;
  /** @returns an integer from `low` to `high`, both included. */
  integer(low: number, high: number): number;
  /** @returns true with the given probability, 0 to 1. */
  chance(probability: number): boolean;
  /** @returns an independent sequence, so that one user's draws do not shift another's. */
  fork(): SeededRandom;
}

/** SplitMix32: one addition and a mix a number, passes the usual statistical tests. */
export function createRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const bits = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  const next = () => bits() / 0x100000000;
  return {
    next,
    integer: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (probability) => next() < probability,
    fork: () => createRandom(bits()),
  };
}
