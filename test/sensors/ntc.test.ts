import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createNtcChip } from '../../sim/chips/ntc.ts';
import { Code } from '../../src/ports/codes.ts';
import { createNtc } from '../../src/sensors/ntc.ts';
import type { NtcOptions } from '../../src/sensors/ntc.ts';
import { createInput, sampleOf } from './analog-bench.ts';

/** Millivolts of a divider with the thermistor to ground, or to the supply. */
const pinOf = (ohms: number, options: NtcOptions = {}) => {
  const { seriesOhms = 10000, referenceMv = 3300, divider = 'pull-up' } = options;
  return (referenceMv * (divider === 'pull-up' ? ohms : seriesOhms)) / (ohms + seriesOhms);
};
const temperatureOf = (ohms: number, options: NtcOptions = {}) =>
  sampleOf(createNtc(createInput(pinOf(ohms, options)), options));

/** Resistance by the definition of B: R = R0 exp(B / T - B / T0). */
const byBeta = (celsius: number, beta: number, ohms: number, at: number) =>
  ohms * Math.exp(beta / (celsius + 273.15) - beta / (at + 273.15));

/** Steinhart and Hart by looking for the temperature: 1 / T rises with ln R. */
const CURVE = { a: 1.129241e-3, b: 2.341077e-4, c: 8.775468e-8 };

describe('thermistor', () => {
  it.each([
    [10000, 25000],
    // By the definition of B, to a thousandth of a degree: T = 1 / (1 / 298.15 + ln(R / 10000) / 3950).
    [33620.6, 0],
    [335671, -37497],
    [1000, 87720],
    [678, 101003],
  ])('of %f ohms and B 3950 is at %i thousandths of a degree', (ohms, millidegrees) => {
    const [value] = temperatureOf(ohms) as number[];
    expect(Math.abs(value! - millidegrees)).toBeLessThanOrEqual(1);
  });

  // The table of a thermistor of 10 kohm "curve 3" or "A1", as several makers print it, and coefficients that are given for it.
  it.each([
    [97072, -20],
    [32650, 0],
    [10000, 25],
    [3602, 50],
    [1480, 75],
    [678.3, 100],
  ])('of %f ohms is at %i degrees by Steinhart and Hart', (ohms, celsius) => {
    const options: NtcOptions = { steinhartHart: CURVE, divider: 'pull-up' };
    const [value] = temperatureOf(ohms, options) as number[];
    expect(Math.abs(value! - celsius * 1000)).toBeLessThan(80);
  });

  it('is right for any divider, thermistor and temperature', () => {
    const options = fc.record({
      divider: fc.constantFrom('pull-up' as const, 'pull-down' as const),
      seriesOhms: fc.integer({ min: 1000, max: 200000 }),
      // What the converter of `createInput` can measure.
      referenceMv: fc.integer({ min: 500, max: 3590 }),
      ohms: fc.integer({ min: 1000, max: 200000 }),
      referenceCelsius: fc.constantFrom(0, 20, 25),
      beta: fc.integer({ min: 2500, max: 5000 }),
      readings: fc.integer({ min: 1, max: 64 }),
    });
    fc.assert(
      fc.property(options, fc.integer({ min: -54000, max: 149000 }), (of, millidegrees) => {
        const ohms = byBeta(millidegrees / 1000, of.beta, of.ohms, of.referenceCelsius);
        const share = pinOf(ohms, of) / of.referenceMv;
        const seen = temperatureOf(ohms, of);
        if (share < 0.0199 || share > 0.9801) expect(seen).toBe(Code.Fault);
        else if (share > 0.0201 && share < 0.9799) {
          expect(Math.abs((seen as number[])[0]! - millidegrees)).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it.each(['pull-up', 'pull-down'] as const)('of a %s is a fault when it is open or short', (divider) => {
    for (const share of [0, 0.005, 0.019, 0.981, 0.995, 1, 1.05]) {
      expect(sampleOf(createNtc(createInput(3300 * share), { divider }))).toBe(Code.Fault);
    }
    for (const share of [0.021, 0.979]) {
      expect(sampleOf(createNtc(createInput(3300 * share), { divider }))).not.toBe(Code.Fault);
    }
  });

  it('is a fault when a single reading is the end of the converter', () => {
    expect(sampleOf(createNtc(createInput(1650, 1650, 3598, 1650)))).toBe(Code.Fault);
  });

  it('that is outside of what a thermistor can be is out of range', () => {
    expect(temperatureOf(399000, { beta: 2000 })).toBe(Code.Range);
    expect(temperatureOf(220, { beta: 2500 })).toBe(Code.Range);
  });

  it('with coefficients that make no temperature has none', () => {
    const steinhartHart = { a: -0.0023, b: 0.00025, c: 0 };
    expect([Code.Range]).toContain(temperatureOf(10000, { steinhartHart }));
  });

  it('is the mean of its readings, of as many as are asked for', () => {
    const sixteen = createInput(...Array.from({ length: 16 }, (_, i) => 1650 + (i - 7.5) * 10));
    expect(sampleOf(createNtc(sixteen))).toEqual([25000]);
    expect(sixteen.reads()).toBe(16);
    const one = createInput(1650, 3000);
    expect(sampleOf(createNtc(one, { readings: 1 }))).toEqual([25000]);
    expect(one.reads()).toBe(1);
  });

  it('needs the true reference voltage', () => {
    const pin = pinOf(10000, { referenceMv: 3000 });
    expect(sampleOf(createNtc(createInput(pin), { referenceMv: 3000 }))).toEqual([25000]);
    expect(sampleOf(createNtc(createInput(pin)))).not.toEqual([25000]);
  });

  it('on a simulated divider of the other kind is right, too', () => {
    let now = 0;
    const chip = createNtcChip(
      { temperature: () => 60000, isHigh: true, seriesOhms: 4700, beta: 3435, seed: 3 },
      () => now++,
    );
    const driver = createNtc(chip.input, { divider: 'pull-down', seriesOhms: 4700, beta: 3435 });
    expect(Math.abs((sampleOf(driver) as number[])[0]! - 60000)).toBeLessThan(200);
    chip.faults.absent = true;
    expect(sampleOf(driver)).toBe(Code.Fault);
  });
});
