// Scaled integers as decimal text, without a fraction on the way: fractions allocate, and engines print them
// differently.

const ZEROS = '0000000';

/** @returns `value` / 10^`decimals` with all its decimals: (-5, 2) is "-0.05". @param decimals 0 to 6. @hot */
export function decimalText(value: number, decimals: number): string {
  if (decimals === 0) return '' + value;
  let digits = '' + (value < 0 ? -value : value);
  let point = digits.length - decimals;
  if (point < 1) {
    // One digit before the point, `decimals` behind it.
    digits = ZEROS.substr(0, 1 - point) + digits;
    point = 1;
  }
  digits = digits.substr(0, point) + '.' + digits.substr(point);
  return value < 0 ? '-' + digits : digits;
}
