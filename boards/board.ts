// What a target is, as data: engine, memory, pins, buses and the map of its flash. No logic, no import.
// Every number has its source in the `sources` of the board that states it.

/** Part of the flash, in bytes. */
export interface FlashRegion {
  readonly address: number;
  readonly bytes: number;
}

export interface FlashMap {
  /** First address of the chip as the engine numbers it. */
  readonly base: number;
  readonly bytes: number;
  /** Bytes an erase sets to 0xFF. */
  readonly pageBytes: number;
  /** Address and length of a program are multiples of this. */
  readonly programUnit: number;
  /** true: a unit takes one program and after it only zeros. */
  readonly ecc: boolean;
  /** What the engine's own file store occupies. */
  readonly storage: FlashRegion;
  /** The pages that belong to Mote's outbox, and why just these. */
  readonly outbox: FlashRegion & { readonly why: string };
  /** What the engine reports as free, right or wrong. */
  readonly reportedFree: readonly FlashRegion[];
}

export interface Heap {
  /** Variables the engine has at most; what a board gets depends on its build. */
  readonly vars: number;
  /** Bytes of one variable. */
  readonly varBytes: number;
}

/** What a TLS connection takes, its handshake included. */
export interface TlsMemory {
  readonly bytes: number;
  /** The largest piece of it; 0: it comes from the engine's variables, where the engine finds out by itself. */
  readonly blockBytes: number;
}

export interface Capabilities {
  /** Pins, I2C, SPI and UARTs are real; false: they exist as dummies. */
  readonly hardware: boolean;
  readonly wifi: boolean;
  /** undefined: the engine has no TLS. None of them verifies a certificate. */
  readonly tls: TlsMemory | undefined;
  /** Deep sleep, after which the program starts anew. */
  readonly sleep: boolean;
  readonly watchdog: boolean;
}

/** What the bare chip or module draws: of a board, its regulator and lamps come on top. */
export interface Currents {
  /** From power or the end of a sleep until the program runs, milliseconds. */
  readonly bootMs: number;
  /** Milliamperes while a program runs with the radio off, and while it boots. */
  readonly activeMa: number;
  /** Milliamperes with the radio on, joining or joined. */
  readonly radioMa: number;
  /** Microamperes in deep sleep. */
  readonly sleepUa: number;
}

export interface BoardData {
  /** Name on the command line. */
  readonly id: string;
  readonly name: string;
  readonly engine: 'espruino' | 'jerryscript';
  /** Engine versions this description holds for, as an npm-style range of the engine's own numbers. */
  readonly versions: string;
  /** Where the numbers come from. */
  readonly sources: readonly string[];
  /** undefined: the engine's heap is set by whoever embeds it. */
  readonly heap?: Heap;
  /** Pins D0 to D<n-1>, and which of them measure voltages. */
  readonly pins: { readonly count: number; readonly analog: readonly number[] };
  /** How many of each peripheral, numbered from 1. */
  readonly buses: { readonly i2c: number; readonly spi: number; readonly serial: number };
  /** undefined: the host program decides. */
  readonly flash?: FlashMap;
  readonly capabilities: Capabilities;
  /** undefined: nobody says. */
  readonly currents?: Currents;
  /** true: the wall clock starts at 1970 with the power and goes on in sleep; false: the host's clock. */
  readonly clockStartsAtZero: boolean;
  /** true: the program is saved boot code, after which the engine says `init`; false: a file that is run. */
  readonly bootCode: boolean;
}
