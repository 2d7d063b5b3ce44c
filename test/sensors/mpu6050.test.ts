// The MPU-6050's driver where the case of all drivers does not look: options, ends of ranges, fresh values; and its simulated chip.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMpu6050Chip } from '../../sim/chips/mpu6050.ts';
import type { Mpu6050Chip } from '../../sim/chips/mpu6050.ts';
import { Code } from '../../src/ports/codes.ts';
import { createMpu6050 } from '../../src/sensors/mpu6050.ts';
import type { Mpu6050Options } from '../../src/sensors/mpu6050.ts';
import { createWorld, sampleOf } from './one-sample.ts';
import type { Sample, World } from './one-sample.ts';

interface Bench extends World {
  readonly chip: Mpu6050Chip;
  sample(): Sample;
  close(): void;
}

function createBench(options: Mpu6050Options = {}): Bench {
  const world = createWorld();
  const chip = createMpu6050Chip({ surroundings: world.surroundings, address: options.address ?? 0x68 });
  world.rig.devices.push(chip);
  const driver = createMpu6050(world.rig.i2c, options);
  return { ...world, chip, sample: () => sampleOf(world.rig, driver), close: () => driver.close() };
}

function readBytes({ chip, rig }: Bench, register: number, count: number): number[] {
  const bytes = new Uint8Array(count);
  chip.write([register], rig.now());
  chip.read(bytes, rig.now());
  return [...bytes];
}

describe('MPU-6050 driver', () => {
  it.each<[Mpu6050Options, number[]]>([
    [{}, [9, 3, 0, 0]],
    [{ accelerationRange: 4 }, [9, 3, 0, 0x08]],
    [{ accelerationRange: 16 }, [9, 3, 0, 0x18]],
    [{ rotationRange: 500 }, [9, 3, 0x08, 0]],
    [{ rotationRange: 2000 }, [9, 3, 0x18, 0]],
    [{ bandwidth: 260 }, [9, 0, 0, 0]],
    [{ bandwidth: 5 }, [9, 6, 0, 0]],
    [{ address: 0x69 }, [9, 3, 0, 0]],
  ])('writes %o as the register map has it', (options, settings) => {
    const bench = createBench(options);
    expect(bench.sample().code).toBe(Code.Ok);
    expect(readBytes(bench, 0x19, 4)).toEqual(settings);
    expect(bench.chip.registers[0x6b]).toBe(1);
  });

  it('wakes a chip that sleeps after power-up, and puts it to sleep after close', () => {
    const bench = createBench();
    expect(bench.chip.registers[0x6b]).toBe(0x40);
    expect(bench.sample().code).toBe(Code.Ok);
    bench.close();
    expect(bench.chip.registers[0x6b]).toBe(0x40);
    expect(bench.sample().code).toBe(Code.Ok);
  });

  it('shows values that began to exist after the sample was begun', () => {
    const bench = createBench();
    bench.sample();
    for (let i = 0; i < 20; i++) {
      bench.rig.advance(i);
      bench.truth.accelerationX = 500 * (i + 1);
      expect(Math.abs(bench.sample().values[0] - 500 * (i + 1))).toBeLessThanOrEqual(1);
    }
  });

  it.each([
    [{ accelerationRange: 2 }, 'accelerationY', 2 * 9806.65, 9806.65 / 16384],
    [{ accelerationRange: 16 }, 'accelerationY', 16 * 9806.65, 9806.65 / 2048],
    [{ rotationRange: 250 }, 'rotationY', (32768 * 1000) / 131, 1000 / 131],
    [{ rotationRange: 2000 }, 'rotationY', (32768 * 8000) / 131, 8000 / 131],
  ] as const)('refuses the ends of %o, and nothing before them', (options, quantity, end, step) => {
    const bench = createBench(options);
    for (const [value, code] of [
      [end, Code.Overflow],
      [end - step, Code.Overflow],
      [end - 2 * step, Code.Ok],
      [step - end, Code.Ok],
      [-end, Code.Overflow],
    ] as const) {
      bench.truth[quantity] = value;
      expect(bench.sample().code, `${value}`).toBe(code);
    }
  });

  it('notices a reset between two samples, before one, and within', () => {
    const bench = createBench({ bandwidth: 260 });
    bench.sample();
    bench.chip.brownOut(bench.rig.now());
    expect(bench.sample().code).toBe(Code.Fault);
    expect(bench.sample().code).toBe(Code.Ok);
  });

  it('tells a clone, whose temperature means something else, from a chip that says nothing', () => {
    const clone = createBench();
    clone.chip.faults.wrongId = true;
    expect(clone.sample().code).toBe(Code.WrongId);
    for (const fault of ['stuckLow', 'stuckHigh'] as const) {
      const bench = createBench();
      bench.chip.faults[fault] = true;
      expect(bench.sample().code).toBe(Code.Fault);
    }
  });

  // The formulas of the register map: g = code / (16384 >> n), degrees a second = code / (131 / 2^n), degrees = code / 340 + 36.53.
  it('is the formulas of the register map for all codes and ranges', () => {
    const code16 = fc.integer({ min: -32767, max: 32766 });
    fc.assert(
      fc.property(
        code16,
        code16,
        fc.integer({ min: -26000, max: 16000 }),
        fc.nat(3),
        fc.nat(3),
        (g, r, t, n, m) => {
          const bench = createBench({
            accelerationRange: ([2, 4, 8, 16] as const)[n]!,
            rotationRange: ([250, 500, 1000, 2000] as const)[m]!,
          });
          const metres = (g / (16384 >> n)) * 9.80665;
          const degrees = r / (131 / 2 ** m);
          const celsius = t / 340 + 36.53;
          Object.assign(bench.truth, {
            accelerationZ: metres * 1000,
            rotationX: degrees * 1000,
            temperature: celsius * 1000,
          });
          const { code, values } = bench.sample();
          expect(code).toBe(Code.Ok);
          expect(Math.abs(values[2] - metres * 1000)).toBeLessThanOrEqual(0.5001);
          expect(Math.abs(values[3] - degrees * 1000)).toBeLessThanOrEqual(0.5001);
          expect(Math.abs(values[6] - celsius * 1000)).toBeLessThanOrEqual(0.5001);
        },
      ),
    );
  });
});

describe('simulated MPU-6050', () => {
  it('sleeps after power-up, whatever time passes, and says who it is', () => {
    const bench = createBench();
    bench.rig.advance(1000);
    expect(readBytes(bench, 0x3b, 14)).toEqual(Array(14).fill(0));
    expect(readBytes(bench, 0x75, 1)).toEqual([0x68]);
  });

  it('has values 30 ms after it wakes, then at its rate, and says so once each', () => {
    const bench = createBench();
    bench.chip.write([0x38, 1], bench.rig.now());
    bench.chip.write([0x19, 99, 1], bench.rig.now());
    bench.chip.write([0x6b, 0], bench.rig.now());
    bench.rig.advance(29);
    expect(readBytes(bench, 0x3a, 1)).toEqual([0]);
    bench.rig.advance(1);
    expect(readBytes(bench, 0x3a, 7)).toEqual([1, 0, 0, 0, 0, 0x40, 0x01]);
    expect(readBytes(bench, 0x3a, 1)).toEqual([0]);
    bench.rig.advance(104);
    expect(readBytes(bench, 0x3a, 1)).toEqual([0]);
    bench.rig.advance(1);
    expect(readBytes(bench, 0x3a, 1)).toEqual([1]);
  });
});
