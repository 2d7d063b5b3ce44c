// Random numbers from the engine. On an ESP32 it has no noise behind them and starts every board the same way, which
// would let a whole fleet reconnect in step: so the board's serial number and the moment of the start go into the seed.

import type { Random } from '../random.ts';

const SEED_MASK = 0x7ffffff;
/** More than two digits of a serial number lie apart, so that neighbours never come to the same seed. */
const FACTOR = 67;
/** Odd, so that no two seeds become one. */
const MIXER = 0x5bd1f;
const MIX_ROUNDS = 2;

/** @returns the seed with all bits depending on each other: the generator gives neighbours' seeds neighbours' numbers. */
function mix(seed: number): number {
  let mixed = seed;
  for (let i = 0; i < MIX_ROUNDS; i++) mixed = ((mixed ^ (mixed >> 13)) * MIXER) & SEED_MASK;
  return mixed;
}

export function createRandom(): Random {
  const serial = getSerial();
  let seed = (getTime() * 1000000) & SEED_MASK;
  for (let i = 0; i < serial.length; i++) seed = (seed * FACTOR + serial.charCodeAt(i)) & SEED_MASK;
  seed = mix(seed);
  // The generator has two halves of 16 bits, and one that is zero stays so for good.
  E.srand(((seed & 0x7fff) << 1) | ((seed >> 15) << 17) | 0x10001);

  /** From the middle, where both halves have their part in. */
  function next(): number {
    return (E.hwRand() >> 8) & 0xffff;
  }

  return { next };
}
