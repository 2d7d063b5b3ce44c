// The SHT3x and its driver, where the case does not show it: codes to values, commands, the states that a chip is found in.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { putWord } from '../../sim/chips/sensirion.ts';
import { createSht3xChip } from '../../sim/chips/sht3x.ts';
import { createQuantities, createStill } from '../../sim/environment/surroundings.ts';
import { Code } from '../../src/ports/codes.ts';
import { createSht3x } from '../../src/sensors/sht3x.ts';
import type { Sht3xOptions } from '../../src/sensors/sht3x.ts';
import { createChipBench } from './chip-bench.ts';

function bench(options: Sht3xOptions = {}) {
  const chip = createSht3xChip({
    surroundings: createStill(createQuantities()),
    address: options.address ?? 0x44,
  });
  return { chip, ...createBench(chip, options) };
}

function createBench(chip: ReturnType<typeof createSht3xChip>, options: Sht3xOptions) {
  const made = createChipBench(chip, (bus) => createSht3x(bus, options));
  /** From here on the chip measures these codes. */
  function setCodes(t: number, h: number): void {
    made.tamper = (into, command) => {
      if (!command.startsWith('24')) return;
      putWord(into, 0, t, false);
      putWord(into, 3, h, false);
    };
  }
  return { bench: made, setCodes };
}

describe('driver of the SHT3x', () => {
  // T = -45 + 175 * S / 65535, RH = 100 * S / 65535, worked out by hand.
  it.each([
    [0x6666, 0x8000, 25000, 50001],
    [0x4000, 0x4000, -1249, 25000],
    [0x0751, 0x0001, -39998, 2],
    [0xf8ae, 0xffff, 124998, 100000],
    [0x41d4, 0xbeef, 0, 74585],
  ])('makes codes %i and %i into %i m°C and %i m%', (t, h, temperature, humidity) => {
    const { bench: b, setCodes } = bench();
    setCodes(t, h);
    expect(b.values()).toEqual([temperature, humidity]);
  });

  it('is the formula of the datasheet for every code, rounded, and refuses what the chip cannot measure', () => {
    const { bench: b, setCodes } = bench();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 65535 }), fc.integer({ min: 0, max: 65535 }), (t, h) => {
        setCodes(t, h);
        const degrees = -45 + 175 * (t / 65535);
        const code = b.sample();
        const inRange = Math.round(degrees * 1000) >= -40000 && Math.round(degrees * 1000) <= 125000;
        expect(code).toBe(inRange && h > 0 ? Code.Ok : Code.Range);
        if (code !== 0) return;
        expect(Math.abs(b.out.values[0]! - degrees * 1000)).toBeLessThanOrEqual(0.5001);
        expect(Math.abs(b.out.values[1]! - (100000 * h) / 65535)).toBeLessThanOrEqual(0.5001);
      }),
    );
  });

  it('takes 100 % for a value, since fog gives it, and 0 % for a broken chip', () => {
    const { bench: b, setCodes } = bench();
    setCodes(0x6666, 0xffff);
    expect(b.values()[1]).toBe(100000);
    setCodes(0x6666, 0);
    expect(b.sample()).toBe(Code.Range);
  });

  it.each([
    ['high', '24 00', 17],
    ['medium', '24 0b', 8],
    ['low', '24 16', 6],
  ] as const)('measures with precision %s by a command that holds no clock', (precision, command, ms) => {
    const { bench: b } = bench({ precision });
    b.values();
    expect(b.sent).toEqual(['30 93', '30 a2', 'f3 2d', command]);
    expect(b.driver.start(b.rig.now())).toBe(ms);
    expect(b.sent[4]).toBe(command);
  });

  it('finds the chip at its other address', () => {
    expect(bench({ address: 0x45 }).bench.sample()).toBe(Code.Ok);
  });

  it('gives the reset its time', () => {
    const { bench: b } = bench();
    b.values();
    expect(b.sentAt[2]! - b.sentAt[1]!).toBeGreaterThanOrEqual(2.5);
  });

  it('takes over a chip that measures by itself, and one whose heater is on', () => {
    const { bench: b, chip } = bench();
    expect(chip.write([0x30, 0x6d], 900)).toBe(true);
    expect(chip.write([0x20, 0x32], 910)).toBe(true);
    b.values();
    chip.write([0xf3, 0x2d], b.rig.now() + 50);
    const status = new Uint8Array(3);
    expect(chip.read(status, b.rig.now() + 50)).toBe(true);
    expect([...status.subarray(0, 2)]).toEqual([0x80, 0x10]);
  });

  it.each([
    ['no reset', 0x8000],
    ['a heater that is on', 0xa010],
    ['a command that was refused', 0x8012],
  ])('refuses a chip whose status shows %s', (_what, status) => {
    const { bench: b } = bench();
    b.tamper = (into, command) => {
      if (command === 'f3 2d') putWord(into, 0, status, false);
    };
    expect(b.sample()).toBe(Code.Fault);
  });

  it.each([2, 5])('refuses a frame whose CRC at byte %i is wrong', (at) => {
    const { bench: b } = bench();
    b.values();
    b.tamper = (into) => void (into[at]! ^= 1);
    expect(b.sample()).toBe(Code.Crc);
  });
});

describe('bus of the SHT3x', () => {
  it('takes no old frame for a new one when the bus is held down in the middle of a sample', () => {
    const { bench: b } = bench();
    b.values();
    b.rig.advance(b.driver.start(b.rig.now()));
    b.rig.i2c.stuck = true;
    expect(b.driver.poll(b.rig.now(), b.out)).toBe(Code.Timeout);
  });
});

describe('simulated SHT3x', () => {
  it('acknowledges nothing while it measures, and gives its values once', () => {
    const { chip } = bench();
    const frame = new Uint8Array(6);
    expect(chip.write([0x24, 0x00], 0)).toBe(true);
    expect(chip.read(frame, 15)).toBe(false);
    expect(chip.write([0x24, 0x00], 15)).toBe(false);
    expect(chip.read(frame, 16)).toBe(true);
    expect(chip.read(frame, 17)).toBe(false);
  });

  it('measures again and again when told to, and takes no other command then but a break', () => {
    const { chip } = bench();
    const frame = new Uint8Array(6);
    expect(chip.write([0x27, 0x37], 0)).toBe(true);
    expect(chip.write([0xe0, 0x00], 50)).toBe(true);
    expect(chip.read(frame, 52)).toBe(false);
    expect(chip.write([0xe0, 0x00], 101)).toBe(true);
    expect(chip.read(frame, 102)).toBe(true);
    expect(chip.write([0x30, 0xa2], 103)).toBe(false);
    expect(chip.write([0x24, 0x00], 103)).toBe(false);
    expect(chip.write([0x30, 0x93], 104)).toBe(true);
    expect(chip.write([0x24, 0x00], 106)).toBe(true);
  });

  it('forgets its heater and what it measured when the supply fails', () => {
    const { chip } = bench();
    chip.write([0x30, 0x6d], 0);
    chip.write([0x24, 0x00], 10);
    chip.brownOut(40);
    expect(chip.write([0xf3, 0x2d], 41)).toBe(false);
    const frame = new Uint8Array(6);
    expect(chip.read(frame, 50)).toBe(false);
    chip.write([0xf3, 0x2d], 50);
    expect(chip.read(frame, 50)).toBe(true);
    expect([frame[0], frame[1]]).toEqual([0x80, 0x10]);
  });
});
