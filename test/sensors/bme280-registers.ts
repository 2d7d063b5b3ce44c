// A BME280 that is only its registers: converts at once, and holds the codes that a test puts into it. For arithmetic
// and for states that a chip cannot be brought into; everything with time is tested on the simulated chip.

import { placeTrim } from '../../sim/chips/bme280-trim.ts';
import type { Bme280Trim } from '../../sim/chips/bme280-trim.ts';
import { createBme280 } from '../../src/sensors/bme280.ts';
import type { I2cBus } from '../../src/ports/i2c.ts';
import type { Reading } from '../../src/ports/reading.ts';

export interface Bme280Registers extends I2cBus {
  readonly registers: Uint8Array;
  setCodes(temperature: number, humidity: number, pressure: number): void;
  /** What a transfer returns instead of being done, by number from 0; taken out as it is used. */
  readonly failures: Map<number, number>;
  transfers: number;
}

export function createBme280Registers(trim: Bme280Trim): Bme280Registers {
  const registers = new Uint8Array(256);
  placeTrim(registers, trim);
  registers[0xd0] = 0x60;

  function transfer(run: () => void): number {
    const failure = bus.failures.get(bus.transfers++);
    if (failure === undefined) run();
    return failure ?? 0;
  }

  const bus: Bme280Registers = {
    registers,
    failures: new Map(),
    transfers: 0,
    setCodes(temperature, humidity, pressure) {
      const codes = [pressure >> 12, (pressure >> 4) & 255, (pressure & 15) << 4];
      codes.push(temperature >> 12, (temperature >> 4) & 255, (temperature & 15) << 4);
      codes.push(humidity >> 8, humidity & 255);
      registers.set(codes, 0xf7);
    },
    write: (_address, bytes) =>
      transfer(() => {
        for (let i = 0; i + 1 < bytes.length; i += 2) {
          const register = bytes[i];
          registers[register] = register === 0xf4 ? bytes[i + 1] & 0xfc : bytes[i + 1];
        }
      }),
    read: () => 0,
    readRegister: (_address, register, into) =>
      transfer(() => into.set(registers.subarray(register, register + into.length))),
  };
  return bus;
}

export function emptyReading(): Reading {
  return { values: new Int32Array(3), time: -1 };
}

/** One sample of a new driver, without waiting. @returns the code, 0 when `out` is filled. */
export function sampleOnce(bus: I2cBus, out: Reading): number {
  const driver = createBme280(bus);
  let now = 0;
  let wait = driver.start(now);
  while (wait > 0) {
    now += wait;
    wait = driver.poll(now, out);
  }
  return wait;
}
