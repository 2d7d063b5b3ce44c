// The arithmetic of the BME280 driver against Bosch's printed formulas, through the driver: codes in, readings out.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TYPICAL_TRIM } from '../../sim/chips/bme280-trim.ts';
import type { Bme280Trim } from '../../sim/chips/bme280-trim.ts';
import { Code } from '../../src/ports/codes.ts';
import { createBme280Registers, emptyReading, sampleOnce } from './bme280-registers.ts';
import {
  fineInt32,
  humidityDouble,
  humidityInt32,
  pressureDouble,
  pressureInt64,
  temperatureDouble,
  temperatureInt32,
} from './bme280-reference.ts';

interface Codes {
  t: number;
  h: number;
  p: number;
}

const int = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const int16 = int(-32768, 32767);
const uint16 = int(0, 65535);
const int12 = int(-2048, 2047);

/** Every value that the registers can hold. */
const anyTrim: fc.Arbitrary<Bme280Trim> = fc.record({
  ...{ t1: uint16, t2: int16, t3: int16 },
  ...{ p1: uint16, p2: int16, p3: int16, p4: int16, p5: int16, p6: int16, p7: int16, p8: int16, p9: int16 },
  ...{ h1: int(0, 255), h2: int16, h3: int(0, 255), h4: int12, h5: int12, h6: int(-128, 127) },
});

/** Around what chips have, so that most readings are in range; signs of the small ones both ways. */
const chipTrim: fc.Arbitrary<Bme280Trim> = fc.record({
  ...{ t1: int(26500, 28500), t2: int(25000, 27500), t3: int(-2000, 1000) },
  ...{ p1: int(35000, 38500), p2: int(-11200, -10200), p3: int(2500, 3500), p4: int(1000, 9500) },
  ...{
    p5: int(-300, 300),
    p6: fc.constant(-7),
    p7: int(9000, 16000),
    p8: int(-15500, -7000),
    p9: int(3000, 6500),
  },
  ...{
    h1: int(70, 80),
    h2: int(340, 390),
    h3: int(0, 10),
    h4: int(250, 360),
    h5: int(-60, 60),
    h6: int(-35, 35),
  },
});

const anyCodes: fc.Arbitrary<Codes> = fc.record({
  t: int(0, 0xfffff),
  h: int(0, 0xffff),
  p: int(0, 0xfffff),
});
const chipCodes: fc.Arbitrary<Codes> = fc.record({
  t: int(420000, 620000),
  h: int(22000, 42000),
  p: int(250000, 560000),
});

/** What the double formulas say, in the units of a reading; null where the reading must be refused. */
function expected(trim: Bme280Trim, { t, h, p }: Codes): number[] | null {
  const { degrees, fine } = temperatureDouble(trim, t);
  const humidity = humidityDouble(trim, fine, h);
  const pressure = pressureDouble(trim, fine, p);
  const inRange = degrees >= -40 && degrees <= 85 && pressure >= 30000 && pressure <= 110000;
  if (!inRange || h === 0 || h === 0xffff) return null;
  return [degrees * 1000, humidity * 1000, pressure];
}

function read(trim: Bme280Trim, { t, h, p }: Codes): { code: number; values: number[] } {
  const bus = createBme280Registers(trim);
  bus.setCodes(t, h, p);
  const reading = emptyReading();
  const code = sampleOnce(bus, reading);
  return { code, values: [...reading.values] };
}

const isReset = ({ t, h, p }: Codes): boolean => t === 0x80000 && h === 0x8000 && p === 0x80000;

/** Half a unit, and what doubles lose on the way. */
const HALF = 0.5 + 1e-6;

describe('BME280 compensation', () => {
  it("gives the result of the data sheet's worked example", () => {
    const { code, values } = read(TYPICAL_TRIM, { t: 519888, h: 30000, p: 415148 });
    expect(code).toBe(Code.Ok);
    expect(values[0] / 1000).toBeCloseTo(25.08, 2);
    expect(values[2]).toBe(100653);
    expect(fineInt32(TYPICAL_TRIM, 519888)).toBe(128422);
  });

  it('is the double formula, rounded, for every trimming value and code', () => {
    fc.assert(
      fc.property(fc.oneof(anyTrim, chipTrim), fc.oneof(anyCodes, chipCodes), (trim, codes) => {
        fc.pre(!isReset(codes));
        const want = expected(trim, codes);
        const { code, values } = read(trim, codes);
        if (want === null) {
          expect(code).toBe(Code.Range);
          expect(values).toEqual([0, 0, 0]);
        } else {
          expect(code).toBe(Code.Ok);
          want.forEach((value, i) => expect(Math.abs(values[i] - value)).toBeLessThanOrEqual(HALF));
        }
      }),
      { numRuns: 3000 },
    );
  });

  it("is within the rounding of the data sheet's integer formulas", () => {
    let readings = 0;
    fc.assert(
      fc.property(chipTrim, chipCodes, (trim, codes) => {
        const { code, values } = read(trim, codes);
        if (code !== 0) return;
        readings++;
        // 32-bit integers drop three bits of the temperature's code, up to 13 of t_fine's units of 0.2 mK; its result
        // is rounded to 10 mK. The other two formulas are compared at the driver's own t_fine.
        const fine = temperatureDouble(trim, codes.t).fine;
        expect(Math.abs(values[0] - 10 * temperatureInt32(fineInt32(trim, codes.t)))).toBeLessThanOrEqual(9);
        expect(Math.abs(values[1] - humidityInt32(trim, fine, codes.h) / 1.024)).toBeLessThanOrEqual(12);
        expect(Math.abs(values[2] - pressureInt64(trim, fine, codes.p) / 256)).toBeLessThanOrEqual(0.52);
      }),
      { numRuns: 2000 },
    );
    expect(readings).toBeGreaterThan(500);
  });

  // The value as the registers hold it, and what a driver with the wrong sign makes of it.
  it.each([
    ['t1', 33000, 33000 - 65536],
    ['p1', 40000, 40000 - 65536],
    ['h1', 200, 200 - 256],
    ['h4', -30, -30 + 4096],
    ['h5', -50, -50 + 4096],
    ['h6', -30, -30 + 256],
  ] as const)('reads %s with its sign', (field, right, wrong) => {
    const trim = { ...TYPICAL_TRIM, [field]: right };
    // A code in the middle of humidity's range, where nothing is cut.
    let codes = { t: 600000, h: 0, p: 415148 };
    while ((expected(trim, codes)?.[1] ?? 0) < 30000) codes = { ...codes, h: codes.h + 500 };
    const want = expected(trim, codes);
    const misread = expected({ ...TYPICAL_TRIM, [field]: wrong }, codes);
    expect(want).not.toBeNull();
    expect(misread === null || want?.some((value, i) => Math.abs(value - misread[i]) > 2)).toBe(true);
    const { code, values } = read(trim, codes);
    expect(code).toBe(Code.Ok);
    want?.forEach((value, i) => expect(Math.abs(values[i] - value)).toBeLessThanOrEqual(HALF));
  });

  it('rounds halves away from zero below zero too', () => {
    fc.assert(
      fc.property(int(300000, 390000), (t) => {
        const codes = { t, h: 30000, p: 415148 };
        const want = expected(TYPICAL_TRIM, codes);
        fc.pre(want !== null && want[0] < 0);
        const value = want?.[0] ?? 0;
        expect(read(TYPICAL_TRIM, codes).values[0]).toBe(-Math.round(-value));
      }),
    );
  });
});
