// The SCD30 and its driver, where the case does not show it: floats, settings that are written only when they change, the bus.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createScd30Chip } from '../../sim/chips/scd30.ts';
import { putWord } from '../../sim/chips/sensirion.ts';
import { createQuantities, createStill } from '../../sim/environment/surroundings.ts';
import { Code } from '../../src/ports/codes.ts';
import type { I2cBus } from '../../src/ports/i2c.ts';
import { createScd30 } from '../../src/sensors/scd30.ts';
import type { Scd30Options } from '../../src/sensors/scd30.ts';
import { createChipBench } from './chip-bench.ts';

const withoutRepeatedStart = (bus: I2cBus): I2cBus => ({
  ...bus,
  readRegister: () => {
    throw new Error('a repeated start');
  },
});

function bench(options: Scd30Options = {}) {
  const quantities = createQuantities();
  const chip = createScd30Chip({ surroundings: createStill(quantities) });
  const made = createChipBench(chip, (bus) => createScd30(withoutRepeatedStart(bus), options));
  /** From here on the chip gives these numbers. */
  function setNumbers(...numbers: number[]): void {
    const view = new DataView(new ArrayBuffer(12));
    numbers.forEach((number, i) => view.setFloat32(4 * i, number));
    made.tamper = (into, command) => {
      if (command !== '03 00') return;
      for (let i = 0; i < 6; i++) putWord(into, 3 * i, view.getUint16(2 * i), false);
    };
  }
  return { chip, quantities, bench: made, setNumbers };
}

/** The first measurement after power-up has no CO2. */
function warmed(options: Scd30Options = {}) {
  const made = bench(options);
  expect(made.bench.sample()).toBe(Code.Fault);
  made.bench.sent.length = made.bench.sentAt.length = 0;
  return made;
}

describe('driver of the SCD30', () => {
  it("reads the frame of the interface description's example", () => {
    const { bench: b } = bench();
    // 439.09 ppm, 27.23 degrees, 48.81 %.
    const example = [0x43, 0xdb, 0xcb, 0x8c, 0x2e, 0x8f, 0x41, 0xd9, 0x70, 0xe7, 0xff, 0xf5];
    example.push(0x42, 0x43, 0xbf, 0x3a, 0x1b, 0x74);
    b.tamper = (into, command) => void (command === '03 00' && into.set(example));
    expect(b.values()).toEqual([439, 27238, 48807]);
  });

  it.each([
    [0.4, 20, 50, Code.Fault],
    [0.5, 20, 50, Code.Ok],
    [40000, -40, 100, Code.Ok],
    [40001, 20, 50, Code.Range],
    [400, 70.0006, 50, Code.Range],
    [400, -40.0006, 50, Code.Range],
    [400, 20, 100.001, Code.Range],
    [400, 20, 0, Code.Range],
    [-1, 20, 50, Code.Range],
    [NaN, 20, 50, Code.Range],
    [400, NaN, 50, Code.Range],
    [400, 20, NaN, Code.Range],
    [Infinity, 20, 50, Code.Range],
    [400, -Infinity, 50, Code.Range],
  ])('%f ppm, %f degrees and %f %% end in code %i', (co2, t, h, code) => {
    const { bench: b, setNumbers } = bench();
    setNumbers(co2, t, h);
    expect(b.sample()).toBe(code);
  });

  it('rounds every number that the chip can give, below zero too', () => {
    const { bench: b, setNumbers } = bench();
    const float = (min: number, max: number) =>
      fc.float({ min: Math.fround(min), max: Math.fround(max), noNaN: true });
    fc.assert(
      fc.property(float(1, 40000), float(-39, 69), float(0.5, 100), (co2, t, h) => {
        setNumbers(co2, t, h);
        b.rig.advance(2000);
        const [ppm, degrees, percent] = b.values();
        expect(Math.abs(ppm! - co2)).toBeLessThanOrEqual(0.5);
        expect(Math.abs(degrees! - t * 1000)).toBeLessThanOrEqual(0.5);
        expect(Math.abs(percent! - h * 1000)).toBeLessThanOrEqual(0.5);
      }),
    );
  });

  it('gives no CO2 of 0 for a value while the chip starts', () => {
    const { bench: b } = bench();
    expect(b.sample()).toBe(Code.Fault);
    expect(b.sample()).toBe(Code.Ok);
  });

  it('leaves three milliseconds between a command and its answer, and uses no repeated start', () => {
    const { bench: b } = bench();
    b.sample();
    const looked = b.sent.indexOf('d1 00');
    const pause = b.sentAt[looked + 1]! - b.sentAt[looked]!;
    expect(pause).toBeGreaterThan(3);
    // It was not refused at first.
    expect(pause).toBeLessThan(10);
    expect(b.sent.slice(0, 4)).toEqual(['d1 00', '46 00', '00 10 00 00 81', '02 02']);
  });

  it.each<[string, Scd30Options, string, string]>([
    // The interface description's examples: 2 s has no write, so 3 s here; 1000 m, 5 degrees, 986 hPa.
    ['interval', { interval: 3 }, '46 00', '46 00 00 03 d2'],
    ['altitude', { altitude: 1000 }, '51 02', '51 02 03 e8 d4'],
    ['offset', { temperatureOffset: 5000 }, '54 03', '54 03 01 f4 33'],
    ['self calibration', { isSelfCalibrated: true }, '53 06', '53 06 00 01 b0'],
  ])('writes its %s once, and never again', (_what, options, look, write) => {
    const { bench: b, chip } = warmed(options);
    expect(chip.writes()).toBe(1);
    b.driver.configure(options);
    b.values();
    expect(b.sent).toContain(look);
    expect(b.sent).not.toContain(write);
    expect(chip.writes()).toBe(1);
    const anew = bench(options);
    anew.bench.sample();
    expect(anew.bench.sent).toContain(write);
  });

  it('says the pressure with the start', () => {
    const { bench: b, chip } = bench({ ambientPressure: 98600 });
    b.sample();
    expect(b.sent).toContain('00 10 03 da 73');
    expect(chip.memory.pressure).toBe(986);
  });

  it('writes nothing into a chip that is as it should be', () => {
    const { chip } = warmed({ interval: 2, isSelfCalibrated: false, altitude: 0, temperatureOffset: 0 });
    expect(chip.writes()).toBe(0);
  });

  it('leaves alone what it is not told', () => {
    const { bench: b, chip } = bench();
    Object.assign(chip.memory, { altitude: 777, offset: 123, selfCalibration: 1 });
    b.sample();
    expect(chip.memory).toMatchObject({ altitude: 777, offset: 123, selfCalibration: 1, interval: 2 });
  });

  it('is right about CO2 at the altitude that it is told, and wrong without', () => {
    const told = warmed({ altitude: 1000 });
    const untold = warmed();
    told.quantities.pressure = untold.quantities.pressure = 89875;
    expect(Math.abs(told.bench.values()[0]! - 620)).toBeLessThanOrEqual(1);
    expect(untold.bench.values()[0]).toBe(550);
  });

  it('is cooler by its offset', () => {
    expect(warmed({ temperatureOffset: 1500 }).bench.values()[1]).toBe(20040);
  });

  it('waits for the next measurement, as long as the interval is', () => {
    const { bench: b, quantities } = warmed({ interval: 30, ambientPressure: 98800 });
    b.values();
    quantities.co2 = 900;
    const begun = b.rig.now();
    expect(Math.abs(b.values()[0]! - 900)).toBeLessThanOrEqual(2);
    expect(b.rig.now() - begun).toBeGreaterThan(29000);
  });

  it('asks anew before each look, and takes 1 only for ready', () => {
    const { bench: b } = warmed();
    const answers = [0, 2, 0x8000, 1];
    let looks = 0;
    b.rig.advance(4000);
    b.tamper = (into, command) => {
      if (command === '02 02') putWord(into, 0, answers[looks++] ?? 1, false);
    };
    b.values();
    expect(looks).toBe(4);
  });

  it.each([1, 2])('takes no old frame for a new one when the bus is held down at step %i', (step) => {
    const { bench: b } = warmed();
    b.values();
    b.rig.advance(3000);
    b.rig.advance(b.driver.start(b.rig.now()));
    if (step === 2) b.rig.advance(b.driver.poll(b.rig.now(), b.out));
    b.rig.i2c.stuck = true;
    expect(b.driver.poll(b.rig.now(), b.out)).toBe(Code.Timeout);
  });

  it.each([2, 5, 8, 11, 14, 17])('refuses a frame whose CRC at byte %i is wrong', (at) => {
    const { bench: b } = bench();
    b.tamper = (into, command) => void (command === '03 00' && (into[at]! ^= 1));
    expect(b.sample()).toBe(Code.Crc);
  });

  it.each(['d1 00', '46 00'])('refuses zeros behind %s', (which) => {
    const { bench: b } = bench();
    b.tamper = (into, command) => void (command === which && into.fill(0));
    expect(b.sample()).toBe(Code.Crc);
  });
});

describe('simulated SCD30', () => {
  it('answers three milliseconds after a command, once', () => {
    const { chip } = bench();
    const word = new Uint8Array(3);
    chip.write([0xd1, 0x00], 0);
    expect(chip.read(word, 2)).toBe(false);
    expect(chip.read(word, 3)).toBe(true);
    expect([...word.subarray(0, 2)]).toEqual([3, 0x42]);
    expect(chip.read(word, 4)).toBe(false);
  });

  it('goes on measuring by itself after a loss of power, and needs two seconds to come back', () => {
    const { chip } = bench();
    const word = new Uint8Array(3);
    expect(chip.write([0x00, 0x10, 0x00, 0x00, 0x81], 0)).toBe(true);
    chip.brownOut(1000);
    expect(chip.write([0x02, 0x02], 2999)).toBe(false);
    chip.write([0x02, 0x02], 5000);
    chip.read(word, 5003);
    expect(word[1]).toBe(1);
  });

  it('refuses a setting whose CRC is wrong, and a pressure that is none', () => {
    const { chip } = bench();
    expect(chip.write([0x51, 0x02, 0x03, 0xe8, 0xd5], 0)).toBe(false);
    expect(chip.write([0x00, 0x10, 0x00, 0x01, 0xb0], 0)).toBe(false);
    expect(chip.memory.altitude).toBe(0);
  });
});
