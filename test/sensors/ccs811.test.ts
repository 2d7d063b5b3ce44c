// The CCS811 driver: how it brings the chip to its application, what it makes of errors, and that it leaves a running chip alone.

import { describe, expect, it } from 'vitest';
import { createCcs811Chip } from '../../sim/chips/ccs811.ts';
import { createQuantities, createStill } from '../../sim/environment/surroundings.ts';
import { createRig } from '../../sim/rig/rig.ts';
import { Code } from '../../src/ports/codes.ts';
import type { I2cBus } from '../../src/ports/i2c.ts';
import type { Reading } from '../../src/ports/reading.ts';
import { createCcs811 } from '../../src/sensors/ccs811.ts';
import type { Ccs811Options } from '../../src/sensors/ccs811.ts';

function createBench(options: Ccs811Options = {}) {
  const rig = createRig(1000);
  const truth = createQuantities();
  const chip = createCcs811Chip({ surroundings: createStill(truth), address: options.address ?? 0x5a });
  rig.devices.push(chip);
  const written: number[][] = [];
  const bus: I2cBus = {
    ...rig.i2c,
    write(address, bytes) {
      written.push([...bytes]);
      return rig.i2c.write(address, bytes);
    },
  };
  const driver = createCcs811(bus, options);
  const out: Reading = { values: new Int32Array(2), time: -1 };
  /** @returns the code, and how long it took. */
  const sample = (): [number, number] => {
    const from = rig.now();
    let wait = driver.start(rig.now());
    while (wait > 0) {
      rig.advance(wait);
      wait = driver.poll(rig.now(), out);
    }
    return [wait, rig.now() - from];
  };
  return { rig, truth, chip, driver, out, sample, written };
}

/** A chip that is only its registers. */
function createRegisters(status: number, result: number[], error = 0): I2cBus {
  return {
    write: () => 0,
    read: () => 0,
    readRegister(_address, register, into) {
      if (register === 0x02) into.set(result);
      else into[0] = register === 0x20 ? 0x81 : register === 0x01 ? 0x10 : register === 0xe0 ? error : status;
      return 0;
    },
  };
}

function codeOf(status: number, result: number[], error = 0): [number, number[]] {
  const driver = createCcs811(createRegisters(status, result, error));
  const out: Reading = { values: new Int32Array(2), time: -1 };
  let now = 0;
  let wait = driver.start(now);
  while (wait > 0) {
    now += wait;
    wait = driver.poll(now, out);
  }
  return [wait, [...out.values]];
}

describe('CCS811 driver', () => {
  it('resets the chip, starts its application and its mode, and tells it of the air', () => {
    const { sample, written, chip, out } = createBench({ temperature: 21.5, humidity: 48 });
    const [code, ms] = sample();
    expect(code).toBe(0);
    expect(ms).toBeGreaterThanOrEqual(1000);
    expect(ms).toBeLessThan(1200);
    expect([...out.values]).toEqual([620, 120]);
    expect(written).toEqual([
      [0xff, 0x11, 0xe5, 0x72, 0x8a],
      [0xf4],
      [0x01, 0x10],
      [0x05, 0x60, 0x00, 0x5d, 0x00],
    ]);
    expect([...chip.environment]).toEqual([0x60, 0x00, 0x5d, 0x00]);
  });

  it.each([
    [25, 50, [0x64, 0x00, 0x64, 0x00]],
    // The datasheet's example: 48.5 % and 23.5 degrees.
    [23.5, 48.5, [0x61, 0x00, 0x61, 0x00]],
    [-25, 0, [0, 0, 0, 0]],
    [100, 100, [0xc8, 0x00, 0xfa, 0x00]],
  ])('writes %f degrees and %f %% as the datasheet has it', (temperature, humidity, bytes) => {
    const { sample, chip } = createBench({ temperature, humidity });
    sample();
    expect([...chip.environment]).toEqual(bytes);
  });

  it.each([
    [1, 0x10],
    [10, 0x20],
    [60, 0x30],
  ] as const)('measures every %i seconds', (interval, mode) => {
    const { sample, written } = createBench({ interval, address: 0x5b });
    const [code, ms] = sample();
    expect(code).toBe(0);
    expect(ms).toBeGreaterThanOrEqual(interval * 1000);
    expect(ms).toBeLessThan(interval * 1200);
    expect(written[2]).toEqual([0x01, mode]);
    const [again, later] = sample();
    expect(again).toBe(0);
    expect(later).toBeGreaterThan(interval * 900);
    expect(later).toBeLessThanOrEqual(interval * 1100 + 1);
  });

  it('leaves a chip alone that runs: neither new settings nor a new board make it begin anew', () => {
    const { sample, chip, driver, rig, written, out } = createBench();
    sample();
    expect(driver.configure({ temperature: 10 })).toBe(0);
    expect(sample()[0]).toBe(0);
    expect(chip.starts).toBe(1);
    expect([...chip.environment]).toEqual([0x64, 0x00, 0x46, 0x00]);
    const second = createCcs811(rig.i2c);
    rig.advance(5000);
    let wait = second.start(rig.now());
    while (wait > 0) {
      rig.advance(wait);
      wait = second.poll(rig.now(), out);
    }
    expect(wait).toBe(0);
    expect(chip.starts).toBe(1);
    // Another mode needs a reset.
    written.length = 0;
    driver.configure({ interval: 10 });
    expect(sample()[0]).toBe(0);
    expect(written[0]).toEqual([0xff, 0x11, 0xe5, 0x72, 0x8a]);
    expect(chip.starts).toBe(2);
  });

  it('has patience with a chip that starts up longer than after a reset', () => {
    const { rig, chip, driver, out } = createBench();
    let wait = driver.start(rig.now());
    chip.brownOut(rig.now());
    while (wait > 0) {
      rig.advance(wait);
      wait = driver.poll(rig.now(), out);
    }
    expect(wait).toBe(0);
  });

  it('gives up on a chip without an application', () => {
    const { sample, chip } = createBench();
    chip.empty = true;
    expect(sample()[0]).toBe(Code.Fault);
  });

  it.each([
    [0x08, Code.Range],
    [0x10, Code.Fault],
    [0x20, Code.Fault],
  ])('says that error %i is %i, asks for it, and goes on when it is over', (failing, code) => {
    const { sample, chip, rig } = createBench();
    sample();
    rig.advance(1000);
    chip.failing = failing;
    expect(sample()[0]).toBe(code);
    rig.advance(1000);
    expect(sample()[0]).toBe(code);
    chip.failing = 0;
    rig.advance(1000);
    // The last error came with the last measurement.
    expect([0, code]).toContain(sample()[0]);
    rig.advance(1000);
    expect(sample()[0]).toBe(0);
  });

  it('never takes a number that no measurement made', () => {
    expect(codeOf(0x98, [2, 0x6c, 0, 0x78, 0x98, 0, 0, 0])).toEqual([0, [620, 120]]);
    expect(codeOf(0x98, [0xfd, 0xfd, 0xfd, 0xfd, 0, 0, 0, 0])).toEqual([Code.Range, [0, 0]]);
    expect(codeOf(0x98, [0, 0, 0, 0, 0, 0, 0, 0])[0]).toBe(Code.Range);
    expect(codeOf(0x98, [0x01, 0x8f, 0, 0, 0, 0, 0, 0])[0]).toBe(Code.Range);
    expect(codeOf(0x98, [0x01, 0x90, 0, 0, 0, 0, 0, 0])[0]).toBe(0);
    expect(codeOf(0x98, [0x72, 0x16, 0, 0, 0, 0, 0, 0])[0]).toBe(Code.Range);
    expect(codeOf(0x98, [0x72, 0x15, 0x7f, 0xff, 0, 0, 0, 0])[0]).toBe(0);
    expect(codeOf(0x98, [0x02, 0x00, 0x80, 0x00, 0, 0, 0, 0])[0]).toBe(Code.Range);
  });

  it('waits for DATA_READY itself, not for any other bit, and not for ever', () => {
    expect(codeOf(0x90, [2, 0, 0, 1, 0, 0, 0, 0])[0]).toBe(Code.Timeout);
  });

  it('takes the error bit for what it is, with or without data', () => {
    expect(codeOf(0x99, [2, 0, 0, 1, 0, 0, 0, 0], 0x10)[0]).toBe(Code.Fault);
    expect(codeOf(0x91, [2, 0, 0, 1, 0, 0, 0, 0], 0x10)[0]).toBe(Code.Fault);
  });

  it.each([0x00, 0x18, 0xff, 0x9e, 0xf8])('refuses status %i, which no running application has', (status) => {
    const bus = createRegisters(0x98, [2, 0, 0, 1, 0, 0, 0, 0]);
    let now = 0;
    const driver = createCcs811({
      ...bus,
      readRegister(address, register, into) {
        bus.readRegister(address, register, into);
        if (register === 0 && now > 0) into[0] = status;
        return 0;
      },
    });
    const out: Reading = { values: new Int32Array(2), time: -1 };
    let wait = driver.start(now);
    while (wait > 0) {
      now += wait;
      wait = driver.poll(now, out);
    }
    expect(wait).toBe(Code.Fault);
    expect(out.time).toBe(-1);
  });

  it.each([
    [0x00, Code.Fault],
    [0xff, Code.Fault],
    [0x60, Code.WrongId],
  ])('refuses identity %i', (id, code) => {
    const bus = createRegisters(0x98, [2, 0, 0, 1, 0, 0, 0, 0]);
    const driver = createCcs811({
      ...bus,
      readRegister(_address, _register, into) {
        into[0] = id;
        return 0;
      },
    });
    expect(driver.start(0)).toBe(code);
  });
});

describe('CCS811 chip', () => {
  it('boots after power-up, is silent before, and has 0xFDFD until it has measured', () => {
    const { rig, chip } = createBench();
    const byte = new Uint8Array(1);
    chip.brownOut(rig.now());
    rig.advance(19);
    expect(rig.i2c.readRegister(0x5a, 0x20, byte)).toBe(Code.Absent);
    rig.advance(1);
    expect(rig.i2c.readRegister(0x5a, 0x00, byte)).toBe(0);
    expect(byte[0]).toBe(0x10);
    rig.i2c.write(0x5a, new Uint8Array([0xf4]));
    expect(rig.i2c.readRegister(0x5a, 0x00, byte)).toBe(Code.Absent);
    rig.advance(1);
    rig.i2c.readRegister(0x5a, 0x00, byte);
    expect(byte[0]).toBe(0x90);
    const result = new Uint8Array(4);
    rig.i2c.readRegister(0x5a, 0x02, result);
    expect([...result]).toEqual([0xfd, 0xfd, 0xfd, 0xfd]);
  });

  it('remembers what was asked of it wrongly, until ERROR_ID is read', () => {
    const { rig } = createBench();
    const byte = new Uint8Array(1);
    const read = (register: number): number => {
      expect(rig.i2c.readRegister(0x5a, register, byte)).toBe(0);
      return byte[0]!;
    };
    rig.i2c.write(0x5a, new Uint8Array([0x01, 0x10]));
    expect(read(0x00)).toBe(0x11);
    expect(read(0xe0)).toBe(0x01);
    expect(read(0x00)).toBe(0x10);
    rig.i2c.write(0x5a, new Uint8Array([0xf4]));
    rig.advance(1);
    rig.i2c.write(0x5a, new Uint8Array([0x01, 0x70]));
    read(0x77);
    expect(read(0xe0)).toBe(0x06);
  });
});
