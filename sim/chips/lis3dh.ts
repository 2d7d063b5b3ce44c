// An ST LIS3DH as its I2C pins show it: registers, data rates, ranges, resolutions, boot, the data-ready bits, how registers are counted
// up, and faults to switch on. Numbers in brackets are sections of the datasheet DocID17530. Knows no driver. FIFO, interrupts and the
// auxiliary converter are left out. Fault `badCrc` it cannot have.

import type { Source, Surroundings } from '../environment/surroundings.ts';
import { createI2cChip } from './i2c-chip.ts';
import type { I2cChip } from './i2c-chip.ts';

export interface Lis3dhChipOptions {
  readonly surroundings: Surroundings;
  /** 0x18 (default) or 0x19. */
  readonly address?: number;
}

export interface Lis3dhChip extends I2cChip {
  /** Its registers; look, but change them through the bus. */
  readonly registers: Uint8Array;
}

const WHO_AM_I = 0x0f;
const CTRL1 = 0x20;
const CTRL4 = 0x23;
const CTRL5 = 0x24;
const STATUS = 0x27;
const OUT = 0x28;
const OUT_END = 0x2d;

const BOOT_MS = 5;
/** Hertz by rate code [table 31]; high codes are for modes that are left out. */
const RATES = [0, 1, 10, 25, 50, 100, 200, 400];
/** mg a digit of 12 bits by range [table 4]. */
const STEPS_MG = [1, 2, 4, 12];

export function createLis3dhChip(options: Lis3dhChipOptions): Lis3dhChip {
  const around = options.surroundings;
  const axes: Source[] = [around.accelerationX, around.accelerationY, around.accelerationZ];
  const registers = new Uint8Array(64);

  const chip = createI2cChip(options.address === undefined ? 0x18 : options.address, (faults) => {
    let pointer = 0;
    let countsUp = false;
    let silentUntil = 0;
    let nextAt = 0;

    /** @returns milliseconds from value to value of a chip that is 10 % slow; 0 when it sleeps. */
    function period(): number {
      const rate = RATES[(registers[CTRL1] >> 4) & 7];
      return rate === 0 ? 0 : Math.floor(1100 / rate + 0.999) + faults.slowMs;
    }

    /** @returns bits that are always 0 in a word: 4 of high resolution, 6 of normal, 8 of low power [3.2.1]. */
    function blankBits(): number {
      if (registers[CTRL1] & 8) return 8;
      return registers[CTRL4] & 8 ? 4 : 6;
    }

    function convert(time: number): void {
      const step = STEPS_MG[(registers[CTRL4] >> 4) & 3];
      const blank = blankBits();
      for (let i = 0; i < 3; i++) {
        if (!((registers[CTRL1] >> i) & 1)) continue;
        const digits = Math.floor(axes[i](time) / 9.80665 / step + 0.5);
        const cut = (faults.saturated >> i) & 1 || digits > 2047 ? 2047 : digits < -2048 ? -2048 : digits;
        const word = ((cut * 16) >> blank) << blank;
        registers[OUT + 2 * i] = word & 0xff;
        registers[OUT + 2 * i + 1] = (word >> 8) & 0xff;
      }
      // Overrun when the last values were not read.
      registers[STATUS] |= registers[STATUS] & 8 ? 0xff : 0x0f;
    }

    function settle(time: number): void {
      const ms = period();
      if (ms === 0 || time < nextAt) return;
      nextAt += Math.floor((time - nextAt) / ms) * ms;
      convert(nextAt);
      nextAt += ms;
    }

    function powerUp(time: number): void {
      for (let i = 0; i < 64; i++) registers[i] = 0;
      registers[0x1e] = 0x10;
      registers[CTRL1] = 7;
      silentUntil = time + BOOT_MS;
    }

    function setRegister(register: number, value: number, time: number): void {
      // Registers from the identity on cannot be written, nor can status and values.
      if (register < 0x1e || (register >= STATUS && register <= OUT_END)) return;
      registers[register] = value;
      // Booting does not touch the settings; its bit goes by itself.
      if (register === CTRL5) registers[CTRL5] = value & 0x7f;
      if (register === CTRL1) nextAt = time + period();
    }

    function next(): void {
      if (countsUp) pointer = (pointer + 1) & 63;
    }

    function write(bytes: Uint8Array | number[], time: number): boolean {
      if (time < silentUntil) return false;
      settle(time);
      pointer = bytes[0] & 63;
      countsUp = bytes[0] > 127;
      for (let i = 1; i < bytes.length; i++) {
        setRegister(pointer, bytes[i], time);
        next();
      }
      return true;
    }

    function read(into: Uint8Array, time: number): boolean {
      if (time < silentUntil) return false;
      settle(time);
      registers[WHO_AM_I] = faults.wrongId ? 0x32 : 0x33;
      for (let i = 0; i < into.length; i++) {
        into[i] = registers[pointer];
        if (pointer === OUT_END) registers[STATUS] = 0;
        next();
      }
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
