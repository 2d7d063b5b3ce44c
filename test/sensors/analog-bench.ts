// An analogue input in a test's hands, and one sample of a driver on it.

import type { AnalogInput } from '../../src/ports/gpio.ts';
import type { Driver } from '../../src/sensors/driver.ts';

/** What is read, one after the other; the last again and again. Fractions are fine: what is tested is arithmetic. */
export function createInput(...millivolts: number[]) {
  let reads = 0;
  const input: AnalogInput & { reads: () => number } = {
    maxMv: 3598,
    read: () => millivolts[Math.min(reads++, millivolts.length - 1)]!,
    reads: () => reads,
  };
  return input;
}

/** @returns the values of a sample, or its code. */
export function sampleOf(driver: Driver): number[] | number {
  const out = { values: new Int32Array(driver.channels.length).fill(-77), time: 0 };
  const answer = driver.start(1000);
  if (answer < 0) return answer;
  const code = driver.poll(1000 + answer, out);
  return code === 0 ? [...out.values] : code;
}
