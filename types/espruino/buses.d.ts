// I2C, SPI, serial ports and 1-Wire. `new I2C()` and its likes are software, on any pins; the numbered ones are the chip's.

interface EspruinoI2cOptions {
  scl?: PinLike;
  sda?: PinLike;
  /** Default 100000. */
  bitrate?: number;
}

/** All but `setup` throw when nobody acknowledges, or when the bus is stuck. */
declare class I2C {
  constructor();
  static find(pin: PinLike): I2C | undefined;
  setup(options?: EspruinoI2cOptions): void;
  /** @param address seven bits. `stop` false: the bus is kept for what follows. */
  writeTo(address: number | { address: number; stop: boolean }, ...data: EspruinoBytes[]): void;
  readFrom(address: number | { address: number; stop: boolean }, quantity: number): Uint8Array;
  readReg(address: number, register: number, quantity: number): Uint8Array;
}

interface EspruinoSpiOptions {
  sck?: PinLike;
  miso?: PinLike;
  mosi?: PinLike;
  /** Default 100000. */
  baud?: number;
  /** Clock polarity and phase, 0 to 3. Default 0. */
  mode?: number;
  order?: 'msb' | 'lsb';
  /** Software only. */
  bits?: number;
}

declare class SPI {
  constructor();
  static find(pin: PinLike): SPI | undefined;
  setup(options: EspruinoSpiOptions): void;
  /** @param select pulled low for the transfer. @returns what came back: a number for a number, a string for a string. */
  send(data: number, select?: PinLike): number;
  send(data: string, select?: PinLike): string;
  send(
    data: ArrayLike<number> | ArrayBuffer | { data: EspruinoBytes; count: number },
    select?: PinLike,
  ): Uint8Array;
  /** The last one may be the pin to pull low. */
  write(...data: (EspruinoBytes | Pin)[]): void;
  send4bit(data: EspruinoBytes, bit0: number, bit1: number, select?: PinLike): void;
  send8bit(data: EspruinoBytes, bit0: number, bit1: number, select?: PinLike): void;
}

interface EspruinoSerialOptions {
  rx?: PinLike;
  tx?: PinLike;
  ck?: PinLike;
  cts?: PinLike;
  bytesize?: 7 | 8;
  parity?: null | 'none' | 'o' | 'odd' | 'e' | 'even';
  stopbits?: 1 | 2;
  flow?: null | 'none' | 'xon';
  /** Hand on errors of framing and parity as events. */
  errors?: boolean;
}

declare class Serial {
  constructor();
  static find(pin: PinLike): Serial | undefined;
  setup(baud: number, options?: EspruinoSerialOptions): void;
  unsetup(): void;
  setConsole(force?: boolean): void;
  print(text: unknown): void;
  println(text: unknown): void;
  write(...data: EspruinoBytes[]): void;
  inject(...data: EspruinoBytes[]): void;
  available(): number;
  read(length?: number): string | undefined;
  pipe(destination: EspruinoWritable, options?: EspruinoPipeOptions): void;
  flush(): void;
  isConnected(): boolean;
  on(event: 'data', handler: (bytes: string) => void): void;
  on(event: 'framing' | 'parity', handler: () => void): void;
  removeListener(event: 'data' | 'framing' | 'parity', handler: Function): void;
  removeAllListeners(event?: 'data' | 'framing' | 'parity'): void;
}

declare class OneWire {
  constructor(pin: PinLike);
  /** @returns whether a device answered. */
  reset(): boolean;
  /** @param rom as `search` gives it. */
  select(rom: string): void;
  skip(): void;
  /** @param power drive the pin high afterwards. */
  write(data: EspruinoBytes, power?: boolean): void;
  read(): number;
  read(quantity: number): Uint8Array;
  /** @returns the ROM of each device as 16 hexadecimal digits. */
  search(command?: number): string[];
}

/** An ESP32-C3 has the first I2C and SPI only, and two serial ports. */
declare const I2C1: I2C;
declare const I2C2: I2C;
declare const SPI1: SPI;
declare const SPI2: SPI;
declare const Serial1: Serial;
declare const Serial2: Serial;
declare const Serial3: Serial;
/** Two ends of a wire inside the engine. */
declare const LoopbackA: Serial;
declare const LoopbackB: Serial;
