// A Sensirion SHT3x as its I2C pins show it: single and periodic measurements, status, heater, CRCs, times, and faults to switch
// on. Numbers in brackets are sections of the datasheet "SHT3x-DIS" 7. Knows no driver. Fault `wrongId` it cannot have: it has no identity.
// `saturated`: temperature at its upper end, humidity at its lower one, since the upper one is 100 %.

import type { Surroundings } from '../environment/surroundings.ts';
import { createI2cChip } from './i2c-chip.ts';
import type { I2cChip } from './i2c-chip.ts';
import { codeOf, putWord } from './sensirion.ts';

export interface Sht3xChipOptions {
  readonly surroundings: Surroundings;
  /** 0x44 (default) or 0x45. */
  readonly address?: number;
}

/** Time from power-up or reset to idle, and between commands [2.2, 4.1], rounded up. */
const SILENT_MS = 2;
const COMMAND_MS = 1;
/** Single measurements without and with clock stretching [4.3], by repeatability; their longest times, rounded up [2.2]. */
const SINGLE = [0x2400, 0x240b, 0x2416, 0x2c06, 0x2c0d, 0x2c10];
const SINGLE_MS = [16, 7, 5, 16, 7, 5];
/** Periodic ones [4.5], the last is "accelerated response time" [4.7], and their periods. */
const PERIODIC = [
  0x2032, 0x2024, 0x202f, 0x2130, 0x2126, 0x212d, 0x2236, 0x2220, 0x222b, 0x2334, 0x2322, 0x2329, 0x2737,
  0x2721, 0x272a, 0x2b32,
];
const PERIODIC_MS = [2000, 2000, 2000, 1000, 1000, 1000, 500, 500, 500, 250, 250, 250, 100, 100, 100, 250];

/** Status [4.11]. */
const ALERT = 0x8000;
const HEATER = 0x2000;
const RESET = 0x0010;
const REFUSED = 0x0002;

const enum Content {
  Nothing,
  Values,
  Status,
}

export function createSht3xChip(options: Sht3xChipOptions): I2cChip {
  const { temperature, humidity } = options.surroundings;
  const address = options.address === undefined ? 0x44 : options.address;

  return createI2cChip(address, (faults) => {
    let silentUntil = 0;
    let busyUntil = 0;
    /** Of periodic measurements; 0: there are none. */
    let periodMs = 0;
    let nextAt = 0;
    let status = 0;
    let content = Content.Nothing;
    let codeT = 0;
    let codeH = 0;

    function powerUp(time: number): void {
      silentUntil = time + SILENT_MS;
      busyUntil = 0;
      periodMs = 0;
      content = Content.Nothing;
      status = ALERT | RESET;
    }

    function convert(time: number): void {
      codeT = faults.saturated & 1 ? 0xffff : codeOf(temperature(time), -45000, 130000, 0xffff);
      codeH = faults.saturated & 2 ? 0 : codeOf(humidity(time), 0, 100000, 0xffff);
    }

    function single(time: number, ms: number): void {
      convert(time);
      busyUntil = time + ms + faults.slowMs;
      content = Content.Values;
    }

    function begin(time: number, ms: number): void {
      periodMs = ms;
      nextAt = time + ms;
      content = Content.Nothing;
    }

    /** A fetch takes what the last period gave; without data the read is not acknowledged [4.6]. */
    function fetchPeriodic(time: number): void {
      content = Content.Nothing;
      if (periodMs === 0 || time < nextAt) return;
      convert(time);
      nextAt = time + periodMs;
      content = Content.Values;
    }

    /** Commands for idle and for periodic mode alike. @returns false where there is no such. */
    function control(command: number, time: number): boolean {
      if (command === 0xf32d) content = Content.Status;
      else if (command === 0x3041) status &= 0x7fff & ~RESET;
      else if (command === 0x306d) status |= HEATER;
      else if (command === 0x3066) status &= ~HEATER;
      else if (command === 0xe000) fetchPeriodic(time);
      else if (command === 0x3093) begin(time, 0);
      else return false;
      return true;
    }

    function start(command: number, time: number): boolean {
      const one = SINGLE.indexOf(command);
      const many = PERIODIC.indexOf(command);
      if (one >= 0) single(time, SINGLE_MS[one]);
      else if (many >= 0) begin(time, PERIODIC_MS[many]);
      else if (command === 0x30a2) powerUp(time);
      else return false;
      return true;
    }

    /** In periodic mode only its commands, and the break, are taken [4.5]. */
    function obey(command: number, time: number): boolean {
      if (!control(command, time) && (periodMs > 0 || !start(command, time))) {
        status |= REFUSED;
        return false;
      }
      status &= ~REFUSED;
      return true;
    }

    /** While a measurement runs nothing is acknowledged [4.2]. */
    function write(bytes: Uint8Array | number[], time: number): boolean {
      if (time < silentUntil || time < busyUntil || bytes.length !== 2) return false;
      const command = bytes[0] * 256 + bytes[1];
      // It can be looked at without a wait, and shows what became of the command before.
      if (command === 0xf32d) return control(command, time);
      if (!obey(command, time)) return false;
      if (busyUntil < time + COMMAND_MS) busyUntil = time + COMMAND_MS;
      return true;
    }

    function read(into: Uint8Array, time: number): boolean {
      if (time < silentUntil || time < busyUntil || content === Content.Nothing) return false;
      const isStatus = content === Content.Status;
      putWord(into, 0, isStatus ? status : codeT, faults.badCrc);
      if (!isStatus) putWord(into, 3, codeH, false);
      content = Content.Nothing;
      return true;
    }

    return { powerUp, write, read };
  });
}
