// A chip that exists for the simulation only: each conversion gives the next number, so that a reading can be told from every other.
// On I2C: write 1 to begin a conversion, and 5 ms later read three bytes, high byte first, and their complements.

import { createI2cChip } from '../chips/i2c-chip.ts';
import type { I2cChip } from '../chips/i2c-chip.ts';

const CONVERT_MS = 5;

export interface CounterChip {
  readonly chip: I2cChip;
  /** @returns the last number that was read, 0 before the first. */
  last(): number;
}

export function createCounterChip(address: number): CounterChip {
  let last = 0;
  const chip = createI2cChip(address, (faults) => {
    let doneAt = Infinity;
    return {
      powerUp: () => void (doneAt = Infinity),
      write(bytes, time) {
        if (bytes.length !== 1 || bytes[0] !== 1) return false;
        doneAt = time + CONVERT_MS + faults.slowMs;
        return true;
      },
      read(into, time) {
        if (time < doneAt || into.length !== 6) return false;
        doneAt = Infinity;
        last++;
        for (let i = 0; i < 3; i++) into[i] = (last >> (16 - 8 * i)) & 255;
        for (let i = 0; i < 3; i++) into[3 + i] = 255 - into[i]!;
        if (faults.badCrc) into[5] ^= 1;
        return true;
      },
    };
  });
  return { chip, last: () => last };
}
