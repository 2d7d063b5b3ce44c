// One 1-Wire bus. Time slots are the engine's business.

export interface OneWireBus {
  /** Reset pulse. @returns 0 when a device answered, Code.Absent when none did. */
  reset(): number;
  write(bytes: Uint8Array): void;
  read(into: Uint8Array): void;
  /**
   * Find device number `index` (from 0) of a full search and put its 8 ROM bytes into `into`.
   * @returns 0, or Code.Absent when there are fewer devices. The caller checks the ROM's CRC.
   */
  search(index: number, into: Uint8Array): number;
}
