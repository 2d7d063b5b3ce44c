// Number.isInteger, isSafeInteger, isFinite and isNaN, for engines that have none.

export function isFiniteNumber(value: unknown): boolean {
  return typeof value === 'number' && isFinite(value);
}

export function isNaNumber(value: unknown): boolean {
  return typeof value === 'number' && isNaN(value);
}

export function isInteger(value: unknown): boolean {
  return typeof value === 'number' && isFinite(value) && Math.floor(value) === value;
}

export function isSafeInteger(value: unknown): boolean {
  return isInteger(value) && Math.abs(value as number) <= 9007199254740991;
}
