// An I2C bus as device code sees it, with simulated chips on it: for tests that need no board. ES5 subset: runs in engines.

import type { Clock } from '../../src/ports/clock.ts';
import { Code } from '../../src/ports/codes.ts';
import type { I2cBus } from '../../src/ports/i2c.ts';
import type { I2cDevice } from '../chips/i2c-device.ts';

export interface SimulatedI2cBus extends I2cBus {
  /** The clock line is held down: every transfer ends in Code.Timeout. */
  stuck: boolean;
  /** Transfers so far: a write, a read, or both with a repeated start. */
  transfers: number;
  /** Bytes of the longest of them, addresses included. */
  longest: number;
}

/**
 * @param devices chips by address; may grow and shrink while the bus is used.
 * @param clock the world's time, given to the chips with each transfer.
 */
export function createI2cBus(devices: readonly I2cDevice[], clock: Pick<Clock, 'now'>): SimulatedI2cBus {
  /** Written again and again, so that the bus leaves nothing on an engine's heap. */
  const pointer = new Uint8Array(1);

  function deviceAt(address: number): I2cDevice | undefined {
    for (let i = 0; i < devices.length; i++) if (devices[i].address === address) return devices[i];
    return undefined;
  }

  /** @param size bytes on the wire. @returns the device, or undefined when the transfer ends in an error. */
  function begin(address: number, size: number): I2cDevice | undefined {
    bus.transfers++;
    if (size > bus.longest) bus.longest = size;
    return bus.stuck ? undefined : deviceAt(address);
  }

  function result(isDone: boolean): number {
    if (bus.stuck) return Code.Timeout;
    return isDone ? Code.Ok : Code.Absent;
  }

  function write(address: number, bytes: Uint8Array): number {
    const device = begin(address, bytes.length + 1);
    return result(device !== undefined && device.write(bytes, clock.now()));
  }

  function read(address: number, into: Uint8Array): number {
    const device = begin(address, into.length + 1);
    return result(device !== undefined && device.read(into, clock.now()));
  }

  function readRegister(address: number, register: number, into: Uint8Array): number {
    const device = begin(address, into.length + 3);
    const now = clock.now();
    pointer[0] = register;
    return result(device !== undefined && device.write(pointer, now) && device.read(into, now));
  }

  const bus: SimulatedI2cBus = { stuck: false, transfers: 0, longest: 0, write, read, readRegister };
  return bus;
}
