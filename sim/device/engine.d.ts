// What an engine and a world of simulated things share: names that the build must not shorten, because another bundle,
// a script or the engine itself knows them. Types only.

interface EngineSocket {
  on(event: string, handler: (value: unknown) => void): void;
  write(bytes: string): boolean;
  end(bytes?: string): void;
}

interface EngineNet {
  connect(options: { host: string; port: number }, callback?: (socket: EngineSocket) => void): EngineSocket;
}

/** An address alone, or with what follows the transfer. */
type EngineI2cAddress = number | { address: number; stop?: boolean };

interface EngineI2c {
  setup(options?: object): void;
  writeTo(address: EngineI2cAddress, data: number | ArrayLike<number>): void;
  readFrom(address: EngineI2cAddress, quantity: number): Uint8Array;
  readReg(address: number, register: number, quantity: number): Uint8Array;
}

interface EngineWifi {
  connect(ssid: string, options: object, callback?: (error: unknown) => void): void;
  disconnect(callback?: () => void): void;
  on(event: string, handler: (value: unknown) => void): void;
  getDetails(callback?: (details: object) => void): { rssi: number; status: string };
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
  wifi: { refuse: boolean; drop(): void };
  /** The weather station's chip at 0x76 on the first bus. */
  chip: {
    faults: {
      absent: boolean;
      stuckLow: boolean;
      stuckHigh: boolean;
      id: number;
      slowMs: number;
      saturated: number;
    };
  };
}

/** The global scope, as far as a world fills it. */
interface EngineGlobals {
  global?: unknown;
  world: EngineWorld;
  setTimeout: (callback: () => void, ms?: number) => number;
  setInterval: (callback: () => void, ms: number) => number;
  clearTimeout: (id?: number) => void;
  clearInterval: (id?: number) => void;
  /** Seconds. */
  getTime: () => number;
  require: (name: string) => unknown;
  I2C1?: EngineI2c;
  I2C2?: EngineI2c;
  Modules?: { addCached(name: string, module: () => void): void };
}
