// The INA226's driver where the case of all drivers does not look: options, arithmetic, ends of ranges; and its simulated chip.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIna226Chip } from '../../sim/chips/ina226.ts';
import type { Ina226Chip } from '../../sim/chips/ina226.ts';
import { Code } from '../../src/ports/codes.ts';
import { createIna226 } from '../../src/sensors/ina226.ts';
import type { Ina226Options } from '../../src/sensors/ina226.ts';
import { createWorld, sampleOf } from './one-sample.ts';
import type { Sample, World } from './one-sample.ts';

interface Bench extends World {
  readonly chip: Ina226Chip;
  sample(): Sample;
  close(): void;
}

function createBench(options: Ina226Options = {}, milliohms = 100): Bench {
  const world = createWorld();
  const chip = createIna226Chip({
    surroundings: world.surroundings,
    milliohms,
    address: options.address ?? 0x40,
  });
  world.rig.devices.push(chip);
  const driver = createIna226(world.rig.i2c, options);
  return { ...world, chip, sample: () => sampleOf(world.rig, driver), close: () => driver.close() };
}

function readWord({ chip, rig }: Bench, register: number): number {
  const bytes = new Uint8Array(2);
  chip.write([register], rig.now());
  chip.read(bytes, rig.now());
  return bytes[0] * 256 + bytes[1];
}

describe('INA226 driver', () => {
  it.each<[Ina226Options, number]>([
    [{}, 0x4123],
    [{ conversionUs: 140 }, 0x4003],
    [{ conversionUs: 8244 }, 0x41fb],
    [{ samples: 4 }, 0x4323],
    [{ samples: 1024, conversionUs: 140 }, 0x4e03],
    [{ address: 0x4f }, 0x4123],
  ])('writes %o as the datasheet has it', (options, config) => {
    const bench = createBench(options);
    expect(bench.sample().code).toBe(Code.Ok);
    expect(readWord(bench, 0).toString(16)).toBe(config.toString(16));
  });

  // Longest times: 154 and 1210 us; each twice.
  it.each([
    [{}, 4],
    [{ conversionUs: 140, samples: 1024 }, 317],
    [{ samples: 16 }, 40],
    [{ conversionUs: 8244, samples: 1024 }, 18574],
  ] as const)('waits for %o as long as the slowest chip takes', (options, ms) => {
    const bench = createBench(options);
    bench.sample();
    expect(bench.sample().ms).toBe(ms);
  });

  // Datasheet 7.5.2.1: 10 A through 2 milliohms at 12 V (its example: 11.98 V, 119.8 W).
  it("gives the values of the datasheet's worked example", () => {
    const bench = createBench({ shunt: 0.002 }, 2);
    bench.truth.voltage = 11980;
    bench.truth.current = 10000000;
    expect(bench.sample().values).toEqual([11980, 10000000, 119800]);
    expect(bench.chip.registers[1]).toBe(8000);
    expect(bench.chip.registers[2]).toBe(9584);
  });

  it.each([
    [-25, -1],
    [-500000, -20000],
    [-819175, -32767],
    [819150, 32766],
  ])('reads %i uA, which are %i steps, with all bits and the sign', (current, steps) => {
    const bench = createBench();
    bench.truth.current = current;
    expect(bench.sample().values[1]).toBe(current);
    expect(bench.chip.registers[1]).toBe(steps);
  });

  it('is right without any calibration, with whatever is in there, and after a brown-out', () => {
    for (const calibration of [0, 2048, 0x7fff]) {
      const bench = createBench();
      bench.truth.current = -654325;
      bench.truth.voltage = 24000;
      bench.sample();
      bench.chip.write([5, calibration >> 8, calibration & 255], bench.rig.now());
      expect(bench.sample().values).toEqual([24000, -654325, -15704]);
    }
  });

  it('refuses both ends of the shunt, the end of the voltage, and what the chip does not bear', () => {
    for (const current of [819175, -819200]) {
      const bench = createBench();
      bench.truth.current = current;
      expect(bench.sample().code).toBe(Code.Overflow);
    }
    const bench = createBench();
    bench.truth.voltage = 40959;
    expect(bench.sample().code).toBe(Code.Overflow);
    bench.truth.voltage = 36003;
    expect(bench.sample().code).toBe(Code.Range);
    bench.truth.voltage = 36000;
    expect(bench.sample().values[0]).toBe(36000);
  });

  it('refuses a current that no reading can hold', () => {
    const bench = createBench({ shunt: 0.0005 });
    bench.truth.current = 700000;
    expect(bench.sample().code).toBe(Code.Range);
  });

  it('tells another chip from one that says nothing', () => {
    for (const fault of ['stuckLow', 'stuckHigh'] as const) {
      const bench = createBench();
      bench.chip.faults[fault] = true;
      expect(bench.sample().code).toBe(Code.Fault);
    }
    const bench = createBench();
    bench.chip.faults.wrongId = true;
    expect(bench.sample().code).toBe(Code.WrongId);
  });

  it('resets the chip before it is used, so that the comparator of another firmware is off', () => {
    const bench = createBench();
    bench.chip.write([6, 0x80, 0x00], bench.rig.now());
    bench.sample();
    expect(bench.chip.registers[6] & 0xfc00).toBe(0);
  });

  it('sleeps after close', () => {
    const bench = createBench();
    bench.sample();
    bench.close();
    expect(bench.chip.registers[0] & 7).toBe(0);
  });

  it('is the formula in volts, amperes and watts for all values and shunts', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 28800 }),
        fc.integer({ min: -32767, max: 32766 }),
        fc.integer({ min: 1, max: 1000 }),
        (load, drop, milliohms) => {
          const bench = createBench({ shunt: milliohms / 1000 }, milliohms);
          bench.truth.voltage = load * 1.25;
          bench.truth.current = (drop * 2500) / milliohms;
          const { code, values } = bench.sample();
          const amperes = (drop * 0.0000025) / (milliohms / 1000);
          expect(code).toBe(Code.Ok);
          expect(Math.abs(values[0] - load * 1.25)).toBeLessThanOrEqual(0.5001);
          expect(Math.abs(values[1] - amperes * 1e6)).toBeLessThanOrEqual(0.5001);
          expect(Math.abs(values[2] - amperes * load * 1.25)).toBeLessThanOrEqual(0.5001);
        },
      ),
    );
  });
});

describe('simulated INA226', () => {
  it('has the registers of a reset, its identities, and is ready after two conversions', () => {
    const bench = createBench();
    bench.chip.brownOut(bench.rig.now());
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((register) => readWord(bench, register))).toEqual([
      0x4127, 0, 0, 0, 0, 0, 0, 0,
    ]);
    expect([readWord(bench, 0xfe), readWord(bench, 0xff)]).toEqual([0x5449, 0x2260]);
    bench.rig.advance(2);
    expect(readWord(bench, 6)).toBe(0);
    bench.rig.advance(1);
    expect(readWord(bench, 6)).toBe(8);
    expect(readWord(bench, 6)).toBe(0);
    expect(readWord(bench, 2)).toBe(3130);
  });

  it('multiplies by its calibration, and says when that overflows', () => {
    const bench = createBench({}, 2);
    bench.truth.voltage = 11980;
    bench.truth.current = 10000000;
    // The datasheet's example: 1 mA a step with 2560.
    bench.chip.write([5, 0x0a, 0x00], bench.rig.now());
    bench.rig.advance(5);
    expect(readWord(bench, 4)).toBe(10000);
    expect(readWord(bench, 3)).toBe(4792);
    expect(readWord(bench, 6)).toBe(8);
    bench.chip.write([5, 0x7f, 0xff], bench.rig.now());
    bench.rig.advance(5);
    expect(readWord(bench, 6)).toBe(12);
  });

  it('begins anew when it is triggered, and converts once', () => {
    const bench = createBench();
    bench.chip.write([0, 0x41, 0x23], bench.rig.now());
    bench.rig.advance(2);
    bench.chip.write([0, 0x41, 0x23], bench.rig.now());
    bench.rig.advance(2);
    expect(readWord(bench, 6)).toBe(0);
    bench.rig.advance(1);
    expect(readWord(bench, 6)).toBe(8);
    bench.rig.advance(100);
    expect(readWord(bench, 6)).toBe(0);
  });
});
