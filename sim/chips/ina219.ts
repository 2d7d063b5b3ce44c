// A TI INA219 as its I2C pins show it: registers of two bytes, averaging, modes, conversion times, calibration, and faults to switch on.
// Numbers in brackets are sections of the datasheet SBOS448G. Knows no driver. Faults that it cannot have: `badCrc`.

import type { Surroundings } from '../environment/surroundings.ts';
import { createI2cChip } from './i2c-chip.ts';
import type { I2cChip } from './i2c-chip.ts';

export interface Ina219ChipOptions {
  readonly surroundings: Surroundings;
  /** 0x40 (default) to 0x4F. */
  readonly address?: number;
  /** Milliohms between its inputs, default 100. */
  readonly milliohms?: number;
}

export interface Ina219Chip extends I2cChip {
  /** Its six registers; look, but change them through the bus. */
  readonly registers: Int32Array;
}

const CONFIG = 0;
const SHUNT = 1;
const BUS = 2;
const POWER = 3;
const CURRENT = 4;
const CALIBRATION = 5;

const RESET_CONFIG = 0x399f;
/** Flags of the bus voltage [8.6.3.2]. */
const READY = 2;
const OVERFLOW = 1;
/** Longest times of 9 to 12 bits, microseconds [7.5]. */
const BITS_US = [93, 163, 304, 586];

/** @returns microseconds that a converter takes by its code of 0 to 15 [table 5]. */
function microsecondsOf(code: number): number {
  return code < 8 ? BITS_US[code & 3] : 586 * (1 << (code - 8));
}

function limited(code: number, first: number, last: number): number {
  return code < first ? first : code > last ? last : code;
}

export function createIna219Chip(options: Ina219ChipOptions): Ina219Chip {
  const { voltage, current } = options.surroundings;
  const milliohms = options.milliohms === undefined ? 100 : options.milliohms;
  const registers = new Int32Array(6);

  const chip = createI2cChip(options.address === undefined ? 0x40 : options.address, (faults) => {
    let pointer = 0;
    let isConverting = false;
    let endsAt = 0;
    let lasts = 0;

    function begin(time: number): void {
      const config = registers[CONFIG];
      lasts = 0;
      if (config & 1) lasts += microsecondsOf((config >> 3) & 15);
      if (config & 2) lasts += microsecondsOf((config >> 7) & 15);
      // Modes 0 and 4 convert nothing.
      if (lasts > 0) lasts = Math.floor((lasts + 999) / 1000) + faults.slowMs;
      isConverting = lasts > 0;
      endsAt = time + lasts;
    }

    /** @returns whether a product is too large for its register. */
    function multiply(): boolean {
      const amperes = Math.floor((registers[SHUNT] * registers[CALIBRATION]) / 4096);
      const watts = Math.floor(((amperes < 0 ? -amperes : amperes) * (registers[BUS] >> 3)) / 5000);
      registers[CURRENT] = limited(amperes, -32768, 32767);
      registers[POWER] = limited(watts, 0, 65535);
      return amperes !== registers[CURRENT] || watts !== registers[POWER];
    }

    function convert(time: number): void {
      const config = registers[CONFIG];
      const shuntEnd = 4000 << ((config >> 11) & 3);
      const busEnd = config & 0x2000 ? 8000 : 4000;
      let bus = registers[BUS] >> 3;
      if (config & 1) {
        const steps = Math.floor((current(time) * milliohms) / 10000 + 0.5);
        registers[SHUNT] = limited(faults.saturated & 2 ? 99999 : steps, -shuntEnd, shuntEnd);
      }
      if (config & 2) {
        bus = limited(faults.saturated & 1 ? 99999 : Math.floor(voltage(time) / 4 + 0.5), 0, busEnd);
      }
      registers[BUS] = bus << 3;
      registers[BUS] |= READY | (multiply() ? OVERFLOW : 0);
    }

    function settle(time: number): void {
      if (!isConverting || time < endsAt) return;
      if (registers[CONFIG] & 4) endsAt += Math.floor((time - endsAt) / lasts) * lasts;
      convert(endsAt);
      endsAt += lasts;
      isConverting = (registers[CONFIG] & 4) > 0;
    }

    function powerUp(time: number): void {
      for (let i = SHUNT; i <= CALIBRATION; i++) registers[i] = 0;
      registers[CONFIG] = RESET_CONFIG;
      pointer = 0;
      begin(time);
    }

    function configure(value: number, time: number): void {
      if (value & 0x8000) {
        powerUp(time);
        return;
      }
      registers[CONFIG] = value;
      // Any mode but power-down clears the flag [8.6.3.2], and begins anew.
      if (value & 7) registers[BUS] &= ~READY;
      begin(time);
    }

    function write(bytes: Uint8Array | number[], time: number): boolean {
      settle(time);
      pointer = bytes[0];
      if (bytes.length < 3) return true;
      const value = (bytes[1] << 8) | bytes[2];
      if (pointer === CONFIG) configure(value, time);
      // Bit 0 is always 0 [8.6.4.1].
      if (pointer === CALIBRATION) registers[CALIBRATION] = value & 0xfffe;
      return true;
    }

    /** A register again and again: the pointer stays [8.5.5.2]. */
    function read(into: Uint8Array, time: number): boolean {
      settle(time);
      let value = pointer > CALIBRATION ? 0 : registers[pointer];
      if (faults.wrongId && pointer === CONFIG && value === RESET_CONFIG) value = 0x4127;
      for (let i = 0; i < into.length; i++) into[i] = (i & 1 ? value : value >> 8) & 0xff;
      if (pointer === POWER) registers[BUS] &= ~READY;
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
