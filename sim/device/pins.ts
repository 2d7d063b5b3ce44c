// Espruino's functions for pins, for those pins that simulated devices are wired to; all others stay the engine's own.
// ES5 subset: runs in engines.

import { CLOCK_PERIOD_MS } from '../../src/ports/clock.ts';
import type { Level, Pins, Times } from './place.ts';
import { root } from './root.ts';

interface Watch {
  readonly id: number;
  readonly pin: number;
  readonly handler: (edge: EngineEdge) => void;
  readonly edge: number;
  readonly isRepeated: boolean;
  lastTime: number | undefined;
}

/** Ids beyond those that an engine gives. */
const FIRST_ID = 1000;

function directionOf(edge: string | number | undefined): number {
  if (edge === 'rising' || edge === 1) return 1;
  return edge === 'falling' || edge === -1 ? -1 : 0;
}

/**
 * Put the functions of pins in the place of the engine's.
 * @param own pins that simulated devices are wired to.
 */
export function preparePins(own: readonly number[], times: Pick<Times, 'now'>): Pins {
  const engine = {
    read: root.digitalRead,
    write: root.digitalWrite,
    mode: root.pinMode,
    watch: root.setWatch,
    clear: root.clearWatch,
  };
  const driven: (Level | undefined)[] = [];
  const written: (Level | undefined)[] = [];
  const modes: (string | undefined)[] = [];
  const shown: (Level | undefined)[] = [];
  const outputs: ((pin: number, level: Level | undefined) => void)[] = [];
  const watches: Watch[] = [];
  let nextId = FIRST_ID;

  function isOwn(pin: number): boolean {
    return own.indexOf(pin | 0) >= 0;
  }

  /** What the board puts out. */
  function outputOf(pin: number): Level | undefined {
    const mode = modes[pin];
    const level = written[pin];
    if (mode === undefined || mode.indexOf('input') === 0 || mode === 'analog') return undefined;
    if (mode.indexOf('opendrain') === 0) return level === 0 ? 0 : undefined;
    return level === undefined ? 0 : level;
  }

  function show(pin: number): void {
    const level = outputOf(pin);
    if (level === shown[pin]) return;
    shown[pin] = level;
    for (let i = 0; i < outputs.length; i++) outputs[i](pin, level);
  }

  function read(pin: number): Level {
    const out = outputOf(pin);
    if (out !== undefined) return out;
    const level = driven[pin];
    if (level !== undefined) return level;
    const mode = modes[pin];
    return mode !== undefined && mode.indexOf('pullup') > 0 ? 1 : 0;
  }

  /** The engine's clock at a time of the world's clock; both are one clock, but one of them wraps. */
  function secondsAt(atMs: number): number {
    // Whole periods: a millisecond may pass between two looks, and edges are told apart by microseconds.
    const periods = Math.floor((root.getTime() * 1000 - times.now()) / CLOCK_PERIOD_MS + 0.5);
    return (periods * CLOCK_PERIOD_MS + atMs) / 1000;
  }

  function tell(watch: Watch, level: Level, time: number): void {
    const lastTime = watch.lastTime;
    watch.lastTime = time;
    if (watch.edge !== 0 && watch.edge > 0 !== (level === 1)) return;
    if (!watch.isRepeated) watches.splice(watches.indexOf(watch), 1);
    watch.handler({ state: level === 1, time, lastTime });
  }

  function drive(pin: number, level: Level, atMs?: number): void {
    if (driven[pin] === level) return;
    driven[pin] = level;
    if (outputOf(pin) !== undefined) return;
    const time = secondsAt(atMs === undefined ? times.now() : atMs);
    watches
      .filter((watch) => watch.pin === pin)
      .forEach((watch) => {
        tell(watch, level, time);
      });
  }

  function write(pin: number, level: number): void {
    if (modes[pin] === undefined) modes[pin] = 'output';
    written[pin] = level ? 1 : 0;
    show(pin);
  }

  root.digitalRead = (pin) => (isOwn(pin) || engine.read === undefined ? read(pin | 0) : engine.read(pin));
  root.digitalWrite = (pin, level) => {
    if (isOwn(pin) || engine.write === undefined) write(pin | 0, level);
    else engine.write(pin, level);
  };
  root.pinMode = (pin, mode) => {
    if (!isOwn(pin) && engine.mode !== undefined) return engine.mode(pin, mode);
    modes[pin | 0] = mode;
    show(pin | 0);
  };
  root.digitalPulse = (pin, level) => {
    write(pin | 0, level);
    write(pin | 0, level ? 0 : 1);
  };
  root.setWatch = (handler, pin, options) => {
    if (!isOwn(pin) && engine.watch !== undefined) return engine.watch(handler, pin, options);
    watches.push({
      id: nextId,
      pin: pin | 0,
      handler,
      edge: directionOf(options.edge),
      isRepeated: options.repeat,
      lastTime: undefined,
    });
    return nextId++;
  };
  root.clearWatch = (id) => {
    const index = watches.map((watch) => watch.id).indexOf(id);
    if (index >= 0) watches.splice(index, 1);
    else if (engine.clear !== undefined) engine.clear(id);
  };

  return { drive, onOutput: (listener) => void outputs.push(listener) };
}
