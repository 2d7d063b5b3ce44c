// Espruino's I2C objects over simulated chips. ES5 subset: runs in engines.

import type { I2cDevice } from '../chips/i2c-device.ts';

function addressOf(address: EngineI2cAddress): number {
  return typeof address === 'number' ? address : address.address;
}

function bytesOf(data: number | ArrayLike<number>): number[] {
  const bytes: number[] = [];
  if (typeof data === 'number') bytes.push(data & 255);
  else for (let i = 0; i < data.length; i++) bytes.push(data[i] & 255);
  return bytes;
}

/** Put the methods of an I2C bus into `object`. @param now the world's clock, whole milliseconds. */
export function connectChips(object: EngineI2c, chips: readonly I2cDevice[], now: () => number): void {
  function chipAt(address: number): I2cDevice | undefined {
    for (let i = 0; i < chips.length; i++) if (chips[i].address === address) return chips[i];
    return undefined;
  }

  function fail(): void {
    // eslint-disable-next-line no-restricted-syntax -- Espruino throws here
    throw new Error("jshI2CWrite: slave doesn't ACK the transfer");
  }

  function writeTo(address: EngineI2cAddress, data: number | ArrayLike<number>): void {
    const chip = chipAt(addressOf(address));
    if (chip === undefined || !chip.write(bytesOf(data), now())) fail();
  }

  function readFrom(address: EngineI2cAddress, count: number): Uint8Array {
    const chip = chipAt(addressOf(address));
    const bytes = new Uint8Array(count);
    if (chip === undefined || !chip.read(bytes, now())) fail();
    return bytes;
  }

  object.setup = () => {};
  object.writeTo = writeTo;
  object.readFrom = readFrom;
  object.readReg = (address, register, count) => {
    writeTo(address, register);
    return readFrom(address, count);
  };
}
