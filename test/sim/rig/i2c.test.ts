// The simulated I2C bus: who is asked, when, and which codes come back.

import { expect, it } from 'vitest';
import type { I2cDevice } from '../../../sim/chips/i2c-device.ts';
import { createI2cBus } from '../../../sim/rig/i2c.ts';
import { createManualClock } from '../../../sim/manual.ts';
import { Code } from '../../../src/ports/codes.ts';

interface Recorder extends I2cDevice {
  readonly log: string[];
  answersWrite: boolean;
  answersRead: boolean;
}

function createRecorder(address: number): Recorder {
  const recorder: Recorder = {
    address,
    log: [],
    answersWrite: true,
    answersRead: true,
    write(bytes, now) {
      recorder.log.push(`w${[...bytes].join(',')}@${now}`);
      return recorder.answersWrite;
    },
    read(into, now) {
      recorder.log.push(`r${into.length}@${now}`);
      into.fill(address);
      return recorder.answersRead;
    },
  };
  return recorder;
}

it('gives each transfer to the chip of its address, with the time', () => {
  const clock = createManualClock(5);
  const [a, b] = [createRecorder(0x10), createRecorder(0x20)];
  const bus = createI2cBus([a, b], clock);
  const into = new Uint8Array(3);
  expect(bus.write(0x20, Uint8Array.of(1, 2))).toBe(0);
  clock.advance(7);
  expect(bus.read(0x20, into)).toBe(0);
  expect(bus.readRegister(0x10, 0xf7, into)).toBe(0);
  expect(b.log).toEqual(['w1,2@5', 'r3@12']);
  expect(a.log).toEqual(['w247@12', 'r3@12']);
  expect([...into]).toEqual([0x10, 0x10, 0x10]);
  expect(bus.transfers).toBe(3);
});

it('says Absent where nobody acknowledges, and does not read after a refused write', () => {
  const chip = createRecorder(0x10);
  const bus = createI2cBus([chip], createManualClock());
  const into = new Uint8Array(1);
  expect(bus.write(0x11, into)).toBe(Code.Absent);
  expect(bus.read(0x11, into)).toBe(Code.Absent);
  expect(bus.readRegister(0x11, 0, into)).toBe(Code.Absent);
  expect(chip.log).toEqual([]);
  chip.answersRead = false;
  expect(bus.read(0x10, into)).toBe(Code.Absent);
  expect(bus.readRegister(0x10, 0, into)).toBe(Code.Absent);
  chip.log.length = 0;
  chip.answersWrite = false;
  expect(bus.readRegister(0x10, 0, into)).toBe(Code.Absent);
  expect(chip.log).toEqual(['w0@0']);
});

it('says Timeout while it is held down, and asks nobody', () => {
  const chip = createRecorder(0x10);
  const bus = createI2cBus([chip], createManualClock());
  bus.stuck = true;
  expect(bus.write(0x10, new Uint8Array(1))).toBe(Code.Timeout);
  expect(bus.read(0x10, new Uint8Array(1))).toBe(Code.Timeout);
  expect(bus.readRegister(0x10, 0, new Uint8Array(1))).toBe(Code.Timeout);
  expect(chip.log).toEqual([]);
  bus.stuck = false;
  expect(bus.write(0x10, new Uint8Array(1))).toBe(Code.Ok);
});

it('sees chips come and go', () => {
  const devices: I2cDevice[] = [];
  const bus = createI2cBus(devices, createManualClock());
  expect(bus.write(0x10, new Uint8Array(1))).toBe(Code.Absent);
  devices.push(createRecorder(0x10));
  expect(bus.write(0x10, new Uint8Array(1))).toBe(Code.Ok);
});
