// The SGP40 and its driver, where the case does not show it: what is sent, the index in time, pauses. The index itself: gas-index.test.ts.

import { describe, expect, it } from 'vitest';
import { putWord } from '../../sim/chips/sensirion.ts';
import { createSgp40Chip } from '../../sim/chips/sgp40.ts';
import { createQuantities, createStill } from '../../sim/environment/surroundings.ts';
import { Code } from '../../src/ports/codes.ts';
import { NO_VALUE } from '../../src/ports/reading.ts';
import { createSgp40 } from '../../src/sensors/sgp40.ts';
import type { Sgp40Options } from '../../src/sensors/sgp40.ts';
import { createChipBench } from './chip-bench.ts';

const RAW = 32000 - 240;

function bench(options: Sgp40Options = {}) {
  const quantities = createQuantities();
  const chip = createSgp40Chip({ surroundings: createStill(quantities) });
  const made = createChipBench(chip, (bus) => createSgp40(bus, options));
  /** A sample each second. @returns the last one. */
  function seconds(count: number): number[] {
    let values: number[] = [];
    for (let i = 0; i < count; i++) {
      const begun = made.rig.now();
      values = made.values();
      made.rig.advance(begun + 1000 - made.rig.now());
    }
    return values;
  }
  return { chip, quantities, bench: made, seconds };
}

describe('driver of the SGP40', () => {
  it("sends the datasheet's default for 25 degrees and 50 %, and waits for the chip", () => {
    const { bench: b } = bench();
    expect(b.values()).toEqual([NO_VALUE, RAW]);
    expect(b.sent).toEqual(['20 2f', '26 0f 80 00 a2 66 66 93']);
    expect(b.rig.now() - b.sentAt[1]!).toBe(31);
    expect(b.sentAt[1]! - b.sentAt[0]!).toBe(11);
  });

  it.each([
    [-45000, 0, 0, 0],
    [130000, 100000, 65535, 65535],
    [0, 25000, 16852, 16384],
    [-10000, 33300, 13107, 21823],
  ])('tells the chip %i m°C and %i m% as words', (temperature, humidity, t, h) => {
    const { bench: b, chip } = bench({ temperature, humidity });
    b.values();
    expect(chip.state).toMatchObject({ temperature: t, humidity: h });
  });

  it('has no index for 46 seconds, 100 in the same air for long, and more in worse air', () => {
    const { quantities, seconds } = bench();
    expect(seconds(46)).toEqual([NO_VALUE, RAW]);
    expect(seconds(1)[0]).toBeGreaterThan(0);
    expect(seconds(600)[0]).toBe(100);
    quantities.tvoc = 1500;
    expect(seconds(60)[0]).toBeGreaterThan(250);
  });

  it('goes on where it was when the air is told anew', () => {
    const { bench: b, seconds } = bench();
    seconds(600);
    b.driver.configure({ temperature: 30000, humidity: 60000 });
    expect(seconds(1)[0]).toBeGreaterThan(90);
  });

  it('refuses to go on after a pause, since the index counts samples for seconds', () => {
    const { bench: b, seconds } = bench();
    seconds(60);
    b.rig.advance(30000);
    expect(b.sample()).toBe(Code.Fault);
    expect(seconds(1)[0]).toBeGreaterThan(0);
  });

  it('begins anew after ten minutes without samples', () => {
    const { bench: b, seconds } = bench();
    seconds(60);
    b.rig.advance(601000);
    expect(b.sample()).toBe(Code.Fault);
    expect(seconds(46)[0]).toBe(NO_VALUE);
    expect(seconds(1)[0]).toBeGreaterThan(0);
  });

  it.each([0, 65000, 65535])('refuses a signal of %i', (raw) => {
    const { bench: b } = bench();
    b.values();
    b.tamper = (into) => putWord(into, 0, raw, false);
    expect(b.sample()).toBe(Code.Range);
  });

  it('finds no SGP40 in an SGP41, which is at the same address', () => {
    const { bench: b, chip } = bench();
    chip.faults.wrongId = true;
    expect(b.sample()).toBe(Code.WrongId);
  });

  it('takes no old frame for a new one when the bus is held down in the middle of a sample', () => {
    const { bench: b } = bench();
    b.values();
    b.rig.advance(b.driver.start(b.rig.now()));
    b.rig.i2c.stuck = true;
    expect(b.driver.poll(b.rig.now(), b.out)).toBe(Code.Timeout);
  });

  it('switches the heater off when it is closed', () => {
    const { bench: b, chip } = bench();
    b.values();
    expect(chip.state.isHeated).toBe(true);
    b.driver.close();
    expect(chip.state.isHeated).toBe(false);
  });
});

describe('simulated SGP40', () => {
  it('is busy for thirty milliseconds, and gives its signal once', () => {
    const { chip } = bench();
    const word = new Uint8Array(3);
    const measure = [0x26, 0x0f, 0x80, 0x00, 0xa2, 0x66, 0x66, 0x93];
    expect(chip.write(measure, 0)).toBe(true);
    expect(chip.read(word, 29)).toBe(false);
    expect(chip.write(measure, 29)).toBe(false);
    expect(chip.read(word, 30)).toBe(true);
    expect(chip.read(word, 31)).toBe(false);
  });

  it('refuses words whose CRC is wrong, and tests itself', () => {
    const { chip } = bench();
    const word = new Uint8Array(3);
    expect(chip.write([0x26, 0x0f, 0x80, 0x00, 0xa3, 0x66, 0x66, 0x93], 0)).toBe(false);
    expect(chip.write([0x26, 0x0f, 0x80, 0x00, 0xa2, 0x66, 0x66, 0x94], 0)).toBe(false);
    chip.write([0x28, 0x0e], 0);
    expect(chip.read(word, 319)).toBe(false);
    expect(chip.read(word, 320)).toBe(true);
    expect(word[0]).toBe(0xd4);
  });
});
