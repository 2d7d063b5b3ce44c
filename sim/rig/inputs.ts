// Pins as device code sees them, for simulated sensors that have no bus: levels whose edges come with times, contacts that
// bounce, voltages through a converter. ES5 subset: runs in engines.

import { HELD_MAX_US } from '../../src/ports/gpio.ts';
import type { AnalogInput, EdgeInput, OnChange } from '../../src/ports/gpio.ts';
import type { Random } from '../../src/ports/random.ts';
import { createUnwrapped } from '../chips/faults.ts';

/** Edges that an engine holds while the firmware does something else; more are lost. */
const QUEUE = 64;

export interface SimulatedEdgeInput extends EdgeInput {
  /** The pin changes to `level`, `us` microseconds behind `time`, which does not wrap. Nothing happens where it is so already. */
  drive(level: number, time: number, us: number): void;
  /** The event loop stands: edges are noted and not told. */
  hold(): void;
  /** It goes on: what was noted is told. */
  release(): void;
}

/** @param level before anything drives it: that of the pull. */
export function createEdgeInput(level: number): SimulatedEdgeInput {
  const levels = new Uint8Array(QUEUE);
  const times = new Int32Array(QUEUE);
  let queued = 0;
  let isHeld = false;
  let listener: OnChange | null = null;
  let lastTime = -1;
  let lastUs = 0;

  function heldUs(time: number, us: number): number {
    if (lastTime < 0 || time - lastTime > 134000) return HELD_MAX_US;
    return (time - lastTime) * 1000 + us - lastUs;
  }

  function tell(to: number, held: number): void {
    if (listener === null) return;
    if (!isHeld) return listener(to, held);
    if (queued === QUEUE) return;
    levels[queued] = to;
    times[queued] = held;
    queued++;
  }

  function drive(to: number, time: number, us: number): void {
    if (to === level) return;
    const held = heldUs(time, us);
    level = to;
    lastTime = time;
    lastUs = us;
    tell(to, held);
  }

  function release(): void {
    isHeld = false;
    for (let i = 0; i < queued; i++) listener!(levels[i], times[i]);
    queued = 0;
  }

  return {
    read: () => level,
    watch(onChange) {
      listener = onChange;
    },
    drive,
    hold() {
      isHeld = true;
    },
    release,
  };
}

export interface Bouncing {
  /** To be called each millisecond with the level that the contact makes, could it do so at once. */
  tick(time: number, level: number): void;
}

/** A contact that opens and closes again, once each millisecond, for `bounceMs` after each change. */
export function createBouncing(input: SimulatedEdgeInput, bounceMs: number, random: Random): Bouncing {
  let wanted = input.read();
  let until = -1;

  function tick(time: number, level: number): void {
    if (level !== wanted) {
      wanted = level;
      until = time + bounceMs;
      input.drive(level, time, 0);
    } else if (until >= 0 && time >= until) until = -1;
    else if (until >= 0) {
      const us = random.next() % 500;
      input.drive(wanted ^ 1, time, us);
      input.drive(wanted, time, us + 1 + (random.next() % 400));
    }
  }

  return { tick };
}

/** A converter of 12 bits, as Espruino has one on an ESP32. */
export const FULL_SCALE_MV = 3600;
const CODES = 4096;
/** Espruino holds small integers in less: a count begins beyond them, so that it does not seem to leave something behind. */
const COUNT_FROM = 0x1000000;

export interface SimulatedAnalogInput extends AnalogInput {
  /** Reads so far. */
  reads(): number;
}

/**
 * @param millivolts at the pin at a time that does not wrap; no integer needed. @param now the world's clock.
 * @param noiseMv most that a reading is off, either way; evenly spread.
 */
export function createAnalogInput(
  millivolts: (time: number) => number,
  now: () => number,
  noiseMv: number,
  random: Random,
): SimulatedAnalogInput {
  const timeOf = createUnwrapped();
  let reads = COUNT_FROM;

  function read(): number {
    reads++;
    const noise = ((random.next() - 32768) * noiseMv) / 32768;
    const code = Math.floor(((millivolts(timeOf(now())) + noise) * CODES) / FULL_SCALE_MV + 0.5);
    const cut = code < 0 ? 0 : code > CODES - 1 ? CODES - 1 : code;
    return Math.floor((cut * FULL_SCALE_MV) / CODES + 0.5);
  }

  return { maxMv: Math.floor((FULL_SCALE_MV * (CODES - 2)) / CODES), read, reads: () => reads - COUNT_FROM };
}
