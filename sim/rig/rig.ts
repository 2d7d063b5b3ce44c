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
  /** Be called after each millisecond: for chips that send or change a level by themselves. */
  onTick(tick: (now: number) => void): void;
  /** Chips on the bus; may grow and shrink. */
  readonly devices: I2cDevice[];
  readonly i2c: SimulatedI2cBus;
}

/** @param startMs 0 to 2^27 - 1. */
export function createRig(startMs: number): Rig {
  let time = startMs;
  const devices: I2cDevice[] = [];
  const ticks: ((now: number) => void)[] = [];
  const now = (): number => time;

  function advance(ms: number): void {
    if (ticks.length === 0) time = after(time, ms);
    for (let i = 0; i < ms && ticks.length > 0; i++) {
      time = after(time, 1);
      for (let t = 0; t < ticks.length; t++) ticks[t](time);
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
