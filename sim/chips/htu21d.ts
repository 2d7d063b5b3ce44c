// A TE HTU21D or a Silicon Labs Si7021 as its I2C pins show it: measurements, user register, heater, serial number, times, CRCs, and faults
// to switch on. From the datasheets "HTU21D(F)" HPC199 and "Si7021-A20" 1.2. Knows no driver. `wrongId`: a chip of another kind
// at its address, whose registers hold something else.

import type { Surroundings } from '../environment/surroundings.ts';
import { createI2cChip } from './i2c-chip.ts';
import type { I2cChip } from './i2c-chip.ts';
import { codeOf } from './sensirion.ts';

export interface Htu21dChipOptions {
  readonly surroundings: Surroundings;
  /** Default 'htu21d'. */
  readonly type?: 'htu21d' | 'si7021';
  /** What the two lowest bits of each value are, as clones have them. Left out: as the datasheets say, 0 and 2. */
  readonly status?: number;
}

const RESET_MS = 15;
/** By resolution, bits 7 and 0 of the user register: bits of humidity and temperature, and longest times, rounded up. */
const BITS_H = [12, 8, 10, 11];
const BITS_T = [14, 12, 13, 11];
const HTU_H_MS = [16, 3, 5, 8];
const HTU_T_MS = [50, 13, 25, 7];
/** A Si7021 measures the temperature with each humidity. */
const SI_H_MS = [23, 7, 11, 10];
const SI_T_MS = [11, 4, 7, 3];

const RESOLUTION = 0x81;
const HEATER = 0x04;
/** What the heater does to the chip: TE says 0.5 to 1.5 degrees. */
const HEATED_BY = 1500;
/** Serial numbers by command, and the CRCs come from the chip. */
const SERIAL_A = 0x0f4e91c3;
const SERIAL_B = 0x32a1b2c3;

const enum Content {
  Nothing,
  Value,
  User,
  SerialA,
  SerialB,
}

/** CRC-8 x^8 + x^5 + x^4 + 1 that begins with 0, bit by bit: 0x683A gives 0x7C. */
function crcOf(word: number): number {
  let register = 0;
  for (let bit = 15; bit >= 0; bit--) {
    const out = register >> 7;
    register = (register << 1) & 0xff;
    if (out !== ((word >> bit) & 1)) register ^= 0x31;
  }
  return register;
}

export function createHtu21dChip(options: Htu21dChipOptions): I2cChip {
  const { temperature, humidity } = options.surroundings;
  const isSi = options.type === 'si7021';
  const msT = isSi ? SI_T_MS : HTU_T_MS;
  const msH = isSi ? SI_H_MS : HTU_H_MS;
  const userReset = isSi ? 0x3a : 0x02;

  return createI2cChip(0x40, (faults) => {
    let user = 0;
    let silentUntil = 0;
    let busyUntil = 0;
    let content = Content.Nothing;
    let word = 0;

    function reset(time: number, ms: number): void {
      silentUntil = time + ms;
      busyUntil = 0;
      content = Content.Nothing;
    }

    function powerUp(time: number): void {
      reset(time, isSi ? 80 : 15);
      user = userReset;
    }

    function resolution(): number {
      return ((user >> 6) & 2) | (user & 1);
    }

    function heat(): number {
      return user & HEATER ? HEATED_BY : 0;
    }

    /** @returns a value of so many bits at the upper end of its word, and its status below. */
    function wordOf(value: number, min: number, max: number, bits: number, status: number): number {
      const steps = 1 << bits;
      const code = codeOf(value, min, max, steps);
      const word = (code === steps ? steps - 1 : code) << (16 - bits);
      return (word & 0xfffc) | status;
    }

    function convert(ms: number, time: number, value: number): boolean {
      const status = options.status;
      busyUntil = time + ms + faults.slowMs;
      content = Content.Value;
      word = status === undefined ? value : (value & 0xfffc) | status;
      return true;
    }

    function convertT(time: number): boolean {
      const at = resolution();
      const t = temperature(time) + heat();
      const value = wordOf(t, -46850, 128870, BITS_T[at], 0);
      return convert(msT[at], time, faults.saturated & 1 ? 0xfffc : value);
    }

    function convertH(time: number): boolean {
      const at = resolution();
      // The same water in warmer air: about 6 % of the value a degree.
      const h = humidity(time) * (1 - heat() * 0.00006);
      const value = wordOf(h, -6000, 119000, BITS_H[at], 2);
      return convert(msH[at], time, faults.saturated & 2 ? 0xfffe : value);
    }

    function command(code: number, time: number): boolean {
      if (code === 0xe3 || code === 0xf3) return convertT(time);
      if (code === 0xe5 || code === 0xf5) return convertH(time);
      if (code === 0xe7) content = Content.User;
      // The heater stays as it is.
      else if (code === 0xfe) {
        user = (userReset & ~HEATER) | (user & HEATER);
        reset(time, RESET_MS);
      } else return false;
      return true;
    }

    function longCommand(code: number, second: number): boolean {
      if (code === 0xe6) user = (user & ~(RESOLUTION | HEATER | 2)) | (second & (RESOLUTION | HEATER | 2));
      else if (code === 0xfa && second === 0x0f) content = Content.SerialA;
      else if (code === 0xfc && second === 0xc9) content = Content.SerialB;
      else return false;
      return true;
    }

    /** What measures acknowledges nothing. */
    function write(bytes: Uint8Array | number[], time: number): boolean {
      if (time < silentUntil || time < busyUntil) return false;
      if (faults.wrongId) return true;
      content = Content.Nothing;
      if (bytes.length === 1) return command(bytes[0], time);
      return bytes.length === 2 && longCommand(bytes[0], bytes[1]);
    }

    function put(into: Uint8Array, at: number, value: number): void {
      if (at < into.length) into[at] = value;
    }

    /** Half of a serial number: A has a CRC behind each byte, B behind each two. */
    function putSerial(into: Uint8Array): void {
      for (let i = 0; i < 4; i++) {
        const isA = content === Content.SerialA;
        const value = ((isA ? SERIAL_A : SERIAL_B) >> (24 - 8 * i)) & 0xff;
        put(into, isA ? i * 2 : i + (i >> 1), value);
        if (isA) put(into, i * 2 + 1, crcOf(value));
      }
      if (content === Content.SerialB) {
        put(into, 2, crcOf(SERIAL_B >> 16));
        put(into, 5, crcOf(SERIAL_B & 0xffff));
      }
    }

    function read(into: Uint8Array, time: number): boolean {
      if (time < silentUntil || time < busyUntil) return false;
      if (faults.wrongId) {
        // The configuration of an INA219.
        for (let i = 0; i < into.length; i++) into[i] = i & 1 ? 0x9f : 0x39;
        return true;
      }
      if (content === Content.Nothing) return false;
      if (content === Content.User) put(into, 0, user);
      else if (content === Content.Value) {
        put(into, 0, word >> 8);
        put(into, 1, word & 0xff);
        put(into, 2, crcOf(word) ^ (faults.badCrc ? 0x10 : 0));
      } else putSerial(into);
      content = Content.Nothing;
      return true;
    }

    return { powerUp, write, read };
  });
}
