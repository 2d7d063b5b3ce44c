// What a world of simulated things shares with the firmware and with scripts beside it: names that the build must not
// shorten. The first four are the simulator's side of what src/ports/espruino/globals.d.ts declares. Types only.

interface EngineSocket {
  removeAllListeners(event: string): void;
  read(): string;
  on(event: string, handler: (value: never) => void): void;
  write(bytes: string): boolean;
  end(): void;
  clsNow: boolean;
}

interface EngineNet {
  connect(address: { host: string; port: number }): EngineSocket;
}

interface EngineWifi {
  on(event: string, handler: (details: { reason: string }) => void): void;
  connect(ssid: string, options: { password: string }, callback: (error: string | null) => void): void;
  disconnect(): void;
  getStatus(): { rssi?: number };
}

interface EngineI2c {
  setup(options: { sda: number; scl: number; bitrate: number }): void;
  writeTo(address: number, bytes: Uint8Array): void;
  readFrom(address: number, quantity: number): Uint8Array;
  readReg(address: number, register: number, quantity: number): Uint8Array;
}

interface EngineSpi {
  setup(options: { sck: number; miso: number; mosi: number; baud: number; mode: number }): void;
  send(bytes: Uint8Array, select: number | undefined): Uint8Array;
}

interface EngineSerial {
  setup(baud: number, options: { rx: number; tx: number }): void;
  on(event: string, handler: (bytes: string) => void): void;
  write(bytes: string): void;
}

interface EngineOneWire {
  reset(): boolean;
  write(bytes: Uint8Array, power: boolean): void;
  read(quantity: number): Uint8Array;
  search(): string[];
}

interface EngineEdge {
  state: boolean;
  time: number;
  lastTime: number | undefined;
}

/** What a script next to the world may see and do. */
interface EngineWorld {
  /** Let `ms` milliseconds pass. */
  run(ms: number): void;
  /** Milliseconds since the world began. */
  now(): number;
  broker: {
    published(): number;
    online(): number;
    messages: {
      topic: string;
      payload: string;
      qos: number;
      retain: boolean;
      clientId: string;
      time: number;
    }[];
    violations: string[];
    /** As `BrokerOptions` says; holds from the next packet on. */
    options: {
      returnCode?: number;
      silent?: boolean;
      connackDelayMs?: number;
      deaf?: boolean;
      keep?: number;
    };
  };
  net: { refuse: boolean; cut(): void; opened(): number };
  /** As `WifiSettings` says. */
  wifi: {
    refuse: boolean;
    reason: string;
    noAddress: boolean;
    joinMs: number;
    drop(reason?: string): void;
  };
  /** The chips of the scene, in its order. `faults` are those of sim/chips/faults.ts. */
  chips: {
    faults: {
      absent: boolean;
      stuckLow: boolean;
      stuckHigh: boolean;
      wrongId: boolean;
      badCrc: boolean;
      slowMs: number;
      saturated: number;
    };
    /** The supply fails and comes back at once. */
    brownOut(now: number): void;
  }[];
}

/** The global scope, as far as a world fills it. */
interface EngineGlobals {
  world: EngineWorld;
  /** The world for measurements. `publish` lets the firmware write that many PUBLISH packets. */
  quiet: { publish(count: number): number };
  setTimeout: (callback: () => void, ms: number) => number;
  clearTimeout: (id: number) => void;
  getTime: () => number;
  getSerial?: () => string;
  print: (text: string) => void;
  btoa: (bytes: string) => string;
  atob: (text: string) => string;
  /** Typed by the host of an engine that has no network: event `connect`, `drain`, `data` (base64) or `close` (not empty: an error). */
  moteNet?: (id: number, event: string, bytes: string) => void;
  require: ((name: string) => unknown) | undefined;
  I2C1?: EngineI2c;
  I2C2?: EngineI2c;
  I2C3?: EngineI2c;
  SPI1?: EngineSpi;
  SPI2?: EngineSpi;
  SPI3?: EngineSpi;
  Serial1?: EngineSerial;
  Serial2?: EngineSerial;
  Serial3?: EngineSerial;
  Serial4?: EngineSerial;
  Serial5?: EngineSerial;
  Serial6?: EngineSerial;
  OneWire?: new (pin: number) => EngineOneWire;
  analogRead?: (pin: number) => number;
  digitalRead?: (pin: number) => number;
  digitalWrite?: (pin: number, level: number) => void;
  digitalPulse?: (pin: number, level: number, ms: number) => void;
  pinMode?: (pin: number, mode: string) => void;
  setWatch?: (
    handler: (edge: EngineEdge) => void,
    pin: number,
    options: { repeat: boolean; edge: string },
  ) => number;
  clearWatch?: (id: number) => void;
  E:
    undefined | { hwRand(): number; srand(seed: number): void; enableWatchdog(): void; kickWatchdog(): void };
}
