// A TI ADS1115 or ADS1015 as its I2C pins show it: multiplexer, gain, data rates, both modes, the busy bit, and
// faults to switch on. Numbers in brackets are sections of the datasheets SBAS444D and SBAS473E. Knows no driver. The comparator's
// pin is left out. Faults that it cannot have: `wrongId`, `badCrc`.

import type { Source } from '../environment/surroundings.ts';
import { createI2cChip } from './i2c-chip.ts';
import type { I2cChip } from './i2c-chip.ts';

export interface Ads1115ChipOptions {
  /** Microvolts at the pins AIN0 to AIN3 against ground. */
  readonly pins: readonly [Source, Source, Source, Source];
  /** 0x48 (default) to 0x4B. */
  readonly address?: number;
  /** An ADS1015: 12 bits, left in the word. */
  readonly is12Bit?: boolean;
}

export interface Ads1115Chip extends I2cChip {
  /** Conversion, configuration, thresholds; look, but change them through the bus. */
  readonly registers: Int32Array;
}

const CONVERSION = 0;
const CONFIG = 1;
const RESET_CONFIG = 0x8583;
const BEGIN = 0x8000;
const SINGLE_SHOT = 0x100;

/** Millivolts at the converter's end by gain code [9.3.3]. */
const RANGES = [6144, 4096, 2048, 1024, 512, 256, 256, 256];
const RATES = [8, 16, 32, 64, 128, 250, 475, 860];
const RATES_12_BIT = [128, 250, 490, 920, 1600, 2400, 3300, 3300];
/** Pins by multiplexer code; -1 is ground [9.3.1]. */
const POSITIVE = [0, 0, 1, 2, 0, 1, 2, 3];
const NEGATIVE = [1, 3, 3, 3, -1, -1, -1, -1];

export function createAds1115Chip(options: Ads1115ChipOptions): Ads1115Chip {
  const pins = options.pins;
  const rates = options.is12Bit === true ? RATES_12_BIT : RATES;
  const step = options.is12Bit === true ? 16 : 1;
  const registers = new Int32Array(4);

  const chip = createI2cChip(options.address === undefined ? 0x48 : options.address, (faults) => {
    let pointer = 0;
    let isConverting = false;
    let endsAt = 0;
    let lasts = 0;
    /** What the conversion that runs began with. */
    let config = 0;

    /** Wakes up for 25 us, and is 10 % slow [7.5]. */
    function begin(time: number): void {
      config = registers[CONFIG];
      lasts = Math.floor(1112 / rates[(config >> 5) & 7] + 1.02) + faults.slowMs;
      endsAt = time + lasts;
      isConverting = true;
    }

    function convert(time: number): void {
      const mux = (config >> 12) & 7;
      const minus = NEGATIVE[mux];
      const microvolts = pins[POSITIVE[mux]](time) - (minus < 0 ? 0 : pins[minus](time));
      const range = RANGES[(config >> 9) & 7];
      const code = Math.floor((microvolts * 32.768) / (range * step) + 0.5) * step;
      const last = 0x8000 - step;
      registers[CONVERSION] = faults.saturated ? last : code < -0x8000 ? -0x8000 : code > last ? last : code;
    }

    /** A chip that changed to single shots finishes what it does, and powers down [9.4.2]. */
    function settle(time: number): void {
      while (isConverting && time >= endsAt) {
        if (!(registers[CONFIG] & SINGLE_SHOT)) endsAt += Math.floor((time - endsAt) / lasts) * lasts;
        convert(endsAt);
        if (registers[CONFIG] & SINGLE_SHOT) isConverting = false;
        else begin(endsAt);
      }
    }

    function powerUp(): void {
      registers[CONVERSION] = 0;
      registers[CONFIG] = RESET_CONFIG & ~BEGIN;
      registers[2] = -0x8000;
      registers[3] = 0x7fff;
      pointer = 0;
      isConverting = false;
    }

    function configure(value: number, time: number): void {
      registers[CONFIG] = value & ~BEGIN;
      // The bit that begins has no effect while a conversion runs [9.6.3].
      if (!isConverting && (value & BEGIN || !(value & SINGLE_SHOT))) begin(time);
    }

    function write(bytes: Uint8Array | number[], time: number): boolean {
      settle(time);
      pointer = bytes[0] & 3;
      if (bytes.length < 3) return true;
      const value = (bytes[1] << 8) | bytes[2];
      if (pointer === CONFIG) configure(value, time);
      else if (pointer > CONFIG) registers[pointer] = value;
      return true;
    }

    function read(into: Uint8Array, time: number): boolean {
      settle(time);
      let value = registers[pointer];
      if (pointer === CONFIG && !isConverting) value |= BEGIN;
      for (let i = 0; i < into.length; i++) into[i] = (i & 1 ? value : value >> 8) & 0xff;
      return true;
    }

    return { powerUp, write, read };
  });

  return {
    registers,
    address: chip.address,
    faults: chip.faults,
    write: chip.write,
    read: chip.read,
    brownOut: chip.brownOut,
  };
}
