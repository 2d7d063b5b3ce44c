// The LIS3DH's driver where the case of all drivers does not look: options, ends of ranges, fresh values; and its simulated chip.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLis3dhChip } from '../../sim/chips/lis3dh.ts';
import type { Lis3dhChip } from '../../sim/chips/lis3dh.ts';
import { Code } from '../../src/ports/codes.ts';
import { createLis3dh } from '../../src/sensors/lis3dh.ts';
import type { Lis3dhOptions } from '../../src/sensors/lis3dh.ts';
import { createWorld, sampleOf } from './one-sample.ts';
import type { Sample, World } from './one-sample.ts';

interface Bench extends World {
  readonly chip: Lis3dhChip;
  sample(): Sample;
  close(): void;
}

function createBench(options: Lis3dhOptions = {}): Bench {
  const world = createWorld();
  const chip = createLis3dhChip({ surroundings: world.surroundings, address: options.address ?? 0x18 });
  world.rig.devices.push(chip);
  const driver = createLis3dh(world.rig.i2c, options);
  return { ...world, chip, sample: () => sampleOf(world.rig, driver), close: () => driver.close() };
}

function readBytes({ chip, rig }: Bench, subaddress: number, count: number): number[] {
  const bytes = new Uint8Array(count);
  chip.write([subaddress], rig.now());
  chip.read(bytes, rig.now());
  return [...bytes];
}

const RANGES = [2, 4, 8, 16] as const;
/** mg a digit [table 4]. */
const STEPS = [1, 2, 4, 12];

describe('LIS3DH driver', () => {
  it.each<[Lis3dhOptions, number, number]>([
    [{}, 0x57, 0x88],
    [{ range: 4 }, 0x57, 0x98],
    [{ range: 8 }, 0x57, 0xa8],
    [{ range: 16 }, 0x57, 0xb8],
    [{ rate: 1 }, 0x17, 0x88],
    [{ rate: 10 }, 0x27, 0x88],
    [{ rate: 400 }, 0x77, 0x88],
    [{ address: 0x19 }, 0x57, 0x88],
  ])('writes %o as the datasheet has it', (options, control1, control4) => {
    const bench = createBench(options);
    bench.chip.write([0xa1, 1, 2, 3, 4, 5], bench.rig.now());
    expect(bench.sample().code).toBe(Code.Ok);
    expect(readBytes(bench, 0xa0, 6)).toEqual([control1, 0, 0, control4, 0, 0]);
  });

  it.each([
    [1, 1102],
    [25, 46],
    [100, 13],
    [400, 4],
  ] as const)('waits for the next values at %i a second', (rate, ms) => {
    const bench = createBench({ rate });
    bench.sample();
    expect(bench.sample().ms).toBe(ms);
  });

  it('shows values that began to exist after the sample was begun', () => {
    const bench = createBench();
    bench.sample();
    for (let i = 0; i < 20; i++) {
      bench.rig.advance(i);
      bench.truth.accelerationX = 900 * (i + 1);
      expect(Math.abs(bench.sample().values[0] - 900 * (i + 1))).toBeLessThanOrEqual(5.5);
    }
  });

  // Datasheet of the application note AN3308: 350 mg is 0x15E0 in the registers at 2 g.
  it("gives the value of the application note's example", () => {
    const bench = createBench();
    bench.truth.accelerationX = 0.35 * 9806.65;
    bench.truth.accelerationY = -0.35 * 9806.65;
    const { values } = bench.sample();
    expect([bench.chip.registers[0x28], bench.chip.registers[0x29]]).toEqual([0xe0, 0x15]);
    expect(values.slice(0, 2)).toEqual([3432, -3432]);
  });

  it.each([2, 4, 8] as const)('refuses the ends of %i g, and nothing before them', (range) => {
    const step = STEPS[RANGES.indexOf(range)]! * 9.80665;
    const bench = createBench({ range });
    for (const [digits, code] of [
      [2047, Code.Overflow],
      [2046, Code.Ok],
      [-2047, Code.Ok],
      [-2048, Code.Overflow],
    ] as const) {
      bench.truth.accelerationZ = digits * step;
      expect(bench.sample().code, `${digits}`).toBe(code);
    }
  });

  it('refuses more than 16 g, which the widest range has room for but does not promise', () => {
    const bench = createBench({ range: 16 });
    bench.truth.accelerationY = 15.9 * 9806.65;
    expect(bench.sample().code).toBe(Code.Ok);
    bench.truth.accelerationY = 16.1 * 9806.65;
    expect(bench.sample().code).toBe(Code.Range);
  });

  it('notices a reset between two samples', () => {
    const bench = createBench();
    bench.sample();
    bench.chip.brownOut(bench.rig.now());
    bench.rig.advance(10);
    expect(bench.sample().code).toBe(Code.Fault);
    expect(bench.sample().code).toBe(Code.Ok);
  });

  it.each([
    ['range', 0x23, 0x98],
    ['power mode', 0x20, 0x5f],
  ])('notices that the %s is another one', (_name, register, value) => {
    const bench = createBench();
    bench.sample();
    bench.chip.write([register, value], bench.rig.now());
    expect(bench.sample().code).toBe(Code.Fault);
  });

  it('lets a chip boot, and seven values pass, before it believes one', () => {
    expect(createBench().sample().ms).toBe(6 + 7 * 13 + 13);
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

  it('sleeps after close', () => {
    const bench = createBench();
    bench.sample();
    bench.close();
    expect(bench.chip.registers[0x20]).toBe(7);
  });

  it('is digits times mg for all codes and ranges', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1300, max: 1300 }), fc.nat(3), (digits, n) => {
        const bench = createBench({ range: RANGES[n]! });
        const mm = digits * STEPS[n]! * 9.80665;
        bench.truth.accelerationX = mm;
        const { code, values } = bench.sample();
        expect(code).toBe(Code.Ok);
        expect(Math.abs(values[0] - mm)).toBeLessThanOrEqual(0.5001);
      }),
    );
  });
});

describe('simulated LIS3DH', () => {
  it('is silent for 5 ms after power-up, sleeps, and says who it is', () => {
    const bench = createBench();
    bench.chip.brownOut(bench.rig.now());
    bench.rig.advance(4);
    expect(bench.chip.write([0x0f], bench.rig.now())).toBe(false);
    bench.rig.advance(1);
    expect(readBytes(bench, 0x0f, 1)).toEqual([0x33]);
    bench.rig.advance(1000);
    expect(readBytes(bench, 0xa0, 14)).toEqual([7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('counts registers up only when told so', () => {
    const bench = createBench();
    bench.sample();
    expect(readBytes(bench, 0x20, 3)).toEqual([0x57, 0x57, 0x57]);
    expect(readBytes(bench, 0xa0, 4)).toEqual([0x57, 0, 0, 0x88]);
  });

  it('has as many bits as its mode: 10 when nothing is said, 8 with low power', () => {
    const bench = createBench();
    bench.truth.accelerationX = 0.35 * 9806.65;
    bench.chip.write([0x20, 0x57], bench.rig.now());
    bench.rig.advance(11);
    expect(readBytes(bench, 0xa8, 2)).toEqual([0xc0, 0x15]);
    bench.chip.write([0x20, 0x5f], bench.rig.now());
    bench.rig.advance(11);
    expect(readBytes(bench, 0xa8, 2)).toEqual([0x00, 0x15]);
  });
});
