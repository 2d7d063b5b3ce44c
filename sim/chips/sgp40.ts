// A Sensirion SGP40 as its I2C pins show it: measurement with humidity and temperature, self test, heater, serial number, times, CRCs, and
// faults to switch on. Numbers in brackets are sections of the datasheet "SGP40" 1.2. Knows no driver. The datasheet gives no
// formula of the signal: here it falls by two ticks a ppb; and that it is wrong while the heater is cold is left out. `wrongId`: an SGP41.

import type { Surroundings } from '../environment/surroundings.ts';
import { createI2cChip } from './i2c-chip.ts';
import type { I2cChip } from './i2c-chip.ts';
import { putWord, sensirionCrc } from './sensirion.ts';

/** What the chip was told. */
export interface Sgp40State {
  /** Words of the last measurement. */
  humidity: number;
  temperature: number;
  isHeated: boolean;
}

export interface Sgp40Chip extends I2cChip {
  readonly state: Sgp40State;
}

const POWER_UP_MS = 1;
/** Commands without words that have an answer, and their longest times, rounded up [table 8]. */
const ASKING = [0x280e, 0x3682, 0x202f];
const ASKING_MS = [320, 1, 10];
const MEASURE_MS = 30;
const CLEAN_AIR = 32000;

export function createSgp40Chip(options: { readonly surroundings: Surroundings }): Sgp40Chip {
  const { tvoc } = options.surroundings;
  const state: Sgp40State = { humidity: 0, temperature: 0, isHeated: false };

  const chip = createI2cChip(0x59, (faults) => {
    let busyUntil = 0;
    let hasAnswer = false;
    const words = new Uint16Array(3);

    function powerUp(time: number): void {
      busyUntil = time + POWER_UP_MS;
      hasAnswer = false;
      state.isHeated = false;
    }

    function answer(first: number, ms: number, time: number): void {
      words[0] = first;
      busyUntil = time + ms + faults.slowMs;
      hasAnswer = true;
    }

    function take(command: number, time: number): boolean {
      const at = ASKING.indexOf(command);
      words[1] = 0x00ca;
      words[2] = 0x4234;
      if (command === 0x3615) state.isHeated = false;
      else if (at === 0) answer(0xd400, ASKING_MS[0], time);
      else if (at === 1) answer(0, ASKING_MS[1], time);
      else if (at === 2) answer(faults.wrongId ? 0x0040 : 0x3220, ASKING_MS[2], time);
      else return false;
      return true;
    }

    function measure(time: number): void {
      const signal = CLEAN_AIR - 2 * tvoc(time);
      state.isHeated = true;
      answer(faults.saturated ? 0xffff : signal < 0 ? 0 : signal, MEASURE_MS, time);
    }

    function write(bytes: Uint8Array | number[], time: number): boolean {
      if (time < busyUntil || bytes.length < 2) return false;
      const command = bytes[0] * 256 + bytes[1];
      hasAnswer = false;
      if (bytes.length === 2) return take(command, time);
      if (command !== 0x260f || bytes.length !== 8) return false;
      if (sensirionCrc(bytes[2], bytes[3]) !== bytes[4]) return false;
      if (sensirionCrc(bytes[5], bytes[6]) !== bytes[7]) return false;
      state.humidity = bytes[2] * 256 + bytes[3];
      state.temperature = bytes[5] * 256 + bytes[6];
      measure(time);
      return true;
    }

    function read(into: Uint8Array, time: number): boolean {
      if (time < busyUntil || !hasAnswer) return false;
      for (let i = 0; i < 3; i++) putWord(into, 3 * i, words[i], i === 0 && faults.badCrc);
      hasAnswer = false;
      return true;
    }

    return { powerUp, write, read };
  });

  return {
    address: chip.address,
    faults: chip.faults,
    write: chip.write,
    read: chip.read,
    brownOut: chip.brownOut,
    state,
  };
}
