// The BME680 and BME688 driver: arithmetic against Bosch's integer formulas, options as they reach the chip, and when a gas
// resistance is one.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBme680Chip } from '../../sim/chips/bme680.ts';
import type { Bme680ChipOptions } from '../../sim/chips/bme680.ts';
import {
  TYPICAL_BME680,
  fineOf,
  gasCode,
  humidityCode,
  placeBme680Trim,
  pressureCode,
  temperatureCode,
} from '../../sim/chips/bme680-inverse.ts';
import type { Bme680Trim } from '../../sim/chips/bme680-inverse.ts';
import { createQuantities, createStill } from '../../sim/environment/surroundings.ts';
import { createRig } from '../../sim/rig/rig.ts';
import { Code } from '../../src/ports/codes.ts';
import type { I2cBus } from '../../src/ports/i2c.ts';
import { NO_VALUE } from '../../src/ports/reading.ts';
import type { Reading } from '../../src/ports/reading.ts';
import { createBme680 } from '../../src/sensors/bme680.ts';
import type { Bme680Options } from '../../src/sensors/bme680.ts';
import type { Driver } from '../../src/sensors/driver.ts';
import {
  fineInteger,
  gasHighInteger,
  gasInteger,
  heaterInteger,
  humidityInteger,
  pressureInteger,
  temperatureInteger,
} from './bme680-reference.ts';

interface Codes {
  t: number;
  h: number;
  p: number;
  gas: number;
  range: number;
  /** Gas valid and heat stable. */
  flags: number;
}

const ROOM: Codes = { t: 480000, h: 22000, p: 350000, gas: 500, range: 5, flags: 0x30 };

/** A chip that is only its registers, and converts at once. */
function createRegisters(codes: Partial<Codes> = {}, trim: Bme680Trim = TYPICAL_BME680, variant = 0) {
  const { t, h, p, gas, range, flags } = { ...ROOM, ...codes };
  const registers = new Uint8Array(256);
  const transfers: number[][] = [];
  placeBme680Trim(registers, trim);
  registers[0xd0] = 0x61;
  registers[0xf0] = variant;
  registers.set([0x80, 0, p >> 12, (p >> 4) & 255, (p & 15) << 4], 0x1d);
  registers.set([t >> 12, (t >> 4) & 255, (t & 15) << 4, h >> 8, h & 255], 0x22);
  registers.set([gas >> 2, ((gas & 3) << 6) | flags | range], variant === 1 ? 0x2c : 0x2a);
  const bus: I2cBus = {
    write(_address, bytes) {
      transfers.push([...bytes]);
      for (let i = 0; i < bytes.length; i += 2) {
        registers[bytes[i]!] = bytes[i] === 0x74 ? bytes[i + 1]! & 0xfc : bytes[i + 1]!;
      }
      return 0;
    },
    read: () => 0,
    readRegister(_address, register, into) {
      into.set(registers.subarray(register, register + into.length));
      return 0;
    },
  };
  return { bus, registers, transfers };
}

const emptyReading = (): Reading => ({ values: new Int32Array(4), time: -1 });

/** A sample without waiting. @returns the code. */
function sampleOf(driver: Driver, out: Reading): number {
  let now = 0;
  let wait = driver.start(now);
  while (wait > 0 && now < 20000) {
    now += wait;
    wait = driver.poll(now, out);
  }
  return wait;
}

function valuesOf(codes: Partial<Codes>, trim = TYPICAL_BME680, variant = 0): number[] {
  const out = emptyReading();
  const code = sampleOf(createBme680(createRegisters(codes, trim, variant).bus), out);
  return code === 0 ? [...out.values] : [code];
}

function createBench(options: Bme680Options = {}, chipOptions: Partial<Bme680ChipOptions> = {}) {
  const rig = createRig(1000);
  const truth = createQuantities();
  const chip = createBme680Chip({ surroundings: createStill(truth), ...chipOptions });
  rig.devices.push(chip);
  const driver = createBme680(rig.i2c, options);
  const out = emptyReading();
  const sample = (): number => {
    let wait = driver.start(rig.now());
    while (wait > 0) {
      rig.advance(wait);
      wait = driver.poll(rig.now(), out);
    }
    rig.advance(1000);
    return wait;
  };
  const register = (at: number, count = 1): number[] => {
    const bytes = new Uint8Array(count);
    expect(rig.i2c.readRegister(chip.address, at, bytes)).toBe(0);
    return [...bytes];
  };
  return { rig, truth, chip, driver, out, sample, register };
}

const TRIMS = fc.record({
  t1: fc.integer({ min: 25500, max: 26500 }),
  t2: fc.integer({ min: 26000, max: 27000 }),
  t3: fc.constantFrom(-5, 0, 3),
  heatRange: fc.integer({ min: 0, max: 3 }),
  heatValue: fc.integer({ min: -60, max: 60 }),
  rangeError: fc.integer({ min: -8, max: 7 }),
});

describe('BME680 driver, arithmetic', () => {
  it("agrees with Bosch's integer formulas for temperature, humidity and pressure, to their rounding", () => {
    fc.assert(
      fc.property(
        TRIMS,
        fc.integer({ min: -39000, max: 84000 }),
        fc.integer({ min: 1000, max: 99000 }),
        fc.integer({ min: 31000, max: 109000 }),
        (parts, degrees, humidity, pascals) => {
          const trim = { ...TYPICAL_BME680, ...parts };
          const t = temperatureCode(trim, degrees);
          const p = pressureCode(trim, fineOf(trim, t), pascals);
          const h = humidityCode(trim, fineOf(trim, t), humidity);
          const fine = fineInteger(trim, t);
          const values = valuesOf({ t, h, p }, trim);
          expect(Math.abs(values[0]! - temperatureInteger(trim, t) * 10)).toBeLessThanOrEqual(8);
          // 32 bits cost the pressure some pascals, and the humidity some hundredths.
          expect(Math.abs(values[1]! - humidityInteger(trim, fine, h))).toBeLessThanOrEqual(60);
          expect(Math.abs(values[2]! - pressureInteger(trim, fine, p))).toBeLessThanOrEqual(12);
        },
      ),
    );
  });

  it('agrees with the integer formula for every range of the gas converter, and every sign of its error', () => {
    for (let range = 0; range < 16; range++) {
      for (let rangeError = -8; rangeError < 8; rangeError++) {
        for (const gas of [1, 200, 512, 513, 900, 1022]) {
          const trim = { ...TYPICAL_BME680, rangeError };
          const wanted = gasInteger(trim, gas, range);
          const seen = valuesOf({ gas, range }, trim)[3]!;
          expect(Math.abs(seen - wanted)).toBeLessThanOrEqual(1 + wanted * 1e-6);
        }
      }
    }
  });

  it("agrees with the integer formula of the BME688's converter, to its rounding to hundreds", () => {
    for (let range = 0; range < 16; range++) {
      for (const gas of [1, 200, 512, 900, 1022]) {
        const seen = valuesOf({ gas, range }, TYPICAL_BME680, 1)[3]!;
        const wanted = gasHighInteger(gas, range);
        expect(seen - wanted).toBeGreaterThanOrEqual(-1);
        expect(seen - wanted).toBeLessThanOrEqual(100);
      }
    }
  });

  it("agrees with the integer formula for the heater's code, to its roundings", () => {
    fc.assert(
      fc.property(TRIMS, fc.integer({ min: 200, max: 400 }), (parts, target) => {
        const trim = { ...TYPICAL_BME680, ...parts };
        const { bus, registers } = createRegisters({}, trim);
        sampleOf(createBme680(bus, { heaterTemperature: target }), emptyReading());
        const wanted = heaterInteger(trim, target, 25);
        expect(Math.abs(((registers[0x5a]! - wanted + 128) & 0xff) - 128)).toBeLessThanOrEqual(2);
      }),
    );
  });

  it('takes the 12-bit values of humidity apart, and those with and without a sign', () => {
    const trim = {
      ...TYPICAL_BME680,
      p: [0, 40000, -10515, -88, 7310, -124, -30, -46, -3177, -2379, 200],
      h: [0, 0x7a5, 0x3c9, -3, 45, -20, 200, -100],
    };
    const { t, h, p } = ROOM;
    const fine = fineInteger(trim, t);
    const values = valuesOf({ t, h, p }, trim);
    expect(Math.abs(values[1]! - humidityInteger(trim, fine, h))).toBeLessThanOrEqual(60);
    expect(Math.abs(values[2]! - pressureInteger(trim, fine, p))).toBeLessThanOrEqual(12);
  });
});

describe('BME680 driver, gas', () => {
  it.each([
    ['not valid', { flags: 0x10 }],
    ['of a plate that is not hot', { flags: 0x20 }],
    ['neither', { flags: 0 }],
    ['at the lower end', { gas: 0 }],
    ['at the upper end', { gas: 1023 }],
  ])('has no value when that is %s, while the others have theirs', (_name, codes) => {
    for (const variant of [0, 1]) {
      const values = valuesOf(codes, TYPICAL_BME680, variant);
      expect(values[3]).toBe(NO_VALUE);
      expect(values.slice(0, 3)).toEqual(valuesOf({}, TYPICAL_BME680, variant).slice(0, 3));
    }
  });

  it("looks at the BME688's converter where there is one, and not at the BME680's", () => {
    const { bus, registers } = createRegisters({ gas: 700, range: 8 }, TYPICAL_BME680, 1);
    registers.set([0x10, 0xff], 0x2a);
    const out = emptyReading();
    expect(sampleOf(createBme680(bus), out)).toBe(0);
    expect(out.values[3]).toBe(Math.round((1000000 * (262144 >> 8)) / (4096 + 3 * (700 - 512))));
    expect(registers[0x71]).toBe(0x20);
  });

  it('reads what is true of both chips, over many decades', () => {
    for (const isBme688 of [false, true]) {
      const { truth, sample, out } = createBench({}, { isBme688 });
      for (const ohms of isBme688 ? [2000, 30000, 1e6, 5e7] : [300, 3000, 98000, 1e6, 1e7]) {
        truth.gasResistance = ohms;
        expect(sample()).toBe(0);
        expect(Math.abs(out.values[3]! / ohms - 1)).toBeLessThan(0.0008);
      }
    }
  });

  it('has no value when the heater is broken, or too short', () => {
    const broken = createBench();
    broken.chip.brokenHeater = true;
    expect(broken.sample()).toBe(0);
    expect(broken.out.values[3]).toBe(NO_VALUE);
    expect(broken.out.values[0]).not.toBe(NO_VALUE);
    const short = createBench({ heaterMs: 10 });
    expect(short.sample()).toBe(0);
    expect(short.out.values[3]).toBe(NO_VALUE);
  });

  it('heats as asked for, whatever the air has: its temperature is taken from the last sample', () => {
    for (const degrees of [200, 320, 400]) {
      const { truth, sample, chip } = createBench({ heaterTemperature: degrees });
      truth.temperature = -20000;
      sample();
      sample();
      // One code is 3.8 degrees.
      expect(Math.abs(chip.heated() - degrees)).toBeLessThan(3.9);
    }
    const { truth, sample, register } = createBench();
    truth.temperature = 80000;
    sample();
    const first = register(0x5a)[0]!;
    sample();
    // 55 degrees more around the plate are one ohm more of it.
    expect(register(0x5a)[0]! - first).toBe(3);
  });

  it('leaves the plate cold when told to, and takes no time for it', () => {
    const { driver, rig, sample, out, register, chip } = createBench({ heaterTemperature: 0 });
    expect(sample()).toBe(0);
    expect(out.values[3]).toBe(NO_VALUE);
    expect(register(0x71)).toEqual([0]);
    expect(chip.heated()).toBe(0);
    expect(driver.start(rig.now())).toBeLessThan(20);
  });

  it.each([
    [1, 1],
    [63, 63],
    [64, 64 + 16],
    [150, 64 + 37],
    [1000, 128 + 62],
    [4032, 192 + 63],
  ])('writes %i ms as code %i', (heaterMs, code) => {
    const { registers, bus } = createRegisters();
    const driver = createBme680(bus, { heaterMs });
    sampleOf(driver, emptyReading());
    expect(registers[0x64]).toBe(code);
    expect(driver.start(0)).toBe(Math.floor((3 * 1963 + 5293) / 1000) + 2 + heaterMs);
  });
});

describe('BME680 driver, settings and faults', () => {
  it('writes oversampling, filter, heater and address as asked for', () => {
    const bench = createBench(
      {
        address: 0x77,
        temperatureOversampling: 2,
        humidityOversampling: 4,
        pressureOversampling: 16,
        filter: 7,
      },
      { address: 0x77 },
    );
    expect(bench.sample()).toBe(0);
    expect(bench.register(0x71, 5)).toEqual([0x10, 3, 0, (2 << 5) | (5 << 2), 3 << 2]);
  });

  it.each([0, 1, 3, 7, 15, 31, 63, 127] as const)('knows filter %i', (filter) => {
    const { bus, registers } = createRegisters();
    expect(sampleOf(createBme680(bus, { filter }), emptyReading())).toBe(0);
    expect((1 << (registers[0x75]! >> 2)) - 1).toBe(filter);
  });

  it('waits as long as its oversampling takes, which the chip needs', () => {
    for (const factor of [1, 2, 4, 8, 16] as const) {
      const { sample, driver, rig } = createBench({
        temperatureOversampling: factor,
        humidityOversampling: factor,
        pressureOversampling: factor,
      });
      expect(sample()).toBe(0);
      const wait = driver.start(rig.now());
      expect(wait).toBe(Math.floor((3 * factor * 1963 + 5293) / 1000) + 2 + 150);
      rig.advance(wait);
      expect(driver.poll(rig.now(), emptyReading())).toBe(0);
    }
  });

  it.each([
    ['ctrl_gas_1', 0x71, 0x10],
    ['ctrl_hum', 0x72, 0x02],
    ['ctrl_meas', 0x74, 0x20],
    ['config', 0x75, 0x04],
  ])('refuses values measured under another %s', (_name, at, bit) => {
    const { bus, registers } = createRegisters();
    const driver = createBme680(bus);
    expect(sampleOf(driver, emptyReading())).toBe(0);
    const out = emptyReading();
    const wait = driver.start(0);
    registers[at]! ^= bit;
    expect(driver.poll(wait, out)).toBe(Code.Fault);
    expect(out.time).toBe(-1);
  });

  it.each([
    ['nothing new', 0x1d, 0x00],
    ['gas being measured', 0x1d, 0xc0],
    ['the rest being measured', 0x1d, 0xa0],
    ['forced mode still on', 0x74, 0x25],
  ])('has patience with %s, but not for ever', (_name, at, value) => {
    const { bus, registers } = createRegisters();
    const driver = createBme680(bus);
    sampleOf(driver, emptyReading());
    let now = driver.start(0);
    const field = registers[at]!;
    registers[at] = value;
    const out = emptyReading();
    expect(driver.poll(now, out)).toBe(5);
    registers[at] = field;
    expect(driver.poll(now + 5, out)).toBe(0);
    now = 1000 + driver.start(1000);
    registers[at] = value;
    let wait = 0;
    for (let i = 0; i < 50 && wait >= 0; i++) {
      wait = driver.poll(now, out);
      now += wait;
    }
    expect(wait).toBe(Code.Timeout);
  });

  it('refuses what a reset leaves in the registers, but none of these codes alone', () => {
    const [t, h, p] = [0x80000, 0x8000, 0x80000];
    expect(valuesOf({ t, h, p })).toEqual([Code.Fault]);
    expect(valuesOf({ t, h, p: ROOM.p })).toHaveLength(4);
    expect(valuesOf({ t, h: ROOM.h, p: 0x60000 })).toHaveLength(4);
    expect(valuesOf({ t: ROOM.t, h })).toHaveLength(4);
  });

  it.each([0, 0xffff])('refuses humidity code %i, which the formula would cut to the range', (h) => {
    expect(valuesOf({ h })).toEqual([Code.Range]);
  });

  it.each([
    ['first block 0x00', 0x8a, 0xa0, 0x00],
    ['first block 0xFF', 0x8a, 0xa0, 0xff],
    ['second block 0x00', 0xe1, 0xee, 0x00],
    ['second block 0xFF', 0xe1, 0xee, 0xff],
  ])('refuses a chip without trimming values: %s', (_name, from, to, value) => {
    const { bus, registers } = createRegisters();
    registers.fill(value, from, to + 1);
    expect(sampleOf(createBme680(bus), emptyReading())).toBe(Code.Fault);
  });

  it.each([
    [0x60, Code.WrongId],
    [0x58, Code.WrongId],
    [0x00, Code.Fault],
    [0xff, Code.Fault],
  ])('refuses identity %i', (id, code) => {
    const { bus, registers } = createRegisters();
    registers[0xd0] = id;
    expect(sampleOf(createBme680(bus), emptyReading())).toBe(code);
  });

  it('notices a supply that fails at any moment of a sample', () => {
    for (let ms = 0; ms < 160; ms += 7) {
      const { sample, driver, rig, chip, out } = createBench();
      sample();
      out.time = -1;
      const wait = driver.start(rig.now());
      rig.advance(ms);
      chip.brownOut(rig.now());
      rig.advance(wait - ms);
      expect(driver.poll(rig.now(), out)).toBe(Code.Fault);
      expect(out.time).toBe(-1);
      rig.advance(1000);
      expect(sample()).toBe(0);
    }
  });
});

describe('BME680 chip', () => {
  it('has its registers after a reset as the datasheet says, and answers 2 ms later', () => {
    const { rig, chip, register } = createBench();
    rig.i2c.write(0x76, new Uint8Array([0x72, 1, 0x71, 0x10, 0x64, 30, 0x74, 0x25]));
    rig.i2c.write(0x76, new Uint8Array([0xe0, 0xb6]));
    rig.advance(1);
    expect(rig.i2c.readRegister(0x76, 0xd0, new Uint8Array(1))).toBe(Code.Absent);
    rig.advance(1);
    expect(register(0xd0)).toEqual([0x61]);
    expect(register(0x70, 6)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(register(0x64)).toEqual([0]);
    expect(register(0x1d, 10)).toEqual([0, 0, 0x80, 0, 0, 0x80, 0, 0, 0x80, 0]);
    expect(chip.address).toBe(0x76);
  });

  it('shows first the air, then the gas being measured, and the sleep behind them', () => {
    const { rig, register } = createBench();
    rig.i2c.write(0x76, new Uint8Array([0x5a, 120, 0x64, 100, 0x72, 1, 0x71, 0x10, 0x74, 0x25]));
    rig.advance(5);
    expect(register(0x1d)).toEqual([0x20]);
    expect(register(0x74)).toEqual([0x25]);
    rig.advance(10);
    expect(register(0x1d)).toEqual([0x60]);
    rig.advance(145);
    expect(register(0x1d)).toEqual([0x80]);
    expect(register(0x74)).toEqual([0x24]);
  });

  it("gives the two gas codes that Bosch's formulas turn back", () => {
    for (const ohms of [250, 1000, 4321, 98000, 777777, 9e6]) {
      const code = gasCode(TYPICAL_BME680, false, ohms);
      const back = gasInteger(TYPICAL_BME680, code & 1023, code >> 10);
      expect(Math.abs(back / ohms - 1)).toBeLessThan(0.003);
    }
  });
});
