// The ADXL345's driver where the case of all drivers does not look: options, ends of ranges, fresh values; and its simulated chip.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAdxl345Chip } from '../../sim/chips/adxl345.ts';
import type { Adxl345Chip } from '../../sim/chips/adxl345.ts';
import { Code } from '../../src/ports/codes.ts';
import { createAdxl345 } from '../../src/sensors/adxl345.ts';
import type { Adxl345Options } from '../../src/sensors/adxl345.ts';
import { createWorld, sampleOf } from './one-sample.ts';
import type { Sample, World } from './one-sample.ts';

interface Bench extends World {
  readonly chip: Adxl345Chip;
  sample(): Sample;
  close(): void;
}

function createBench(options: Adxl345Options = {}): Bench {
  const world = createWorld();
  const chip = createAdxl345Chip({ surroundings: world.surroundings, address: options.address ?? 0x53 });
  world.rig.devices.push(chip);
  const driver = createAdxl345(world.rig.i2c, options);
  return { ...world, chip, sample: () => sampleOf(world.rig, driver), close: () => driver.close() };
}

function readBytes({ chip, rig }: Bench, register: number, count: number): number[] {
  const bytes = new Uint8Array(count);
  chip.write([register], rig.now());
  chip.read(bytes, rig.now());
  return [...bytes];
}

const G = 9806.65;

describe('ADXL345 driver', () => {
  it.each<[Adxl345Options, number]>([
    [{}, 0x0a],
    [{ rate: 12.5 }, 0x07],
    [{ rate: 25 }, 0x08],
    [{ rate: 400 }, 0x0c],
    [{ address: 0x1d }, 0x0a],
  ])('writes %o as the datasheet has it', (options, rate) => {
    const bench = createBench(options);
    expect(bench.sample().code).toBe(Code.Ok);
    expect(readBytes(bench, 0x2c, 2)).toEqual([rate, 8]);
    expect(readBytes(bench, 0x31, 1)).toEqual([0x0b]);
  });

  it('undoes what another firmware has set', () => {
    const bench = createBench();
    bench.chip.write([0x1e, 10, 20, 30], bench.rig.now());
    bench.chip.write([0x31, 0x24], bench.rig.now());
    bench.chip.write([0x38, 0x9f], bench.rig.now());
    expect(bench.sample().values).toEqual([0, 0, 9807]);
    expect(readBytes(bench, 0x1e, 3)).toEqual([0, 0, 0]);
    expect(readBytes(bench, 0x38, 1)).toEqual([0]);
  });

  it.each([
    [12.5, 90],
    [100, 13],
    [400, 4],
  ] as const)('waits for the next values at %d a second', (rate, ms) => {
    const bench = createBench({ rate });
    bench.sample();
    expect(bench.sample().ms).toBe(ms);
  });

  it('shows values that began to exist after the sample was begun', () => {
    const bench = createBench();
    bench.sample();
    for (let i = 0; i < 20; i++) {
      bench.rig.advance(i);
      bench.truth.accelerationX = -3000 * (i + 1);
      expect(Math.abs(bench.sample().values[0] + 3000 * (i + 1))).toBeLessThanOrEqual(20);
    }
  });

  it.each([
    [4095, Code.Overflow],
    [4094, Code.Ok],
    [-4095, Code.Ok],
    [-4096, Code.Overflow],
  ])('takes %i steps for %i', (steps, code) => {
    const bench = createBench();
    bench.truth.accelerationY = (steps * G) / 256;
    expect(bench.sample().code).toBe(code);
  });

  it.each([
    ['rate', 0x2c, 0x0b],
    ['power', 0x2d, 0x0c],
    ['format', 0x31, 0x00],
  ])('notices that its %s is not what it was', (_name, register, value) => {
    const bench = createBench();
    bench.sample();
    bench.chip.write([register, value], bench.rig.now());
    expect(bench.sample().code).toBe(Code.Fault);
    expect(bench.sample().code).toBe(Code.Ok);
  });

  it('tells another chip from one that says nothing', () => {
    for (const [fault, code] of [
      ['wrongId', Code.WrongId],
      ['stuckLow', Code.Fault],
      ['stuckHigh', Code.Fault],
    ] as const) {
      const bench = createBench();
      bench.chip.faults[fault] = true;
      expect(bench.sample().code).toBe(code);
    }
  });

  it('is in standby after close', () => {
    const bench = createBench();
    bench.sample();
    bench.close();
    expect(bench.chip.registers[0x2d]).toBe(0);
  });

  it('is 256 steps a g for all codes', () => {
    fc.assert(
      fc.property(fc.integer({ min: -4095, max: 4094 }), (steps) => {
        const bench = createBench();
        bench.truth.accelerationX = (steps * G) / 256;
        const { code, values } = bench.sample();
        expect(code).toBe(Code.Ok);
        expect(Math.abs(values[0] - (steps / 256) * G)).toBeLessThanOrEqual(0.5001);
      }),
    );
  });
});

describe('simulated ADXL345', () => {
  it('is in standby after power-up with the registers of a reset', () => {
    const bench = createBench();
    bench.rig.advance(1000);
    expect(readBytes(bench, 0x00, 1)).toEqual([0xe5]);
    expect(readBytes(bench, 0x2c, 12)).toEqual([0x0a, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('has values a period and 2 ms after it measures, and says so until they are read', () => {
    const bench = createBench();
    bench.chip.write([0x2d, 8], bench.rig.now());
    bench.rig.advance(12);
    expect(readBytes(bench, 0x30, 1)).toEqual([2]);
    bench.rig.advance(1);
    expect(readBytes(bench, 0x30, 1)).toEqual([0x82]);
    expect(readBytes(bench, 0x36, 2)).toEqual([0x00, 0x01]);
    expect(readBytes(bench, 0x30, 1)).toEqual([2]);
  });

  // 1 g by range without full resolution, and at the left of the word.
  it.each([
    [0x00, 256],
    [0x01, 128],
    [0x03, 32],
    [0x0b, 256],
    [0x04, 16384],
    [0x0f, 2048],
  ])('with format 0x%s has steps of its own', (format, steps) => {
    const bench = createBench();
    bench.chip.write([0x31, format], bench.rig.now());
    bench.chip.write([0x2d, 8], bench.rig.now());
    bench.rig.advance(13);
    const [low, high] = readBytes(bench, 0x36, 2);
    expect(low! + 256 * high!).toBe(steps);
  });

  it('adds its offsets of 15.6 mg', () => {
    const bench = createBench();
    bench.chip.write([0x1e, 0, 0, 0xff], bench.rig.now());
    bench.chip.write([0x2d, 8], bench.rig.now());
    bench.rig.advance(13);
    expect(readBytes(bench, 0x36, 2)).toEqual([252, 0]);
  });
});
