// What a chip on an I2C bus looks like to the bus: an address, a write and a read. Chips are registers and time,
// as their datasheets describe them; they know neither drivers nor the virtual board.

/** A chip on an I2C bus. `now` is an integer of milliseconds of the world's clock. */
export interface I2cDevice {
  /** 7-bit address. */
  readonly address: number;
  /** A write transaction, all bytes after the address. @returns false when the chip does not acknowledge. */
  write(bytes: Uint8Array | number[], now: number): boolean;
  /** A read transaction: fill all of `into`. @returns false when the chip does not acknowledge. */
  read(into: Uint8Array, now: number): boolean;
}
