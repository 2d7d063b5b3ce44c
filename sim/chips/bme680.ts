// A Bosch BME680 or BME688 as its I2C pins show it: registers, forced mode, conversion and heating times, filter, start-up, and faults
// to switch on. Numbers in brackets are sections of the data sheet BST-BME680-DS001. Knows no driver. Fault `badCrc` it cannot have:
// it sends none. Fault `wrongId` makes it a BME280. Of the BME688's modes it has the forced one only.

import type { Surroundings } from '../environment/surroundings.ts';
import {
  TYPICAL_BME680,
  fineOf,
  gasCode,
  heaterTemperatureOf,
  humidityCode,
  placeBme680Trim,
  pressureCode,
  temperatureCode,
} from './bme680-inverse.ts';
import type { Bme680Trim } from './bme680-inverse.ts';
import { createI2cChip } from './i2c-chip.ts';
import type { I2cChip } from './i2c-chip.ts';

export interface Bme680ChipOptions {
  readonly surroundings: Surroundings;
  /** 0x76 (default) or 0x77. */
  readonly address?: number;
  readonly trim?: Bme680Trim;
  /** A BME688, whose gas converter is another. */
  readonly isBme688?: boolean;
}

/** What a test can look at, and break. */
export interface Bme680Chip extends I2cChip {
  /** The plate does not get warm. */
  brokenHeater: boolean;
  /** Degrees that the plate had in the last conversion. */
  readonly heated: () => number;
}

const STATUS = 0x1d;
const PRESSURE = 0x1f;
const TEMPERATURE = 0x22;
const HUMIDITY = 0x25;
const GAS_LOW = 0x2a;
const GAS_HIGH = 0x2c;
const RES_HEAT = 0x5a;
const GAS_WAIT = 0x64;
const CTRL_GAS_0 = 0x70;
const CTRL_GAS_1 = 0x71;
const CTRL_HUM = 0x72;
const CTRL_MEAS = 0x74;
const CONFIG = 0x75;
const ID = 0xd0;
const RESET = 0xe0;
const VARIANT = 0xf0;

/** Nothing is acknowledged while the chip starts [1.1]. */
const SILENT_MS = 2;
const NEW_DATA = 0x80;
const GAS_MEASURING = 0x40;
const MEASURING = 0x20;
const GAS_VALID = 0x20;
const HEAT_STABLE = 0x10;
/** The plate takes so long to be as hot as asked for [3.3.5]. */
const HEATING_MS = 25;

function timesOf(setting: number): number {
  return setting === 0 ? 0 : setting > 5 ? 16 : 1 << (setting - 1);
}

export function createBme680Chip(options: Bme680ChipOptions): Bme680Chip {
  const trim = options.trim === undefined ? TYPICAL_BME680 : options.trim;
  const isHigh = options.isBme688 === true;
  const world = options.surroundings;
  const registers = new Uint8Array(256);
  let heated = 0;

  const chip = createI2cChip(options.address === undefined ? 0x76 : options.address, (faults) => {
    let pointer = 0;
    let silentUntil = 0;
    let beganAt = 0;
    let gasAt = 0;
    let endsAt = 0;
    let converting = false;
    let index = 0;
    /** Memory of the filter; -1: not initialised. */
    let filteredT = -1;
    let filteredP = -1;

    function set20(at: number, code: number): void {
      registers[at] = code >> 12;
      registers[at + 1] = (code >> 4) & 0xff;
      registers[at + 2] = (code & 15) << 4;
    }

    function powerUp(time: number): void {
      for (let at = STATUS; at <= CONFIG; at++) registers[at] = 0;
      set20(PRESSURE, 0x80000);
      set20(TEMPERATURE, 0x80000);
      registers[HUMIDITY] = 0x80;
      converting = false;
      index = 0;
      filteredT = -1;
      filteredP = -1;
      silentUntil = time + SILENT_MS;
    }

    /** @returns milliseconds: six bits, times 1, 4, 16 or 64 [5.3.3]. */
    function waitOf(code: number): number {
      return (code & 63) << ((code >> 6) * 2);
    }

    function runsGas(): boolean {
      return (registers[CTRL_GAS_1] & (isHigh ? 0x20 : 0x10)) !== 0;
    }

    function begin(time: number): void {
      const samples =
        timesOf(registers[CTRL_MEAS] >> 5) +
        timesOf((registers[CTRL_MEAS] >> 2) & 7) +
        timesOf(registers[CTRL_HUM] & 7);
      // 1963 us a sample, 477 for each switch, 1000 to wake up.
      const air = 1000 + 1963 * samples + 4 * 477;
      converting = true;
      beganAt = time;
      gasAt = time + Math.ceil(air / 1000);
      endsAt = runsGas()
        ? time + Math.ceil((air + 5 * 477) / 1000) + waitOf(registers[GAS_WAIT])
        : time + Math.ceil(air / 1000);
      endsAt += faults.slowMs;
      registers[STATUS] = 0;
    }

    /** @returns the new memory of a filter; its first value passes unchanged [3.2.3]. */
    function filtered(memory: number, code: number): number {
      const coefficient = (1 << ((registers[CONFIG] >> 2) & 7)) - 1;
      return memory < 0 ? code : Math.floor((memory * coefficient + code) / (coefficient + 1));
    }

    /** Without the filter a code has 16 bits and one more for each doubling of the oversampling [3.2.1]. */
    function shown(memory: number, setting: number): number {
      if (setting === 0) return 0x80000;
      if ((registers[CONFIG] & 0x1c) !== 0) return memory;
      const step = 1 << (5 - (setting > 5 ? 5 : setting));
      const code = Math.floor((memory + step / 2) / step) * step;
      return code > 0xfffff ? 0x100000 - step : code;
    }

    function convertAir(): void {
      const code = temperatureCode(trim, world.temperature(beganAt));
      const fine = fineOf(trim, code);
      const setT = registers[CTRL_MEAS] >> 5;
      const setP = (registers[CTRL_MEAS] >> 2) & 7;
      filteredT = filtered(filteredT, code);
      filteredP = filtered(filteredP, pressureCode(trim, fine, world.pressure(beganAt)));
      set20(TEMPERATURE, faults.saturated & 1 ? 0xfffff : shown(filteredT, setT));
      set20(PRESSURE, faults.saturated & 4 ? 0xfffff : shown(filteredP, setP));
      const codeH = faults.saturated & 2 ? 0xffff : humidityCode(trim, fine, world.humidity(beganAt));
      const isSkipped = (registers[CTRL_HUM] & 7) === 0;
      registers[HUMIDITY] = isSkipped ? 0x80 : codeH >> 8;
      registers[HUMIDITY + 1] = isSkipped ? 0 : codeH & 0xff;
    }

    function convertGas(): void {
      const at = isHigh ? GAS_HIGH : GAS_LOW;
      const isHeated = (registers[CTRL_GAS_0] & 8) === 0 && !chip.brokenHeater;
      registers[at] = 0;
      registers[at + 1] = 0;
      heated = 0;
      if (!runsGas()) return;
      if (isHeated) {
        heated = heaterTemperatureOf(trim, registers[RES_HEAT], world.temperature(beganAt) / 1000);
      }
      const isStable = heated > 150 && waitOf(registers[GAS_WAIT]) >= HEATING_MS;
      // A plate that is not hot has more resistance.
      const ohms = world.gasResistance(beganAt) * (isStable ? 1 : 3);
      const code = faults.saturated & 8 ? 0x3fff : gasCode(trim, isHigh, ohms);
      registers[at] = (code >> 2) & 0xff;
      registers[at + 1] = ((code & 3) << 6) | GAS_VALID | (isStable ? HEAT_STABLE : 0) | (code >> 10);
    }

    function advance(time: number): void {
      if (!converting || time < endsAt) return;
      converting = false;
      convertAir();
      convertGas();
      registers[STATUS] = NEW_DATA;
      registers[STATUS + 1] = index;
      index = (index + 1) & 0xff;
      registers[CTRL_MEAS] &= 0xfc;
    }

    function writeRegister(register: number, value: number, time: number): void {
      if (register === RESET && value === 0xb6) powerUp(time);
      else if (register === CTRL_MEAS) {
        registers[CTRL_MEAS] = value;
        if ((value & 3) === 1 && !converting) begin(time);
      } else if (register === CTRL_HUM) registers[CTRL_HUM] = value & 0x47;
      else if (register === CONFIG) registers[CONFIG] = value & 0x1d;
      else if (register >= 0x50 && register <= CTRL_GAS_1) registers[register] = value;
    }

    function readRegister(register: number, time: number): number {
      if (register === ID) return faults.wrongId ? 0x60 : 0x61;
      if (register === VARIANT) return isHigh ? 1 : 0;
      if (register !== STATUS || !converting) return registers[register];
      return time >= gasAt && runsGas() ? GAS_MEASURING | MEASURING : MEASURING;
    }

    function write(bytes: Uint8Array | number[], time: number): boolean {
      advance(time);
      // Pairs of register and value; writing does not count up [6.2].
      for (let i = 0; i < bytes.length; i += 2) {
        if (time < silentUntil) return false;
        pointer = bytes[i];
        if (i + 1 < bytes.length) writeRegister(pointer, bytes[i + 1], time);
      }
      return true;
    }

    function read(into: Uint8Array, time: number): boolean {
      advance(time);
      if (time < silentUntil) return false;
      for (let i = 0; i < into.length; i++) {
        into[i] = readRegister(pointer, time);
        pointer = (pointer + 1) & 0xff;
      }
      return true;
    }

    placeBme680Trim(registers, trim);
    return { powerUp, write, read };
  }) as Bme680Chip;

  chip.brokenHeater = false;
  (chip as { heated: () => number }).heated = () => heated;
  return chip;
}
