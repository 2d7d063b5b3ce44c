// The SCD4x and its driver, where the case does not show it: codes to values, modes, settings, what is never written.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { putWord } from '../../sim/chips/sensirion.ts';
import { createScd4xChip } from '../../sim/chips/scd4x.ts';
import { createQuantities, createStill } from '../../sim/environment/surroundings.ts';
import { Code } from '../../src/ports/codes.ts';
import { createScd4x } from '../../src/sensors/scd4x.ts';
import type { Scd4xOptions } from '../../src/sensors/scd4x.ts';
import { createChipBench } from './chip-bench.ts';

function bench(options: Scd4xOptions = {}, type: 'scd40' | 'scd41' = 'scd41') {
  const quantities = createQuantities();
  const chip = createScd4xChip({ surroundings: createStill(quantities), type });
  const made = createChipBench(chip, (bus) => createScd4x(bus, options));
  /** From here on the chip measures these words. */
  function setWords(co2: number, t: number, h: number): void {
    made.tamper = (into, command) => {
      if (command !== 'ec 05') return;
      [co2, t, h].forEach((word, i) => putWord(into, 3 * i, word, false));
    };
  }
  return { chip, quantities, bench: made, setWords };
}

const SET_UP = ['36 f6', '3f 86', '36 46', '36 82'];

describe('driver of the SCD4x', () => {
  // The datasheet's example of read_measurement: 0x01F4, 0x6667, 0x5EB9 are 500 ppm, 25 degrees, 37 %.
  it.each([
    [0x01f4, 0x6667, 0x5eb9, 500, 25003, 37002],
    [40000, 0x3334, 0xffff, 40000, -9997, 100000],
    [1, 0x9998, 0x0001, 1, 59997, 2],
  ])('makes words %i, %i and %i into %i ppm, %i m°C and %i m%', (co2, t, h, ppm, degrees, percent) => {
    const { bench: b, setWords } = bench();
    setWords(co2, t, h);
    expect(b.values()).toEqual([ppm, degrees, percent]);
  });

  it('is the formula of the datasheet for every word, rounded, and refuses what the chip cannot measure', () => {
    const { bench: b, setWords } = bench();
    const any = fc.integer({ min: 0, max: 65535 });
    fc.assert(
      fc.property(any, fc.oneof(any, fc.integer({ min: 13107, max: 39321 })), any, (co2, t, h) => {
        setWords(co2, t, h);
        b.rig.advance(5000);
        const milli = (-45 + (175 * t) / 65535) * 1000;
        const isOut = Math.round(milli) < -10000 || Math.round(milli) > 60000;
        const code = b.sample();
        expect(code).toBe(co2 === 0 ? Code.Fault : h === 0 || isOut || co2 > 40000 ? Code.Range : Code.Ok);
        if (code !== 0) return;
        expect(b.out.values[0]).toBe(co2);
        expect(Math.abs(b.out.values[1]! - milli)).toBeLessThanOrEqual(0.5001);
        expect(Math.abs(b.out.values[2]! - (100000 * h) / 65535)).toBeLessThanOrEqual(0.5001);
      }),
      {
        examples: [
          [0, 26000, 5000],
          [600, 26000, 0],
        ],
      },
    );
  });

  it('wakes, stops what runs, waits half a second, and starts measuring', () => {
    const { bench: b } = bench();
    b.values();
    expect(b.sent.slice(0, 5)).toEqual([...SET_UP, '21 b1']);
    expect(b.sentAt[1]! - b.sentAt[0]!).toBeGreaterThan(30);
    expect(b.sentAt[2]! - b.sentAt[1]!).toBeGreaterThan(500);
    expect(b.sentAt[3]! - b.sentAt[2]!).toBeGreaterThan(30);
    expect(b.sent[b.sent.length - 1]).toBe('ec 05');
  });

  it('takes over a chip that measures', () => {
    const { bench: b, chip } = bench();
    chip.write([0x21, 0xac], 500);
    expect(b.sample()).toBe(Code.Ok);
  });

  it.each<Scd4xOptions>([{}, { mode: 'low-power' }, { mode: 'single' }])(
    'wakes a chip that other firmware put to sleep, with %o',
    (options) => {
      const { bench: b, chip } = bench(options);
      expect(chip.write([0x36, 0xe0], 500)).toBe(true);
      expect(chip.write([0x36, 0x82], 502)).toBe(false);
      expect(b.sample()).toBe(Code.Ok);
    },
  );

  it('gives no value of a chip that was put to sleep between two samples, and wakes it for the next', () => {
    const { bench: b, chip } = bench();
    b.values();
    const at = b.rig.now();
    chip.write([0x3f, 0x86], at);
    expect(chip.write([0x36, 0xe0], at + 500)).toBe(true);
    b.rig.advance(5000);
    expect(b.sample()).toBe(Code.Absent);
    expect(b.sample()).toBe(Code.Ok);
  });

  it('tells a bus that is held down from a chip that does not acknowledge that it wakes', () => {
    const { bench: b } = bench();
    b.rig.i2c.stuck = true;
    expect(b.sample()).toBe(Code.Timeout);
    expect(b.sent).toEqual(['36 f6']);
  });

  it('takes data for ready when one of eleven bits says so, and no other', () => {
    const { bench: b } = bench();
    const answers = [0x8000, 0xf800, 0x0001];
    let looks = 0;
    b.tamper = (into, command) => {
      if (command === 'e4 b8') putWord(into, 0, answers[looks++] ?? 0x8006, false);
    };
    b.values();
    // It asked anew before each look.
    expect(looks).toBe(3);
  });

  it('waits for the next measurement rather than giving the last one again', () => {
    const { bench: b, quantities } = bench({ ambientPressure: 98800 });
    b.values();
    quantities.co2 = 900;
    const begun = b.rig.now();
    expect(Math.abs(b.values()[0]! - 900)).toBeLessThanOrEqual(2);
    expect(b.rig.now() - begun).toBeGreaterThan(4000);
  });

  it('measures every half minute with low power', () => {
    const { bench: b } = bench({ mode: 'low-power' });
    b.values();
    expect(b.sent).toContain('21 ac');
    const begun = b.rig.now();
    b.values();
    expect(b.rig.now() - begun).toBeGreaterThan(29000);
  });

  it('measures when asked to, five seconds long, and says its settings anew each time', () => {
    const { bench: b, chip } = bench({ mode: 'single', altitude: 520 });
    b.values();
    const altitude = '24 27 02 08 e1';
    expect(b.sent).toEqual([...SET_UP, altitude, '21 9d', 'e4 b8', 'ec 05']);
    expect(b.sentAt[6]! - b.sentAt[5]!).toBeGreaterThan(5000);
    chip.brownOut(b.rig.now());
    b.rig.advance(2000);
    expect(chip.ram.altitude).toBe(0);
    b.values();
    expect(b.sent.slice(8)).toEqual([altitude, '21 9d', 'e4 b8', 'ec 05']);
    expect(chip.ram.altitude).toBe(520);
    b.driver.close();
    expect(b.sent.length).toBe(12);
  });

  it('gets no single measurement from an SCD40', () => {
    expect(bench({ mode: 'single' }, 'scd40').bench.sample()).toBe(Code.Absent);
  });

  it.each<[string, Scd4xOptions, string]>([
    // The datasheet's examples: 1950 m, 987 hPa, 5.4 degrees.
    ['altitude', { altitude: 1950 }, '24 27 07 9e 09'],
    ['pressure', { ambientPressure: 98700 }, 'e0 00 03 db 42'],
    ['offset', { temperatureOffset: 5400 }, '24 1d 07 e6 48'],
    ['self calibration', { isSelfCalibrated: true }, '24 16 00 01 b0'],
    ['no self calibration', { isSelfCalibrated: false }, '24 16 00 00 81'],
  ])('says its %s with a CRC, before it starts', (_what, options, bytes) => {
    const { bench: b } = bench(options);
    b.values();
    expect(b.sent.slice(0, 6)).toEqual([...SET_UP, bytes, '21 b1']);
  });

  it('never writes the EEPROM, and leaves what it is not told as the chip keeps it', () => {
    const { bench: b, chip } = bench({ temperatureOffset: 2000, isSelfCalibrated: false });
    chip.eeprom.altitude = 300;
    b.values();
    expect(chip.ram).toEqual({ offset: 749, altitude: 300, selfCalibration: 0 });
    b.driver.configure({});
    b.values();
    expect(chip.ram).toEqual({ offset: 0x05da, altitude: 300, selfCalibration: 1 });
    expect(chip.writes()).toBe(0);
    expect(b.sent).not.toContain('36 15');
  });

  it('is right about CO2 at the altitude that it is told, and wrong without', () => {
    const told = bench({ altitude: 1000 });
    const untold = bench();
    told.quantities.pressure = untold.quantities.pressure = 89875;
    expect(Math.abs(told.bench.values()[0]! - 620)).toBeLessThanOrEqual(1);
    expect(untold.bench.values()[0]).toBe(550);
  });

  it('is cooler by a larger offset', () => {
    const { bench: b } = bench({ temperatureOffset: 6000 });
    expect(Math.abs(b.values()[1]! - 19540)).toBeLessThanOrEqual(4);
  });

  it('stops the chip when it is closed', () => {
    const { bench: b } = bench();
    b.values();
    b.driver.close();
    expect(b.sent[b.sent.length - 1]).toBe('3f 86');
  });

  it('gives no value of a chip that lost its supply between two samples', () => {
    const { bench: b, chip } = bench();
    b.values();
    chip.brownOut(b.rig.now());
    b.rig.advance(10000);
    expect(b.sample()).toBe(Code.Timeout);
    expect(b.sample()).toBe(Code.Ok);
  });

  it.each([1, 2])('takes no old frame for a new one when the bus is held down at step %i', (step) => {
    const { bench: b } = bench();
    b.values();
    b.rig.advance(6000);
    b.rig.advance(b.driver.start(b.rig.now()));
    if (step === 2) b.rig.advance(b.driver.poll(b.rig.now(), b.out));
    b.rig.i2c.stuck = true;
    expect(b.driver.poll(b.rig.now(), b.out)).toBe(Code.Timeout);
  });

  it.each([2, 5, 8])('refuses a frame whose CRC at byte %i is wrong', (at) => {
    const { bench: b } = bench();
    b.tamper = (into, command) => void (command === 'ec 05' && (into[at]! ^= 1));
    expect(b.sample()).toBe(Code.Crc);
  });

  it('looks at the serial number', () => {
    const { bench: b } = bench();
    b.tamper = (into, command) => void (command === '36 82' && into.fill(0));
    expect(b.sample()).toBe(Code.Crc);
  });
});

describe('simulated SCD4x', () => {
  it('takes no command but four while it measures', () => {
    const { chip } = bench();
    expect(chip.write([0x21, 0xb1], 0)).toBe(true);
    expect(chip.write([0x36, 0x82], 10)).toBe(false);
    expect(chip.write([0x21, 0xb1], 10)).toBe(false);
    expect(chip.write([0x24, 0x27, 0x07, 0x9e, 0x09], 10)).toBe(false);
    expect(chip.write([0xe0, 0x00, 0x03, 0xdb, 0x42], 10)).toBe(true);
    expect(chip.write([0xe4, 0xb8], 20)).toBe(true);
    expect(chip.write([0x3f, 0x86], 30)).toBe(true);
    expect(chip.write([0x36, 0x82], 529)).toBe(false);
    expect(chip.write([0x36, 0x82], 530)).toBe(true);
  });

  it('refuses a setting whose CRC is wrong, has data after five seconds, and gives them once', () => {
    const { chip } = bench();
    const frame = new Uint8Array(9);
    expect(chip.write([0x24, 0x27, 0x07, 0x9e, 0x0a], 0)).toBe(false);
    chip.write([0x21, 0xb1], 0);
    chip.write([0xec, 0x05], 4990);
    expect(chip.read(frame, 4999)).toBe(false);
    chip.write([0xec, 0x05], 5000);
    expect(chip.read(frame, 5000)).toBe(false);
    expect(chip.read(frame, 5001)).toBe(true);
    chip.write([0xec, 0x05], 5002);
    expect(chip.read(frame, 5003)).toBe(false);
  });

  it('keeps settings over a loss of power when they were persisted, and only then', () => {
    const { chip } = bench();
    chip.write([0x24, 0x27, 0x07, 0x9e, 0x09], 0);
    chip.brownOut(10);
    expect(chip.ram.altitude).toBe(0);
    chip.write([0x24, 0x27, 0x07, 0x9e, 0x09], 1010);
    chip.write([0x36, 0x15], 1020);
    expect(chip.write([0x36, 0x82], 1819)).toBe(false);
    chip.brownOut(2000);
    expect(chip.ram.altitude).toBe(1950);
    expect(chip.writes()).toBe(1);
  });

  it('sleeps until it is woken, which it does not acknowledge', () => {
    const { chip } = bench();
    expect(chip.write([0x36, 0xe0], 0)).toBe(true);
    expect(chip.write([0x36, 0x82], 10)).toBe(false);
    expect(chip.write([0x36, 0xf6], 20)).toBe(false);
    expect(chip.write([0x36, 0x82], 50)).toBe(true);
  });
});
