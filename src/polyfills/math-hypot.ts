// Math.hypot of two numbers, for engines that have none; the build nests calls for more: there an overflow hides a NaN that
// comes after it.

/** @returns the length of the hypotenuse; nothing overflows on the way. */
export function hypot(a: number, b: number): number {
  const x = Math.abs(a);
  const y = Math.abs(b);
  if (x === Infinity || y === Infinity) return Infinity;
  const longer = x > y ? x : y;
  if (!(longer > 0)) return x + y;
  const p = x / longer;
  const q = y / longer;
  return longer * Math.sqrt(p * p + q * q);
}
