// The HTU21D, its kin and their driver, where the case does not show it: codes to values, CRC, heater, the slower of the two.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHtu21dChip } from '../../sim/chips/htu21d.ts';
import { createQuantities, createStill } from '../../sim/environment/surroundings.ts';
import { Code } from '../../src/ports/codes.ts';
import { createHtu21d } from '../../src/sensors/htu21d.ts';
import type { Htu21dOptions } from '../../src/sensors/htu21d.ts';
import { createChipBench } from './chip-bench.ts';

function bench(type: 'htu21d' | 'si7021' = 'htu21d', options: Htu21dOptions = {}, status?: number) {
  const surroundings = createStill(createQuantities());
  const chip = createHtu21dChip(
    status === undefined ? { surroundings, type } : { surroundings, type, status },
  );
  const made = createChipBench(chip, (bus) => createHtu21d(bus, options));
  /** From here on the chip measures these codes. */
  function setCodes(t: number, h: number): void {
    made.tamper = (into, command) => {
      if (command === 'f3') put(into, t);
      if (command === 'f5') put(into, h);
    };
  }
  return { chip, bench: made, setCodes };
}

/** CRC by division, as the datasheet of the HTU21D shows it: value and 8 zeros by the polynomial 0x131. */
function crc(word: number): number {
  let rest = word * 256;
  for (let bit = 23; bit >= 8; bit--) if (rest & (1 << bit)) rest ^= 0x131 << (bit - 8);
  return rest;
}

function put(into: Uint8Array, word: number): void {
  into.set([word >> 8, word & 255, crc(word)]);
}

describe('driver of the HTU21D', () => {
  it.each([
    [0xdc, 0x79],
    [0x683a, 0x7c],
    [0x4e85, 0x6b],
  ])("has the CRC of the datasheet's example: %i gives %i", (word, sum) => {
    expect(crc(word)).toBe(sum);
  });

  // T = -46.85 + 175.72 * S / 2^16, RH = -6 + 125 * S / 2^16, without the two status bits, worked out by hand; the
  // first humidity is TE's example, 0x683A.
  it.each([
    [0x683a & ~3, 0x683a, 24686, 44888],
    [0x4440, 0x7c82, -3, 54791],
    [0x09fc, 0x0c4a, -39997, 0],
    [0xfa5c, 0xd91e, 124998, 100000],
    [0x2000, 0x4002, -24885, 25250],
  ])('makes codes %i and %i into %i m°C and %i m%', (t, h, temperature, humidity) => {
    const { bench: b, setCodes } = bench();
    setCodes(t, h);
    expect(b.values()).toEqual([temperature, humidity]);
  });

  it('is the formula of the datasheet for every code, rounded and cut, and refuses converters at their ends', () => {
    const { bench: b, setCodes } = bench();
    const code14 = fc.integer({ min: 0, max: 0x3fff });
    const status = fc.integer({ min: 0, max: 3 });
    fc.assert(
      fc.property(code14, code14, status, status, (t, h, statusT, statusH) => {
        setCodes(t * 4 + statusT, h * 4 + statusH);
        const degrees = -46.85 + (175.72 * t * 4) / 65536;
        const percent = Math.min(100, Math.max(0, -6 + (125 * h * 4) / 65536));
        const code = b.sample();
        const isBlank = (t === 0 && statusT === 0) || (h === 0 && statusH === 0);
        const isOut = Math.round(degrees * 1000) < -40000 || Math.round(degrees * 1000) > 125000;
        const refusal = isOut || h === 0 || h === 0x3fff ? Code.Range : Code.Ok;
        expect(code).toBe(isBlank ? Code.Fault : refusal);
        if (code !== 0) return;
        expect(Math.abs(b.out.values[0]! - degrees * 1000)).toBeLessThanOrEqual(0.5001);
        expect(Math.abs(b.out.values[1]! - percent * 1000)).toBeLessThanOrEqual(0.5001);
      }),
      {
        examples: [
          [8192, 0, 0, 0],
          [8192, 0, 0, 2],
          [8192, 0x3fff, 0, 2],
          [8192, 0x3fff, 0, 3],
          [0, 8192, 0, 2],
          [0, 8192, 1, 2],
          [0x3fff, 8192, 1, 2],
          [0x3fff, 8192, 3, 2],
        ],
      },
    );
  });

  it('corrects humidity by temperature when told to', () => {
    const { bench: b, setCodes } = bench('htu21d', { isCompensated: true });
    // RH + (25 - T) * -0.15: at 4.9952 degrees 3 % less, at 44.99 degrees 3 % more.
    setCodes(0x4b88, 0x7c82);
    const [cold, dry] = b.values();
    expect(dry).toBe(Math.round(54791 - 0.15 * (25000 - cold!)));
    expect(dry! - 54791).toBeLessThan(-2990);
    setCodes(0x85cc, 0x7c82);
    const [warm, moist] = b.values();
    expect(moist).toBe(Math.round(54791 + 0.15 * (warm! - 25000)));
    expect(moist! - 54791).toBeGreaterThan(2990);
  });

  it('measures by commands that hold no clock', () => {
    const { bench: b } = bench();
    b.values();
    expect(b.sent).toEqual(['fe', 'e7', 'f3', 'f5']);
  });

  it('waits as long as the slower chip takes, in each measurement', () => {
    const { bench: b } = bench();
    b.values();
    expect(b.sentAt[1]! - b.sentAt[0]!).toBeGreaterThan(15);
    expect(b.sentAt[3]! - b.sentAt[2]!).toBeGreaterThan(50);
    expect(b.rig.now() - b.sentAt[3]!).toBeGreaterThan(23);
  });

  it('reads a Si7021 too', () => {
    const { bench: b } = bench('si7021');
    const [t, h] = b.values();
    expect(Math.abs(t! - 21540)).toBeLessThanOrEqual(6);
    expect(Math.abs(h! - 48000)).toBeLessThanOrEqual(16);
  });

  it('switches off a heater that a reset leaves on, and keeps the reserved bits', () => {
    const { bench: b, chip } = bench('si7021');
    chip.write([0xe6, 0x3e], 500);
    const [t] = b.values();
    expect(b.sent).toEqual(['fe', 'e7', 'e6 3a', 'e7', 'f3', 'f5']);
    expect(Math.abs(t! - 21540)).toBeLessThanOrEqual(6);
  });

  it('refuses a chip whose heater cannot be switched off', () => {
    const { bench: b } = bench();
    b.tamper = (into, command) => {
      if (command === 'e7') into[0] = 0x06;
    };
    expect(b.sample()).toBe(Code.Fault);
  });

  it.each([0x00, 0xff])('refuses a user register of %i as a fault, not as another chip', (byte) => {
    const { bench: b } = bench();
    b.tamper = (into, command) => void (command === 'e7' && into.fill(byte));
    expect(b.sample()).toBe(Code.Fault);
  });

  it('finds no HTU21D in another chip at its address', () => {
    const { bench: b, chip } = bench();
    chip.faults.wrongId = true;
    expect(b.sample()).toBe(Code.WrongId);
  });

  it.each(['f3', 'f5'])('refuses a frame of zeros behind %s although its CRC is right', (which) => {
    expect(crc(0)).toBe(0);
    const { bench: b } = bench();
    b.tamper = (into, command) => void (command === which && into.fill(0));
    expect(b.sample()).toBe(Code.Fault);
  });

  it('refuses a CRC that begins with 0xFF', () => {
    const { bench: b } = bench();
    // 0xBEEC from 0xFF.
    b.tamper = (into, command) =>
      void (command === 'f3' && into.set([0x66, 0x64, crc(0x6664) ^ crc(0xff00)]));
    expect(b.sample()).toBe(Code.Crc);
  });

  it.each([0, 1, 2, 3])('reads a clone that has %i in the two lowest bits of both values', (status) => {
    const { bench: b } = bench('htu21d', {}, status);
    const [t, h] = b.values();
    expect(Math.abs(t! - 21540)).toBeLessThanOrEqual(6);
    expect(Math.abs(h! - 48000)).toBeLessThanOrEqual(16);
    expect([t, h]).toEqual(bench().bench.values());
  });

  it.each([1, 2])('takes no old frame for a new one when the bus is held down at step %i', (step) => {
    const { bench: b } = bench();
    b.values();
    b.rig.advance(b.driver.start(b.rig.now()));
    if (step === 2) b.rig.advance(b.driver.poll(b.rig.now(), b.out));
    b.rig.i2c.stuck = true;
    expect(b.driver.poll(b.rig.now(), b.out)).toBe(Code.Timeout);
  });
});

describe('simulated HTU21D', () => {
  it.each([
    ['htu21d', 0x02, 50, 16],
    ['htu21d', 0x03, 13, 3],
    ['htu21d', 0x82, 25, 5],
    ['htu21d', 0x83, 7, 8],
    ['si7021', 0x3a, 11, 23],
  ] as const)('%s with user register %i takes %i and %i ms', (type, user, msT, msH) => {
    const { chip } = bench(type);
    const frame = new Uint8Array(3);
    chip.write([0xe6, user], 0);
    chip.write([0xf3], 10);
    expect(chip.read(frame, 10 + msT - 1)).toBe(false);
    expect(chip.read(frame, 10 + msT)).toBe(true);
    expect(frame[2]).toBe(crc(frame[0]! * 256 + frame[1]!));
    chip.write([0xf5], 100);
    expect(chip.read(frame, 100 + msH - 1)).toBe(false);
    expect(chip.read(frame, 100 + msH)).toBe(true);
  });

  it('is warmer with its heater, which a reset leaves on and a loss of power does not', () => {
    const { chip } = bench();
    const user = new Uint8Array(1);
    chip.write([0xe6, 0x07], 0);
    chip.write([0xfe], 1);
    chip.write([0xe7], 20);
    chip.read(user, 20);
    expect(user[0]).toBe(0x06);
    chip.brownOut(30);
    chip.write([0xe7], 60);
    chip.read(user, 60);
    expect(user[0]).toBe(0x02);
  });

  it('has a serial number with CRCs', () => {
    const { chip } = bench();
    const a = new Uint8Array(8);
    const b = new Uint8Array(6);
    chip.write([0xfa, 0x0f], 0);
    chip.read(a, 0);
    for (let i = 0; i < 8; i += 2) expect(a[i + 1]).toBe(crc(a[i]!));
    chip.write([0xfc, 0xc9], 0);
    chip.read(b, 0);
    expect(b[0]).toBe(0x32);
    expect([b[2], b[5]]).toEqual([crc(b[0]! * 256 + b[1]!), crc(b[3]! * 256 + b[4]!)]);
  });
});
