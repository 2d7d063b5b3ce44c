// Randomness that is the same on every engine: 16-bit integers and products below 2^32, nothing of Math.

import type { Random } from '../../src/ports/random.ts';

function mix(x: number): number {
  let h = x & 0xffff;
  h ^= h >> 7;
  h = (h * 0x2993) & 0xffff;
  h ^= h >> 5;
  h = (h * 0xe877) & 0xffff;
  return h ^ (h >> 9);
}

/** A number without a sequence: the same for the same arguments. @param n 0 to 2^32 - 1. @returns 0 to 65535. */
export function hash16(seed: number, n: number): number {
  const low = n & 0xffff;
  const high = (n - low) / 65536;
  return mix(mix(mix(seed) ^ low) ^ mix(high + 0x51ed));
}

/** A sequence from a seed: xorshift and a congruential generator together, period 2^32. */
export function createRandom(seed: number): Random {
  let shift = mix(seed) || 1;
  let linear = mix(seed + 0x3c6e);
  function next(): number {
    shift ^= (shift << 7) & 0xffff;
    shift ^= shift >> 9;
    shift ^= (shift << 8) & 0xffff;
    linear = (linear * 25173 + 13849) & 0xffff;
    return shift ^ linear;
  }
  return { next };
}
