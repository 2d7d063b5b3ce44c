// Integers and scaled integers as decimal text, without a fraction on the way: fractions allocate, and engines print them
// differently.

/** @returns `value` / 10^`decimals` with all its decimals: (-5, 2) is "-0.05". @param decimals 0 to 6. */
export function decimalText(value: number, decimals: number): string {
  if (decimals === 0) return '' + value;
  let digits = '' + (value < 0 ? -value : value);
  // At most six rounds: one digit before the point, `decimals` behind it.
  while (digits.length <= decimals) digits = '0' + digits;
  const point = digits.length - decimals;
  return (value < 0 ? '-' : '') + digits.substr(0, point) + '.' + digits.substr(point);
}
