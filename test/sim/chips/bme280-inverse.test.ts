// Codes that the simulated chip finds for a value, against Bosch's integer formulas in BigInt.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fineTemperatureOf,
  humidityCode,
  humidityOf,
  pressureCode,
  pressureOf,
  temperatureCode,
} from '../../../sim/chips/bme280-inverse.ts';
import { TYPICAL_TRIM } from '../../../sim/chips/bme280-trim.ts';
import {
  fineInt32,
  humidityInt32,
  pressureInt64,
  temperatureDouble,
} from '../../sensors/bme280-reference.ts';

const TRIMS = [
  TYPICAL_TRIM,
  { ...TYPICAL_TRIM, t1: 28400, t3: 50, p6: -7, p5: -200, p8: -9000, h4: 330, h5: -40, h6: -30, h3: 5 },
  { ...TYPICAL_TRIM, p1: 38200, p4: 8000, h1: 0, h4: 250, h5: 0, h6: 0 },
];
const anyTrim = fc.constantFrom(...TRIMS);
const temperature = fc.integer({ min: -40000, max: 85000 });

describe('BME280 inverse', () => {
  it("has the data sheet's formulas", () => {
    fc.assert(
      fc.property(
        anyTrim,
        fc.integer({ min: 300000, max: 700000 }),
        fc.integer({ min: 200000, max: 700000 }),
        fc.integer({ min: 15000, max: 50000 }),
        (trim, t, p, h) => {
          const fine = fineTemperatureOf(trim, t);
          expect(Math.abs(fine - temperatureDouble(trim, t).fine)).toBeLessThanOrEqual(2);
          // 32-bit integers drop bits of the code: up to 15 codes of 0.8 to 1.6 units.
          expect(Math.abs(fine - fineInt32(trim, t))).toBeLessThanOrEqual(26);
          expect(humidityOf(trim, fine, h)).toBe(humidityInt32(trim, fine, h));
          expect(Math.abs(pressureOf(trim, fine, p) - pressureInt64(trim, fine, p))).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('finds the code next to a value', () => {
    fc.assert(
      fc.property(
        anyTrim,
        temperature,
        fc.integer({ min: 1000, max: 99000 }),
        fc.integer({ min: 30000, max: 110000 }),
        (trim, t, h, p) => {
          const codeT = temperatureCode(trim, t);
          const fine = fineTemperatureOf(trim, codeT);
          expect(fine).toBeGreaterThanOrEqual(t * 5.12);
          expect(fineTemperatureOf(trim, codeT - 1)).toBeLessThan(t * 5.12);
          const codeH = humidityCode(trim, fine, h);
          expect(humidityOf(trim, fine, codeH)).toBeGreaterThanOrEqual(h * 1.024);
          expect(humidityOf(trim, fine, codeH - 1)).toBeLessThan(h * 1.024);
          const codeP = pressureCode(trim, fine, p);
          expect(pressureOf(trim, fine, codeP)).toBeLessThanOrEqual(p * 256);
          expect(pressureOf(trim, fine, codeP - 1)).toBeGreaterThan(p * 256);
        },
      ),
    );
  });

  it('stops at the end of the converter', () => {
    expect(temperatureCode(TYPICAL_TRIM, 1e6)).toBe(0xfffff);
    expect(temperatureCode(TYPICAL_TRIM, -1e6)).toBe(0);
    expect(humidityCode(TYPICAL_TRIM, 100000, 0)).toBe(0);
    expect(pressureCode(TYPICAL_TRIM, 100000, 1e6)).toBe(0);
  });
});
