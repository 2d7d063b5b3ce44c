import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Code } from '../../src/ports/codes.ts';
import { createSoil } from '../../src/sensors/soil.ts';
import type { SoilOptions } from '../../src/sensors/soil.ts';
import { createInput, sampleOf } from './analog-bench.ts';

const soilOf = (millivolts: number, options?: SoilOptions) =>
  sampleOf(createSoil(createInput(millivolts), options));

describe('soil probe', () => {
  it('is between its two points, whichever is higher', () => {
    expect(soilOf(2700)).toEqual([0]);
    expect(soilOf(1200)).toEqual([1000]);
    expect(soilOf(1950)).toEqual([500]);
    const resistive = { dryMv: 100, wetMv: 2100 };
    expect(soilOf(100, resistive)).toEqual([0]);
    expect(soilOf(600, resistive)).toEqual([250]);
    expect(soilOf(2100, resistive)).toEqual([1000]);
  });

  it('is at its point when it is a little beyond, and a fault when it is far', () => {
    expect(soilOf(3074)).toEqual([0]);
    expect(soilOf(3077)).toBe(Code.Fault);
    expect(soilOf(826)).toEqual([1000]);
    expect(soilOf(823)).toBe(Code.Fault);
  });

  it('is a fault without an output, wherever its points are', () => {
    const options = { dryMv: 3000, wetMv: 300 };
    expect(soilOf(19, options)).toBe(Code.Fault);
    expect(soilOf(21, options)).toEqual([1000]);
  });

  it('is out of range when a single reading is the end of the converter', () => {
    expect(sampleOf(createSoil(createInput(2000, 3598, 2000)))).toBe(Code.Range);
  });

  it('is the mean of its readings, of as many as are asked for', () => {
    const input = createInput(...Array.from({ length: 16 }, (_, i) => 1950 + (i - 7.5) * 20));
    expect(sampleOf(createSoil(input))).toEqual([500]);
    expect(input.reads()).toBe(16);
    const one = createInput(1950, 2500);
    expect(sampleOf(createSoil(one, { readings: 1 }))).toEqual([500]);
  });

  it('is a straight line for any two points', () => {
    const point = fc.integer({ min: 50, max: 3500 });
    fc.assert(
      fc.property(point, point, fc.nat(1000), (dryMv, wetMv, tenths) => {
        fc.pre(Math.abs(dryMv - wetMv) >= 100);
        expect(soilOf(dryMv + ((wetMv - dryMv) * tenths) / 1000, { dryMv, wetMv })).toEqual([tenths]);
      }),
    );
  });
});
