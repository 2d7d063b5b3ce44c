// One device on an SPI bus: the chip select belongs to the port.

export interface SpiDevice {
  /** Exchange `out.length` bytes in one go with chip select held low, where there is one; `into` has the same length. @returns 0, or Code.Timeout and `into` is untouched. */
  transfer(out: Uint8Array, into: Uint8Array): number;
}

/** How a device is opened; names as in ECMA-419. */
export interface SpiOptions {
  /** Number of the peripheral, from 1. */
  bus: number;
  /** Pin numbers. */
  clock: number;
  in: number;
  out: number;
  /** Left out: the chip has none. The pin of `clock` is used all the same. */
  select?: number;
  /** Bit rate, default 1000000. */
  hz?: number;
  /** Clock polarity and phase, 0 to 3, default 0. */
  mode?: number;
}
