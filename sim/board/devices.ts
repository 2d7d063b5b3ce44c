// What simulated devices look like to the buses of a board, apart from I2C and 1-Wire
// (chips/i2c-device.ts, chips/onewire-device.ts). `now` is an integer of
// milliseconds of the world's clock.

/** A chip on an SPI bus. */
export interface SpiDevice {
  /** Pin of its chip select, low while it is meant; left out: it has none, and is always meant. */
  readonly select?: number;
  /** A transfer: `out` comes in, fill all of `into`. */
  transfer(out: Uint8Array, into: Uint8Array, now: number): void;
}
