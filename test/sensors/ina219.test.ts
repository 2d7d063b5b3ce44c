// The INA219's driver where the case of all drivers does not look: options, arithmetic, ends of ranges; and its simulated chip.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIna219Chip } from '../../sim/chips/ina219.ts';
import type { Ina219Chip } from '../../sim/chips/ina219.ts';
import { Code } from '../../src/ports/codes.ts';
import { createIna219 } from '../../src/sensors/ina219.ts';
import type { Ina219Options } from '../../src/sensors/ina219.ts';
import { createWorld, sampleOf } from './one-sample.ts';
import type { Sample, World } from './one-sample.ts';

interface Bench extends World {
  readonly chip: Ina219Chip;
  sample(): Sample;
}

function createBench(options: Ina219Options = {}, milliohms = 100): Bench {
  const world = createWorld();
  const chip = createIna219Chip({
    surroundings: world.surroundings,
    milliohms,
    address: options.address ?? 0x40,
  });
  world.rig.devices.push(chip);
  const driver = createIna219(world.rig.i2c, options);
  return { ...world, chip, sample: () => sampleOf(world.rig, driver) };
}

function readWord({ chip, rig }: Bench, register: number): number {
  const bytes = new Uint8Array(2);
  chip.write([register], rig.now());
  chip.read(bytes, rig.now());
  return bytes[0] * 256 + bytes[1];
}

describe('INA219 driver', () => {
  it.each<[Ina219Options, number]>([
    [{}, 0x3c43],
    [{ voltageRange: 16 }, 0x1c43],
    [{ shuntRange: 40 }, 0x2443],
    [{ shuntRange: 80 }, 0x2c43],
    [{ shuntRange: 160 }, 0x3443],
    [{ samples: 2 }, 0x3ccb],
    [{ samples: 128 }, 0x3ffb],
    [{ address: 0x4f }, 0x3c43],
  ])('writes %o as the datasheet has it', (options, config) => {
    const bench = createBench(options);
    expect(bench.sample().code).toBe(Code.Ok);
    expect(readWord(bench, 0).toString(16)).toBe(config.toString(16));
  });

  it.each([
    [1, 3],
    [2, 4],
    [16, 20],
    [128, 152],
  ] as const)('waits for the average of %i as long as the slowest chip takes', (samples, ms) => {
    const bench = createBench({ samples });
    bench.sample();
    expect(bench.sample().ms).toBe(ms);
  });

  // Datasheet 8.5.3: 20 mV across 2 milliohms at 12 V: 10 A, 120 W (its example has 11.98 V and 119.8 W).
  it("gives the values of the datasheet's worked example", () => {
    const bench = createBench({ shunt: 0.002, shuntRange: 40, voltageRange: 16 }, 2);
    bench.truth.voltage = 11980;
    bench.truth.current = 10000000;
    expect(bench.sample().values).toEqual([11980, 10000000, 119800]);
  });

  // A driver that shifts the shunt's register as it does the other, or takes it without its sign, shows something else.
  it.each([
    [-100, -1],
    [-1500000, -15000],
    [-3199900, -31999],
    [100, 1],
    [3199900, 31999],
  ])('reads %i uA, which are %i steps, with all bits and the sign', (current, steps) => {
    const bench = createBench();
    bench.truth.current = current;
    expect(bench.sample().values[1]).toBe(current);
    expect(bench.chip.registers[1]).toBe(steps);
  });

  it('is right without any calibration, with whatever is in there, and after a brown-out', () => {
    for (const calibration of [0, 4096, 0xfffe]) {
      const bench = createBench();
      bench.truth.current = 1234500;
      bench.truth.voltage = 24000;
      bench.sample();
      bench.chip.write([5, calibration >> 8, calibration & 255], bench.rig.now());
      expect(bench.sample().values).toEqual([24000, 1234500, 29628]);
    }
  });

  it.each([
    [{ shuntRange: 40 }, 0.4],
    [{ shuntRange: 80 }, 0.8],
    [{ shuntRange: 160 }, 1.6],
    [{ shuntRange: 320 }, 3.2],
  ] as const)('refuses the ends of %o', (options, amperes) => {
    for (const sign of [1, -1]) {
      const bench = createBench(options);
      bench.truth.current = sign * (amperes * 1000000 - 100);
      expect(bench.sample().code).toBe(Code.Ok);
      bench.truth.current = sign * amperes * 1000000;
      expect(bench.sample().code).toBe(Code.Overflow);
    }
  });

  it('refuses the end of the voltage, and what the chip does not bear', () => {
    const short = createBench({ voltageRange: 16 });
    short.truth.voltage = 15996;
    expect(short.sample().values[0]).toBe(15996);
    short.truth.voltage = 16000;
    expect(short.sample().code).toBe(Code.Overflow);
    const long = createBench();
    long.truth.voltage = 26004;
    expect(long.sample().code).toBe(Code.Range);
  });

  it('refuses a current that no reading can hold', () => {
    const bench = createBench({ shunt: 0.002 });
    bench.truth.current = 2800000;
    expect(bench.sample().code).toBe(Code.Range);
  });

  it('tells a chip that is none from one that says nothing', () => {
    const bench = createBench();
    bench.chip.faults.wrongId = true;
    expect(bench.sample().code).toBe(Code.WrongId);
    for (const fault of ['stuckLow', 'stuckHigh'] as const) {
      const silent = createBench();
      silent.chip.faults[fault] = true;
      expect(silent.sample().code).toBe(Code.Fault);
    }
  });

  it('sleeps after close', () => {
    const world = createWorld();
    const chip = createIna219Chip({ surroundings: world.surroundings });
    world.rig.devices.push(chip);
    const driver = createIna219(world.rig.i2c);
    sampleOf(world.rig, driver);
    driver.close();
    expect(chip.registers[0] & 7).toBe(0);
  });

  it('is the formula in volts, amperes and watts for all values and shunts', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 6500 }),
        fc.integer({ min: -31999, max: 31999 }),
        fc.integer({ min: 3, max: 1000 }),
        (load, drop, milliohms) => {
          const bench = createBench({ shunt: milliohms / 1000 }, milliohms);
          bench.truth.voltage = load * 4;
          bench.truth.current = (drop * 10000) / milliohms;
          const { code, values } = bench.sample();
          const amperes = (drop * 0.00001) / (milliohms / 1000);
          expect(code).toBe(Code.Ok);
          expect(values[0]).toBe(load * 4);
          expect(Math.abs(values[1] - amperes * 1e6)).toBeLessThanOrEqual(0.5001);
          expect(Math.abs(values[2] - amperes * load * 4)).toBeLessThanOrEqual(0.5001);
        },
      ),
    );
  });
});

describe('simulated INA219', () => {
  it('has the registers of a reset, converts all the time, and is ready after two conversions', () => {
    const bench = createBench();
    bench.rig.advance(10);
    bench.chip.brownOut(bench.rig.now());
    expect(readWord(bench, 0)).toBe(0x399f);
    expect(readWord(bench, 2)).toBe(0);
    bench.rig.advance(1);
    expect(readWord(bench, 2) & 2).toBe(0);
    bench.rig.advance(1);
    expect(readWord(bench, 2)).toBe(((3912 / 4) << 3) | 2);
    bench.truth.voltage = 5000;
    bench.rig.advance(2);
    expect(readWord(bench, 2) >> 3).toBe(1250);
  });

  it('multiplies by its calibration, and says when that overflows', () => {
    const bench = createBench({}, 2);
    bench.truth.voltage = 11980;
    bench.truth.current = 10000000;
    // The datasheet's example: 1 mA a step with 0x5000.
    bench.chip.write([5, 0x50, 0x00], bench.rig.now());
    readWord(bench, 4);
    bench.rig.advance(5);
    expect(readWord(bench, 4)).toBe(0x2710);
    expect(readWord(bench, 3)).toBe(5990);
    expect(readWord(bench, 2) & 3).toBe(0);
    bench.chip.write([5, 0xff, 0xff], bench.rig.now());
    bench.truth.current = 16000000;
    bench.rig.advance(5);
    expect(readWord(bench, 5)).toBe(0xfffe);
    expect(readWord(bench, 2) & 3).toBe(3);
  });

  it('converts once when triggered, and forgets that it is ready when it is triggered again', () => {
    const bench = createBench();
    bench.chip.write([0, 0x3c, 0x43], bench.rig.now());
    bench.rig.advance(2);
    expect(readWord(bench, 2) & 2).toBe(2);
    bench.truth.voltage = 8000;
    bench.rig.advance(50);
    expect(readWord(bench, 2) >> 3).toBe(978);
    bench.chip.write([0, 0x3c, 0x43], bench.rig.now());
    expect(readWord(bench, 2) & 2).toBe(0);
    bench.rig.advance(2);
    expect(readWord(bench, 2) >> 3).toBe(2000);
  });

  it('does nothing asleep', () => {
    const bench = createBench();
    bench.chip.write([0, 0x3c, 0x40], bench.rig.now());
    const before = readWord(bench, 2);
    bench.truth.voltage = 8000;
    bench.rig.advance(1000);
    expect(readWord(bench, 2)).toBe(before);
  });
});
