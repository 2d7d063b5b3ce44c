// The BH1750 driver: what its options make of opcodes, times and counts, and that neither a slow chip nor a failing supply
// looks like darkness.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBh1750Chip } from '../../sim/chips/bh1750.ts';
import { createQuantities, createStill } from '../../sim/environment/surroundings.ts';
import { createRig } from '../../sim/rig/rig.ts';
import { Code } from '../../src/ports/codes.ts';
import type { I2cBus } from '../../src/ports/i2c.ts';
import type { Reading } from '../../src/ports/reading.ts';
import { createBh1750 } from '../../src/sensors/bh1750.ts';
import type { Bh1750Options } from '../../src/sensors/bh1750.ts';

function createBench(options: Bh1750Options = {}) {
  const rig = createRig(1000);
  const truth = createQuantities();
  const chip = createBh1750Chip({ surroundings: createStill(truth), address: options.address ?? 0x23 });
  rig.devices.push(chip);
  const written: number[] = [];
  const bus: I2cBus = {
    ...rig.i2c,
    write(address, bytes) {
      expect(bytes.length).toBe(1);
      written.push(bytes[0]!);
      return rig.i2c.write(address, bytes);
    },
  };
  const driver = createBh1750(bus, options);
  const out: Reading = { values: new Int32Array(1), time: -1 };
  /** @returns the code. @param during is called with each wait. */
  const sample = (during: (wait: number) => void = () => {}): number => {
    let wait = driver.start(rig.now());
    while (wait > 0) {
      during(wait);
      rig.advance(wait);
      wait = driver.poll(rig.now(), out);
    }
    return wait;
  };
  return { rig, truth, chip, driver, out, sample, written };
}

/** What the driver makes of a count. */
function valueOf(raw: number, options: Bh1750Options = {}): number {
  const out: Reading = { values: new Int32Array(1), time: -1 };
  const driver = createBh1750(
    {
      write: () => 0,
      read(_address, into) {
        into[0] = raw >> 8;
        into[1] = raw & 255;
        return 0;
      },
      readRegister: () => Code.Absent,
    },
    options,
  );
  let now = 0;
  let wait = driver.start(now);
  while (wait > 0) {
    now += wait;
    wait = driver.poll(now, out);
  }
  return wait < 0 ? wait : out.values[0]!;
}

describe('BH1750 driver', () => {
  it('gives what the datasheet gives for its example [7]: 0x8390 is 28067 lx', () => {
    expect(Math.round(valueOf(0x8390) / 1000)).toBe(28067);
  });

  it('is right at the ends: one count, the last one, and what is no count', () => {
    expect(valueOf(1)).toBe(833);
    expect(valueOf(0xfffe)).toBe(54611667);
    expect(valueOf(0xffff)).toBe(Code.Overflow);
    expect(valueOf(0)).toBe(0);
    // The widest range of all.
    expect(valueOf(0xfffe, { measurementTime: 31 })).toBe(Math.round((65534 * 57500) / 31));
  });

  it('follows the formula of the datasheet [11] for every count, time and mode', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 65534 }),
        fc.integer({ min: 31, max: 254 }),
        fc.constantFrom(0.5, 1, 4) as fc.Arbitrary<0.5 | 1 | 4>,
        (raw, measurementTime, resolution) => {
          const lux = ((raw / 1.2) * (69 / measurementTime)) / (resolution === 0.5 ? 2 : 1);
          const value = valueOf(raw, { measurementTime, resolution });
          expect(Math.abs(value - lux * 1000)).toBeLessThanOrEqual(0.5001);
        },
      ),
    );
  });

  it.each([
    [{}, [0x42, 0x65, 0x20], 181],
    [{ resolution: 0.5 }, [0x42, 0x65, 0x21], 181],
    [{ resolution: 4 }, [0x42, 0x65, 0x23], 25],
    [{ measurementTime: 31 }, [0x40, 0x7f, 0x20], 82],
    [{ measurementTime: 254 }, [0x47, 0x7e, 0x20], 664],
  ] as const)('writes %o as opcodes %o, and waits for its longest time', (options, opcodes, least) => {
    const { sample, written } = createBench(options);
    const waits: number[] = [];
    expect(sample((wait) => waits.push(wait))).toBe(0);
    expect(written).toEqual([0x01, 0x01, 0x07, ...opcodes]);
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeGreaterThanOrEqual(least);
    expect(waits[0]).toBeLessThanOrEqual(least + 1);
  });

  it('measures what is there, in all modes and over all times', () => {
    for (const resolution of [0.5, 1, 4] as const) {
      for (const measurementTime of [31, 69, 254]) {
        const { sample, out, truth } = createBench({ resolution, measurementTime, address: 0x5c });
        for (const lux of [0, 3, 120, 4000, 7000]) {
          truth.illuminance = lux * 1000;
          expect(sample()).toBe(0);
          const step = ((1000 / 1.2) * 69) / measurementTime / (resolution === 0.5 ? 2 : 1);
          const tolerance = resolution === 4 ? 4 * step : step / 2 + 1;
          expect(Math.abs(out.values[0]! - lux * 1000)).toBeLessThanOrEqual(tolerance);
        }
      }
    }
  });

  it('reaches sunlight with the shortest time', () => {
    const { sample, out, truth } = createBench({ measurementTime: 31 });
    truth.illuminance = 120000000;
    expect(sample()).toBe(0);
    expect(Math.abs(out.values[0]! - 120000000)).toBeLessThan(1000);
    const usual = createBench();
    usual.truth.illuminance = 120000000;
    expect(usual.sample()).toBe(Code.Overflow);
  });

  it('never shows the last result again, nor a night, when the chip is slower than its longest time', () => {
    const { sample, out, truth, chip } = createBench();
    expect(sample()).toBe(0);
    truth.illuminance = 90000;
    chip.faults.slowMs = 150;
    expect(sample()).toBe(0);
    expect(Math.abs(out.values[0]! - 90000)).toBeLessThan(418);
  });

  it('takes a supply that fails in the middle of a sample for no night', () => {
    for (let ms = 0; ms < 182; ms += 13) {
      const { sample, out, chip, rig, truth } = createBench({ measurementTime: 100 });
      let isFirst = true;
      expect(
        sample((wait) => {
          if (isFirst && wait > 100) {
            rig.advance(ms);
            chip.brownOut(rig.now());
            isFirst = false;
          }
        }),
      ).toBe(0);
      expect(Math.abs(out.values[0]! - truth.illuminance)).toBeLessThan(418);
    }
  });

  it('believes darkness when it is seen twice, the second time for longer', () => {
    const { sample, out, truth, written } = createBench();
    truth.illuminance = 0;
    const waits: number[] = [];
    expect(sample((wait) => waits.push(wait))).toBe(0);
    expect(out.values[0]).toBe(0);
    expect(waits).toEqual([182, 364]);
    expect(written.filter((opcode) => opcode === 0x20)).toHaveLength(2);
  });

  it('powers the chip down when closed', () => {
    const { driver, written } = createBench();
    driver.close();
    expect(written).toEqual([0x00]);
  });
});

describe('BH1750 chip', () => {
  it('shows its old data until a measurement is over, and sleeps then', () => {
    const { rig, truth } = createBench();
    const bytes = new Uint8Array(2);
    const read = (): number => {
      rig.i2c.read(0x23, bytes);
      return bytes[0]! * 256 + bytes[1]!;
    };
    const send = (opcode: number): number => rig.i2c.write(0x23, new Uint8Array([opcode]));
    truth.illuminance = 100000;
    expect(read()).toBe(0);
    send(0x20);
    rig.advance(119);
    expect(read()).toBe(0);
    rig.advance(61);
    expect(read()).toBe(120);
    truth.illuminance = 200000;
    rig.advance(1000);
    expect(read()).toBe(120);
    // A reset counts only when it is on.
    send(0x07);
    expect(read()).toBe(120);
    send(0x01);
    send(0x07);
    expect(read()).toBe(0);
    send(0x10);
    rig.advance(1000);
    expect(read()).toBe(240);
    truth.illuminance = 300000;
    rig.advance(1000);
    expect(read()).toBe(360);
  });
});
