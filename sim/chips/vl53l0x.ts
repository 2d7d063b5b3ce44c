// An ST VL53L0X as its I2C pins show it, as far as ST's API tells: pages of registers, reset and boot, the permanent memory, reference
// diodes, the two calibrations, measurements that take what the registers say, range status, and faults to switch on. A chip that was
// not brought up as the API does it has no valid distance. Knows no driver. Fault `badCrc` it cannot have.

import type { Surroundings } from '../environment/surroundings.ts';
import { createI2cChip } from './i2c-chip.ts';
import type { I2cChip } from './i2c-chip.ts';

export interface Vl53l0xChipOptions {
  readonly surroundings: Surroundings;
}

/** What only this chip can have. */
export interface Vl53l0xDefects {
  /** The laser does not work. */
  laser: boolean;
}

export interface Vl53l0xChip extends I2cChip {
  /** Pages 0 to 7 of 256 registers; look, but change them through the bus. */
  readonly registers: Uint8Array;
  readonly defects: Vl53l0xDefects;
}

const PAGE = 0xff;
const START = 0x00;
const SEQUENCE = 0x01;
const INT_CONFIG = 0x0a;
const INT_CLEAR = 0x0b;
const INT_STATUS = 0x13;
const RANGE_STATUS = 0x14;
const RANGE = 0x1e;
const MSRC_TIMEOUT = 0x46;
const PRE_PERIOD = 0x50;
const PRE_TIMEOUT = 0x51;
const FINAL_PERIOD = 0x70;
const FINAL_TIMEOUT = 0x71;
const NVM = 0x83;
const STOP = 0x91;
const SPAD_INFO = 0x92;
const SPAD_MAP = 0xb0;
const RESET = 0xbf;
const ID = 0xc0;

const PAGE_1 = 0x100;
const PAGE_7 = 0x700;
const BOOT_MS = 2;
const STOP_VARIABLE = 0x3c;
/** Of this chip: seven reference diodes behind the aperture, and those that are good. */
const SPADS = 0x87;
const GOOD_SPADS = [0xff, 0xdf, 0x7b, 0xff, 0xf7, 0x0f];
const CALIBRATION_MS = 8;
const NO_TARGET = 8190;

/** Range status. */
const LASER_FAILS = 2;
const NO_CALIBRATION = 3;
const NO_SIGNAL = 4;
const COMPLETE = 11;

/** @returns macro periods of an encoded timeout. */
function periodsOf(high: number, low: number): number {
  return low * (1 << (high & 15)) + 1;
}

export function createVl53l0xChip(options: Vl53l0xChipOptions): Vl53l0xChip {
  const distance = options.surroundings.distance;
  const registers = new Uint8Array(2048);
  const defects: Vl53l0xDefects = { laser: false };

  const chip = createI2cChip(0x29, (faults) => {
    let page = 0;
    let pointer = 0;
    let silentUntil = 0;
    let isHeld = false;
    let endsAt = 0;
    let isBusy = false;
    let nvmAt = 0;
    let hasVoltage = false;
    let hasPhase = false;

    function loadDefaults(): void {
      for (let i = 0; i < 2048; i++) registers[i] = 0;
      registers[ID] = 0xee;
      registers[ID + 1] = 0xaa;
      registers[ID + 2] = 0x10;
      registers[SEQUENCE] = 0xff;
      registers[RESET] = 1;
      registers[PAGE_1 + STOP] = STOP_VARIABLE;
      for (let i = 0; i < 6; i++) registers[SPAD_MAP + i] = GOOD_SPADS[i];
      page = 0;
      isBusy = false;
      hasVoltage = false;
      hasPhase = false;
    }

    function powerUp(time: number): void {
      loadDefaults();
      isHeld = false;
      nvmAt = time;
      silentUntil = time + BOOT_MS;
    }

    /** @returns nanoseconds of one macro period. @param code pulse period, halved, less one. */
    function macroPeriod(code: number): number {
      return 2304 * (code + 1) * 2 * 1.655;
    }

    /** @returns whole milliseconds of a measurement by the steps that are on. */
    function duration(): number {
      const steps = registers[SEQUENCE];
      const pre = periodsOf(registers[PRE_TIMEOUT], registers[PRE_TIMEOUT + 1]);
      const all = periodsOf(registers[FINAL_TIMEOUT], registers[FINAL_TIMEOUT + 1]);
      const prePeriod = macroPeriod(registers[PRE_PERIOD]) / 1000;
      const check = (registers[MSRC_TIMEOUT] + 1) * prePeriod;
      let us = 1910 + 960;
      if (steps & 16) us += check + 590;
      if (steps & 8) us += 2 * (check + 690);
      else if (steps & 4) us += check + 660;
      if (steps & 64) us += pre * prePeriod + 660;
      if (steps & 128) us += ((all - pre) * macroPeriod(registers[FINAL_PERIOD])) / 1000 + 550;
      return Math.floor(us / 1000 + 0.999);
    }

    /** @returns whether as many diodes are on as the memory says, and none before the aperture's first. */
    function hasSpads(): boolean {
      let count = 0;
      for (let i = 0; i < 48; i++) {
        if (!((registers[SPAD_MAP + (i >> 3)] >> (i & 7)) & 1)) continue;
        if (i < 12) return false;
        count++;
      }
      return count === (SPADS & 0x7f);
    }

    function statusOf(mm: number): number {
      if (defects.laser) return LASER_FAILS;
      if (!hasVoltage || !hasPhase) return NO_CALIBRATION;
      return mm < 0 || mm > 2000 || !hasSpads() ? NO_SIGNAL : COMPLETE;
    }

    function finish(time: number): void {
      const steps = registers[SEQUENCE];
      const mm = Math.floor(distance(time) + 0.5);
      const status = statusOf(mm);
      const shown = status === COMPLETE && !faults.saturated ? mm : NO_TARGET;
      isBusy = false;
      registers[INT_STATUS] = registers[INT_CONFIG] & 7;
      if (steps === 1) hasVoltage = true;
      else if (steps === 2) hasPhase = true;
      else {
        registers[RANGE_STATUS] = (status << 3) | 1;
        registers[RANGE] = shown >> 8;
        registers[RANGE + 1] = shown & 0xff;
      }
    }

    function settle(time: number): void {
      if (isBusy && time >= endsAt) finish(endsAt);
    }

    /** The voltage is calibrated only with bit 6; nothing starts without what the chip has under its stop variable. */
    function start(value: number, time: number): void {
      if (!(value & 1) || registers[PAGE_1 + STOP] !== STOP_VARIABLE) return;
      if (registers[SEQUENCE] === 1 && !(value & 0x40)) return;
      isBusy = true;
      endsAt = time + (registers[SEQUENCE] < 4 ? CALIBRATION_MS : duration()) + faults.slowMs;
    }

    function reset(value: number, time: number): void {
      if (value & 1) {
        if (isHeld) powerUp(time);
      } else {
        loadDefaults();
        isHeld = true;
        registers[ID] = 0;
        registers[ID + 1] = 0;
        registers[ID + 2] = 0;
      }
    }

    function setFirstPage(register: number, value: number, time: number): void {
      if (register === RESET) reset(value, time);
      else if (register === START) start(value, time);
      else if (register === INT_CLEAR) registers[INT_STATUS] = 0;
      else if (register < ID && (register < INT_STATUS || register > RANGE + 1)) registers[register] = value;
    }

    function setRegister(register: number, value: number, time: number): void {
      if (register === PAGE) page = value & 7;
      else if (page === 0) setFirstPage(register, value, time);
      else if (page === 7 && register === NVM && value === 0) {
        nvmAt = time + 1 + faults.slowMs;
        registers[PAGE_7 + NVM] = 0;
      } else registers[page * 256 + register] = value;
    }

    function write(bytes: Uint8Array | number[], time: number): boolean {
      if (time < silentUntil) return false;
      settle(time);
      pointer = bytes[0];
      for (let i = 1; i < bytes.length; i++) {
        if (!isHeld || pointer === RESET) setRegister(pointer, bytes[i], time);
        pointer = (pointer + 1) & 0xff;
      }
      return true;
    }

    function shown(register: number, time: number): number {
      const isLoaded = page === 7 && registers[PAGE_7 + 0x94] === 0x6b && time >= nvmAt;
      if (isLoaded && register === NVM && registers[PAGE_7 + NVM] === 0) return 0x10;
      if (isLoaded && register === SPAD_INFO) return SPADS;
      return registers[page * 256 + register];
    }

    function read(into: Uint8Array, time: number): boolean {
      if (time < silentUntil) return false;
      settle(time);
      if (!isHeld) registers[ID] = faults.wrongId ? 0xea : 0xee;
      for (let i = 0; i < into.length; i++) {
        into[i] = shown(pointer, time);
        pointer = (pointer + 1) & 0xff;
      }
      return true;
    }

    return { powerUp, write, read };
  });

  return {
    registers,
    defects,
    address: chip.address,
    faults: chip.faults,
    write: chip.write,
    read: chip.read,
    brownOut: chip.brownOut,
  };
}
