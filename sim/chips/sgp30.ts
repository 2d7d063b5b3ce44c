// A Sensirion SGP30 as its I2C pins show it: its start, measurements, baseline, water in the air, feature set, times, CRCs, and faults to
// switch on. Numbers in brackets are sections of the datasheet "SGP30" 1.0. Knows no driver. What the gas does to it without the
// right water is left out: `water` shows what it was told. `wrongId`: an SGPC3.

import type { Surroundings } from '../environment/surroundings.ts';
import { createI2cChip } from './i2c-chip.ts';
import type { I2cChip } from './i2c-chip.ts';
import { putWord, sensirionCrc } from './sensirion.ts';

/** What the chip knows, and a test wants to. */
export interface Sgp30State {
  /** As it was sent; 0: none. */
  water: number;
  baselineCo2: number;
  baselineTvoc: number;
  /** How often it was started. */
  starts: number;
}

export interface Sgp30Chip extends I2cChip {
  readonly state: Sgp30State;
}

const POWER_UP_MS = 1;
/** From its start the chip gives 400 and 0 so long [3.3]; its baseline is valid after an hour, or once it was set. */
const FIXED_MS = 15000;
const LEARNING_MS = 3600000;
const LEARNED_CO2 = 0x8973;
const LEARNED_TVOC = 0x8aae;
/** Commands with an answer, and their longest times [table 10]. */
const ASKING = [0x2008, 0x2015, 0x202f, 0x2032, 0x2050, 0x3682];
const ASKING_MS = [12, 10, 10, 220, 25, 1];

export function createSgp30Chip(options: { readonly surroundings: Surroundings }): Sgp30Chip {
  const { co2, tvoc } = options.surroundings;
  const state: Sgp30State = { water: 0, baselineCo2: 0, baselineTvoc: 0, starts: 0 };

  const chip = createI2cChip(0x58, (faults) => {
    let busyUntil = 0;
    let isStarted = false;
    let startedAt = 0;
    /** The command whose answer can be read; 0: none. */
    let asked = 0;
    const words = new Uint16Array(3);

    function powerUp(time: number): void {
      busyUntil = time + POWER_UP_MS;
      isStarted = false;
      asked = 0;
      state.water = 0;
      state.baselineCo2 = 0;
      state.baselineTvoc = 0;
    }

    function start(time: number): void {
      isStarted = true;
      startedAt = time;
      state.baselineCo2 = 0;
      state.baselineTvoc = 0;
      state.starts++;
    }

    function learn(time: number): void {
      if (!isStarted || state.baselineCo2 > 0 || time < startedAt + LEARNING_MS) return;
      state.baselineCo2 = LEARNED_CO2;
      state.baselineTvoc = LEARNED_TVOC;
    }

    function limited(value: number, min: number): number {
      return value < min ? min : value > 60000 ? 60000 : value;
    }

    /** Chips start at the first measurement, when nobody has told them to. */
    function convert(time: number): void {
      if (!isStarted) start(time);
      const isFixed = time < startedAt + FIXED_MS;
      words[0] = faults.saturated & 1 ? 60000 : isFixed ? 400 : limited(co2(time), 400);
      words[1] = faults.saturated & 2 ? 60000 : isFixed ? 0 : limited(tvoc(time), 0);
    }

    function prepare(command: number, time: number): void {
      if (command === 0x2008) convert(time);
      else if (command === 0x2015) {
        words[0] = state.baselineCo2;
        words[1] = state.baselineTvoc;
      } else if (command === 0x202f) words[0] = faults.wrongId ? 0x1006 : 0x0022;
      else if (command === 0x2032) words[0] = 0xd400;
      else if (command === 0x2050) {
        words[0] = 13700;
        words[1] = 18900;
      } else words.set([0x0000, 0x00ca, 0x4234]);
    }

    function take(command: number, time: number): boolean {
      const at = ASKING.indexOf(command);
      if (at >= 0) {
        prepare(command, time);
        asked = command;
        busyUntil = time + ASKING_MS[at] + faults.slowMs;
        return true;
      }
      if (command !== 0x2003) return false;
      start(time);
      busyUntil = time + 10;
      return true;
    }

    function set(command: number, first: number, second: number): boolean {
      if (command === 0x2061) state.water = first;
      else if (command === 0x201e && isStarted) {
        state.baselineTvoc = first;
        state.baselineCo2 = second;
      } else return false;
      return true;
    }

    function isRight(bytes: Uint8Array | number[]): boolean {
      for (let i = 2; i < bytes.length; i += 3) {
        if (sensirionCrc(bytes[i], bytes[i + 1]) !== bytes[i + 2]) return false;
      }
      return true;
    }

    function write(bytes: Uint8Array | number[], time: number): boolean {
      learn(time);
      if (time < busyUntil || bytes.length < 2) return false;
      const command = bytes[0] * 256 + bytes[1];
      asked = 0;
      if (bytes.length === 2) return take(command, time);
      const length = command === 0x201e ? 8 : 5;
      if (bytes.length !== length || !isRight(bytes)) return false;
      busyUntil = time + 10;
      return set(command, bytes[2] * 256 + bytes[3], length === 8 ? bytes[5] * 256 + bytes[6] : 0);
    }

    function read(into: Uint8Array, time: number): boolean {
      if (time < busyUntil || asked === 0) return false;
      for (let i = 0; i < 3; i++) putWord(into, 3 * i, words[i], i === 0 && faults.badCrc);
      asked = 0;
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
