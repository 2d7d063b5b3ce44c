// What a target is, as data: engine, memory, pins, buses and the map of its flash. No logic, no import.
// Every number has its source in the `sources` of the board that states it.

/** Part of the flash, in bytes. */
export interface FlashRegion {
  readonly address: number;
  readonly bytes: number;
}

/** A region of the partition table, or one that the boot loader needs. */
export interface Partition extends FlashRegion {
  readonly name: string;
}

export interface FlashMap {
  /** First address of the chip as the engine numbers it. */
  readonly base: number;
  /** As far as the engine reaches; the part itself may be larger. */
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
  /** What is in the flash beside Storage: boot loader, engine, settings of the radio. */
  readonly partitions: readonly Partition[];
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
  /** The radio can doze between beacons: `powersave` of Wifi.setConfig. */
  readonly wifiPowerSave: boolean;
  readonly ble: boolean;
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

/** Pins that something has, and what. */
export interface PinUse {
  readonly pins: readonly number[];
  readonly by: string;
}

/** Pins D0 to D<count - 1>, as the engine numbers them; the engine takes the absent ones too. */
export interface Pins {
  readonly count: number;
  /** Those that measure voltages. */
  readonly analog: readonly number[];
  /** Numbers that no pin of the chip has. */
  readonly absent: readonly number[];
  /** Those that can drive nothing, and have no pull resistor of their own. */
  readonly inputOnly: readonly number[];
  /** Their level at power-on decides how the chip starts. */
  readonly strapping: readonly number[];
  /** Held by what the chip cannot do without: a firmware that uses one stops the board. */
  readonly taken: readonly PinUse[];
  /** Wired to something on the board. */
  readonly shared: readonly PinUse[];
}

/** Where the engine's console is. */
export interface Console {
  /** The engine's name of it. */
  readonly device: string;
  /** What a cable finds at the other end. */
  readonly via: 'uart' | 'usb-serial-jtag' | 'terminal';
  readonly baud: number;
}

/** The engine's image files, as `mote flash` writes them. */
export interface Firmware {
  /** Name of the chip as its ROM loader is asked for it. */
  readonly chip: 'ESP32' | 'ESP32-C3' | 'ESP32-S3';
  /** The official archive; %v stands for a version such as 2v29. */
  readonly archive: string;
  readonly page: string;
  readonly files: readonly { readonly file: string; readonly address: number }[];
  readonly flashMode: 'dio';
  readonly flashFreq: '40m' | '80m';
}

/** A USB device that such a board shows up as: a hint, not a proof. Hexadecimal, four digits, as systems print them. */
export interface UsbHint {
  readonly vendorId: string;
  readonly productId: string;
  readonly name: string;
}

export interface BoardData {
  /** Name on the command line. */
  readonly id: string;
  readonly name: string;
  readonly engine: 'espruino' | 'jerryscript';
  /** What the engine calls the board, in `process.env.BOARD`; several may be called the same. Without it: JerryScript, which calls them nothing. */
  readonly engineName?: string;
  /** Engine versions this description holds for, as an npm-style range of the engine's own numbers. */
  readonly versions: string;
  /** Where the numbers come from. */
  readonly sources: readonly string[];
  /** undefined: the engine's heap is set by whoever embeds it. */
  readonly heap?: Heap;
  readonly pins: Pins;
  /** How many of each peripheral, numbered from 1. */
  readonly buses: { readonly i2c: number; readonly spi: number; readonly serial: number };
  /** Pins for the first I2C bus that nothing on the board uses, to begin with; undefined: any, they are dummies. */
  readonly i2cPins?: { readonly data: number; readonly clock: number };
  readonly console: Console;
  /** undefined: no flash is known, so readings that wait are in RAM. */
  readonly flash?: FlashMap;
  /** Why there is no flash for the outbox; only without `flash`. */
  readonly whyNoFlash?: string;
  readonly capabilities: Capabilities;
  /** undefined: nobody says. */
  readonly currents?: Currents;
  /** undefined: nothing that `mote flash` could write. */
  readonly firmware?: Firmware;
  /** What to look for on a computer's USB ports. */
  readonly usb: readonly UsbHint[];
  /** true: the wall clock starts at 1970 with the power and goes on in sleep; false: the host's clock. */
  readonly clockStartsAtZero: boolean;
  /** true: the program is saved boot code, after which the engine says `init`; false: a file that is run. */
  readonly bootCode: boolean;
}
