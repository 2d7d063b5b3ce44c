// What simulated devices look like to the buses of a board, apart from I2C (chips/i2c-device.ts). `now` is an integer of
// milliseconds of the world's clock.

/** A chip on an SPI bus. */
export interface SpiDevice {
  /** Pin of its chip select, low while it is meant. */
  readonly select: number;
  /** A transfer: `out` comes in, fill all of `into`. */
  transfer(out: Uint8Array, into: Uint8Array, now: number): void;
}

/** A device on a 1-Wire bus. Which device is meant is the bus's business. */
export interface OneWireDevice {
  /** 8 bytes: family, serial number, CRC. */
  readonly rom: readonly number[];
  /** true: answers an alarm search (0xEC). */
  readonly alarm?: boolean;
  /** A reset pulse. */
  reset(now: number): void;
  /** A byte for this device, after its ROM was selected. */
  write(byte: number, now: number): void;
  /** The next byte of its answer; 0xFF when it has none. */
  read(now: number): number;
}
