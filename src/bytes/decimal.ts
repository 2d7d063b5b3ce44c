// Scaled integers as decimal text, without a fraction on the way: fractions allocate, and engines print them
// differently.

const SCALES = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000];

/** @returns `value` / 10^`decimals` with all its decimals: (-5, 2) is "-0.05". @param decimals 0 to 6. @hot */
export function decimalText(value: number, decimals: number): string {
  const size = value < 0 ? -value : value;
  const scale = SCALES[decimals];
  const rest = size % scale;
  let text = (value < 0 ? '-' : '') + (size - rest) / scale;
  // The leading 1 keeps the zeros behind it.
  if (decimals > 0) text += '.' + ('' + (scale + rest)).substr(1);
  return text;
}
