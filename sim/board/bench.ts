// What a board is connected to: chips on its buses, levels on its pins, a cable on its serial ports. Outlasts the power.

import type { I2cDevice } from '../chips/i2c-device.ts';
import type { OneWireDevice } from '../chips/onewire-device.ts';
import type { SpiDevice } from '../chips/spi-device.ts';

export interface I2cBench {
  /** May grow and shrink at any time. */
  readonly devices: I2cDevice[];
  /** The clock line is held down: every transfer times out. */
  stuck: boolean;
}

export type Level = 0 | 1;

export interface PinBench {
  /** Put a level on a pin; undefined lets go of it. @param atMs world time of the edge, with decimals; left out: now. */
  drive(pin: number, level: Level | undefined, atMs?: number): void;
  /** Put a voltage on a pin, as a share of the converter's full scale, 0 to 1. @param share a function is asked at each look. */
  driveAnalog(pin: number, share: number | (() => number)): void;
  driven(pin: number): Level | undefined;
  analog(pin: number): number | undefined;
  /** What the board puts out, undefined while the pin is no output. */
  output(pin: number): Level | undefined;
  /** Be told what the board puts out. */
  onOutput(listener: (pin: number, level: Level | undefined) => void): void;
  /** For the board. */
  setOutput(pin: number, level: Level | undefined): void;
  /** For the board: called when a driven level changes. */
  onDrive: ((pin: number, level: Level | undefined, atMs?: number) => void) | undefined;
}

export interface SerialBench {
  /** Send bytes to the board. */
  write(bytes: string): void;
  /** Be given what the board sends. */
  onData(listener: (bytes: string) => void): void;
  /** For the board. */
  fromBoard(bytes: string): void;
  toBoard: ((bytes: string) => void) | undefined;
}

/** What of the engine's memory is free, where a test wants it so; undefined: nobody knows, because it is not simulated. */
export interface MemoryBench {
  /** Of its variables on Linux, of the heap beside them on an ESP32. */
  freeBytes: number | undefined;
  /** The largest piece of that heap. */
  largestBlock: number | undefined;
}

export interface Bench {
  readonly memory: MemoryBench;
  i2c(bus: number): I2cBench;
  spi(bus: number): SpiDevice[];
  /** @param pin of the 1-Wire bus. */
  oneWire(pin: number): OneWireDevice[];
  serial(port: number): SerialBench;
  readonly pins: PinBench;
}

function createPinBench(): PinBench {
  const levels = new Map<number, Level>();
  const shares = new Map<number, () => number>();
  const outputs = new Map<number, Level>();
  const listeners: ((pin: number, level: Level | undefined) => void)[] = [];
  const bench: PinBench = {
    onDrive: undefined,
    drive(pin, level, atMs) {
      if (levels.get(pin) === level) return;
      if (level === undefined) levels.delete(pin);
      else levels.set(pin, level);
      bench.onDrive?.(pin, level, atMs);
    },
    driveAnalog: (pin, share) => void shares.set(pin, typeof share === 'number' ? () => share : share),
    driven: (pin) => levels.get(pin),
    analog: (pin) => shares.get(pin)?.(),
    output: (pin) => outputs.get(pin),
    onOutput: (listener) => void listeners.push(listener),
    setOutput(pin, level) {
      if (level === undefined) outputs.delete(pin);
      else outputs.set(pin, level);
      for (const listener of listeners) listener(pin, level);
    },
  };
  return bench;
}

function createSerialBench(): SerialBench {
  const listeners: ((bytes: string) => void)[] = [];
  const bench: SerialBench = {
    toBoard: undefined,
    write: (bytes) => bench.toBoard?.(bytes),
    onData: (listener) => void listeners.push(listener),
    fromBoard(bytes) {
      for (const listener of listeners) listener(bytes);
    },
  };
  return bench;
}

/** One of each, made when first asked for. */
function lazily<T>(make: () => T): (key: number) => T {
  const made = new Map<number, T>();
  return (key) => {
    let found = made.get(key);
    if (found === undefined) made.set(key, (found = make()));
    return found;
  };
}

/** @param i2c chips by bus number; the arrays stay those of the caller. */
export function createBench(i2c: Readonly<Record<number, I2cDevice[]>> = {}): Bench {
  const buses = new Map<number, I2cBench>();
  let pins: PinBench | undefined;
  return {
    memory: { freeBytes: undefined, largestBlock: undefined },
    i2c(bus) {
      let found = buses.get(bus);
      if (found === undefined) buses.set(bus, (found = { devices: i2c[bus] ?? [], stuck: false }));
      return found;
    },
    spi: lazily((): SpiDevice[] => []),
    oneWire: lazily((): OneWireDevice[] => []),
    serial: lazily(createSerialBench),
    get pins() {
      return (pins ??= createPinBench());
    },
  };
}
