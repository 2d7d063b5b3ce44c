// A ROHM BH1750FVI as its I2C pins show it: opcodes, the data register and how long it stays what it was, measurement time, and faults
// to switch on. Numbers in brackets are pages of the datasheet of November 2011. Knows no driver. Faults `wrongId` and
// `badCrc` it cannot have: it has neither.

import type { Surroundings } from '../environment/surroundings.ts';
import { createI2cChip } from './i2c-chip.ts';
import type { I2cChip } from './i2c-chip.ts';

export interface Bh1750ChipOptions {
  readonly surroundings: Surroundings;
  /** 0x23 (default) or 0x5C. */
  readonly address?: number;
}

/** Between typical and longest times at measurement time 69 [2]: 120 to 180 ms, and 16 to 24 ms. */
const HIGH_MS = 170;
const LOW_MS = 22;

export function createBh1750Chip(options: Bh1750ChipOptions): I2cChip {
  const { illuminance } = options.surroundings;

  return createI2cChip(options.address === undefined ? 0x23 : options.address, (faults) => {
    let isOn = false;
    let data = 0;
    let timeRegister = 69;
    /** Opcode of the measurement that runs; 0: none. */
    let running = 0;
    let endsAt = 0;

    function powerUp(): void {
      isOn = false;
      data = 0;
      timeRegister = 69;
      running = 0;
    }

    function lasts(opcode: number): number {
      return Math.ceil((((opcode & 3) === 3 ? LOW_MS : HIGH_MS) * timeRegister) / 69) + faults.slowMs;
    }

    function countOf(opcode: number, time: number): number {
      const half = (opcode & 3) === 1 ? 2 : 1;
      let count = Math.floor((illuminance(time) * 1.2 * half * timeRegister) / 69000 + 0.5);
      // The coarse mode leaves the last two bits alone.
      if ((opcode & 3) === 3) count = Math.floor(count / 4) * 4;
      return count > 0xffff || faults.saturated & 1 ? 0xffff : count;
    }

    function advance(time: number): void {
      if (running === 0 || time < endsAt) return;
      data = countOf(running, endsAt);
      if (running & 0x10) {
        const cycle = lasts(running);
        endsAt += (Math.floor((time - endsAt) / cycle) + 1) * cycle;
      } else {
        // A single measurement ends in power down.
        running = 0;
        isOn = false;
      }
    }

    /** @returns whether it was a command that measures. */
    function isMeasurement(opcode: number): boolean {
      return (opcode & 0xcc) === 0 && (opcode & 0x30) !== 0 && (opcode & 3) !== 2;
    }

    function write(bytes: Uint8Array | number[], time: number): boolean {
      advance(time);
      const opcode = bytes[0];
      // It takes one opcode in a transaction [5].
      if (bytes.length !== 1) return true;
      if (opcode === 0x00) {
        isOn = false;
        running = 0;
      } else if (opcode === 0x01) isOn = true;
      else if (opcode === 0x07) data = isOn ? 0 : data;
      else if (opcode >> 3 === 0x08) timeRegister = ((opcode & 7) << 5) | (timeRegister & 31);
      else if (opcode >> 5 === 0x03) timeRegister = (timeRegister & 0xe0) | (opcode & 31);
      else if (isMeasurement(opcode)) {
        isOn = true;
        running = opcode;
        endsAt = time + lasts(opcode);
      }
      return true;
    }

    /** Whatever is there, also while it measures. */
    function read(into: Uint8Array, time: number): boolean {
      advance(time);
      for (let i = 0; i < into.length; i++) into[i] = i === 0 ? data >> 8 : i === 1 ? data & 0xff : 0xff;
      return true;
    }

    return { powerUp, write, read };
  });
}
