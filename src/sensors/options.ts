// What drivers share to check their options.

/** @returns whether `value` is a number from `min` to `max`. */
export function isWithin(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}

/** @returns whether `value` is an integer from `min` to `max`. */
export function isWhole(value: number, min: number, max: number): boolean {
  return isWithin(value, min, max) && value % 1 === 0;
}
