// An ams TSL2591 as its I2C pins show it: commands, power and ALS, gains, integration times and their ends, the valid bit, reset, and
// faults to switch on. After its datasheet of April 2013. Knows no driver. Fault `badCrc` it cannot have; `wrongId` makes it a TSL2571.

import type { Surroundings } from '../environment/surroundings.ts';
import { createI2cChip } from './i2c-chip.ts';
import type { I2cChip } from './i2c-chip.ts';

export interface Tsl2591ChipOptions {
  readonly surroundings: Surroundings;
  /** 0x29 (default) or 0x28. */
  readonly address?: number;
}

/** How much of the light its infrared channel sees of what the broad one sees: daylight. */
const RATIO = 0.25;
/** Counts of the broad channel a lux at gain 1 and 1 ms. */
const COUNTS = 1 / (408 * (1 - RATIO) * (1 - RATIO));
const GAINS = [1, 25, 428, 9876];
/** Of 100 ms at a slow clock. */
const CYCLE_MS = 106;

export function createTsl2591Chip(options: Tsl2591ChipOptions): I2cChip {
  const { illuminance } = options.surroundings;

  return createI2cChip(options.address === undefined ? 0x29 : options.address, (faults) => {
    const registers = new Uint8Array(32);
    let pointer = 0;
    let endsAt = 0;

    function powerUp(): void {
      for (let i = 0; i < 32; i++) registers[i] = 0;
      pointer = 0;
    }

    function lasts(): number {
      return CYCLE_MS * ((registers[1] & 7) + 1) + faults.slowMs;
    }

    function put(at: number, counts: number, isEnd: boolean): void {
      const full = (registers[1] & 7) === 0 ? 36863 : 65535;
      const count = isEnd || counts > full ? full : Math.floor(counts + 0.5);
      registers[at] = count & 0xff;
      registers[at + 1] = count >> 8;
    }

    function advance(time: number): void {
      if ((registers[0] & 3) !== 3 || time < endsAt) return;
      endsAt += Math.floor((time - endsAt) / lasts()) * lasts();
      const exposure = GAINS[(registers[1] >> 4) & 3] * ((registers[1] & 7) + 1) * 100;
      const counts = (illuminance(endsAt) / 1000) * COUNTS * exposure;
      put(0x14, counts, (faults.saturated & 1) !== 0);
      put(0x16, counts * RATIO, false);
      registers[0x13] |= 1;
      endsAt += lasts();
    }

    function writeRegister(at: number, value: number, time: number): void {
      if (at === 0) {
        const began = (value & 3) === 3 && (registers[0] & 3) !== 3;
        registers[0] = value & 0xd3;
        // It is valid when it has gone through a cycle since ALS was asserted.
        if (began) {
          endsAt = time + lasts();
          registers[0x13] = 0;
        }
      } else if (at === 1 && value & 0x80) powerUp();
      else if (at <= 0x0c) registers[at] = at === 1 ? value & 0x37 : value;
    }

    function write(bytes: Uint8Array | number[], time: number): boolean {
      advance(time);
      // A normal transaction; special functions change nothing that is here.
      if ((bytes[0] & 0xe0) !== 0xa0) return true;
      pointer = bytes[0] & 31;
      for (let i = 1; i < bytes.length; i++) {
        writeRegister(pointer, bytes[i], time);
        pointer = (pointer + 1) & 31;
      }
      return true;
    }

    function read(into: Uint8Array, time: number): boolean {
      advance(time);
      for (let i = 0; i < into.length; i++) {
        into[i] = pointer === 0x12 ? (faults.wrongId ? 0x34 : 0x50) : registers[pointer];
        pointer = (pointer + 1) & 31;
      }
      return true;
    }

    return { powerUp, write, read };
  });
}
