// A bench for one driver and its chip, without a board: time that passes when told to, and an I2C bus. ES5 subset: runs in engines.

import { after } from '../../src/ports/clock.ts';
import type { I2cDevice } from '../chips/i2c-device.ts';
import { createI2cBus } from './i2c.ts';
import type { SimulatedI2cBus } from './i2c.ts';

export interface Rig {
  /** Milliseconds of the world's clock, which wraps. */
  now(): number;
  /** Let time pass, millisecond by millisecond where somebody wants to know. */
  advance(ms: number): void;
  /**
   * Be called after each millisecond: for chips that send or change a level by themselves.
   * @param tick may say for how many milliseconds it need not be called again, as long as nobody but the rig acts.
   */
  onTick(tick: (now: number) => number | void): void;
  /** Chips on the bus; may grow and shrink. */
  readonly devices: I2cDevice[];
  readonly i2c: SimulatedI2cBus;
}

/** @param startMs 0 to 2^27 - 1. */
export function createRig(startMs: number): Rig {
  let time = startMs;
  const devices: I2cDevice[] = [];
  const ticks: ((now: number) => number | void)[] = [];
  const now = (): number => time;

  /** @returns milliseconds until somebody wants to be called. */
  function tickAll(left: number): number {
    let wait = left;
    for (let t = 0; t < ticks.length; t++) {
      const answer = ticks[t](time);
      const own = typeof answer === 'number' && answer > 1 ? answer : 1;
      if (own < wait) wait = own;
    }
    return wait;
  }

  function advance(ms: number): void {
    // What was done since the last call may be news to them.
    let step = ms > 1 && ticks.length > 0 ? 1 : ms;
    for (let left = ms; left > 0;) {
      time = after(time, step);
      left -= step;
      step = tickAll(left);
    }
  }

  return {
    now,
    advance,
    onTick: (tick) => void ticks.push(tick),
    devices,
    i2c: createI2cBus(devices, { now }),
  };
}
