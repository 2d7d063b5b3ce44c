// One of the board's I2C buses. The engine makes a new array for every read, which is copied into the caller's and freed
// at once; it waits up to a second for a bus that is stuck.

import { Code } from '../codes.ts';
import type { I2cBus, I2cOptions } from '../i2c.ts';

/** What the engines that can tell write when nobody acknowledged: "slave doesn't ACK the transfer", "got NACK". */
const NOBODY = 'ACK';

function failure(error: unknown): number {
  return (error as Error).message.indexOf(NOBODY) >= 0 ? Code.Absent : Code.Timeout;
}

/** Set up a bus. Start-up only: a bus or pin that the board does not have stops the firmware with the engine's error. */
export function openI2c(options: I2cOptions): I2cBus {
  const bus = options.bus === 2 ? I2C2 : I2C1;
  bus.setup({
    sda: options.data,
    scl: options.clock,
    bitrate: options.hz === undefined ? 100000 : options.hz,
  });

  function write(address: number, bytes: Uint8Array): number {
    try {
      bus.writeTo(address, bytes);
    } catch (error) {
      return failure(error);
    }
    return Code.Ok;
  }

  function read(address: number, into: Uint8Array): number {
    try {
      into.set(bus.readFrom(address, into.length));
    } catch (error) {
      return failure(error);
    }
    return Code.Ok;
  }

  function readRegister(address: number, register: number, into: Uint8Array): number {
    try {
      into.set(bus.readReg(address, register, into.length));
    } catch (error) {
      return failure(error);
    }
    return Code.Ok;
  }

  return { write, read, readRegister };
}
