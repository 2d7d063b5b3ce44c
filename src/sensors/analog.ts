// What drivers of analogue inputs share.

import { Code } from '../ports/codes.ts';
import type { AnalogInput } from '../ports/gpio.ts';

/** Most readings that are taken at a time: a converter takes 20 to 100 microseconds for each. */
export const READINGS_MAX = 64;
/** So many make a converter's noise a quarter of what it was. */
export const READINGS = 16;

/** @returns sum of `count` readings, millivolts; Code.Range when one of them is the converter's end, and the truth beyond it. */
export function sumOf(input: AnalogInput, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const millivolts = input.read();
    if (millivolts >= input.maxMv) return Code.Range;
    sum += millivolts;
  }
  return sum;
}
