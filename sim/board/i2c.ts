// I2C1 and its kin: transfers that throw when nobody answers, with the words of the ESP32's driver.
// On a board without hardware they go nowhere, and reads give zeros.

import { bytesOf } from './bytes.ts';
import type { Machine } from './machine.ts';

/** How long the driver waits for a bus that is stuck, milliseconds. */
const STUCK_MS = 1000;
/** ESP_ERR_INVALID_STATE: the driver was never installed. */
const NOT_SET_UP = 0x103;

interface Address {
  readonly address: number;
  readonly stop?: unknown;
}

/** @param bus from 1. */
export function createI2c(machine: Machine, bus: number): object {
  const { realm, clock } = machine;
  const bench = machine.bench.i2c(bus);
  const isReal = machine.data.capabilities.hardware;
  let ready = false;

  /** One transfer by the named function of the driver. @returns false when the board has no hardware. */
  const transfer = (
    driver: string,
    address: number,
    run: (now: number, index: number) => boolean,
  ): boolean => {
    if (!isReal) return false;
    if (!ready) throw new realm.Error(`${driver}:, unknown error code ${NOT_SET_UP}`);
    if (bench.stuck) {
      clock.block(STUCK_MS);
      throw new realm.Error(`${driver}:, Operation timeout because the bus is busy`);
    }
    const index = bench.devices.findIndex((device) => device.address === address);
    const acknowledged = index >= 0 && run(Math.floor(clock.now()), index);
    if (acknowledged) return true;
    throw new realm.Error(`${driver}: slave doesn't ACK the transfer`);
  };

  const write = (address: number, bytes: Uint8Array) => {
    if (bytes.length === 0) return;
    transfer('jshI2CWrite', address, (now, index) => bench.devices[index]!.write(bytes, now));
  };
  const read = (address: number, quantity: number) => {
    if (!(quantity > 0)) return undefined;
    const into = new realm.Uint8Array(quantity);
    transfer('jshI2CRead', address, (now, index) => bench.devices[index]!.read(into, now));
    return into;
  };
  const addressOf = (address: number | Address) =>
    (typeof address === 'object' ? address.address : address) & 0x7f;

  return realm.methods({
    setup(options?: { bitrate?: number }): void {
      const bitrate = options?.bitrate ?? 100000;
      if (bitrate < 100) throw new realm.Error('Invalid I2C bitrate');
      ready = true;
    },
    writeTo(address: number | Address, ...data: unknown[]): void {
      write(addressOf(address), bytesOf(realm, data));
    },
    readFrom: (address: number | Address, quantity: number) => read(addressOf(address), quantity),
    readReg(address: number, register: number, quantity: number): Uint8Array | undefined {
      write(addressOf(address), Uint8Array.of(register));
      return read(addressOf(address), quantity);
    },
  });
}
