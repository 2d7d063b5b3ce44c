// Espruino's I2C objects over simulated chips. ES5 subset: runs in engines.

import type { I2cDevice } from '../chips/i2c-device.ts';

/**
 * Put chips on a bus: its methods reach them.
 * @param engineBus the engine's object, undefined where it has none. @param now the world's clock, whole milliseconds. @returns the bus.
 */
export function connectI2c(
  engineBus: EngineI2c | undefined,
  chips: readonly I2cDevice[],
  now: () => number,
): EngineI2c {
  const bus = engineBus === undefined ? ({} as EngineI2c) : engineBus;

  function chipAt(address: number): I2cDevice | undefined {
    for (let i = 0; i < chips.length; i++) if (chips[i].address === address) return chips[i];
    return undefined;
  }

  function fail(): void {
    // eslint-disable-next-line no-restricted-syntax -- Espruino throws here
    throw new Error("jshI2C: slave doesn't ACK the transfer");
  }

  function writeTo(address: number, bytes: Uint8Array | number[]): void {
    const chip = chipAt(address);
    if (chip === undefined || !chip.write(bytes, now())) fail();
  }

  function readFrom(address: number, quantity: number): Uint8Array {
    const chip = chipAt(address);
    const bytes = new Uint8Array(quantity);
    if (chip === undefined || !chip.read(bytes, now())) fail();
    return bytes;
  }

  bus.setup = () => {};
  bus.writeTo = writeTo;
  bus.readFrom = readFrom;
  bus.readReg = (address, register, quantity) => {
    writeTo(address, [register]);
    return readFrom(address, quantity);
  };
  return bus;
}
