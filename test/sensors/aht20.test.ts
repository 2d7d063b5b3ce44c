// The AHT20, its kin and their driver, where the case does not show it: codes to values, commands, types.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAht20Chip } from '../../sim/chips/aht20.ts';
import type { Aht20ChipOptions } from '../../sim/chips/aht20.ts';
import { createQuantities, createStill } from '../../sim/environment/surroundings.ts';
import { Code } from '../../src/ports/codes.ts';
import { createAht20 } from '../../src/sensors/aht20.ts';
import type { Aht20Options } from '../../src/sensors/aht20.ts';
import { createChipBench } from './chip-bench.ts';

const TRUTH = [21540, 48000];

function bench(options: Aht20Options = {}, chipOptions: Partial<Aht20ChipOptions> = {}) {
  const chip = createAht20Chip({
    surroundings: createStill(createQuantities()),
    type: options.type ?? 'aht20',
    address: options.address ?? 0x38,
    ...chipOptions,
  });
  const made = createChipBench(chip, (bus) => createAht20(bus, options));
  return { chip, ...made, bench: made };
}

/** CRC-8 0x31 from 0xFF with a shift of each byte, as the datasheet's example code does it. */
function crc(bytes: Uint8Array): number {
  let value = 0xff;
  for (const byte of bytes) {
    value ^= byte;
    for (let i = 8; i > 0; --i) value = value & 0x80 ? ((value << 1) ^ 0x31) & 0xff : (value << 1) & 0xff;
  }
  return value;
}

/** A frame of these codes. */
function put(into: Uint8Array, h: number, t: number): void {
  if (into.length < 6) return;
  into.set([0x18, h >> 12, (h >> 4) & 255, ((h & 15) << 4) | (t >> 16), (t >> 8) & 255, t & 255]);
  if (into.length === 7) into[6] = crc(into.subarray(0, 6));
}

describe('driver of the AHT20', () => {
  // RH = S / 2^20 * 100, T = S / 2^20 * 200 - 50, worked out by hand.
  it.each([
    [0x80000, 0x60000, 25000, 50000],
    [0x40000, 0x40000, 0, 25000],
    [0x00010, 0x20000, -25000, 2],
    [0xfffff, 0x0ccce, -40000, 100000],
    [0x00006, 0xd9999, 120000, 1],
    [0x7ab7c, 0x5b1d2, 21183, 47937],
  ])('makes codes %i and %i into %i m°C and %i m%', (h, t, temperature, humidity) => {
    const { bench: b } = bench();
    b.tamper = (into) => put(into, h, t);
    expect(b.values()).toEqual([temperature, humidity]);
  });

  it('is the formula of the datasheet for every code, rounded, and refuses what the chip cannot measure', () => {
    const { bench: b } = bench();
    const code20 = fc.integer({ min: 0, max: 0xfffff });
    fc.assert(
      fc.property(code20, code20, (h, t) => {
        b.tamper = (into) => put(into, h, t);
        const degrees = (t / 1048576) * 200 - 50;
        const code = b.sample();
        const milli = Math.round(degrees * 1000);
        if (h === 0 || milli < -40000 || milli > 120000) {
          expect(code).toBe(h === 0 && t === 0 ? Code.Fault : Code.Range);
          return;
        }
        expect(code).toBe(Code.Ok);
        expect(Math.abs(b.out.values[0]! - degrees * 1000)).toBeLessThanOrEqual(0.5001);
        expect(Math.abs(b.out.values[1]! - (h / 1048576) * 100000)).toBeLessThanOrEqual(0.5001);
      }),
    );
  });

  it('takes 100 % for a value, 0 % for a broken chip, and both at 0 for one that measured nothing', () => {
    const { bench: b } = bench();
    b.tamper = (into) => put(into, 0xfffff, 0x60000);
    expect(b.values()[1]).toBe(100000);
    b.tamper = (into) => put(into, 0, 0x60000);
    expect(b.sample()).toBe(Code.Range);
    b.tamper = (into) => put(into, 0, 0);
    expect(b.sample()).toBe(Code.Fault);
  });

  it('does not calibrate a chip that is', () => {
    const { bench: b } = bench();
    expect(b.values()).toEqual(TRUTH);
    expect(b.sent).toEqual(['ba', 'ac 33 00']);
  });

  it('calibrates a chip that is not', () => {
    const { bench: b } = bench({}, { needsCalibration: true });
    expect(b.values()).toEqual(TRUTH);
    expect(b.sent).toEqual(['ba', 'be 08 00', 'ac 33 00']);
    b.values();
    expect(b.sent.slice(3)).toEqual(['ac 33 00']);
  });

  it('calibrates an AHT10 by its own command, at either address, and looks for no CRC', () => {
    for (const address of [0x38, 0x39] as const) {
      const { bench: b } = bench({ type: 'aht10', address });
      const lengths: number[] = [];
      b.tamper = (into) => void lengths.push(into.length);
      expect(b.values()).toEqual(TRUTH);
      expect(b.sent).toEqual(['ba', 'e1 08 00', 'ac 33 00']);
      expect(lengths).toEqual([1, 1, 6]);
    }
  });

  // What the registers of a DHT20 hold is what RobTillaart read: 00 04, 41 00, 08 00.
  const INITIALIZE = ['1b 00 00', 'bb 00 04', '1c 00 00', 'bc 41 00', '1e 00 00', 'be 08 00'];

  it('leaves the registers of a DHT20 alone whose status has both bits', () => {
    const { bench: b } = bench({ type: 'dht20' });
    expect(b.values()).toEqual(TRUTH);
    expect(b.sent).toEqual(['ba', 'ac 33 00']);
  });

  it('writes back the three registers of a DHT20 whose status lacks them, with the waits of its maker', () => {
    const { bench: b } = bench({ type: 'dht20' }, { needsCalibration: true });
    const readAt: number[] = [];
    b.tamper = (into) => void (into.length === 3 && readAt.push(b.rig.now()));
    expect(b.values()).toEqual(TRUTH);
    expect(b.sent).toEqual(['ba', ...INITIALIZE, 'ac 33 00']);
    expect(readAt.length).toBe(3);
    readAt.forEach((at, i) => {
      expect(at - b.sentAt[1 + 2 * i]!).toBeGreaterThan(5);
      expect(b.sentAt[2 + 2 * i]! - at).toBeGreaterThan(10);
    });
    expect(b.sentAt[7]! - b.sentAt[6]!).toBeGreaterThan(10);
    b.values();
    expect(b.sent.slice(8)).toEqual(['ac 33 00']);
  });

  it.each([0x00, 0x08, 0x10])('takes status %i of a DHT20 for one that is not calibrated', (status) => {
    const { bench: b } = bench({ type: 'dht20' });
    b.tamper = (into) => void (into.length === 1 && (into[0] = status));
    expect(b.sample()).toBe(Code.Fault);
    expect(b.sent).toEqual(['ba', ...INITIALIZE]);
  });

  it.each([0x08, 0x10])('gives no value of a DHT20 whose frame has status %i', (status) => {
    const { bench: b } = bench({ type: 'dht20' });
    b.tamper = (into) => {
      if (into.length < 7) return;
      into[0] = status;
      into[6] = crc(into.subarray(0, 6));
    };
    expect(b.sample()).toBe(Code.Fault);
  });

  it('gives no value of a DHT20 that lost its registers with its supply, and writes them again', () => {
    const { bench: b, chip } = bench({ type: 'dht20' }, { needsCalibration: true });
    b.values();
    chip.brownOut(b.rig.now());
    b.rig.advance(2000);
    expect(b.sample()).toBe(Code.Fault);
    expect(b.values()).toEqual(TRUTH);
  });

  it.each([0x00, 0xff])('writes no register back that was read as nothing but %i', (byte) => {
    const { bench: b } = bench({ type: 'dht20' }, { needsCalibration: true });
    b.tamper = (into) => void (into.length === 3 && into.fill(byte));
    expect(b.sample()).toBe(Code.Fault);
    expect(b.sent).toEqual(['ba', '1b 00 00']);
  });

  it('waits for a DHT20 that is busy with its registers', () => {
    const { bench: b } = bench({ type: 'dht20' }, { needsCalibration: true });
    let reads = 0;
    b.tamper = (into) => void (into.length === 3 && ++reads === 1 && into.set([0x80, 0x12, 0x34]));
    b.sample();
    expect(reads).toBeGreaterThan(1);
    expect(b.sent).not.toContain('bb 12 34');
  });

  it('refuses an AHT10 that is told to be an AHT20, since it does not calibrate', () => {
    expect(bench({ type: 'aht20' }, { type: 'aht10' }).bench.sample()).toBe(Code.Fault);
  });

  it('refuses an AHT10 that lost its calibration with its supply', () => {
    const { bench: b, chip } = bench({ type: 'aht10' });
    b.values();
    chip.brownOut(b.rig.now());
    b.rig.advance(100);
    expect(b.sample()).toBe(Code.Fault);
    expect(b.values()).toEqual(TRUTH);
  });

  it('waits for a chip that is still busy, and never takes what it measured before', () => {
    const { bench: b, chip } = bench();
    const busy: number[] = [];
    b.values();
    chip.faults.slowMs = 30;
    b.tamper = (into) => void busy.push(into[0]! >> 7);
    const begun = b.rig.now();
    expect(b.values()).toEqual(TRUTH);
    expect(busy.filter((bit) => bit === 1).length).toBeGreaterThan(2);
    expect(b.rig.now() - begun).toBeGreaterThanOrEqual(110);
  });

  it('sends its first measurement no sooner than after the reset, and reads it no sooner than after its time', () => {
    const { bench: b } = bench();
    b.values();
    expect(b.sentAt[1]! - b.sentAt[0]!).toBeGreaterThan(20);
    expect(b.rig.now() - b.sentAt[1]!).toBeGreaterThan(80);
  });

  it('takes no old frame for a new one when the bus is held down in the middle of a sample', () => {
    const { bench: b } = bench();
    b.values();
    b.rig.advance(b.driver.start(b.rig.now()));
    b.rig.i2c.stuck = true;
    expect(b.driver.poll(b.rig.now(), b.out)).toBe(Code.Timeout);
  });

  it.each([
    [0x00, 'aht10'],
    [0xff, 'aht10'],
    [0x00, 'aht20'],
    [0xff, 'aht20'],
  ] as const)('refuses frames of nothing but %i of an %s', (byte, type) => {
    const { bench: b } = bench({ type });
    b.values();
    b.tamper = (into) => void into.fill(byte);
    expect(b.sample()).toBe(Code.Fault);
  });

  it('refuses a status of nothing but ones at once', () => {
    const { bench: b } = bench();
    b.tamper = (into) => void into.fill(0xff);
    expect(b.sample()).toBe(Code.Fault);
    expect(b.rig.now()).toBeLessThan(1100);
  });

  it('waits for a chip that is busy after its reset, before it thinks of calibrating', () => {
    const { bench: b } = bench();
    let looks = 0;
    b.tamper = (into) => {
      if (into.length === 1 && ++looks < 4) into[0] = 0x80;
    };
    expect(b.values()).toEqual(TRUTH);
    expect(b.sent).toEqual(['ba', 'ac 33 00']);
  });
});

describe('simulated AHT20', () => {
  it('shows that it is busy, and old values until it is not', () => {
    const { chip } = bench();
    const frame = new Uint8Array(7);
    chip.write([0xac, 0x33, 0x00], 0);
    chip.read(frame, 79);
    expect([...frame.subarray(0, 6)]).toEqual([0x98, 0, 0, 0, 0, 0]);
    expect(frame[6]).toBe(crc(frame.subarray(0, 6)));
    chip.read(frame, 80);
    expect(frame[0]).toBe(0x18);
    expect(frame[1]).toBe(0x7a);
    expect(frame[6]).toBe(crc(frame.subarray(0, 6)));
  });

  it('measures something else without its calibration', () => {
    const { chip } = bench({ type: 'aht10' });
    const frame = new Uint8Array(6);
    chip.write([0xac, 0x33, 0x00], 0);
    chip.read(frame, 80);
    expect(frame[0]).toBe(0);
    expect(frame[1]).toBe(0x3d);
  });

  it('of a DHT20 has both bits of its status once its three registers were written back, each as it was', () => {
    const { chip } = bench({ type: 'dht20' }, { needsCalibration: true });
    const status = new Uint8Array(1);
    const three = new Uint8Array(3);
    const look = (time: number): number => (chip.read(status, time) ? status[0]! : -1);
    let time = 0;
    [0x1b, 0x1c, 0x1e].forEach((register, i) => {
      expect(look(time)).toBe(0);
      chip.write([register, 0, 0], time);
      chip.read(three, time + 4);
      expect(three[0]).toBe(0x80);
      chip.read(three, time + 5);
      expect([...three]).toEqual([
        0,
        ...[
          [0, 4],
          [0x41, 0],
          [8, 0],
        ][i]!,
      ]);
      // Too early, and then not what it was.
      chip.write([0xb0 | register, three[1]!, three[2]!], time + 14);
      chip.write([0xb0 | register, three[1]!, three[2]! ^ 1], time + 15);
      expect(look(time + 15)).toBe(0);
      chip.write([0xb0 | register, three[1]!, three[2]!], time + 15);
      time += 15;
    });
    expect(look(time + 9)).toBe(0x98);
    expect(look(time + 10)).toBe(0x18);
    chip.brownOut(time + 20);
    expect(look(time + 120)).toBe(0);
  });

  it.each([
    ['aht10', 20],
    ['aht20', 40],
    ['dht20', 100],
  ] as const)('%s answers %i ms after power-up', (type, ms) => {
    const { chip } = bench({ type });
    const status = new Uint8Array(1);
    chip.brownOut(1000);
    expect(chip.read(status, 1000 + ms - 1)).toBe(false);
    expect(chip.read(status, 1000 + ms)).toBe(true);
    expect(status[0]).toBe(type === 'aht10' ? 0 : 0x18);
  });
});
