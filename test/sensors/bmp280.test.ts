// The BMP280 driver, where it differs from the BME280's: its own datasheet's example, no humidity, and who it is.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBme280Chip, createBmp280Chip } from '../../sim/chips/bme280.ts';
import { TYPICAL_TRIM, placeTrim } from '../../sim/chips/bme280-trim.ts';
import type { Bme280Trim } from '../../sim/chips/bme280-trim.ts';
import { createConstantAir } from '../../sim/environment/environment.ts';
import { createRig } from '../../sim/rig/rig.ts';
import { Code } from '../../src/ports/codes.ts';
import type { I2cBus } from '../../src/ports/i2c.ts';
import type { Reading } from '../../src/ports/reading.ts';
import { createBmp280 } from '../../src/sensors/bmp280.ts';
import type { Bmp280Options } from '../../src/sensors/bmp280.ts';
import type { Driver } from '../../src/sensors/driver.ts';

/** A BMP280 that is only its registers, and converts at once; keeps what was written, transfer by transfer. */
function createRegisters(trim: Bme280Trim, codeT: number, codeP: number, id = 0x58) {
  const registers = new Uint8Array(256);
  const written: number[][] = [];
  const reads: number[][] = [];
  placeTrim(registers, trim);
  registers.fill(0, 0xa0, 0xf0);
  registers[0xd0] = id;
  registers.set([codeP >> 12, (codeP >> 4) & 255, (codeP & 15) << 4], 0xf7);
  registers.set([codeT >> 12, (codeT >> 4) & 255, (codeT & 15) << 4], 0xfa);
  const bus: I2cBus = {
    write(_address, bytes) {
      written.push([...bytes]);
      registers[bytes[0]!] = bytes[0] === 0xf4 ? bytes[1]! & 0xfc : bytes[1]!;
      return 0;
    },
    read: () => 0,
    readRegister(_address, register, into) {
      reads.push([register, into.length]);
      into.set(registers.subarray(register, register + into.length));
      return 0;
    },
  };
  return { bus, registers, written, reads };
}

const emptyReading = (): Reading => ({ values: new Int32Array(2), time: -1 });

function sampleOf(driver: Driver, out: Reading): number {
  let now = 0;
  let wait = driver.start(now);
  while (wait > 0) {
    now += wait;
    wait = driver.poll(now, out);
  }
  return wait;
}

/** The formula of the BMP280's datasheet, 8.1: floating point, as it is printed there. */
function reference(t: Bme280Trim, codeT: number, codeP: number): [number, number] {
  let a = (codeT / 16384 - t.t1 / 1024) * t.t2;
  let b = (codeT / 131072 - t.t1 / 8192) ** 2 * t.t3;
  const fine = Math.trunc(a + b);
  const degrees = (a + b) / 5120;
  a = fine / 2 - 64000;
  b = (a * a * t.p6) / 32768;
  b = b + a * t.p5 * 2;
  b = b / 4 + t.p4 * 65536;
  a = ((t.p3 * a * a) / 524288 + t.p2 * a) / 524288;
  a = (1 + a / 32768) * t.p1;
  let p = 1048576 - codeP;
  p = ((p - b / 4096) * 6250) / a;
  a = (t.p9 * p * p) / 2147483648;
  b = (p * t.p8) / 32768;
  return [degrees, p + (a + b + t.p7) / 16];
}

describe('BMP280 driver', () => {
  it('gives what the datasheet gives for its example [3.12]: 25.08 degrees, 100653 pascals', () => {
    const { bus } = createRegisters(TYPICAL_TRIM, 519888, 415148);
    const out = emptyReading();
    expect(sampleOf(createBmp280(bus), out)).toBe(0);
    expect([...out.values]).toEqual([25082, 100653]);
  });

  it('takes dig_T1 and dig_P1 as numbers without a sign', () => {
    // Both beyond 32767: with a sign the pressure would be below zero.
    const trim = { ...TYPICAL_TRIM, t1: 33000, p1: 37000 };
    const { bus } = createRegisters(trim, 620000, 415148);
    const out = emptyReading();
    expect(sampleOf(createBmp280(bus), out)).toBe(0);
    const [t, p] = reference(trim, 620000, 415148);
    expect(out.values[0]).toBe(Math.round(t * 1000));
    expect(out.values[1]).toBe(Math.round(p));
    expect(p).toBeGreaterThan(90000);
  });

  it('follows the formula for every code and for trimming values of many chips, or says that the value is none', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 200000, max: 800000 }),
        fc.integer({ min: 100000, max: 700000 }),
        fc.integer({ min: 26000, max: 29000 }),
        fc.integer({ min: 34000, max: 39000 }),
        (codeT, codeP, t1, p1) => {
          const trim = { ...TYPICAL_TRIM, t1, p1 };
          const out = emptyReading();
          const code = sampleOf(createBmp280(createRegisters(trim, codeT, codeP).bus), out);
          const [t, p] = reference(trim, codeT, codeP);
          const isInside = t >= -40 && t <= 85 && p >= 30000 && p <= 110000;
          if (code === Code.Range) {
            expect(t < -39.999 || t > 84.999 || p < 30001 || p > 109999).toBe(true);
            return;
          }
          expect(isInside).toBe(true);
          expect(Math.abs(out.values[0]! - t * 1000)).toBeLessThanOrEqual(0.5001);
          expect(Math.abs(out.values[1]! - p)).toBeLessThanOrEqual(0.5001);
        },
      ),
    );
  });

  it('speaks of humidity neither in its channels nor on the bus', () => {
    const { bus, written, reads } = createRegisters(TYPICAL_TRIM, 519888, 415148);
    const driver = createBmp280(bus);
    expect(driver.channels.map(({ key }) => key)).toEqual(['temperature', 'pressure']);
    sampleOf(driver, emptyReading());
    expect(written).toEqual([
      [0xe0, 0xb6],
      [0xf5, 0xa0],
      [0xf4, (1 << 5) | (1 << 2) | 1],
    ]);
    expect(reads).toEqual([
      [0xd0, 1],
      [0xf3, 1],
      [0x88, 26],
      [0xf2, 11],
    ]);
  });

  it('writes oversampling and filter as asked for', () => {
    for (const [index, factor] of ([1, 2, 4, 8, 16] as const).entries()) {
      const { bus, registers } = createRegisters(TYPICAL_TRIM, 519888, 415148);
      sampleOf(
        createBmp280(bus, {
          temperatureOversampling: factor,
          pressureOversampling: 16,
          filter: factor === 1 ? 0 : factor,
        }),
        emptyReading(),
      );
      expect(registers[0xf4]).toBe(((index + 1) << 5) | (5 << 2));
      expect(registers[0xf5]! & 0x1c).toBe(index << 2);
    }
  });

  it.each([
    // Table 13: longest times in milliseconds.
    [1, 1, 6.4],
    [1, 2, 8.7],
    [1, 4, 13.3],
    [1, 8, 22.5],
    [2, 16, 43.2],
  ] as const)('waits for the longest time of table 13: %i and %i samples, %f ms', (t, p, longest) => {
    const { bus } = createRegisters(TYPICAL_TRIM, 519888, 415148);
    const driver = createBmp280(bus, { temperatureOversampling: t, pressureOversampling: p });
    sampleOf(driver, emptyReading());
    const wait = driver.start(0);
    expect(wait).toBeGreaterThanOrEqual(longest + 1);
    expect(wait).toBeLessThanOrEqual(longest + 2.1);
  });

  it.each([0x56, 0x57, 0x58])('takes identity %i', (id) => {
    const { bus } = createRegisters(TYPICAL_TRIM, 519888, 415148, id);
    expect(sampleOf(createBmp280(bus), emptyReading())).toBe(0);
  });

  it.each([0x00, 0xff])('calls identity %i a fault: nothing is there', (id) => {
    const { bus } = createRegisters(TYPICAL_TRIM, 519888, 415148, id);
    expect(sampleOf(createBmp280(bus), emptyReading())).toBe(Code.Fault);
  });

  it.each([0x55, 0x59, 0x60, 0x61])('refuses identity %i', (id) => {
    const { bus } = createRegisters(TYPICAL_TRIM, 519888, 415148, id);
    expect(sampleOf(createBmp280(bus), emptyReading())).toBe(Code.WrongId);
  });

  it('refuses what a reset leaves in the registers, but neither code alone', () => {
    const codeOf = (t: number, p: number): number =>
      sampleOf(createBmp280(createRegisters(TYPICAL_TRIM, t, p).bus), emptyReading());
    expect(codeOf(0x80000, 0x80000)).toBe(Code.Fault);
    expect(codeOf(0x80000, 415148)).toBe(0);
    expect(codeOf(519888, 0x80000)).toBe(0);
  });

  it.each([
    ['ctrl_meas', 0xf4, 0x20],
    ['config', 0xf5, 0x04],
  ])('refuses values measured under another %s', (_name, register, bit) => {
    const { bus, registers } = createRegisters(TYPICAL_TRIM, 519888, 415148);
    const driver = createBmp280(bus);
    const out = emptyReading();
    sampleOf(driver, out);
    out.time = -1;
    const wait = driver.start(0);
    registers[register]! ^= bit;
    expect(driver.poll(wait, out)).toBe(Code.Fault);
    expect(out.time).toBe(-1);
  });

  it.each([0x00, 0xff])('refuses a chip whose trimming values are all %i', (byte) => {
    const { bus, registers } = createRegisters(TYPICAL_TRIM, 519888, 415148);
    registers.fill(byte, 0x88, 0xa2);
    expect(sampleOf(createBmp280(bus), emptyReading())).toBe(Code.Fault);
  });
});

describe('BMP280 chip', () => {
  it('has an identity of its own and no registers for humidity', () => {
    const air = createConstantAir(21540, 48000, 98765);
    const rig = createRig(1000);
    rig.devices.push(createBmp280Chip({ environment: air }));
    rig.devices.push(createBme280Chip({ environment: air, address: 0x77 }));
    const one = (address: number, register: number): number => {
      const byte = new Uint8Array(1);
      rig.i2c.readRegister(address, register, byte);
      return byte[0]!;
    };
    expect(one(0x76, 0xd0)).toBe(0x58);
    expect(one(0x77, 0xd0)).toBe(0x60);
    for (const address of [0x76, 0x77]) {
      rig.i2c.write(address, new Uint8Array([0xf2, 1, 0xf4, 0x25]));
      // Temperature and pressure once each take 6.4 ms at most; humidity, 2.9 more.
      rig.advance(7);
      expect(one(address, 0xf3)).toBe(address === 0x76 ? 0 : 8);
      rig.advance(3);
    }
    expect(one(0x76, 0xf2)).toBe(0);
    expect(one(0x77, 0xf2)).toBe(1);
    expect(one(0x76, 0xfd)).toBe(0);
    expect(one(0x77, 0xfd)).not.toBe(0);
  });

  it('stands by for 2 and 4 seconds where the BME280 does for 10 and 20 ms', () => {
    for (const [code, standby] of [
      [6, 2000],
      [7, 4000],
    ] as const) {
      const rig = createRig(1000);
      const chip = createBmp280Chip({ environment: createConstantAir(20000, 0, 90000) });
      rig.devices.push(chip);
      rig.i2c.write(0x76, new Uint8Array([0xf5, code << 5, 0xf4, 0x27]));
      const status = new Uint8Array(1);
      const begins: number[] = [];
      let was = 0;
      for (let ms = 0; ms < 9000; ms++) {
        rig.i2c.readRegister(0x76, 0xf3, status);
        if (status[0] !== 0 && was === 0) begins.push(ms);
        was = status[0]!;
        rig.advance(1);
      }
      const period = begins[1]! - begins[0]!;
      expect(period).toBeGreaterThanOrEqual(standby + 5);
      expect(period).toBeLessThanOrEqual(standby + 8);
    }
  });

  it('is what the driver reads, with less noise the more it averages', () => {
    const spread = (options: Bmp280Options): number => {
      const rig = createRig(1000);
      rig.devices.push(createBmp280Chip({ environment: createConstantAir(20000, 0, 90000) }));
      const driver = createBmp280(rig.i2c, options);
      const out = emptyReading();
      let sum = 0;
      for (let i = 0; i < 200; i++) {
        let wait = driver.start(rig.now());
        while (wait > 0) {
          rig.advance(wait);
          wait = driver.poll(rig.now(), out);
        }
        expect(wait).toBe(0);
        sum += (out.values[1]! - 90000) ** 2;
      }
      return Math.sqrt(sum / 200);
    };
    expect(spread({ pressureOversampling: 16, filter: 16 })).toBeLessThan(spread({}) / 2);
  });
});
