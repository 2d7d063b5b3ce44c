// A TMP102 as its pins show it. Numbers in brackets are sections of the datasheet SBOS397.

import { createI2cChip } from '../../../sim/chips/i2c-chip.ts';
import type { I2cChip } from '../../../sim/chips/i2c-chip.ts';
import type { Surroundings } from '../../../sim/environment/surroundings.ts';

export function createTmp102Chip(surroundings: Surroundings): I2cChip {
  return createI2cChip(0x48, (faults) => {
    let pointer = 0;
    let configuration = 0;
    let temperature = 0;
    let doneAt = 0;

    /** Continuous conversion, four a second [7.5.3]. */
    function powerUp(): void {
      pointer = 0;
      configuration = 0x60a0;
      temperature = 0;
      doneAt = 0;
    }

    function write(bytes: Uint8Array | number[], time: number): boolean {
      pointer = bytes[0] & 3;
      if (pointer !== 1 || bytes.length < 3) return true;
      const wanted = bytes[1] * 256 + bytes[2];
      configuration = (wanted & 0x1fd0) | 0x6000;
      // One-shot counts in shutdown only; its bit reads 0 until the conversion is over [7.3.8].
      if ((wanted & 0x8100) === 0x8100) doneAt = time + 35 + faults.slowMs;
      return true;
    }

    function advance(time: number): void {
      if (doneAt === 0 || time < doneAt) return;
      const code = Math.floor(surroundings.temperature(doneAt) / 62.5 + 0.5);
      temperature = faults.saturated > 0 ? 0x7ff : code < -2048 ? -2048 : code > 2047 ? 2047 : code;
      configuration |= 0x8000;
      doneAt = 0;
    }

    function read(into: Uint8Array, time: number): boolean {
      advance(time);
      const word = faults.wrongId ? 0x1234 : pointer === 1 ? configuration : (temperature << 4) & 0xffff;
      for (let i = 0; i < into.length; i++) into[i] = i % 2 === 0 ? word >> 8 : word & 0xff;
      return true;
    }

    return { powerUp, write, read };
  });
}
