// A Vishay VEML7700 as its I2C pins show it: words of two bytes, low one first, shutdown, gain and integration time, and faults to
// switch on. After its datasheet and the application note "Designing the VEML7700 Into an Application". Knows no driver. Faults
// `wrongId` and `badCrc` it cannot have: old ones have no identity, none has a checksum.

import type { Surroundings } from '../environment/surroundings.ts';
import { createI2cChip } from './i2c-chip.ts';
import type { I2cChip } from './i2c-chip.ts';

export interface Veml7700ChipOptions {
  readonly surroundings: Surroundings;
  /** 0x10 (default); a VEML6030 also 0x48. */
  readonly address?: number;
}

/** From shutdown to the first integration, rounded up. */
const WAKE_UP_MS = 3;
const GAINS = [1, 2, 0.125, 0.25];
/** By code; 0: no such time. */
const TIMES = [100, 200, 400, 800, 0, 0, 0, 0, 50, 0, 0, 0, 25, 0, 0, 0];

/** What the sensor sees of `lux` where it is not linear: the note's polynomial the other way round, by halving. */
function seenOf(lux: number): number {
  let low = 0;
  let high = 30000;
  for (let i = 0; i < 40; i++) {
    const x = (low + high) / 2;
    const corrected = 6.0135e-13 * x * x * x * x - 9.3924e-9 * x * x * x + 8.1488e-5 * x * x + 1.0023 * x;
    if (corrected < lux) low = x;
    else high = x;
  }
  return low;
}

export function createVeml7700Chip(options: Veml7700ChipOptions): I2cChip {
  const { illuminance } = options.surroundings;

  return createI2cChip(options.address === undefined ? 0x10 : options.address, (faults) => {
    /** Config, thresholds, power saving, light, white, interrupt, identity. */
    const words = new Uint16Array(8);
    let pointer = 0;
    /** End of the integration that runs. */
    let endsAt = 0;

    function powerUp(): void {
      for (let i = 0; i < 7; i++) words[i] = 0;
      words[0] = 1;
      words[7] = 0xc481;
    }

    function gain(): number {
      return GAINS[(words[0] >> 11) & 3];
    }

    /** The oscillator is slower than the nominal times. */
    function lasts(): number {
      return Math.ceil(TIMES[(words[0] >> 6) & 15] * 1.4) + faults.slowMs;
    }

    function convert(time: number): void {
      const lux = illuminance(time) / 1000;
      const seen = gain() < 1 ? seenOf(lux) : lux;
      const resolution = ((0.0042 * 800) / TIMES[(words[0] >> 6) & 15]) * (2 / gain());
      const count = faults.saturated & 1 ? 0xffff : Math.floor(seen / resolution + 0.5);
      words[4] = count > 0xffff ? 0xffff : count;
      words[5] = count * 2 > 0xffff ? 0xffff : count * 2;
    }

    function advance(time: number): void {
      if (words[0] & 1 || time < endsAt || lasts() === 0) return;
      const cycle = lasts();
      endsAt += Math.floor((time - endsAt) / cycle) * cycle;
      convert(endsAt);
      endsAt += cycle;
    }

    function write(bytes: Uint8Array | number[], time: number): boolean {
      advance(time);
      pointer = bytes[0] & 7;
      if (bytes.length !== 3 || pointer > 3) return true;
      const wasDown = (words[0] & 1) !== 0;
      words[pointer] = bytes[2] * 256 + bytes[1];
      // New settings begin a new integration.
      if (pointer === 0) endsAt = time + lasts() + (wasDown ? WAKE_UP_MS : 0);
      return true;
    }

    function read(into: Uint8Array, time: number): boolean {
      advance(time);
      for (let i = 0; i < into.length; i++) into[i] = (words[pointer] >> ((i & 1) * 8)) & 0xff;
      return true;
    }

    return { powerUp, write, read };
  });
}
