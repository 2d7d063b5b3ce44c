// A ScioSense CCS811 as its I2C pins show it: boot and application, mailboxes, its own measurements, errors, and faults to switch on.
// After the datasheet SC-001232-DS, revision 2. Knows no driver. Fault `badCrc` it cannot have: it sends none. Of the boot loader it
// has what starts the application; new programs are not taken.

import type { Surroundings } from '../environment/surroundings.ts';
import { createI2cChip } from './i2c-chip.ts';
import type { I2cChip } from './i2c-chip.ts';

export interface Ccs811ChipOptions {
  readonly surroundings: Surroundings;
  /** 0x5A (default) or 0x5B. */
  readonly address?: number;
}

/** What a test can look at, and break. */
export interface Ccs811Chip extends I2cChip {
  /** Bits of ERROR_ID that come with each measurement: 0x08 resistance, 0x10 heater current, 0x20 heater voltage. */
  failing: number;
  /** There is no application in its memory. */
  empty: boolean;
  /** ENV_DATA as written. */
  readonly environment: Uint8Array;
  /** So many starts of the application. */
  starts: number;
}

const STATUS = 0x00;
const MEAS_MODE = 0x01;
const ALG_RESULT_DATA = 0x02;
const RAW_DATA = 0x03;
const ENV_DATA = 0x05;
const HW_ID = 0x20;
const HW_VERSION = 0x21;
const FW_APP_VERSION = 0x24;
/** From HW_VERSION to FW_APP_VERSION: hardware 1.2, boot loader 1.0, application 2.0; first bytes are the low ones here. */
const VERSIONS = [0x12, 0, 0x10, 0x20];
const ERROR_ID = 0xe0;
const APP_START = 0xf4;
const SW_RESET = 0xff;

const FW_MODE = 0x80;
const APP_VALID = 0x10;
const DATA_READY = 0x08;
const ERROR = 0x01;

const WRITE_REG_INVALID = 0x01;
const READ_REG_INVALID = 0x02;
const MEASMODE_INVALID = 0x04;

/** Nothing is acknowledged for so long: after power-up, a reset, and the start of the application. */
const POWER_UP_MS = 20;
const RESET_MS = 2;
const APP_START_MS = 1;
/** From measurement to measurement, by DRIVE_MODE; mode 4 gives raw data only. */
const INTERVALS_MS = [0, 1000, 10000, 60000, 250];
const COOKIE = [SW_RESET, 0x11, 0xe5, 0x72, 0x8a];

function cut(value: number, min: number, max: number): number {
  return value < min ? min : value > max ? max : Math.floor(value);
}

export function createCcs811Chip(options: Ccs811ChipOptions): Ccs811Chip {
  const { co2, tvoc } = options.surroundings;
  const environment = new Uint8Array(4);

  const chip = createI2cChip(options.address === undefined ? 0x5a : options.address, (faults) => {
    const result = new Uint8Array(8);
    let mailbox = 0;
    let isApp = false;
    let silentUntil = 0;
    let mode = 0;
    /** When the last measurement was, or the mode set. */
    let measuredAt = 0;
    let isReady = false;
    let error = 0;

    function restart(time: number, ms: number): void {
      isApp = false;
      mode = 0;
      isReady = false;
      error = 0;
      silentUntil = time + ms;
      for (let i = 0; i < 8; i++) result[i] = 0xfd;
      // 50 %, 25 degrees.
      environment[0] = 0x64;
      environment[1] = 0;
      environment[2] = 0x64;
      environment[3] = 0;
    }

    function status(): number {
      return (
        (isApp ? FW_MODE : 0) |
        (chip.empty ? 0 : APP_VALID) |
        (isReady ? DATA_READY : 0) |
        (error ? ERROR : 0)
      );
    }

    /** Let happen what has happened until now: the last of its measurements is enough. */
    function advance(time: number): void {
      const interval = INTERVALS_MS[mode >> 4] + faults.slowMs;
      if (!isApp || mode >> 4 === 0 || time < measuredAt + interval) return;
      measuredAt += Math.floor((time - measuredAt) / interval) * interval;
      isReady = true;
      error |= chip.failing;
      const eco2 = faults.saturated & 1 ? 29206 : cut(co2(measuredAt), 400, 29206);
      const compounds = faults.saturated & 2 ? 32768 : cut(tvoc(measuredAt), 0, 32768);
      if (mode >> 4 === 4) return;
      result[0] = eco2 >> 8;
      result[1] = eco2 & 0xff;
      result[2] = compounds >> 8;
      result[3] = compounds & 0xff;
      result[6] = 0x2c;
      result[7] = 0x41;
    }

    function isCookie(bytes: Uint8Array | number[]): boolean {
      for (let i = 0; i < 5; i++) if (bytes[i] !== COOKIE[i]) return false;
      return bytes.length === 5;
    }

    function startApp(time: number): void {
      isApp = !chip.empty;
      if (isApp) chip.starts++;
      silentUntil = time + APP_START_MS;
    }

    function writeApp(bytes: Uint8Array | number[], time: number): void {
      if (!isApp) error |= WRITE_REG_INVALID;
      else if (mailbox === MEAS_MODE && bytes.length === 2) {
        if (bytes[1] >> 4 > 4) error |= MEASMODE_INVALID;
        else {
          mode = bytes[1] & 0x7c;
          measuredAt = time;
        }
      } else if (mailbox === ENV_DATA && bytes.length === 5) {
        for (let i = 0; i < 4; i++) environment[i] = bytes[i + 1];
      } else error |= WRITE_REG_INVALID;
    }

    function write(bytes: Uint8Array | number[], time: number): boolean {
      if (time < silentUntil) return false;
      advance(time);
      mailbox = bytes[0];
      if (mailbox === SW_RESET && isCookie(bytes)) restart(time, RESET_MS);
      else if (bytes.length > 1) writeApp(bytes, time);
      else if (mailbox === APP_START && !isApp) startApp(time);
      return true;
    }

    /** @returns byte `i` of the application's mailboxes; -1 where there is no such one. */
    function appByteOf(i: number): number {
      if (mailbox === MEAS_MODE) return mode;
      if (mailbox === RAW_DATA) return result[6 + (i & 1)];
      return mailbox === ALG_RESULT_DATA ? result[i & 7] : -1;
    }

    function byteOf(i: number): number {
      if (mailbox === STATUS) return status();
      if (mailbox === HW_ID) return faults.wrongId ? 0x5f : 0x81;
      if (mailbox >= HW_VERSION && mailbox <= FW_APP_VERSION) {
        return VERSIONS[mailbox - HW_VERSION] >> (i * 8);
      }
      if (mailbox === ERROR_ID) return error;
      return isApp ? appByteOf(i) : -1;
    }

    function read(into: Uint8Array, time: number): boolean {
      if (time < silentUntil) return false;
      advance(time);
      result[4] = status();
      result[5] = error;
      let isKnown = true;
      for (let i = 0; i < into.length; i++) {
        const byte = byteOf(i);
        isKnown = isKnown && byte >= 0;
        into[i] = byte < 0 ? 0 : byte;
      }
      if (!isKnown) error |= READ_REG_INVALID;
      // Looking makes it forget [STATUS].
      if (mailbox === ALG_RESULT_DATA) isReady = false;
      if (mailbox === ERROR_ID) error = 0;
      return true;
    }

    return { powerUp: (time) => restart(time, POWER_UP_MS), write, read };
  }) as Ccs811Chip;

  chip.failing = 0;
  chip.empty = false;
  chip.starts = 0;
  (chip as { environment: Uint8Array }).environment = environment;
  return chip;
}
