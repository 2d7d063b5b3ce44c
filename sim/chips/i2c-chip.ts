// What all simulated I2C chips have in common: an address, faults, a supply, and time that does not wrap. A chip's own file
// says what its registers and commands do, as its datasheet describes them. ES5 subset: runs in engines.

import { createFaults, createUnwrapped } from './faults.ts';
import type { Faults, FaultyChip } from './faults.ts';
import type { I2cDevice } from './i2c-device.ts';

/** The inside of a chip. `time` is milliseconds of the world's clock; it does not wrap. */
export interface I2cModel {
  /** The supply came: forget everything that is not permanent. */
  powerUp(time: number): void;
  /** A write transaction, all bytes after the address. @returns false when the chip does not acknowledge. */
  write(bytes: Uint8Array | number[], time: number): boolean;
  /** A read transaction: fill all of `into`. @returns false when the chip does not acknowledge. */
  read(into: Uint8Array, time: number): boolean;
}

export interface I2cChip extends I2cDevice, FaultyChip {}

/** @param create the inside, which may look at its faults at any time. It has been powered for long when the world begins. */
export function createI2cChip(address: number, create: (faults: Faults) => I2cModel): I2cChip {
  const faults = createFaults();
  const model = create(faults);
  const timeOf = createUnwrapped();

  function write(bytes: Uint8Array | number[], now: number): boolean {
    const time = timeOf(now);
    if (faults.absent) return false;
    return faults.stuckLow || faults.stuckHigh || model.write(bytes, time);
  }

  function read(into: Uint8Array, now: number): boolean {
    const time = timeOf(now);
    if (faults.absent) return false;
    if (!faults.stuckLow && !faults.stuckHigh) return model.read(into, time);
    for (let i = 0; i < into.length; i++) into[i] = faults.stuckLow ? 0 : 0xff;
    return true;
  }

  model.powerUp(-1000000);
  return {
    address,
    faults,
    write,
    read,
    brownOut: (now) => model.powerUp(timeOf(now)),
  };
}
