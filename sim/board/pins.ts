// Levels of the board's pins: what the program puts out, what is put in from outside, and the modes in between.

import type { Level } from './bench.ts';
import type { Machine } from './machine.ts';

const MODES = [
  'analog',
  'input',
  'input_pullup',
  'input_pulldown',
  'output',
  'opendrain',
  'opendrain_pullup',
  'af_output',
  'af_opendrain',
] as const;
export type PinMode = (typeof MODES)[number];

/** @returns whether `mode` is one. */
export function isPinMode(mode: unknown): mode is PinMode {
  return MODES.includes(mode as PinMode);
}

export interface BoardPins {
  isValid(pin: number): boolean;
  read(pin: number): Level;
  write(pin: number, level: Level): void;
  /** What the board puts out, undefined while the pin is no output. */
  output(pin: number): Level | undefined;
  mode(pin: number): PinMode;
  /** undefined: let reads and writes choose the mode. */
  setMode(pin: number, mode: PinMode | undefined): void;
  /** 0 to below 1; undefined where the pin has no converter. */
  analog(pin: number): number | undefined;
  /** Be told of each change of a level that comes from outside. @param listener `atMs` is its world time, undefined for now. */
  onEdge(listener: (pin: number, level: Level, atMs?: number) => void): void;
}

/** Converters have 12 bits. */
const STEPS = 4096;

export function boardPins(machine: Machine): BoardPins {
  const { data } = machine;
  const bench = machine.bench.pins;
  const modes = new Map<number, PinMode>();
  const manual = new Set<number>();
  const written = new Map<number, Level>();
  const seen = new Map<number, Level>();
  const listeners: ((pin: number, level: Level, atMs?: number) => void)[] = [];

  const isOutput = (mode: PinMode) => mode.includes('output') || mode.includes('drain');

  const output = (pin: number): Level | undefined => {
    const mode = modes.get(pin) ?? 'input';
    const level = written.get(pin) ?? 0;
    if (!isOutput(mode)) return undefined;
    return mode.includes('drain') && level === 1 ? undefined : level;
  };
  const read = (pin: number): Level => {
    if (!data.capabilities.hardware) return 0;
    const out = output(pin);
    if (out !== undefined) return out;
    const mode = modes.get(pin) ?? 'input';
    return bench.driven(pin) ?? (mode.includes('pullup') ? 1 : 0);
  };
  const show = (pin: number) => {
    seen.set(pin, read(pin));
    bench.setOutput(pin, output(pin));
  };

  bench.onDrive = (pin, _level, atMs) => {
    const level = read(pin);
    if (seen.get(pin) === level) return;
    seen.set(pin, level);
    for (const listener of listeners) listener(pin, level, atMs);
  };
  machine.onStop(() => {
    bench.onDrive = undefined;
    for (const pin of modes.keys()) bench.setOutput(pin, undefined);
  });

  const choose = (pin: number, mode: PinMode) => {
    if (!manual.has(pin)) modes.set(pin, mode);
  };
  return {
    isValid: (pin) => pin < data.pins.count,
    read(pin) {
      if (!isOutput(modes.get(pin) ?? 'input')) choose(pin, modes.get(pin) ?? 'input');
      else if (!manual.has(pin)) modes.set(pin, 'input');
      const level = read(pin);
      seen.set(pin, level);
      return level;
    },
    write(pin, level) {
      written.set(pin, level);
      choose(pin, 'output');
      show(pin);
    },
    output,
    mode: (pin) => modes.get(pin) ?? 'input',
    setMode(pin, mode) {
      if (mode === undefined) manual.delete(pin);
      else {
        manual.add(pin);
        modes.set(pin, mode);
        show(pin);
      }
    },
    analog(pin) {
      if (!data.pins.analog.includes(pin)) return undefined;
      const share = bench.analog(pin) ?? 0;
      return Math.min(STEPS - 1, Math.max(0, Math.floor(share * STEPS))) / STEPS;
    },
    onEdge: (listener) => void listeners.push(listener),
  };
}
