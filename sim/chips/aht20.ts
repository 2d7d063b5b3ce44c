// An Aosong AHT20, AHT10 or DHT20 as its I2C pins show it: status, calibration, measurement, CRC, times, and faults to switch on.
// Numbers in brackets are sections of the datasheet "AHT20" 1.1. Knows no driver. Fault `wrongId` it cannot have: it has no identity.
// `saturated`: temperature at its upper end, humidity at its lower one, since the upper one is 100 %.

import type { Surroundings } from '../environment/surroundings.ts';
import { createI2cChip } from './i2c-chip.ts';
import type { I2cChip } from './i2c-chip.ts';
import { codeOf } from './sensirion.ts';

export interface Aht20ChipOptions {
  readonly surroundings: Surroundings;
  /** 0x38 (default), or 0x39 for an AHT10. */
  readonly address?: number;
  /** Default 'aht20'. */
  readonly type?: 'aht10' | 'aht20' | 'dht20';
  /**
   * It comes up without its calibration: an AHT20 needs the command for it [5.4], a DHT20 three registers. An AHT10 always
   * does.
   */
  readonly needsCalibration?: boolean;
}

/** From power-up to the first command: AHT10 20 ms, AHT20 40, DHT20 100 [5.4]. */
function powerUpMs(type: string): number {
  return type === 'aht10' ? 20 : type === 'dht20' ? 100 : 40;
}
const RESET_MS = 20;
const CALIBRATE_MS = 10;
const MEASURE_MS = 80;

/**
 * Of a DHT20 [its datasheet V1.0, 7.4]: those to initialize where the status lacks one of two bits, what is in them, and how
 * long it takes to show that, by Aosong's sample program.
 */
const REGISTERS = [0x1b, 0x1c, 0x1e];
const CONTENTS = [0x0004, 0x4100, 0x0800];
const REGISTER_MS = 5;
const INITIALIZE_MS = 10;

const BUSY = 0x80;
/** Bit 4 is said to be reserved, and set on newer chips [table 9]. */
const MODE = 0x10;
const CALIBRATED = 0x08;

/** CRC-8 x^8 + x^5 + x^4 + 1, begins with 0xFF [5.4.4], bit by bit. */
function crcOf(bytes: Uint8Array, count: number): number {
  let register = 0xff;
  for (let i = 0; i < count; i++) {
    for (let bit = 7; bit >= 0; bit--) {
      const out = register >> 7;
      register = (register << 1) & 0xff;
      if (out !== ((bytes[i] >> bit) & 1)) register ^= 0x31;
    }
  }
  return register;
}

export function createAht20Chip(options: Aht20ChipOptions): I2cChip {
  const { temperature, humidity } = options.surroundings;
  const address = options.address === undefined ? 0x38 : options.address;
  const type = options.type === undefined ? 'aht20' : options.type;
  const isOld = type === 'aht10';
  const isBare = isOld || options.needsCalibration === true;
  const calibrate = isOld ? 0xe1 : type === 'aht20' ? 0xbe : -1;

  return createI2cChip(address, (faults) => {
    /** Status, humidity and temperature, CRC. */
    const frame = new Uint8Array(7);
    let silentUntil = 0;
    let busyUntil = 0;
    /** A measurement runs whose values are not in the frame yet. */
    let isMeasuring = false;
    let status = 0;
    /** The register that the next read shows, as its place above; -1: none. */
    let shown = -1;
    /** Registers initialized so far, a bit each. */
    let initialized = 0;

    function reset(): void {
      busyUntil = 0;
      isMeasuring = false;
      status = isBare ? (type === 'aht20' ? MODE : 0) : MODE | CALIBRATED;
      shown = -1;
      initialized = 0;
      for (let i = 1; i < 6; i++) frame[i] = 0;
    }

    function powerUp(time: number): void {
      silentUntil = time + powerUpMs(type);
      reset();
    }

    /** Without its calibration the chip measures, but not what is there. */
    function convert(time: number): void {
      const scale = status & CALIBRATED ? 1 : 0.5;
      const codeH = codeOf(humidity(time) * scale, 0, 100000, 0x100000);
      const codeT = codeOf(temperature(time) * scale, -50000, 150000, 0x100000);
      const h = faults.saturated & 2 ? 0 : codeH > 0xfffff ? 0xfffff : codeH;
      const t = faults.saturated & 1 || codeT > 0xfffff ? 0xfffff : codeT;
      frame[1] = h >> 12;
      frame[2] = (h >> 4) & 0xff;
      frame[3] = ((h & 15) << 4) | (t >> 16);
      frame[4] = (t >> 8) & 0xff;
      frame[5] = t & 0xff;
    }

    function advance(time: number): void {
      if (!isMeasuring || time < busyUntil) return;
      isMeasuring = false;
      convert(time);
    }

    /** @returns false when `command` is not about a register. */
    function obeyRegister(command: number, word: number, time: number): boolean {
      if (type !== 'dht20') return false;
      const at = REGISTERS.indexOf(command >= 0xb0 ? (command & 0x0f) | 0x10 : command);
      if (at < 0) return false;
      if (command < 0xb0) {
        shown = at;
        busyUntil = time + REGISTER_MS;
      } else if (word === CONTENTS[at]) {
        initialized |= 1 << at;
        if (initialized !== 7) return true;
        status = MODE | CALIBRATED;
        busyUntil = time + INITIALIZE_MS;
      }
      return true;
    }

    /** Commands with two bytes behind them. */
    function obey(command: number, second: number, third: number, time: number): void {
      if (obeyRegister(command, second * 256 + third, time) || third !== 0) return;
      if (command === calibrate && second === 0x08) {
        status |= CALIBRATED;
        busyUntil = time + CALIBRATE_MS;
      } else if (command === 0xac && second === 0x33) {
        isMeasuring = true;
        busyUntil = time + MEASURE_MS + faults.slowMs;
      }
    }

    /** Commands are acknowledged always [5.3]; what the chip does not know, or when it is busy, does nothing. */
    function write(bytes: Uint8Array | number[], time: number): boolean {
      advance(time);
      if (time < silentUntil) return false;
      if (bytes.length > 0 && bytes[0] === 0xba) {
        silentUntil = time + RESET_MS;
        reset();
      } else if (time >= busyUntil && bytes.length === 3) obey(bytes[0], bytes[1], bytes[2], time);
      return true;
    }

    /** Status and content of the register that was asked for. It takes no command at once. */
    function putRegister(into: Uint8Array, time: number): void {
      for (let i = 0; i < into.length; i++) into[i] = 0xff;
      into[0] = status;
      if (into.length > 1) into[1] = CONTENTS[shown] >> 8;
      if (into.length > 2) into[2] = CONTENTS[shown] & 0xff;
      shown = -1;
      busyUntil = time + INITIALIZE_MS;
    }

    /** A chip that is busy shows it, and what it measured before. */
    function read(into: Uint8Array, time: number): boolean {
      advance(time);
      if (time < silentUntil) return false;
      if (shown >= 0 && time >= busyUntil) {
        putRegister(into, time);
        return true;
      }
      frame[0] = status | (time < busyUntil ? BUSY : 0);
      frame[6] = isOld ? 0xff : crcOf(frame, 6) ^ (faults.badCrc ? 0x01 : 0);
      for (let i = 0; i < into.length; i++) into[i] = i < 7 ? frame[i] : 0xff;
      return true;
    }

    return { powerUp, write, read };
  });
}
