// One 1-Wire bus. Time slots are the engine's business.

export interface OneWireBus {
  /** Reset pulse. @returns 0 when a device answered, Code.Absent when none did. */
  reset(): number;
  /** @param power hold the wire high behind it, for devices that live on it, until the bus is used next; default false. */
  write(bytes: Uint8Array, power?: boolean): void;
  read(into: Uint8Array): void;
  /**
   * Put the 8 ROM bytes of device number `index` into `into`; 0 searches the whole bus, the others come from that search.
   * @returns 0, or Code.Absent when there are fewer devices. The caller checks the ROM's CRC.
   */
  search(index: number, into: Uint8Array): number;
}
