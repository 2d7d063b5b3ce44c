// What drivers share to check their options, and to turn them into the codes of their chips. No state.

/** @returns whether `value` is a number from `min` to `max`. */
export function isWithin(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}

/** @returns whether `value` is an integer from `min` to `max`. */
export function isWhole(value: number, min: number, max: number): boolean {
  return isWithin(value, min, max) && value % 1 === 0;
}

/** @returns an option, or what holds where it was left out. */
export function numberOr(option: number | undefined, otherwise: number): number {
  return option === undefined ? otherwise : option;
}

/** @returns log2 of a number; -1 where that is no integer from 0 to `last`. */
export function exponentOf(value: number, last: number): number {
  for (let i = 0; i <= last; i++) if (1 << i === value) return i;
  return -1;
}
