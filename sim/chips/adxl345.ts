// An Analog Devices ADXL345 as its I2C pins show it: registers, standby, data rates, ranges and resolutions, offsets, the data-ready bit,
// and faults to switch on. Numbers in brackets are pages of the datasheet rev. E. Knows no driver. FIFO, taps, activity and the
// interrupt pins are left out. Fault `badCrc` it cannot have.

import type { Source, Surroundings } from '../environment/surroundings.ts';
import { createI2cChip } from './i2c-chip.ts';
import type { I2cChip } from './i2c-chip.ts';

export interface Adxl345ChipOptions {
  readonly surroundings: Surroundings;
  /** 0x53 (default) or 0x1D. */
  readonly address?: number;
}

export interface Adxl345Chip extends I2cChip {
  /** Its registers; look, but change them through the bus. */
  readonly registers: Uint8Array;
}

const DEVID = 0x00;
const THRESH_TAP = 0x1d;
const OFFSET_X = 0x1e;
const TAP_STATUS = 0x2b;
const BW_RATE = 0x2c;
const POWER_CTL = 0x2d;
const INT_SOURCE = 0x30;
const DATA_FORMAT = 0x31;
const DATA = 0x32;
const DATA_END = 0x37;
const FIFO_STATUS = 0x39;

const DATA_READY = 0x80;
const WATERMARK = 2;

export function createAdxl345Chip(options: Adxl345ChipOptions): Adxl345Chip {
  const around = options.surroundings;
  const axes: Source[] = [around.accelerationX, around.accelerationY, around.accelerationZ];
  const registers = new Uint8Array(64);

  const chip = createI2cChip(options.address === undefined ? 0x53 : options.address, (faults) => {
    let pointer = 0;
    let nextAt = 0;

    /** @returns milliseconds from value to value of a chip that is 10 % slow: 3200 Hz halved for each code below 15 [14]. */
    function period(): number {
      const rate = 3200 / (1 << (15 - (registers[BW_RATE] & 15)));
      return Math.floor(1100 / rate + 0.999) + faults.slowMs;
    }

    function convert(time: number): void {
      const format = registers[DATA_FORMAT];
      const range = format & 3;
      // Steps a g; without full resolution 10 bits over the range [27].
      const perG = format & 8 ? 256 : 256 >> range;
      const end = format & 8 ? 512 << range : 512;
      for (let i = 0; i < 3; i++) {
        const offset = ((registers[OFFSET_X + i] ^ 0x80) - 0x80) * 4;
        const code = Math.floor(((axes[i](time) / 9806.65) * 256 + offset) * (perG / 256) + 0.5);
        const cut = (faults.saturated >> i) & 1 || code >= end ? end - 1 : code < -end ? -end : code;
        // At the left of the word, or at its right with the sign in front.
        const word = format & 4 ? (cut * 32768) / end : cut;
        registers[DATA + 2 * i] = word & 0xff;
        registers[DATA + 2 * i + 1] = (word >> 8) & 0xff;
      }
      registers[INT_SOURCE] |= DATA_READY;
    }

    function settle(time: number): void {
      if (!(registers[POWER_CTL] & 8) || time < nextAt) return;
      const ms = period();
      nextAt += Math.floor((time - nextAt) / ms) * ms;
      convert(nextAt);
      nextAt += ms;
    }

    function powerUp(): void {
      for (let i = 0; i < 64; i++) registers[i] = 0;
      registers[BW_RATE] = 0x0a;
      registers[INT_SOURCE] = WATERMARK;
    }

    function setRegister(register: number, value: number, time: number): void {
      const isReadOnly =
        register < THRESH_TAP ||
        register === TAP_STATUS ||
        register === INT_SOURCE ||
        (register >= DATA && register <= DATA_END) ||
        register >= FIFO_STATUS;
      if (isReadOnly) return;
      // From standby to measuring: turned on after 1.1 ms and a period [4].
      if (register === POWER_CTL && value & 8 && !(registers[POWER_CTL] & 8)) nextAt = time + 2 + period();
      registers[register] = value;
    }

    function write(bytes: Uint8Array | number[], time: number): boolean {
      settle(time);
      pointer = bytes[0] & 63;
      for (let i = 1; i < bytes.length; i++) {
        setRegister(pointer, bytes[i], time);
        pointer = (pointer + 1) & 63;
      }
      return true;
    }

    function read(into: Uint8Array, time: number): boolean {
      settle(time);
      registers[DEVID] = faults.wrongId ? 0xe6 : 0xe5;
      for (let i = 0; i < into.length; i++) {
        into[i] = registers[pointer];
        if (pointer >= DATA && pointer <= DATA_END) registers[INT_SOURCE] &= ~DATA_READY;
        pointer = (pointer + 1) & 63;
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
