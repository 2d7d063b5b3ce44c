// Math.trunc, for engines that have none.

/** @returns `x` without its fraction. */
export function trunc(x: number): number {
  return x < 0 ? Math.ceil(x) : Math.floor(x);
}
