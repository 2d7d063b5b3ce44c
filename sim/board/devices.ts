// What simulated devices look like to the buses of a board, apart from I2C and SPI (chips/i2c-device.ts, chips/spi-device.ts).
// `now` is an integer of milliseconds of the world's clock.

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
