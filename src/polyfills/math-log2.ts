// Math.log2, for engines that have none. Powers of two come out whole, as they do natively.

/** log2(e). */
const LOG2E = 1.4426950408889634;

/** @returns the logarithm to base 2; NaN below 0. */
export function log2(x: number): number {
  if (!(x > 0) || x === Infinity) return Math.log(x);
  let whole = 0;
  let rest = x;
  // Near 1 nothing is taken away, so that no digit is lost there.
  for (; rest > 1.5; rest /= 2) whole++;
  for (; rest < 0.75; rest *= 2) whole--;
  return whole + Math.log(rest) * LOG2E;
}
