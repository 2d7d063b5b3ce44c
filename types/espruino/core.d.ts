// Time, timers, console, the process and E.

/** What bytes can be written as: a number is one byte; arrays may hold all of these. */
type EspruinoBytes =
  | number
  | string
  | ArrayBuffer
  | ArrayLike<number>
  | { readonly data: EspruinoBytes; readonly count: number }
  | readonly EspruinoBytes[];

/** Anything that `pipe` can read from, or write to. */
interface EspruinoReadable {
  read(length: number): string | undefined;
}
interface EspruinoWritable {
  write(data: string): unknown;
}

interface EspruinoPipeOptions {
  /** Bytes at a time, default 64. */
  chunkSize?: number;
  /** Close the destination at the end. Default true. */
  end?: boolean;
  /** Called at the end, instead of nothing. */
  complete?: () => void;
}

declare var global: { [name: string]: any };

declare function print(...values: unknown[]): void;
declare const console: {
  log(...values: unknown[]): void;
  info(...values: unknown[]): void;
  debug(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
  trace(...values: unknown[]): void;
};

/** @returns seconds since 1970-01-01 UTC, or since power-on where nothing set the time. */
declare function getTime(): number;
/** @param seconds since 1970-01-01 UTC. */
declare function setTime(seconds: number): void;
/** @returns the chip's number; on an ESP32 its MAC address. */
declare function getSerial(): string;

/** @param ms default: as soon as possible. @returns a number that may be given again once the timer has fired. */
declare function setTimeout<A extends unknown[]>(
  callback: ((...args: A) => void) | string,
  ms?: number,
  ...args: A
): number;
declare function setInterval<A extends unknown[]>(
  callback: ((...args: A) => void) | string,
  ms: number,
  ...args: A
): number;
declare function changeInterval(id: number, ms: number): void;
/** Without an id: all. */
declare function clearTimeout(id?: number): void;
declare function clearInterval(id?: number): void;

/** One character a byte, both ways. */
declare function btoa(bytes: string): string;
declare function atob(base64: string): string;

declare function peek8(address: number): number;
declare function peek8(address: number, count: number): Uint8Array;
declare function peek16(address: number): number;
declare function peek16(address: number, count: number): Uint16Array;
declare function peek32(address: number): number;
declare function peek32(address: number, count: number): Uint32Array;
declare function poke8(address: number, value: number | readonly number[]): void;
declare function poke16(address: number, value: number | readonly number[]): void;
declare function poke32(address: number, value: number | readonly number[]): void;

/** Start anew from what is saved. @param file run this one of Storage afterwards. */
declare function load(file?: string): void;
/** Forget the program that runs. @param clearFlash true: the saved one too. */
declare function reset(clearFlash?: boolean): void;
/** Write the program that runs to flash, which moves what is stored there. */
declare function save(): void;
declare function dump(): void;
declare function trace(root?: unknown): void;
declare function echo(isOn: boolean): void;

interface EspruinoMemory {
  /** Variables. */
  free: number;
  usage: number;
  total: number;
  history: number;
  /** Variables that a collection of garbage freed, and how long it took, milliseconds; only where it ran. */
  gc?: number;
  gctime?: number;
  /** Bytes of one variable. */
  blocksize: number;
  rx: { used: number; total: number };
  /** On an ESP32 also what of the chip's heap is free beside the variables, bytes. */
  tx: { used: number; total: number; free_heap?: number; largest_block?: number };
}

interface EspruinoEnvironment {
  VERSION: string;
  GIT_COMMIT: string;
  BOARD: string;
  SERIAL: string;
  CONSOLE: string;
  /** Names of built-in modules, with commas. */
  MODULES: string;
  /** Bytes. */
  RAM: number;
  FLASH: number;
  STORAGE: number;
  EXPTR: number;
}

declare const process: {
  readonly version: string;
  readonly env: EspruinoEnvironment;
  /** @param collects garbage first. Default true. */
  memory(collects?: boolean): EspruinoMemory;
  on(event: 'uncaughtException', handler: (error: any) => void): void;
};

declare const Modules: {
  addCached(name: string, code: string | Function): void;
  getCached(): string[];
  removeCached(name: string): void;
  removeAllCached(): void;
};

type EspruinoErrorFlag =
  'FIFO_FULL' | 'BUFFER_FULL' | 'CALLBACK' | 'LOW_MEMORY' | 'MEMORY' | 'MEMORY_BUSY' | 'UART_OVERFLOW';

interface EspruinoFlags {
  deepSleep?: number;
  unsafeFlash?: number;
  unsyncFiles?: number;
  pretokenise?: number;
  jitDebug?: number;
  onErrorSave?: number;
  onErrorFlash?: number;
}

declare const E: {
  /** `init` comes after the saved program has run, `kill` before it is taken away. */
  on(event: 'init' | 'kill', handler: () => void): void;
  on(event: 'errorFlag', handler: (flags: EspruinoErrorFlag[]) => void): void;
  removeListener(event: 'init' | 'kill' | 'errorFlag', handler: Function): void;
  removeAllListeners(event?: 'init' | 'kill' | 'errorFlag'): void;
  /** @returns what happened since the last call. */
  getErrorFlags(): EspruinoErrorFlag[];
  getFlags(): EspruinoFlags;
  setFlags(flags: EspruinoFlags): void;

  /** @param seconds whole ones. @param isAuto fed by the idle loop. Default true. It cannot be switched off again. */
  enableWatchdog(seconds: number, isAuto?: boolean): void;
  kickWatchdog(): void;
  /** Does not return. */
  reboot(): void;
  /** Degrees Celsius; NaN where a chip cannot tell. */
  getTemperature(): number;
  /** Volts that a full reading stands for; NaN where a chip cannot tell. */
  getAnalogVRef(): number;
  /** @returns microamperes, as far as the engine knows. */
  getPowerUsage(): { device: { [name: string]: number }; total: number };

  /** @returns any 32-bit integer. */
  hwRand(): number;
  srand(seed: number): void;
  clip(x: number, min: number, max: number): number;
  /** @returns the sum of the items. */
  sum(items: ArrayLike<number> | ArrayBuffer): number;
  variance(items: ArrayLike<number>, mean: number): number;
  convolve(a: ArrayLike<number>, b: ArrayLike<number>, offset: number): number;
  FFT(real: Float32Array | Float64Array, imaginary?: Float32Array | Float64Array, inverse?: boolean): void;
  reverseByte(byte: number): number;
  /** @returns CRC-32 (ISO 3309), 0 to 2^32 - 1. */
  CRC32(bytes: EspruinoBytes): number;

  /** @returns the bytes as one string, one character each; undefined when there is no room for it in one piece. */
  toString(...bytes: EspruinoBytes[]): string;
  toFlatString(...bytes: EspruinoBytes[]): string | undefined;
  toUint8Array(...bytes: EspruinoBytes[]): Uint8Array;
  toArrayBuffer(bytes: string): ArrayBuffer;
  toJS(value: unknown): string;
  asUTF8(bytes: string): string;
  fromUTF8(text: string): string;
  isUTF8(text: string): boolean;

  /** @returns variables. */
  getSizeOf(value: unknown): number;
  getSizeOf(value: unknown, depth: number): { name: string; size: number }[];
  getAddressOf(value: unknown, isFlat: boolean): number;
  memoryArea(address: number, length: number): string;
  defrag(): void;

  /** null: nowhere. */
  setConsole(device: Serial | string | null, options?: { force?: boolean }): void;
  getConsole(): string | null;
  /** Asked for on the console from the next start on; '' or nothing: none. */
  setPassword(password?: string): void;
  lockConsole(): void;
  /** Make a program the boot code, alone. @param always also after `reset()`. */
  setBootCode(code?: string, always?: boolean): void;
  /** Hours east of UTC. */
  setTimeZone(hours: number): void;
  pipe(source: EspruinoReadable, destination: EspruinoWritable, options?: EspruinoPipeOptions): void;
  connectSDCard(spi: SPI, select: PinLike): void;
  unmountSD(): void;
  stopEventPropagation(): void;
};
