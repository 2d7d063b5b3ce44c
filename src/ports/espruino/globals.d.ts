// The part of Espruino's API that the ports touch, as the engine's own source has it (2v29), and nothing else.
// The build keeps every name declared here; a name that is missing would be shortened and never be found.

interface String {
  startsWith(text: string, position?: number): boolean;
}

interface EspruinoAddress {
  /** Name or IPv4 address, at most 127 characters. */
  host: string;
  port: number;
}

interface EspruinoSocket {
  on(event: 'connect' | 'drain', handler: () => void): void;
  /** Called from the idle loop itself, not from the event queue: may come before `connect`. */
  on(event: 'data', handler: (bytes: string) => void): void;
  on(event: 'close', handler: (hadError: boolean) => void): void;
  removeAllListeners(event: 'data' | 'drain'): void;
  /** @returns what came while nobody listened to `data`, at most 512 bytes; nothing when nothing came. */
  read(): string | undefined;
  /** Queues a copy, without limit. Throws once the connection is closing. @returns false, always. */
  write(bytes: string): boolean;
  /** Close when the queue is empty; throws while the network is off. */
  end(): void;
  /** The engine's own mark on a connection that it drops in the next idle pass, whatever is queued. */
  clsNow: boolean;
}

interface EspruinoNet {
  /** Blocks until the connection stands. Throws when it is refused or the name is unknown. */
  connect(address: EspruinoAddress): EspruinoSocket;
}

interface EspruinoTlsAddress extends EspruinoAddress {
  /** DER, one character a byte; sent to a peer that asks for it. A `ca` would be read and not used. */
  cert?: string;
  key?: string;
}

interface EspruinoTls {
  /** As EspruinoNet, and returns before the handshake, whose end nothing tells. Throws, too, when memory is short, or the engine stops. */
  connect(address: EspruinoTlsAddress): EspruinoSocket;
}

interface EspruinoCrypto {
  /** A build may lack it. */
  SHA256?(bytes: string): ArrayBuffer;
}

interface EspruinoFlash {
  read(length: number, address: number): Uint8Array;
  write(data: Uint8Array | string, address: number): void;
  /** @param address any address in the page. */
  erasePage(address: number): void;
}

interface EspruinoStorage {
  /** @returns the file, which stays in flash; undefined when there is none. */
  read(name: string): string | undefined;
  /** Program bytes of a file that are 0xFF. Throws where one is not. */
  write(name: string, bytes: string, offset: number): boolean;
}

interface EspruinoWifiStatus {
  /** dBm; only while joined. */
  rssi?: number;
}

interface EspruinoWifiLoss {
  /** A number as text. */
  reason?: string;
}

interface EspruinoWifi {
  on(event: 'connected' | 'associated', handler: () => void): void;
  on(event: 'disconnected', handler: (details?: EspruinoWifiLoss) => void): void;
  connect(ssid: string, options: { password: string }, callback: (error: string | null) => void): void;
  disconnect(): void;
  getStatus(): EspruinoWifiStatus;
  /** Not on every board. */
  setSNTP?(server: string, zone: string): void;
  /** @param callback given an IPv4 address as text, null when nobody knows the host. Not on every board. */
  getHostByName?(host: string, callback: (address: string | null) => void): void;
}

interface EspruinoI2c {
  setup(options: { sda: number; scl: number; bitrate: number }): void;
  /** Throws when nobody acknowledges or the bus is stuck; so do the other two. */
  writeTo(address: number, bytes: Uint8Array): void;
  readFrom(address: number, quantity: number): Uint8Array;
  readReg(address: number, register: number, quantity: number): Uint8Array;
}

interface EspruinoSpi {
  setup(options: { sck: number; miso: number; mosi: number; baud: number; mode: number }): void;
  /** Pulls `select` low for the transfer, where it is a pin. */
  send(bytes: Uint8Array, select: number | undefined): Uint8Array;
}

interface EspruinoSerial {
  setup(baud: number, options: { rx: number; tx: number }): void;
  on(event: 'data', handler: (bytes: string) => void): void;
  write(bytes: string): void;
}

interface EspruinoOneWire {
  /** @returns whether a device answered. */
  reset(): boolean;
  /** @param power drive the pin high afterwards. */
  write(bytes: Uint8Array, power: boolean): void;
  read(quantity: number): Uint8Array;
  /** @returns the ROM of each device as 16 hexadecimal digits. */
  search(): string[];
}

interface EspruinoEdge {
  state: boolean;
  /** Seconds, as getTime. */
  time: number;
  /** Of the edge before, whichever way; none before the second. */
  lastTime?: number;
}

declare function require(module: 'net'): EspruinoNet;
declare function require(module: 'tls'): EspruinoTls;
declare function require(module: 'crypto'): EspruinoCrypto;
declare function require(module: 'Flash'): EspruinoFlash;
declare function require(module: 'Wifi'): EspruinoWifi;
declare function require(module: 'Storage'): EspruinoStorage;

declare function print(text: string, value?: number): void;
/** Seconds since 1970-01-01 UTC, or since power-on where nothing set the time. */
declare function getTime(): number;
declare function getSerial(): string;
/** @returns base64 of bytes, one character each. */
declare function btoa(bytes: string): string;
/** @returns a number from 1 that may be given again once the timer has fired. */
declare function setTimeout(callback: () => void, ms: number): number;
declare function clearTimeout(id: number): void;

declare function pinMode(
  pin: number,
  mode: 'input' | 'input_pullup' | 'input_pulldown' | 'output' | 'opendrain_pullup' | 'analog',
): void;
declare function digitalRead(pin: number): number;
declare function digitalWrite(pin: number, level: number): void;
/** @returns 0 to 1 of full scale; NaN for a pin that cannot measure. */
declare function analogRead(pin: number): number;
declare function setWatch(
  handler: (edge: EspruinoEdge) => void,
  pin: number,
  options: { repeat: boolean; edge: 'both' | 'falling' },
): void;
/** One pulse of `ms`, a fraction too, that a timer of the engine ends. */
declare function digitalPulse(pin: number, level: number, ms: number): void;

declare const process: {
  /** @param collects garbage first. In `tx` an ESP32 says what of its heap is free beside the variables, in bytes. */
  memory(collects: boolean): {
    free: number;
    usage: number;
    blocksize: number;
    tx: { free_heap?: number; largest_block?: number };
  };
  readonly env: { readonly BOARD: string };
  on(event: 'uncaughtException', handler: (error: unknown) => void): void;
  removeListener(event: 'uncaughtException', handler: (error: unknown) => void): void;
};

declare const I2C1: EspruinoI2c;
declare const I2C2: EspruinoI2c;
declare const SPI1: EspruinoSpi;
declare const SPI2: EspruinoSpi;
declare const Serial1: EspruinoSerial;
declare const Serial2: EspruinoSerial;
declare const Serial3: EspruinoSerial;
declare const OneWire: new (pin: number) => EspruinoOneWire;

declare const E: {
  /** @returns any 32-bit integer. */
  hwRand(): number;
  srand(seed: number): void;
  /** @returns the bytes as a string, one character each. */
  toString(bytes: Uint8Array | ArrayBuffer): string;
  /** @returns the sum of the bytes. */
  sum(bytes: Uint8Array): number;
  /** @returns CRC-32 (ISO 3309), 0 to 2^32 - 1. */
  CRC32(bytes: string): number;
  enableWatchdog(seconds: number, isAuto: boolean): void;
  kickWatchdog(): void;
  /** Does not return; on a host the engine has no program any more then. */
  reboot(): void;
  /** Ask for this at the console from now on, once it is locked. At most 20 characters. */
  setPassword(password: string): void;
  lockConsole(): void;
};

/** Start the boot code again, on the same run of the engine. */
declare function load(): void;

/** Boards with an ESP32 only. */
declare const ESP32: {
  /** Does not return. */
  deepSleep(us: number): void;
  getWakeupCause(): number;
};

/** Of the boot selector, while a firmware is on trial; read with `typeof`, since it is mostly not there. */
declare const moteHealthy: (() => void) | undefined;

/** Properties of the global object that are not there for every program. */
declare const global: {
  /** What the boot selector (boot/selector.ts) leaves for the program that it starts, and for whoever asks at the console. */
  moteBoot: {
    /** The program; empty: there is none. */
    text: string | undefined;
    /** Its slot, 0 or 1; -1 without a program. */
    slot: number;
    /** The place of its entry in the choice file, -1 without one. */
    place: number;
    /** It goes back to the former program unless the new one says that it works. */
    isTrial: boolean;
    /** The program threw while it was started. */
    failed(error: unknown): void;
  };
  /** The firmware does what it is for. Only there while the boot selector waits for it. */
  moteHealthy: (() => void) | undefined;
};
