// Math.clz32, for engines that have none.

/** @returns how many of the 32 bits of `x` are 0 before the first 1. */
export function clz32(x: number): number {
  let zeros = 32;
  for (let bits = x >>> 0; bits > 0; bits >>>= 1) zeros--;
  return zeros;
}
