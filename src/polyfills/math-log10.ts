// Math.log10, for engines that have none. Powers of ten that a number holds exactly come out whole, as they do natively.

/** log10(e). */
const LOG10E = 0.4342944819032518;

/** @returns the logarithm to base 10; NaN below 0. */
export function log10(x: number): number {
  if (!(x > 0) || x === Infinity) return Math.log(x);
  let whole = 0;
  let rest = x;
  for (; rest > 5; rest /= 10) whole++;
  for (; rest < 0.5; rest *= 10) whole--;
  return whole + Math.log(rest) * LOG10E;
}
