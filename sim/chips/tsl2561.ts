// An ams TSL2561 as its I2C pins show it: the command register with its word and block bits, power, integration times and their ends,
// the latch of the upper bytes, and faults to switch on. After the datasheet TAOS059N. Knows no driver. Fault `badCrc` it cannot
// have; `wrongId` makes it a TSL2560.

import type { Surroundings } from '../environment/surroundings.ts';
import { createI2cChip } from './i2c-chip.ts';
import type { I2cChip } from './i2c-chip.ts';

export interface Tsl2561ChipOptions {
  readonly surroundings: Surroundings;
  /** 0x39 (default), 0x29 or 0x49. */
  readonly address?: number;
  /** In the small package, which sees less infrared. */
  readonly isCs?: boolean;
}

/** How much of the light its infrared channel sees of what the broad one sees: daylight. */
const RATIO = 0.3;
/** Counts a lux at gain 16 and 402 ms with that: the datasheet's formula for small ratios. */
const COUNTS_T = 1 / (0.0304 - 0.062 * Math.pow(RATIO, 1.4));
const COUNTS_CS = 1 / (0.0315 - 0.0593 * Math.pow(RATIO, 1.4));
/** By time: milliseconds at a slow clock of 700 kHz, clocks, and the end of the converter. */
const LASTS_MS = [15, 107, 423];
const CLOCKS = [11, 81, 322];
const FULL = [5047, 37177, 65535];

export function createTsl2561Chip(options: Tsl2561ChipOptions): I2cChip {
  const { illuminance } = options.surroundings;
  const isCs = options.isCs === true;

  return createI2cChip(options.address === undefined ? 0x39 : options.address, (faults) => {
    /** Control, timing, thresholds, interrupt, ..., data from 0x0C. */
    const registers = new Uint8Array(16);
    let command = 0;
    /** Upper byte that belongs to the lower one that was read last. */
    let latch = 0;
    let endsAt = 0;

    function powerUp(): void {
      for (let i = 0; i < 16; i++) registers[i] = 0;
      registers[1] = 0x02;
      command = 0;
    }

    function lasts(): number {
      return LASTS_MS[registers[1] & 3] + faults.slowMs;
    }

    function put(at: number, counts: number, isEnd: boolean): void {
      const full = FULL[registers[1] & 3];
      const count = isEnd || counts > full ? full : Math.floor(counts + 0.5);
      registers[at] = count & 0xff;
      registers[at + 1] = count >> 8;
    }

    function advance(time: number): void {
      // Time 3 is begun and ended by hand, which this one does not do.
      if ((registers[0] & 3) !== 3 || (registers[1] & 3) === 3 || time < endsAt) return;
      endsAt += Math.floor((time - endsAt) / lasts()) * lasts();
      const gain = registers[1] & 0x10 ? 16 : 1;
      const counts =
        ((((illuminance(endsAt) / 1000) * (isCs ? COUNTS_CS : COUNTS_T) * gain) / 16) *
          CLOCKS[registers[1] & 3]) /
        322;
      put(12, counts, (faults.saturated & 1) !== 0);
      put(14, counts * RATIO, false);
      endsAt += lasts();
    }

    function writeRegister(at: number, value: number, time: number): void {
      if (at > 6) return;
      registers[at] = at === 0 ? value & 3 : at === 1 ? value & 0x1b : value;
      // Power and new times begin an integration.
      if (at < 2) endsAt = time + lasts();
    }

    function write(bytes: Uint8Array | number[], time: number): boolean {
      advance(time);
      command = bytes[0];
      if ((command & 0x80) === 0) return true;
      for (let i = 1; i < bytes.length; i++) writeRegister((command & 15) + i - 1, bytes[i], time);
      return true;
    }

    function readRegister(at: number): number {
      if (at === 10) return faults.wrongId ? 0x41 : isCs ? 0x11 : 0x50;
      if (at < 12) return registers[at];
      if (at & 1) return latch;
      latch = registers[at + 1];
      return registers[at];
    }

    function read(into: Uint8Array, time: number): boolean {
      advance(time);
      for (let i = 0; i < into.length; i++) {
        // One byte again and again, two of a word, or a block.
        const step = command & 0x10 ? i : command & 0x20 ? i & 1 : 0;
        into[i] = command & 0x80 ? readRegister((command + step) & 15) : 0;
      }
      return true;
    }

    return { powerUp, write, read };
  });
}
