// Rules that MQTT 3.1.1 and 5.0 have in common are judged once, under the number of 3.1.1. This is their number in 5.0.

/** How a fault begins in 3.1.1, and in 5.0; the first that fits counts. Whatever is not here has the same number, or is of 5.0 only. */
const NUMBERS: readonly (readonly [from: string, to: string])[] = [
  ['1.5.3-', '1.5.4-'],
  ['2.3.1-1 ', '2.2.1-3 '],
  ['2.3.1-2 ', '2.2.1-3 '],
  ['2.3.1-3 ', '4.4.0-1 '],
  ['2.3.1-6 ', '2.2.1-5 '],
  ['3.1.2-23 ', '3.1.2-20 '],
  ['3.1.2-24 ', '3.1.2-22 '],
  ['3.14.4-2 ', '3.14.4-1 '],
  ['4.3.3-1 PUBLISH', '4.3.3-6 PUBLISH'],
  ['4.3.3-1 PUBREL', '4.3.3-4 PUBREL'],
  ['4.7.1-2 ', '4.7.1-1 '],
  ['4.7.1-3 ', '4.7.1-2 '],
  ['the remaining length', '1.5.5-1 the remaining length'],
];

/** @returns a fault under its number in 5.0. */
export function in5(fault: string): string {
  for (const [from, to] of NUMBERS) if (fault.startsWith(from)) return to + fault.slice(from.length);
  return fault;
}
