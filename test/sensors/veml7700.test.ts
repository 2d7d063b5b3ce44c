// The VEML7700 driver: every sensitivity against the datasheet's table, the way to the right one, and the whole range of light.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createVeml7700Chip } from '../../sim/chips/veml7700.ts';
import { createQuantities, createStill } from '../../sim/environment/surroundings.ts';
import { createRig } from '../../sim/rig/rig.ts';
import { Code } from '../../src/ports/codes.ts';
import type { I2cBus } from '../../src/ports/i2c.ts';
import type { Reading } from '../../src/ports/reading.ts';
import { createVeml7700 } from '../../src/sensors/veml7700.ts';
import type { Veml7700Options } from '../../src/sensors/veml7700.ts';
import type { Driver } from '../../src/sensors/driver.ts';

const GAINS = [0.125, 0.25, 1, 2] as const;
const TIMES = [25, 50, 100, 200, 400, 800] as const;

function createBench(options: Veml7700Options = {}) {
  const rig = createRig(1000);
  const truth = createQuantities();
  const chip = createVeml7700Chip({ surroundings: createStill(truth), address: options.address ?? 0x10 });
  rig.devices.push(chip);
  const written: number[][] = [];
  const bus: I2cBus = {
    ...rig.i2c,
    write(address, bytes) {
      written.push([...bytes]);
      return rig.i2c.write(address, bytes);
    },
  };
  const driver = createVeml7700(bus, options);
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

/** A chip that keeps its settings and has always the same count. */
function createFixed(raw: number, options: Veml7700Options): Driver {
  let config = [1, 0];
  return createVeml7700(
    {
      write(_address, bytes) {
        if (bytes[0] === 0) config = [bytes[1]!, bytes[2]!];
        return 0;
      },
      read: () => Code.Absent,
      readRegister(_address, register, into) {
        into.set(register === 0 ? config : [raw & 255, raw >> 8]);
        return 0;
      },
    },
    options,
  );
}

function valueOf(raw: number, options: Veml7700Options): number {
  const out: Reading = { values: new Int32Array(1), time: -1 };
  const driver = createFixed(raw, options);
  let now = 0;
  let wait = driver.start(now);
  while (wait > 0) {
    now += wait;
    wait = driver.poll(now, out);
  }
  return wait < 0 ? wait : out.values[0]!;
}

/** The table of the datasheet [5]: lx a count by time from 800 down, and gain 2, 1, 1/4, 1/8. */
const RESOLUTIONS: readonly (readonly [number, readonly number[]])[] = [
  [800, [0.0042, 0.0084, 0.0336, 0.0672]],
  [400, [0.0084, 0.0168, 0.0672, 0.1344]],
  [200, [0.0168, 0.0336, 0.1344, 0.2688]],
  [100, [0.0336, 0.0672, 0.2688, 0.5376]],
  [50, [0.0672, 0.1344, 0.5376, 1.0752]],
  [25, [0.1344, 0.2688, 1.0752, 2.1504]],
];

/** The note's correction, as it is printed: four powers. */
function corrected(lux: number): number {
  return 6.0135e-13 * lux ** 4 - 9.3924e-9 * lux ** 3 + 8.1488e-5 * lux ** 2 + 1.0023 * lux;
}

describe('VEML7700 driver', () => {
  it("has the datasheet's resolutions at all gains and times, and its note's correction at the low gains", () => {
    for (const [integrationMs, row] of RESOLUTIONS) {
      for (const [index, gain] of [2, 1, 0.25, 0.125].entries()) {
        const options = { gain, integrationMs } as Veml7700Options;
        for (const raw of [1, 100, 3000, 10000]) {
          const linear = raw * row[index]!;
          const lux = gain < 1 ? corrected(linear) : linear;
          const value = valueOf(raw, options);
          if (lux > 134000) expect(value).toBe(Code.Range);
          else expect(Math.abs(value - lux * 1000)).toBeLessThanOrEqual(0.5 + lux * 1e-6);
        }
      }
    }
  });

  it('follows the formula for every count', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 65534 }),
        fc.constantFrom(...GAINS),
        fc.constantFrom(...TIMES),
        (raw, gain, integrationMs) => {
          const linear = (raw * 0.0042 * 800 * 2) / (integrationMs * gain);
          const lux = gain < 1 ? corrected(linear) : linear;
          const value = valueOf(raw, { gain, integrationMs });
          if (value === Code.Range) expect(lux).toBeGreaterThan(133999);
          else expect(Math.abs(value - lux * 1000)).toBeLessThanOrEqual(0.5 + lux * 1e-6);
        },
      ),
    );
  });

  it('is 0 in darkness, and refuses a converter at its end, fixed or automatic', () => {
    expect(valueOf(0, { gain: 2 })).toBe(0);
    expect(valueOf(0, {})).toBe(0);
    expect(valueOf(0xffff, { gain: 2 })).toBe(Code.Overflow);
    expect(valueOf(0xffff, {})).toBe(Code.Overflow);
  });

  it('writes gain, time and address as asked for, awake, and waits for twice the time', () => {
    const gains = [2, 3, 0, 1];
    const times = [12, 8, 0, 1, 2, 3];
    for (const [g, gain] of GAINS.entries()) {
      for (const [t, integrationMs] of TIMES.entries()) {
        const { sample, written, waits, truth } = createBench({ gain, integrationMs, address: 0x48 });
        truth.illuminance = 100000;
        expect(sample()).toBe(0);
        const config = (gains[g]! << 11) | (times[t]! << 6) | 0x10;
        expect(written).toEqual([
          [3, 0, 0],
          [0, (config & 255) | 1, config >> 8],
          [0, config & 255, config >> 8],
        ]);
        expect(waits).toEqual([2 * integrationMs + 4]);
      }
    }
    const half = createBench({ gain: 1 });
    half.sample();
    expect(half.waits).toEqual([204]);
    const other = createBench({ integrationMs: 25 });
    other.sample();
    expect(other.written[2]).toEqual([0, 0x10, 0x13]);
  });

  it('measures all light of its range automatically, as exact as a hundred counts are', () => {
    const { sample, truth, out } = createBench();
    for (const lux of [
      0, 0.02, 0.5, 3, 26, 28, 100, 671, 673, 1500, 9000, 30000, 70000, 120000, 0.1, 120000, 4,
    ]) {
      truth.illuminance = Math.round(lux * 1000);
      expect(sample()).toBe(0);
      // Half a count of 100, or of the highest sensitivity; the correction makes twenty times as much of it in the sun.
      const tolerance = Math.max(3, lux * 1000 * (lux > 10000 ? 0.003 : 0.006));
      expect(Math.abs(out.values[0]! - lux * 1000)).toBeLessThanOrEqual(tolerance);
    }
  });

  it('stays with the sensitivity that fitted: one measurement a sample while the light stays', () => {
    const { sample, truth, waits } = createBench();
    for (const lux of [0, 5, 300, 20000]) {
      truth.illuminance = lux * 1000;
      sample();
      expect(sample()).toBe(0);
      expect(waits).toHaveLength(1);
    }
    // From the sun into the dark, and back: no longer than all sensitivities, and one look from the top down.
    truth.illuminance = 0;
    sample();
    expect(waits.length).toBeLessThanOrEqual(9);
    truth.illuminance = 100000000;
    sample();
    expect(waits.length).toBeLessThanOrEqual(2);
  });

  it('comes to an end in light that jumps each time it looks', () => {
    let config = [1, 0];
    let looks = 0;
    const driver = createVeml7700({
      write(_address, bytes) {
        if (bytes[0] === 0) config = [bytes[1]!, bytes[2]!];
        return 0;
      },
      read: () => Code.Absent,
      readRegister(_address, register, into) {
        if (register === 4) looks++;
        into.set(register === 0 ? config : looks % 2 ? [50, 0] : [0, 0x40]);
        return 0;
      },
    });
    const out: Reading = { values: new Int32Array(1), time: -1 };
    let now = 0;
    let wait = driver.start(now);
    for (; wait > 0; now += wait) wait = driver.poll(now + wait, out);
    expect(wait).toBe(0);
    expect(looks).toBe(12);
  });

  it('never shows the light of before: each sample begins from shutdown', () => {
    const { sample, truth, out } = createBench({ gain: 0.125, integrationMs: 800 });
    truth.illuminance = 1000000;
    sample();
    truth.illuminance = 20000;
    expect(sample()).toBe(0);
    expect(Math.abs(out.values[0]! - 20000)).toBeLessThan(50);
  });

  it('notices a supply that fails at any moment of a sample', () => {
    for (let ms = 0; ms < 200; ms += 9) {
      const { sample, driver, rig, chip, out } = createBench({ gain: 0.25 });
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
  });
});

describe('VEML7700 chip', () => {
  it('is shut down after power-up, and has nothing before an integration is over', () => {
    const { rig } = createBench();
    const word = new Uint8Array(2);
    const read = (register: number): number => {
      rig.i2c.readRegister(0x10, register, word);
      return word[1]! * 256 + word[0]!;
    };
    expect(read(0)).toBe(1);
    rig.advance(5000);
    expect(read(4)).toBe(0);
    rig.i2c.write(0x10, new Uint8Array([0, 0, 0]));
    rig.advance(100);
    expect(read(4)).toBe(0);
    rig.advance(103);
    // 350 lx at gain 1 and 100 ms.
    expect(read(4)).toBe(Math.round(350 / 0.0672));
  });
});
