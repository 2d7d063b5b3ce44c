// The TSL2591 driver: counts into lux at every gain and time, the ends of the converter, and the way to the right gain.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTsl2591Chip } from '../../sim/chips/tsl2591.ts';
import { createQuantities, createStill } from '../../sim/environment/surroundings.ts';
import { createRig } from '../../sim/rig/rig.ts';
import { Code } from '../../src/ports/codes.ts';
import type { I2cBus } from '../../src/ports/i2c.ts';
import type { Reading } from '../../src/ports/reading.ts';
import { createTsl2591 } from '../../src/sensors/tsl2591.ts';
import type { Tsl2591Options } from '../../src/sensors/tsl2591.ts';

const GAINS = ['low', 'medium', 'high', 'max'] as const;
const TIMES = [100, 200, 300, 400, 500, 600] as const;

function createBench(options: Tsl2591Options = {}) {
  const rig = createRig(1000);
  const truth = createQuantities();
  const chip = createTsl2591Chip({ surroundings: createStill(truth), address: options.address ?? 0x29 });
  rig.devices.push(chip);
  const written: number[][] = [];
  const bus: I2cBus = {
    ...rig.i2c,
    write(to, bytes) {
      written.push([...bytes]);
      return rig.i2c.write(to, bytes);
    },
  };
  const driver = createTsl2591(bus, options);
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

/** What the driver makes of counts. @returns mlx, or a negative code. */
function valueOf(broad: number, infrared: number, options: Tsl2591Options, id = 0x50, status = 0x01): number {
  const settings = [0, 0];
  const driver = createTsl2591(
    {
      write(_address, bytes) {
        settings[bytes[0]! - 0xa0] = bytes[1]!;
        return 0;
      },
      read: () => Code.Absent,
      readRegister(_address, register, into) {
        if (register === 0xb2) into[0] = id;
        else if (register === 0xa0) into.set(settings);
        else into.set([status, broad & 255, broad >> 8, infrared & 255, infrared >> 8]);
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

describe('TSL2591 driver', () => {
  it("follows Adafruit's formula for all counts, gains and times", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0, 1, 2, 3),
        fc.constantFrom(...TIMES),
        fc.integer({ min: 1, max: 36862 }),
        fc.integer({ min: 0, max: 36862 }),
        (gain, integrationMs, broad, infrared) => {
          const perLux = (integrationMs * [1, 25, 428, 9876][gain]!) / 408;
          const lux = infrared >= broad ? 0 : ((broad - infrared) * (1 - infrared / broad)) / perLux;
          const value = valueOf(broad, infrared, { gain: GAINS[gain]!, integrationMs });
          if (value === Code.Range) expect(lux).toBeGreaterThan(133999);
          else expect(Math.abs(value - lux * 1000)).toBeLessThanOrEqual(0.501);
        },
      ),
    );
  });

  it('is right in a case that was worked out by hand', () => {
    // 100 ms * 25 / 408 = 6.127 counts a lux; (1000 - 200) * 0.8 = 640.
    expect(valueOf(1000, 200, { gain: 'medium' })).toBe(104448);
  });

  it('is 0 in darkness, where there is no ratio, and never below', () => {
    expect(valueOf(0, 0, { gain: 'max' })).toBe(0);
    expect(valueOf(0, 5, { gain: 'max' })).toBe(0);
    expect(valueOf(5, 9, { gain: 'max' })).toBe(0);
    expect(valueOf(0, 0, {})).toBe(0);
  });

  it.each(TIMES)(
    'refuses a converter at its end, which is another one for 100 ms: %i ms',
    (integrationMs) => {
      const full = integrationMs === 100 ? 36863 : 65535;
      const options = { gain: 'high', integrationMs } as const;
      expect(valueOf(full, 10, options)).toBe(Code.Overflow);
      expect(valueOf(full - 1, full, options)).toBe(Code.Overflow);
      expect(valueOf(full - 1, 10, options)).toBeGreaterThan(0);
      expect(valueOf(full, 10, { integrationMs })).toBe(Code.Overflow);
    },
  );

  it('writes gain, time and address as asked for, from off to on, and waits for the longest time', () => {
    for (const [g, gain] of GAINS.entries()) {
      for (const [t, integrationMs] of TIMES.entries()) {
        const { sample, written, waits, truth } = createBench({ gain, integrationMs, address: 0x28 });
        truth.illuminance = 1000;
        expect(sample()).toBe(0);
        expect(written).toEqual([
          [0xa0, 0],
          [0xa1, (g << 4) | t],
          [0xa0, 3],
        ]);
        expect(waits).toEqual([108 * (t + 1) + 1]);
      }
    }
  });

  it.each([
    [0x00, Code.Fault],
    [0xff, Code.Fault],
    [0x34, Code.WrongId],
    [0x50, 104448],
  ])('looks at its identity: %i', (id, wanted) => {
    expect(valueOf(1000, 200, { gain: 'medium' }, id)).toBe(wanted);
  });

  it('waits for valid data, but not for ever', () => {
    expect(valueOf(1000, 200, { gain: 'medium' }, 0x50, 0x30)).toBe(Code.Timeout);
    const { sample, chip, out, truth } = createBench({ gain: 'medium' });
    chip.faults.slowMs = 25;
    expect(sample()).toBe(0);
    expect(Math.abs(out.values[0]! - truth.illuminance)).toBeLessThan(200);
  });

  it('measures all light of its range automatically', () => {
    const { sample, truth, out } = createBench();
    for (const lux of [0, 0.01, 0.2, 4, 9, 100, 350, 3000, 10000, 60000, 0.2, 60000, 20]) {
      truth.illuminance = Math.round(lux * 1000);
      expect(sample()).toBe(0);
      // Half a count of each channel: of a hundred, or at the highest gain.
      expect(Math.abs(out.values[0]! - lux * 1000)).toBeLessThanOrEqual(Math.max(2, lux * 12));
    }
  });

  it('stays with the gain that fitted, and needs no more measurements than there are', () => {
    const { sample, truth, waits } = createBench();
    for (const lux of [0, 300, 9000, 60000, 0]) {
      truth.illuminance = lux * 1000;
      sample();
      expect(waits.length).toBeLessThanOrEqual(4);
      expect(sample()).toBe(0);
      expect(waits).toHaveLength(1);
    }
  });

  it('notices a supply that fails at any moment of a sample, and settings that are others', () => {
    for (let ms = 0; ms < 109; ms += 9) {
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
      [0xa1, 0x20],
      [0xa0, 0x01],
    ]) {
      const { sample, driver, rig } = createBench({ gain: 'medium' });
      sample();
      const wait = driver.start(rig.now());
      rig.advance(wait);
      rig.i2c.write(0x29, new Uint8Array(word));
      expect(driver.poll(rig.now(), { values: new Int32Array(1), time: 0 })).toBe(Code.Fault);
    }
  });
});

describe('TSL2591 chip', () => {
  it('is off after power-up and after a reset, and says when its data are valid', () => {
    const { rig } = createBench();
    const read = (command: number, count = 1): number[] => {
      const bytes = new Uint8Array(count);
      expect(rig.i2c.readRegister(0x29, command, bytes)).toBe(0);
      return [...bytes];
    };
    const write = (...bytes: number[]): number => rig.i2c.write(0x29, new Uint8Array(bytes));
    expect(read(0xa0, 2)).toEqual([0, 0]);
    rig.advance(1000);
    expect(read(0xb3, 3)).toEqual([0, 0, 0]);
    write(0xa1, 0x10);
    write(0xa0, 3);
    rig.advance(100);
    expect(read(0xb3)).toEqual([0]);
    rig.advance(8);
    expect(read(0xb3)).toEqual([1]);
    expect(read(0xb4, 2)[1]).toBeGreaterThan(0);
    write(0xa0, 0);
    write(0xa0, 3);
    expect(read(0xb3)).toEqual([0]);
    write(0xa1, 0x80);
    expect(read(0xa0, 2)).toEqual([0, 0]);
    // Anything but a normal command changes nothing.
    write(0x80, 3);
    expect(read(0xa0)).toEqual([0]);
  });
});
