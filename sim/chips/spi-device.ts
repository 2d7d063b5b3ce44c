// What a chip on an SPI bus looks like to the bus: transfers while its chip select is low. Chips are registers and time,
// as their datasheets describe them; they know neither drivers nor the virtual board.

/** A chip on an SPI bus. `now` is an integer of milliseconds of the world's clock. */
export interface SpiDevice {
  /** Pin of its chip select, low while it is meant; left out: it has none, and is always meant. */
  readonly select?: number;
  /** A transfer: `out` comes in, fill all of `into`. */
  transfer(out: Uint8Array, into: Uint8Array, now: number): void;
}
