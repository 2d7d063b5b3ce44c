// An InvenSense MPU-6050 as its I2C pins show it: registers, sleep, reset, sample rate, ranges, the data-ready bit, and faults to switch
// on. Numbers in brackets are sections of the register map RM-MPU-6000A 4.2. Knows no driver. FIFO, DMP and the auxiliary bus are left
// out. Fault `badCrc` it cannot have.

import type { Source, Surroundings } from '../environment/surroundings.ts';
import { createI2cChip } from './i2c-chip.ts';
import type { I2cChip } from './i2c-chip.ts';

export interface Mpu6050ChipOptions {
  readonly surroundings: Surroundings;
  /** 0x68 (default) or 0x69. */
  readonly address?: number;
}

export interface Mpu6050Chip extends I2cChip {
  /** Its 128 registers; look, but change them through the bus. */
  readonly registers: Uint8Array;
}

const DIVIDER = 0x19;
const CONFIG = 0x1a;
const GYRO_CONFIG = 0x1b;
const ACCEL_CONFIG = 0x1c;
const INT_ENABLE = 0x38;
const INT_STATUS = 0x3a;
const ACCEL = 0x3b;
const TEMPERATURE = 0x41;
const GYRO = 0x43;
const POWER = 0x6b;
const WHO_AM_I = 0x75;

const SLEEP = 0x40;
/** From power-up, or a reset, to the first value [PS 6.3]. */
const START_MS = 30;

export function createMpu6050Chip(options: Mpu6050ChipOptions): Mpu6050Chip {
  const around = options.surroundings;
  const accelerations: Source[] = [around.accelerationX, around.accelerationY, around.accelerationZ];
  const rotations: Source[] = [around.rotationX, around.rotationY, around.rotationZ];
  const registers = new Uint8Array(128);

  const chip = createI2cChip(options.address === undefined ? 0x68 : options.address, (faults) => {
    let pointer = 0;
    let nextAt = 0;

    /** @returns whole milliseconds from value to value with an oscillator that is 5 % slow [4.2]. */
    function period(): number {
      const filter = registers[CONFIG] & 7;
      const rate = filter === 0 || filter === 7 ? 8 : 1;
      return Math.floor(((1 + registers[DIVIDER]) * 1.05) / rate + 0.999) + faults.slowMs;
    }

    function setWord(at: number, value: number): void {
      const code = Math.floor(value + 0.5);
      const cut = code > 0x7fff ? 0x7fff : code < -0x8000 ? -0x8000 : code;
      registers[at] = cut >> 8;
      registers[at + 1] = cut & 0xff;
    }

    function convert(time: number): void {
      const perG = 16384 >> ((registers[ACCEL_CONFIG] >> 3) & 3);
      const perDegree = 131 / (1 << ((registers[GYRO_CONFIG] >> 3) & 3));
      for (let i = 0; i < 3; i++) {
        const acceleration = (accelerations[i](time) * perG) / 9806.65;
        const rotation = (rotations[i](time) * perDegree) / 1000;
        setWord(ACCEL + 2 * i, (faults.saturated >> i) & 1 ? 99999 : acceleration);
        setWord(GYRO + 2 * i, (faults.saturated >> (i + 3)) & 1 ? -99999 : rotation);
      }
      setWord(TEMPERATURE, faults.saturated & 64 ? 99999 : (around.temperature(time) - 36530) * 0.34);
      if (registers[INT_ENABLE] & 1) registers[INT_STATUS] |= 1;
    }

    function settle(time: number): void {
      if (registers[POWER] & SLEEP || time < nextAt) return;
      const ms = period();
      nextAt += Math.floor((time - nextAt) / ms) * ms;
      convert(nextAt);
      nextAt += ms;
    }

    function powerUp(time: number): void {
      for (let i = 0; i < 128; i++) registers[i] = 0;
      registers[POWER] = SLEEP;
      registers[WHO_AM_I] = faults.wrongId ? 0x70 : 0x68;
      nextAt = time + START_MS;
    }

    function setRegister(register: number, value: number, time: number): void {
      if (register === POWER && value & 0x80) powerUp(time);
      else if (register === POWER && registers[POWER] & SLEEP && !(value & SLEEP)) {
        nextAt = time + START_MS;
        registers[POWER] = value;
      } else if (register < INT_STATUS || register === POWER) registers[register] = value;
    }

    function write(bytes: Uint8Array | number[], time: number): boolean {
      settle(time);
      pointer = bytes[0] & 0x7f;
      for (let i = 1; i < bytes.length; i++) {
        setRegister(pointer, bytes[i], time);
        pointer = (pointer + 1) & 0x7f;
      }
      return true;
    }

    /** Values of a burst are of one moment [4.17]; the status is cleared by reading it [4.16]. */
    function read(into: Uint8Array, time: number): boolean {
      settle(time);
      registers[WHO_AM_I] = faults.wrongId ? 0x70 : 0x68;
      for (let i = 0; i < into.length; i++) {
        into[i] = registers[pointer];
        if (pointer === INT_STATUS) registers[INT_STATUS] = 0;
        pointer = (pointer + 1) & 0x7f;
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
