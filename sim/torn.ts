// What the power leaves of a program or an erase that it went away in: bytes in any order, bits at random, bits between 0
// and 1. Masks are made once, so that a tear is the same whenever it is looked at.

import type { SeededRandom } from './network/random.ts';
import type { NorOperation, Torn } from './nor.ts';

const NONE = 0;
const ALL = 0xff;

/** The first `count` bytes. */
export function prefix(count: number): Torn {
  return { done: (offset) => (offset < count ? ALL : NONE) };
}

/** Those from `from` on. */
export function suffix(from: number): Torn {
  return { done: (offset) => (offset >= from ? ALL : NONE) };
}

/** `count` bytes from `from` on. */
export function only(from: number, count: number): Torn {
  return { done: (offset) => (offset >= from && offset < from + count ? ALL : NONE) };
}

/** The others. */
export function allBut(from: number, count: number): Torn {
  return { done: (offset) => (offset >= from && offset < from + count ? NONE : ALL) };
}

/** @returns a mask for each byte in which each bit is 1 with probability `share`. */
function maskOf(random: SeededRandom, share: number): (offset: number) => number {
  const masks: number[] = [];
  const draw = () => {
    let mask = 0;
    for (let bit = 1; bit < 256; bit <<= 1) if (random.chance(share)) mask |= bit;
    return mask;
  };
  return (offset) => {
    while (masks.length <= offset) masks.push(draw());
    return masks[offset] as number;
  };
}

/** Each bit with probability `share`. */
export function someBits(random: SeededRandom, share: number): Torn {
  return { done: maskOf(random, share) };
}

/** Each bit is done, or with probability `share` is neither: it reads as either. */
export function unsureBits(random: SeededRandom, share: number): Torn {
  const unsure = maskOf(random, share);
  return { done: (offset) => ~unsure(offset) & ALL, unsure };
}

/** An erase that has cleared bits with probability `share`, as some parts do first, and set none. */
export function cleared(random: SeededRandom, share: number): Torn {
  return { done: () => NONE, cleared: maskOf(random, share) };
}

/** An erase that has done everything, but for bits, with probability `share`, that read as either. */
export function blankLooking(random: SeededRandom, share: number): Torn {
  return { done: () => ALL, unsure: maskOf(random, share) };
}

export interface Way {
  /** What is left: "first 3 bytes". */
  readonly name: string;
  readonly torn: Torn;
}

const percent = (share: number) => `${Math.round(share * 100)} %`;
const counts = (end: number, step: number, from = 0) =>
  Array.from({ length: Math.ceil((end - from) / step) }, (_, i) => from + i * step);

function randomWays(random: SeededRandom, shares: readonly number[]): Way[] {
  return shares.map((share) => ({
    name: `bits at random, ${percent(share)}`,
    torn: someBits(random.fork(), share),
  }));
}

/** Ways to tear a program of `bytes` bytes. @param unit program unit. */
export function tornPrograms(bytes: number, unit: number, random: SeededRandom): Way[] {
  return [
    ...counts(bytes + 1, 1).map((count) => ({ name: `first ${count} bytes`, torn: prefix(count) })),
    ...counts(bytes, 1, 1).map((from) => ({ name: `last ${bytes - from} bytes`, torn: suffix(from) })),
    ...counts(bytes, unit).map((from) => ({
      name: `all but ${unit} bytes from ${from}`,
      torn: allBut(from, unit),
    })),
    ...randomWays(random, [0.1, 0.5, 0.9]),
    ...[0.01, 0.1, 1].map((share) => ({
      name: `bits unsure, ${percent(share)}`,
      torn: unsureBits(random.fork(), share),
    })),
  ];
}

/** Ways to tear an erase of a page of `bytes` bytes. @param unit program unit. */
export function tornErases(bytes: number, unit: number, random: SeededRandom): Way[] {
  const half = bytes >> 1;
  const last = bytes - unit;
  return [
    ...[0, unit, half, last, bytes].map((count) => ({ name: `first ${count} bytes`, torn: prefix(count) })),
    ...[unit, half, last].map((from) => ({ name: `last ${bytes - from} bytes`, torn: suffix(from) })),
    ...counts(bytes, Math.max(unit, bytes >> 7)).flatMap((from) => [
      { name: `only ${unit} bytes from ${from}`, torn: only(from, unit) },
      { name: `all but ${unit} bytes from ${from}`, torn: allBut(from, unit) },
    ]),
    ...randomWays(random, [0.02, 0.5, 0.98]),
    ...[0.5, 1].map((share) => ({
      name: `cleared first, ${percent(share)}`,
      torn: cleared(random.fork(), share),
    })),
    { name: 'looks blank', torn: blankLooking(random.fork(), 0.001) },
  ];
}

/** Ways to tear an operation. @param unit program unit. */
export function tornWays(
  { kind, bytes }: Omit<NorOperation, 'address'>,
  unit: number,
  random: SeededRandom,
): Way[] {
  return (kind === 'program' ? tornPrograms : tornErases)(bytes, unit, random);
}
