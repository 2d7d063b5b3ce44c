// What drivers make of numbers that engines could see differently: logarithms, and integers up to 2^53. The same program on Node says
// what is right, and the drivers' own tests that Node is. ES5 subset: loaded into engines.

import type { CountStore } from '../../src/ports/count-store.ts';
import type { AnalogInput, EdgeInput } from '../../src/ports/gpio.ts';
import type { Reading } from '../../src/ports/reading.ts';
import type { Driver } from '../../src/sensors/driver.ts';
import { createNtc } from '../../src/sensors/ntc.ts';
import type { NtcOptions } from '../../src/sensors/ntc.ts';
import { createPulses, ENERGY_METER, RAIN_GAUGE, WATER_METER } from '../../src/sensors/pulses.ts';
import type { PulseUse } from '../../src/sensors/pulses.ts';

/** @returns what a sample gives: its first value, or its code. */
function sample(driver: Driver): number {
  const out: Reading = { values: new Int32Array(driver.channels.length), time: 0 };
  const answer = driver.start(1000);
  const code = answer < 0 ? answer : driver.poll(1000 + answer, out);
  return code < 0 ? code : out.values[0];
}

function temperatures(options: NtcOptions, tell: (value: number) => void): void {
  let millivolts = 0;
  const input: AnalogInput = { maxMv: 3598, read: () => millivolts };
  const driver = createNtc(input, options);
  for (millivolts = 20; millivolts < 3300; millivolts += 37) tell(sample(driver));
}

function totalOf(use: PulseUse, low: number, high: number, numerator: number, denominator: number): number {
  const input: EdgeInput = { read: () => 1, watch: () => {} };
  const store: CountStore = {
    load(parts) {
      parts[0] = low;
      parts[1] = high;
      return 0;
    },
    save: () => 0,
  };
  return sample(createPulses(input, store, use, { numerator, denominator }));
}

/** @param tell is called for each number. */
export function checkArithmetic(tell: (value: number) => void): void {
  temperatures({}, tell);
  temperatures({ divider: 'pull-down', beta: 3435, seriesOhms: 4700 }, tell);
  temperatures({ steinhartHart: { a: 1.129241e-3, b: 2.341077e-4, c: 8.775468e-8 } }, tell);
  for (let i = 0; i < 53; i += 3) {
    const low = i < 27 ? (1 << i) - 1 : 0x7ffffff;
    const high = i < 27 ? 0 : (1 << (i - 27)) - 1;
    tell(totalOf(RAIN_GAUGE, low, high, 2794, 10000));
    tell(totalOf(WATER_METER, low, high, 1, 450));
    tell(totalOf(ENERGY_METER, low, high, 33554, 999983));
    tell(totalOf(WATER_METER, low, high, 777, 1000000));
  }
}
