// A pin as a value: D5 is a number to the program, with functions on it.

export class Pin {
  readonly number: number;

  constructor(number: number) {
    this.number = number;
  }

  valueOf(): number {
    return this.number;
  }

  toString(): string {
    return `D${this.number}`;
  }
}

/** @returns the number of what names a pin: D5, 5 or "D5"; undefined for anything else. */
export function pinNumber(value: unknown): number | undefined {
  if (value instanceof Pin) return value.number;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  const match = typeof value === 'string' ? /^D(\d+)$/.exec(value) : null;
  return match === null ? undefined : Number(match[1]);
}
