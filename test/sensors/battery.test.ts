import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Code } from '../../src/ports/codes.ts';
import { createBattery } from '../../src/sensors/battery.ts';
import type { BatteryOptions } from '../../src/sensors/battery.ts';
import { createInput, sampleOf } from './analog-bench.ts';

/** A battery of so many millivolts behind a divider. */
const batteryOf = (millivolts: number, options: BatteryOptions = {}) => {
  const { upperOhms = 100000, lowerOhms = 100000 } = options;
  return sampleOf(createBattery(createInput((millivolts * lowerOhms) / (upperOhms + lowerOhms)), options));
};

describe('battery', () => {
  it.each([
    ['lipo', 4200, 1000],
    ['lipo', 4230, 1000],
    ['lipo', 3820, 500],
    ['lipo', 3750, 250],
    ['lipo', 3490, 50],
    ['lipo', 3300, 0],
    ['lipo', 3000, 0],
    ['lifepo4', 3600, 1000],
    ['lifepo4', 3260, 500],
    ['lifepo4', 2750, 50],
    ['lifepo4', 2500, 0],
    ['alkaline', 1600, 1000],
    ['alkaline', 1220, 500],
    ['alkaline', 970, 50],
    ['alkaline', 800, 0],
  ] as const)('%s of %i mV has %i tenths of a percent', (chemistry, millivolts, charge) => {
    expect(batteryOf(millivolts, { chemistry })).toEqual([millivolts, charge]);
  });

  it('of several cells is that many times a cell', () => {
    expect(batteryOf(7640, { cells: 2, upperOhms: 300000 })).toEqual([7640, 500]);
    expect(batteryOf(3660, { cells: 3, chemistry: 'alkaline' })).toEqual([3660, 500]);
    expect(batteryOf(13040, { cells: 4, chemistry: 'lifepo4', upperOhms: 470000 })).toEqual([13040, 500]);
  });

  it('may be without a divider', () => {
    expect(batteryOf(3000, { upperOhms: 0, lowerOhms: 1, cells: 2, chemistry: 'alkaline' })).toEqual([
      3000, 962,
    ]);
  });

  it('has the voltage of any divider, and any number of readings', () => {
    const options = fc.record({
      upperOhms: fc.nat(10000000),
      lowerOhms: fc.integer({ min: 1, max: 10000000 }),
      readings: fc.integer({ min: 1, max: 64 }),
    });
    fc.assert(
      fc.property(options, fc.integer({ min: 2000, max: 5000 }), (of, millivolts) => {
        const atPin = (millivolts * of.lowerOhms) / (of.upperOhms + of.lowerOhms);
        const seen = batteryOf(millivolts, of);
        if (atPin >= 3598) expect(seen).toBe(Code.Range);
        else expect((seen as number[])[0]).toBe(millivolts);
      }),
    );
  });

  it('is never fuller at a lower voltage', () => {
    for (const chemistry of ['lipo', 'lifepo4', 'alkaline'] as const) {
      let last = -1;
      for (let millivolts = 1300; millivolts < 1900; millivolts++) {
        const factor = chemistry === 'alkaline' ? 1 : 2;
        const seen = batteryOf(millivolts * factor, { chemistry });
        if (typeof seen === 'number') continue;
        expect(seen[1]).toBeGreaterThanOrEqual(last);
        last = seen[1]!;
      }
      expect(last).toBeGreaterThan(0);
    }
  });

  it('may have its own curve', () => {
    const curve = [1000, 1100, 1200, 1210, 1220, 1230, 1240, 1250, 1260, 1300, 1400];
    expect(batteryOf(1225, { curve })).toEqual([1225, 450]);
    expect(batteryOf(1450, { curve })).toEqual([1450, 1000]);
  });

  it.each([
    ['lipo', 1649, 1650, 5250, 5251],
    ['lifepo4', 1249, 1250, 4250, 4251],
    ['alkaline', 449, 450, 1937, 1938],
  ] as const)('%s is none below %i and above %i mV', (chemistry, under, lowest, highest, over) => {
    expect(batteryOf(under, { chemistry })).toBe(Code.Fault);
    expect(batteryOf(lowest, { chemistry })).toEqual([lowest, 0]);
    expect(batteryOf(highest, { chemistry })).toEqual([highest, 1000]);
    expect(batteryOf(over, { chemistry })).toBe(Code.Fault);
  });

  it('is out of range when a single reading is the end of the converter', () => {
    expect(sampleOf(createBattery(createInput(1900, 3598, 1900)))).toBe(Code.Range);
  });

  it('is the mean of sixteen readings', () => {
    const input = createInput(...Array.from({ length: 16 }, (_, i) => 1910 + (i - 7.5) * 4));
    expect(sampleOf(createBattery(input))).toEqual([3820, 500]);
    expect(input.reads()).toBe(16);
  });
});
