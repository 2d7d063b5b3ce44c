// What a device on a 1-Wire bus looks like to the bus: its ROM, and bytes in both directions. Whole bytes instead of time slots.

/** Which device is meant is the bus's business. `now` is an integer of milliseconds of the world's clock. */
export interface OneWireDevice {
  /** 8 bytes: family, serial number, CRC. */
  readonly rom: readonly number[];
  /** true: answers an alarm search (0xEC). */
  readonly alarm?: boolean;
  /** false: a wire is off, and it takes no notice of the bus; left out: true. */
  isThere?(): boolean;
  /** It holds the wire down, so that everybody reads zeros; left out: false. */
  holdsLow?(): boolean;
  /** A reset pulse. */
  reset(now: number): void;
  /** A byte for this device, after its ROM was selected. */
  write(byte: number, now: number): void;
  /** The next byte of its answer; 0xFF when it has none. */
  read(now: number): number;
  /** The host begins, or ends, to drive the wire high: for devices that live on it. */
  power?(isOn: boolean, now: number): void;
}

/** Reset and the codes by which devices are selected. */
export const enum RomCommand {
  Read = 0x33,
  Match = 0x55,
  Skip = 0xcc,
  Search = 0xf0,
  AlarmSearch = 0xec,
}

export const ROM_BYTES = 8;
