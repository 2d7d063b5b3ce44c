// Pins as the program uses them: digitalRead and its kin, watches with their debouncing, and D0 to Dn.

import type { Level } from './bench.ts';
import type { Callback } from './events.ts';
import type { Machine } from './machine.ts';
import { Pin, pinNumber } from './pin.ts';
import { boardPins, isPinMode } from './pins.ts';
import { createTimers } from './timers.ts';

const EDGES: Readonly<Record<string, number>> = { rising: 1, falling: -1, both: 0 };

interface Watch {
  readonly id: number;
  readonly pin: number;
  readonly callback: Callback;
  readonly repeat: boolean;
  readonly edge: number;
  readonly debounceMs: number;
  state: boolean;
  lastTime: number | undefined;
  /** While bouncing: what the pin shows, and how to call the deadline off. */
  settling: { state: boolean; cancel: () => void } | undefined;
}

interface WatchOptions {
  readonly repeat?: unknown;
  readonly edge?: unknown;
  readonly debounce?: unknown;
}

/** setWatch and clearWatch. */
export function createWatches(machine: Machine): {
  setWatch: (callback: unknown, pin: unknown, options?: unknown) => number | undefined;
  clearWatch: (...ids: unknown[]) => void;
} {
  const { realm, loop, clock } = machine;
  const pins = machine.part(boardPins);
  const timers = machine.part(createTimers);
  let list: Watch[] = [];

  const fire = (watch: Watch, state: boolean, timeMs: number) => {
    const time = timeMs / 1000;
    watch.state = state;
    const { edge, lastTime } = watch;
    const wanted = edge === 0 || edge > 0 === state;
    if (wanted) {
      const details = realm.object({ state, lastTime, time, pin: new Pin(watch.pin) });
      loop.call(watch.callback, undefined, [details]);
      if (!watch.repeat) list = list.filter((other) => other !== watch);
    }
    watch.lastTime = time;
  };

  const bounce = (watch: Watch, state: boolean, timeMs: number) => {
    if (watch.settling === undefined && state === watch.state) return;
    watch.settling?.cancel();
    const settled = () => {
      const final = watch.settling!.state;
      watch.settling = undefined;
      if (final !== watch.state) fire(watch, final, clock.now() - watch.debounceMs + wallOffset());
    };
    const wait = Math.max(0, timeMs - wallOffset() + watch.debounceMs - clock.now());
    watch.settling = { state, cancel: timers.internal(wait, settled) };
  };

  /** Watches report wall-clock times. */
  const wallOffset = () => clock.wall() - clock.now();

  pins.onEdge((pin, level, atMs) => {
    const timeMs = atMs === undefined ? clock.wall() : clock.wallAt(atMs);
    loop.input(() => {
      for (const watch of list.filter((candidate) => candidate.pin === pin)) {
        if (watch.debounceMs > 0) bounce(watch, level === 1, timeMs);
        else fire(watch, level === 1, timeMs);
      }
    });
  });

  const edgeOf = (edge: unknown): number => {
    if (edge === undefined) return 0;
    if (typeof edge === 'number') return Math.sign(edge);
    const known = typeof edge === 'string' ? EDGES[edge] : undefined;
    if (known !== undefined) return known;
    throw new realm.TypeError("'edge' in setWatch should be 1, -1, 0, 'rising', 'falling' or 'both'");
  };

  return {
    setWatch(callback, pinValue, options) {
      const pin = pinNumber(pinValue);
      if (pin === undefined || !pins.isValid(pin)) return void machine.print('ERROR: Invalid pin');
      const given: WatchOptions =
        typeof options === 'object' && options !== null ? options : { repeat: options };
      const edge = edgeOf(given.edge);
      if (typeof callback !== 'function' && typeof callback !== 'string') {
        throw new realm.Error('Function or String not supplied!');
      }
      const id = (list.at(-1)?.id ?? 0) + 1;
      list.push({
        id,
        pin,
        callback: callback as Callback,
        repeat: Boolean(given.repeat),
        edge,
        debounceMs: Math.max(0, Number(given.debounce) || 0),
        state: pins.read(pin) === 1,
        lastTime: undefined,
        settling: undefined,
      });
      return id;
    },
    clearWatch(...ids) {
      if (ids.length === 0) list = [];
      else if (ids[0] === undefined) {
        throw new realm.Error('clearWatch(undefined) not allowed. Use clearWatch() instead');
      } else if (!list.some((watch) => watch.id === Number(ids[0]))) {
        throw new realm.Error(`Unknown Watch ${String(ids[0])}`);
      } else list = list.filter((watch) => watch.id !== Number(ids[0]));
    },
  };
}

/** The functions that take a pin. */
export function createGpio(machine: Machine) {
  const { realm } = machine;
  const pins = machine.part(boardPins);

  const valid = (value: unknown): number => {
    const pin = pinNumber(value);
    if (pin === undefined || !pins.isValid(pin)) throw new realm.Error('Invalid pin');
    return pin;
  };
  const level = (value: unknown): Level => (Number(value) !== 0 ? 1 : 0);
  const readOne = (value: unknown): number => pins.read(valid(value));

  return {
    digitalRead(value: unknown): number {
      if (!Array.isArray(value)) return readOne(value);
      return value.reduce<number>((bits, pin) => (bits << 1) | readOne(pin), 0);
    },
    digitalWrite(value: unknown, bits: unknown): void {
      if (!Array.isArray(value)) return pins.write(valid(value), level(bits));
      let left = typeof bits === 'boolean' ? (bits ? -1 : 0) : Number(bits);
      for (const pin of [...value].reverse()) {
        pins.write(valid(pin), left & 1 ? 1 : 0);
        left >>= 1;
      }
    },
    pinMode(value: unknown, mode?: unknown): void {
      const pin = valid(value);
      if (isPinMode(mode)) return pins.setMode(pin, mode);
      pins.setMode(pin, undefined);
      if (mode !== undefined && mode !== 'auto') throw new realm.Error('Unknown pin mode');
    },
    digitalPulse(value: unknown, bit: unknown, times: unknown): void {
      const pin = valid(value);
      const timers = machine.part(createTimers);
      let next = level(bit);
      let at = 0;
      pins.write(pin, next);
      for (const ms of Array.isArray(times) ? times : [times]) {
        const after: Level = next ? 0 : 1;
        at += Number(ms);
        if (Number(ms) > 0) timers.internal(at, () => pins.write(pin, after));
        next = after;
      }
    },
    getPinMode: (value: unknown) => pins.mode(valid(value)),
    analogRead(value: unknown): number {
      if (!machine.data.capabilities.hardware) {
        machine.print('ERROR: Analog is not supported on this device.');
        return 0;
      }
      return pins.analog(valid(value)) ?? NaN;
    },
  };
}

/** D0 to Dn and Pin. */
export function createPins(machine: Machine): {
  pin(number: number): object;
  Pin: (value: unknown) => unknown;
} {
  const pins = machine.part(boardPins);
  const gpio = machine.part(createGpio);
  const made = new Map<number, object>();

  const pin = (number: number) => {
    let found = made.get(number);
    if (found !== undefined) return found;
    const value = new Pin(number);
    found = Object.assign(value, {
      read: () => pins.read(number) === 1,
      write: (level: unknown) => gpio.digitalWrite(number, level),
      set: () => pins.write(number, 1),
      reset: () => pins.write(number, 0),
      toggle() {
        const next = pins.output(number) === 1 ? 0 : 1;
        pins.write(number, next);
        return next === 1;
      },
      mode: (mode: unknown) => gpio.pinMode(number, mode),
      getMode: () => gpio.getPinMode(number),
      analog: () => gpio.analogRead(number),
    });
    made.set(number, found);
    return found;
  };
  return {
    pin,
    Pin: function (value: unknown) {
      const number = pinNumber(value);
      return number === undefined || !pins.isValid(number) ? undefined : pin(number);
    },
  };
}
