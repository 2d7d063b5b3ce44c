// Number.MAX_SAFE_INTEGER, MIN_SAFE_INTEGER and EPSILON, for engines that have none.

export const MAX_SAFE_INTEGER: number = 9007199254740991;
export const MIN_SAFE_INTEGER: number = -9007199254740991;
/** The step from 1 to the next larger number. */
export const EPSILON: number = 2.220446049250313e-16;
