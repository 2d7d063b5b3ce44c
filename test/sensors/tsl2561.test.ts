// The TSL2561 driver: both packages against the datasheet's formulas, real and integer, and the way to the right sensitivity.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTsl2561Chip } from '../../sim/chips/tsl2561.ts';
import { createQuantities, createStill } from '../../sim/environment/surroundings.ts';
import { createRig } from '../../sim/rig/rig.ts';
import { Code } from '../../src/ports/codes.ts';
import type { I2cBus } from '../../src/ports/i2c.ts';
import type { Reading } from '../../src/ports/reading.ts';
import { createTsl2561 } from '../../src/sensors/tsl2561.ts';
import type { Tsl2561Options } from '../../src/sensors/tsl2561.ts';

function createBench(options: Tsl2561Options = {}, isCs = false) {
  const rig = createRig(1000);
  const truth = createQuantities();
  const address = options.address ?? 0x39;
  const chip = createTsl2561Chip({ surroundings: createStill(truth), address, isCs });
  rig.devices.push(chip);
  const written: number[][] = [];
  const bus: I2cBus = {
    ...rig.i2c,
    write(to, bytes) {
      written.push([...bytes]);
      return rig.i2c.write(to, bytes);
    },
  };
  const driver = createTsl2561(bus, options);
  const out: Reading = { values: new Int32Array(1), time: -1 };
  const waits: number[] = [];
  const sample = (): number => {
    let wait = driver.start(rig.now());
    waits.length = 0;
    while (wait > 0) {
      waits.push(wait);
      rig.advance(wait);
      wait = driver.poll(rig.now(), out);
    }
    return wait;
  };
  return { rig, truth, chip, driver, out, sample, written, waits };
}

/** What the driver makes of counts in a chip with an identity. @returns mlx, or a negative code. */
function valueOf(broad: number, infrared: number, options: Tsl2561Options, id = 0x50): number {
  let timing = 0;
  let control = 0;
  const driver = createTsl2561(
    {
      write(_address, bytes) {
        if (bytes[0] === 0x80) control = bytes[1]!;
        if (bytes[0] === 0x81) timing = bytes[1]!;
        return 0;
      },
      read: () => Code.Absent,
      readRegister(_address, register, into) {
        if (register === 0xac) into.set([broad & 255, broad >> 8]);
        else if (register === 0xae) into.set([infrared & 255, infrared >> 8]);
        else into.set([register === 0x80 ? control : register === 0x81 ? timing : id]);
        return 0;
      },
    },
    options,
  );
  const out: Reading = { values: new Int32Array(1), time: -1 };
  let now = 0;
  let wait = driver.start(now);
  while (wait > 0) {
    now += wait;
    wait = driver.poll(now, out);
  }
  return wait < 0 ? wait : out.values[0]!;
}

/** The datasheet's integer program for the T, FN and CL packages: pieces of straight lines, in 2^14 of a lux. @returns lux. */
function integerLux(gain16: boolean, time: number, ch0: number, ch1: number): number {
  const K = [0x40, 0x80, 0xc0, 0x100, 0x138, 0x19a, 0x29a];
  const B = [0x1f2, 0x214, 0x23f, 0x270, 0x16f, 0xd2, 0x18, 0];
  const M = [0x1be, 0x2d1, 0x37b, 0x3fe, 0x1fc, 0xfb, 0x12, 0];
  const scale = [0x7517, 0x0fe7, 1 << 10][time]! * (gain16 ? 1 : 16);
  const channel0 = Math.floor((ch0 * scale) / 1024);
  const channel1 = Math.floor((ch1 * scale) / 1024);
  const ratio = ((channel0 === 0 ? 0 : Math.floor((channel1 * 1024) / channel0)) + 1) >> 1;
  let piece = K.findIndex((k) => ratio <= k);
  if (piece < 0) piece = 7;
  const sum = Math.max(0, channel0 * B[piece]! - channel1 * M[piece]!);
  return Math.floor((sum + 8192) / 16384);
}

const FIXED = [
  [{ gain: 1, integrationMs: 14 }, 0x00, 5047],
  [{ gain: 1, integrationMs: 101 }, 0x01, 37177],
  [{ gain: 1, integrationMs: 402 }, 0x02, 65535],
  [{ gain: 16, integrationMs: 14 }, 0x10, 5047],
  [{ gain: 16, integrationMs: 101 }, 0x11, 37177],
  [{ gain: 16, integrationMs: 402 }, 0x12, 65535],
] as const;

/** The datasheet's tables: up to a ratio, lux of both channels. */
const PACKAGES = [
  [0x50, [0.61, 0.0224, 0.031], [0.8, 0.0128, 0.0153], [1.3, 0.00146, 0.00112], 0.5, 0.0304, 0.062],
  [0x11, [0.65, 0.0229, 0.0291], [0.8, 0.0157, 0.018], [1.3, 0.00338, 0.0026], 0.52, 0.0315, 0.0593],
] as const;

describe('TSL2561 driver', () => {
  it('follows the formulas of both packages for all counts, gains and times', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FIXED),
        fc.constantFrom(...PACKAGES),
        fc.integer({ min: 1, max: 65534 }),
        fc.double({ min: 0, max: 1.5, noNaN: true }),
        ([options, , full], [id, ...rows], counts, share) => {
          const broad = counts % full || 1;
          const infrared = Math.min(full - 1, Math.floor(broad * share));
          const [first, second, third, knee, a, b] = rows;
          const ratio = infrared / broad;
          const row = [first, second, third].find(([end]) => ratio <= end);
          const each = ratio <= knee ? a - b * ratio ** 1.4 : row === undefined ? 0 : row[1] - row[2] * ratio;
          const scale =
            (16 / options.gain) *
            (options.integrationMs === 14 ? 322 / 11 : options.integrationMs === 101 ? 322 / 81 : 1);
          const wanted = broad * each * scale * 1000;
          const seen = valueOf(broad, infrared, options, id);
          expect(Math.abs(seen - wanted)).toBeLessThanOrEqual(0.51);
        },
      ),
      { numRuns: 400 },
    );
  });

  it("agrees with the datasheet's own integer program, to its straight lines", () => {
    for (const [options, timing] of FIXED) {
      for (const share of [0, 0.1, 0.2, 0.3, 0.45, 0.55, 0.7, 1]) {
        const broad = 4000;
        const infrared = Math.floor(broad * share);
        const wanted = integerLux((timing & 0x10) !== 0, timing & 3, broad, infrared);
        const seen = valueOf(broad, infrared, options) / 1000;
        // The last pieces' coefficients have few bits.
        const counts = broad * (timing & 0x10 ? 1 : 16) * [322 / 11, 322 / 81, 1][timing & 3]!;
        expect(Math.abs(seen - wanted)).toBeLessThanOrEqual(1 + wanted * 0.03 + counts * 0.00004);
      }
    }
  });

  it('is 0 in darkness, where there is no ratio, and in nothing but infrared', () => {
    expect(valueOf(0, 0, { gain: 16 })).toBe(0);
    expect(valueOf(0, 3, { gain: 16 })).toBe(0);
    expect(valueOf(100, 200, { gain: 16 })).toBe(0);
    expect(valueOf(0, 0, {})).toBe(0);
  });

  it.each(FIXED)('refuses %o at its end, in either channel', (options, _timing, full) => {
    expect(valueOf(full, 10, options)).toBe(Code.Overflow);
    expect(valueOf(full - 1, full, options)).toBe(Code.Overflow);
    expect(valueOf(full - 1, 10, options)).toBeGreaterThan(0);
  });

  it.each(FIXED)('writes %o as timing %i, from power-down to power', (options, timing) => {
    const { sample, written, waits, truth } = createBench({ ...options, address: 0x49 });
    truth.illuminance = 100000;
    expect(sample()).toBe(0);
    expect(written).toEqual([
      [0x80, 0],
      [0x81, timing],
      [0x80, 3],
    ]);
    // At 690 kHz instead of 735.
    const longest = [13.7, 101, 402][timing & 3]! * (735 / 690);
    expect(waits[0]).toBeGreaterThanOrEqual(longest + 1);
    expect(waits[0]).toBeLessThanOrEqual(longest + 2);
  });

  it.each([
    [0x00, Code.Fault],
    [0xff, Code.Fault],
    [0x41, Code.WrongId],
    [0x0a, Code.WrongId],
    [0x11, 0],
    [0x5f, 0],
  ])('looks at its part number: %i', (id, code) => {
    const value = valueOf(100, 10, { gain: 1 }, id);
    if (code === 0) expect(value).toBeGreaterThan(0);
    else expect(value).toBe(code);
  });

  it('measures all light of its range automatically, in both packages', () => {
    for (const isCs of [false, true]) {
      const { sample, truth, out } = createBench({}, isCs);
      for (const lux of [0, 0.5, 8, 300, 700, 5000, 12000, 22000, 40000, 0.5, 40000, 10]) {
        truth.illuminance = lux * 1000;
        expect(sample()).toBe(0);
        // Half a count of each channel: of a hundred, or at the highest sensitivity.
        expect(Math.abs(out.values[0]! - lux * 1000)).toBeLessThanOrEqual(Math.max(60, lux * 12));
      }
    }
  });

  it('stays with the sensitivity that fitted, and needs no more measurements than there are', () => {
    const { sample, truth, waits } = createBench();
    for (const lux of [0, 300, 9000, 40000, 0]) {
      truth.illuminance = lux * 1000;
      sample();
      expect(waits.length).toBeLessThanOrEqual(4);
      expect(sample()).toBe(0);
      expect(waits).toHaveLength(1);
    }
  });

  it('never shows the light of before', () => {
    const { sample, truth, out } = createBench({ gain: 1, integrationMs: 402 });
    truth.illuminance = 5000000;
    sample();
    truth.illuminance = 300000;
    expect(sample()).toBe(0);
    expect(Math.abs(out.values[0]! - 300000)).toBeLessThan(1000);
  });

  it('notices a supply that fails at any moment of a sample, and settings that are others', () => {
    for (let ms = 0; ms < 430; ms += 23) {
      const { sample, driver, rig, chip, out } = createBench();
      sample();
      out.time = -1;
      const wait = driver.start(rig.now());
      rig.advance(ms);
      chip.brownOut(rig.now());
      rig.advance(wait - ms);
      expect(driver.poll(rig.now(), out)).toBe(Code.Fault);
      expect(out.time).toBe(-1);
      expect(sample()).toBe(0);
    }
    for (const word of [
      [0x81, 0x12],
      [0x80, 0x00],
    ]) {
      const { sample, driver, rig } = createBench({ gain: 1 });
      sample();
      const wait = driver.start(rig.now());
      rig.i2c.write(0x39, new Uint8Array(word));
      rig.advance(wait);
      expect(driver.poll(rig.now(), { values: new Int32Array(1), time: 0 })).toBe(Code.Fault);
    }
  });
});

describe('TSL2561 chip', () => {
  it('is off after power-up, measures when on, and holds a byte for the one that belongs to it', () => {
    const { rig, truth } = createBench();
    const read = (command: number, count = 1): number[] => {
      const bytes = new Uint8Array(count);
      expect(rig.i2c.readRegister(0x39, command, bytes)).toBe(0);
      return [...bytes];
    };
    expect(read(0x80)).toEqual([0]);
    expect(read(0x81)).toEqual([2]);
    rig.advance(2000);
    expect(read(0xac, 2)).toEqual([0, 0]);
    rig.i2c.write(0x39, new Uint8Array([0x80, 3]));
    rig.advance(401);
    expect(read(0xac, 2)).toEqual([0, 0]);
    rig.advance(30);
    const [low, high] = read(0xac, 2);
    expect(high).toBeGreaterThan(0);
    expect(read(0x8c)).toEqual([low]);
    truth.illuminance = 0;
    rig.advance(430);
    expect(read(0x8d)).toEqual([high]);
    expect(read(0x8c)).toEqual([0]);
    expect(read(0x8d)).toEqual([0]);
    // Without the command bit it takes nothing.
    rig.i2c.write(0x39, new Uint8Array([0x00, 0]));
    expect(read(0x80)).toEqual([3]);
  });
});
