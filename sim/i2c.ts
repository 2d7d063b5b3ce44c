// An I2C bus as device code sees it, with simulated chips on it: for tests that need no board.

import type { Clock } from '../src/ports/clock.ts';
import { Code } from '../src/ports/codes.ts';
import type { I2cBus } from '../src/ports/i2c.ts';
import type { I2cDevice } from './chips/i2c-device.ts';

export interface SimulatedI2cBus extends I2cBus {
  /** The clock line is held down: every transfer ends in Code.Timeout. */
  stuck: boolean;
  /** Transfers so far: a write, a read, or both with a repeated start. */
  transfers: number;
}

/**
 * @param devices chips by address; may grow and shrink while the bus is used.
 * @param clock the world's time, given to the chips with each transfer.
 */
export function createI2cBus(devices: readonly I2cDevice[], clock: Pick<Clock, 'now'>): SimulatedI2cBus {
  function transfer(address: number, run: (device: I2cDevice) => boolean): number {
    bus.transfers++;
    if (bus.stuck) return Code.Timeout;
    const device = devices.find((candidate) => candidate.address === address);
    return device !== undefined && run(device) ? Code.Ok : Code.Absent;
  }

  const bus: SimulatedI2cBus = {
    stuck: false,
    transfers: 0,
    write: (address, bytes) => transfer(address, (device) => device.write(bytes, clock.now())),
    read: (address, into) => transfer(address, (device) => device.read(into, clock.now())),
    readRegister: (address, register, into) =>
      transfer(address, (device) => {
        const now = clock.now();
        return device.write(Uint8Array.of(register), now) && device.read(into, now);
      }),
  };
  return bus;
}
