// An I2C bus of the host, which fills the caller's arrays itself.

import type { I2cBus, I2cOptions } from '../i2c.ts';

/** Set up a bus. Start-up only: on one that the host does not have nobody acknowledges, and the host says so. */
export function openI2c(options: I2cOptions): I2cBus {
  const bus = options.bus;
  moteHost.i2cOpen(bus, options.data, options.clock, options.hz === undefined ? 100000 : options.hz);

  function write(address: number, bytes: Uint8Array): number {
    return moteHost.i2cWrite(bus, address, bytes);
  }

  function read(address: number, into: Uint8Array): number {
    return moteHost.i2cRead(bus, address, -1, into);
  }

  function readRegister(address: number, register: number, into: Uint8Array): number {
    return moteHost.i2cRead(bus, address, register, into);
  }

  return { write, read, readRegister };
}
