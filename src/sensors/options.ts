// What drivers share to check their options.

/** @returns whether `value` is an integer from `min` to `max`. */
export function isWhole(value: number, min: number, max: number): boolean {
  return value >= min && value <= max && value % 1 === 0;
}
