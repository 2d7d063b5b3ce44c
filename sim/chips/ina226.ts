// A TI INA226 as its I2C pins show it: registers of two bytes, averaging, modes, conversion times, calibration, identity, and faults to
// switch on. Numbers in brackets are sections of the datasheet SBOS547A. Knows no driver. The alert pin is left out.
// Fault `badCrc` it cannot have.

import type { Surroundings } from '../environment/surroundings.ts';
import { createI2cChip } from './i2c-chip.ts';
import type { I2cChip } from './i2c-chip.ts';

export interface Ina226ChipOptions {
  readonly surroundings: Surroundings;
  /** 0x40 (default) to 0x4F. */
  readonly address?: number;
  /** Milliohms between its inputs, default 100. */
  readonly milliohms?: number;
}

export interface Ina226Chip extends I2cChip {
  /** Its registers 0 to 7; look, but change them through the bus. */
  readonly registers: Int32Array;
}

const CONFIG = 0;
const SHUNT = 1;
const BUS = 2;
const POWER = 3;
const CURRENT = 4;
const CALIBRATION = 5;
const MASK = 6;
const LIMIT = 7;

const RESET_CONFIG = 0x4127;
const READY = 8;
const OVERFLOW = 4;
/** What can be written of the mask register. */
const MASK_WRITABLE = 0xfc03;
/** Longest times, microseconds [6.5]. */
const TIMES_US = [154, 224, 365, 646, 1210, 2328, 4572, 9068];
const SAMPLES = [1, 4, 16, 64, 128, 256, 512, 1024];

function limited(code: number, first: number, last: number): number {
  return code < first ? first : code > last ? last : code;
}

export function createIna226Chip(options: Ina226ChipOptions): Ina226Chip {
  const { voltage, current } = options.surroundings;
  const milliohms = options.milliohms === undefined ? 100 : options.milliohms;
  const registers = new Int32Array(8);

  const chip = createI2cChip(options.address === undefined ? 0x40 : options.address, (faults) => {
    let pointer = 0;
    let isConverting = false;
    let endsAt = 0;
    let lasts = 0;

    function begin(time: number): void {
      const config = registers[CONFIG];
      lasts = 0;
      if (config & 1) lasts += TIMES_US[(config >> 3) & 7];
      if (config & 2) lasts += TIMES_US[(config >> 6) & 7];
      isConverting = lasts > 0;
      lasts = Math.floor((lasts * SAMPLES[(config >> 9) & 7] + 999) / 1000) + faults.slowMs;
      endsAt = time + lasts;
    }

    function convert(time: number): void {
      const config = registers[CONFIG];
      const drop = Math.floor((current(time) * milliohms) / 2500 + 0.5);
      const load = Math.floor(voltage(time) * 0.8 + 0.5);
      if (config & 1) registers[SHUNT] = limited(faults.saturated & 2 ? 99999 : drop, -0x8000, 0x7fff);
      if (config & 2) registers[BUS] = limited(faults.saturated & 1 ? 99999 : load, 0, 0x7fff);
      const amperes = Math.floor((registers[SHUNT] * registers[CALIBRATION]) / 2048);
      const watts = Math.floor(((amperes < 0 ? -amperes : amperes) * registers[BUS]) / 20000);
      registers[CURRENT] = limited(amperes, -0x8000, 0x7fff);
      registers[POWER] = limited(watts, 0, 0xffff);
      const overflows = amperes !== registers[CURRENT] || watts !== registers[POWER];
      registers[MASK] = (registers[MASK] & ~OVERFLOW) | READY | (overflows ? OVERFLOW : 0);
    }

    function settle(time: number): void {
      if (!isConverting || time < endsAt) return;
      if (registers[CONFIG] & 4) endsAt += Math.floor((time - endsAt) / lasts) * lasts;
      convert(endsAt);
      endsAt += lasts;
      isConverting = (registers[CONFIG] & 4) > 0;
    }

    function powerUp(time: number): void {
      for (let i = SHUNT; i <= LIMIT; i++) registers[i] = 0;
      registers[CONFIG] = RESET_CONFIG;
      pointer = 0;
      begin(time);
    }

    /** Bits 12 to 14 are what they are. Halts a conversion, and begins anew [7.6.1]. */
    function configure(value: number, time: number): void {
      if (value & 0x8000) {
        powerUp(time);
        return;
      }
      registers[CONFIG] = 0x4000 | (value & 0xfff);
      if (value & 3) registers[MASK] &= ~READY;
      begin(time);
    }

    function write(bytes: Uint8Array | number[], time: number): boolean {
      settle(time);
      pointer = bytes[0];
      if (bytes.length < 3) return true;
      const value = (bytes[1] << 8) | bytes[2];
      if (pointer === CONFIG) configure(value, time);
      else if (pointer === CALIBRATION) registers[CALIBRATION] = value & 0x7fff;
      else if (pointer === MASK) {
        registers[MASK] = (registers[MASK] & ~MASK_WRITABLE) | (value & MASK_WRITABLE);
      } else if (pointer === LIMIT) registers[LIMIT] = value;
      return true;
    }

    function shown(): number {
      if (pointer === 0xfe) return faults.wrongId ? 0x1234 : 0x5449;
      if (pointer === 0xff) return 0x2260;
      return pointer > LIMIT ? 0 : registers[pointer];
    }

    /** A register again and again: the pointer stays. */
    function read(into: Uint8Array, time: number): boolean {
      settle(time);
      const value = shown();
      for (let i = 0; i < into.length; i++) into[i] = (i & 1 ? value : value >> 8) & 0xff;
      if (pointer === MASK) registers[MASK] &= ~READY;
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
