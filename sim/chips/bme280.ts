// A Bosch BME280 as its I2C pins show it: registers, modes, conversion times, filter, start-up, and faults to switch on.
// Numbers in brackets are sections of the data sheet BST-BME280-DS002. Knows no driver. Fault `badCrc` it cannot have: it sends
// none. Fault `wrongId` makes it a BMP280, which is sold in its place. What both chips have in common is here for both.

import type { Environment } from '../environment/environment.ts';
import { createRandom } from '../environment/random.ts';
import { NO_VALUE_16, NO_VALUE_20, createBme280Converter } from './bme280-converter.ts';
import type { Bme280Codes, Bme280Settings } from './bme280-converter.ts';
import { TYPICAL_TRIM, placeTrim } from './bme280-trim.ts';
import type { Bme280Trim } from './bme280-trim.ts';
import type { Faults } from './faults.ts';
import { createI2cChip } from './i2c-chip.ts';
import type { I2cChip, I2cModel } from './i2c-chip.ts';

export interface Bme280ChipOptions {
  readonly environment: Environment;
  /** 0x76 (default) or 0x77. */
  readonly address?: number;
  /** Of the noise and of how long conversions take. Default 1. */
  readonly seed?: number;
  readonly trim?: Bme280Trim;
}

const BME280_ID = 0x60;
const BMP280_ID = 0x58;

const ID = 0xd0;
const RESET = 0xe0;
const CTRL_HUM = 0xf2;
const STATUS = 0xf3;
const CTRL_MEAS = 0xf4;
const CONFIG = 0xf5;
const PRESSURE = 0xf7;
const TEMPERATURE = 0xfa;
const HUMIDITY = 0xfd;

const SLEEP = 0;
const NORMAL = 3;
/** Start-up time: nothing is acknowledged [1.1]; then the trimming values are copied, status shows it [5.4.4]. */
const SILENT_MS = 2;
const COPY_MS = 1;
/** Standby by t_sb in whole milliseconds; 0.5 and 62.5 are rounded up [5.4.6]. */
const STANDBY_MS = [1, 63, 125, 250, 500, 1000, 10, 20];
/** The BMP280's last two codes mean something else (its data sheet, table 11). */
const BMP280_STANDBY_MS = [1, 63, 125, 250, 500, 1000, 2000, 4000];
/** A chip in normal mode that nobody looked at runs its last cycles only, none longer than this without standby. */
const CYCLES_MAX = 100;
const CONVERSION_MAX_MS = 113;
/** @returns the samples averaged for a setting of 0 to 7 [5.4.3]. */
function timesOf(setting: number): number {
  return setting === 0 ? 0 : setting > 5 ? 16 : 1 << (setting - 1);
}

/** The inside of a BME280, or of the BMP280, which has no humidity. */
function createModel(options: Bme280ChipOptions, faults: Faults, hasHumidity: boolean): I2cModel {
  const trim = options.trim === undefined ? TYPICAL_TRIM : options.trim;
  const random = createRandom(options.seed === undefined ? 1 : options.seed);
  const standbyMs = hasHumidity ? STANDBY_MS : BMP280_STANDBY_MS;
  const converter = createBme280Converter(options.environment, trim, random);
  const registers = new Uint8Array(256);
  const settings: Bme280Settings = { temperature: 0, humidity: 0, pressure: 0, filter: 0 };
  const codes: Bme280Codes = { temperature: 0, humidity: 0, pressure: 0 };

  let time = 0;
  let pointer = 0;
  let silentUntil = 0;
  let copyingUntil = 0;
  let converting = false;
  let beganAt = 0;
  let endsAt = 0;
  /** Next cycle of normal mode. */
  let nextAt = 0;
  /** What was written to ctrl_meas while a conversion ran; -1: nothing. */
  let delayed = -1;
  /** The humidity setting that counts. */
  let latchedHumidity = 0;

  function setValue20(at: number, code: number): void {
    registers[at] = code >> 12;
    registers[at + 1] = (code >> 4) & 0xff;
    registers[at + 2] = (code & 15) << 4;
  }

  function show(temperature: number, humidity: number, pressure: number): void {
    setValue20(PRESSURE, pressure);
    setValue20(TEMPERATURE, temperature);
    if (!hasHumidity) return;
    registers[HUMIDITY] = humidity >> 8;
    registers[HUMIDITY + 1] = humidity & 0xff;
  }

  function resetRegisters(): void {
    registers[CTRL_HUM] = 0;
    registers[CTRL_MEAS] = 0;
    registers[CONFIG] = 0;
    show(NO_VALUE_20, NO_VALUE_16, NO_VALUE_20);
    converting = false;
    delayed = -1;
    latchedHumidity = 0;
    converter.resetFilter();
  }

  /** The power-on-reset procedure, which a soft reset runs too [5.4.2]. */
  function reset(): void {
    resetRegisters();
    silentUntil = time + SILENT_MS;
    copyingUntil = silentUntil + COPY_MS;
  }

  function begin(at: number): void {
    settings.temperature = registers[CTRL_MEAS] >> 5;
    settings.humidity = latchedHumidity;
    settings.pressure = (registers[CTRL_MEAS] >> 2) & 7;
    const timesP = timesOf(settings.pressure);
    const timesH = timesOf(settings.humidity);
    const samples = timesOf(settings.temperature) + timesP + timesH;
    const extras = (timesP > 0 ? 1 : 0) + (timesH > 0 ? 1 : 0);
    // Typical and longest time in microseconds [9.1]; a chip lies somewhere between.
    const typical = 1000 + 2000 * samples + 500 * extras;
    const spread = 250 + 300 * samples + 75 * extras;
    const lasts = typical + Math.floor((spread * random.next()) / 65535);
    converting = true;
    beganAt = at;
    endsAt = at + Math.ceil(lasts / 1000) + faults.slowMs;
  }

  /** A write to ctrl_meas takes effect, and with it what is in ctrl_hum [5.4.3]. */
  function control(value: number, at: number): void {
    registers[CTRL_MEAS] = value;
    latchedHumidity = registers[CTRL_HUM];
    if ((value & 3) !== SLEEP) begin(at);
  }

  function finish(): void {
    settings.filter = (registers[CONFIG] >> 2) & 7;
    converter.convert(beganAt, settings, faults.saturated, codes);
    show(codes.temperature, codes.humidity, codes.pressure);
    converting = false;
    if ((registers[CTRL_MEAS] & 3) === NORMAL) nextAt = endsAt + standbyMs[registers[CONFIG] >> 5];
    else registers[CTRL_MEAS] &= 0xfc;
    if (delayed >= 0) {
      const value = delayed;
      delayed = -1;
      control(value, endsAt);
    }
  }

  function isCycling(): boolean {
    return !converting && (registers[CTRL_MEAS] & 3) === NORMAL;
  }

  /** Let happen what has happened until now. */
  function advance(now: number): void {
    time = now;
    if (converting && time >= endsAt) finish();
    const recent = time - CYCLES_MAX * (CONVERSION_MAX_MS + standbyMs[registers[CONFIG] >> 5]);
    if (isCycling() && nextAt < recent) nextAt = recent;
    while (isCycling() && time >= nextAt) {
      begin(nextAt);
      if (time >= endsAt) finish();
    }
  }

  function writeSetting(register: number, value: number): void {
    if (register === CTRL_HUM && hasHumidity) registers[CTRL_HUM] = value & 7;
    else if (register === CTRL_MEAS) {
      if (converting) delayed = value;
      else control(value, time);
    }
  }

  function writeRegister(register: number, value: number): void {
    if (register === RESET && value === 0xb6) reset();
    else if (register === CONFIG && (registers[CTRL_MEAS] & 3) !== NORMAL) {
      registers[CONFIG] = value & 0xfd;
      converter.resetFilter();
    }
    // While a change of mode waits, neither of both takes another write [3.3.1].
    else if (delayed < 0) writeSetting(register, value);
  }

  function status(): number {
    // Trimming values are also copied before each conversion.
    if (time < copyingUntil || (converting && time === beganAt)) return 0x01;
    return converting ? 0x08 : 0x00;
  }

  function isTrim(register: number): boolean {
    return (register >= 0x88 && register <= 0xa1) || (register >= 0xe1 && register <= 0xf0);
  }

  function readRegister(register: number): number {
    if (register === ID) return hasHumidity === faults.wrongId ? BMP280_ID : BME280_ID;
    if (register === STATUS) return status();
    return time < copyingUntil && isTrim(register) ? 0 : registers[register];
  }

  function write(bytes: Uint8Array | number[], now: number): boolean {
    advance(now);
    // Pairs of register and value; writing does not count up [6.2.1].
    for (let i = 0; i < bytes.length; i += 2) {
      if (time < silentUntil) return false;
      pointer = bytes[i];
      if (i + 1 < bytes.length) writeRegister(pointer, bytes[i + 1]);
    }
    return true;
  }

  function read(into: Uint8Array, now: number): boolean {
    advance(now);
    if (time < silentUntil) return false;
    for (let i = 0; i < into.length; i++) {
      into[i] = readRegister(pointer);
      pointer = (pointer + 1) & 0xff;
    }
    return true;
  }

  function powerUp(now: number): void {
    advance(now);
    reset();
  }

  placeTrim(registers, trim);
  if (!hasHumidity) for (let at = 0xa1; at <= 0xe7; at++) registers[at] = 0;
  return { powerUp, write, read };
}

function addressOf(options: Bme280ChipOptions): number {
  return options.address === undefined ? 0x76 : options.address;
}

export function createBme280Chip(options: Bme280ChipOptions): I2cChip {
  return createI2cChip(addressOf(options), (faults) => createModel(options, faults, true));
}

/** A Bosch BMP280: without humidity and its registers. Fault `wrongId` makes it a BME280. */
export function createBmp280Chip(options: Bme280ChipOptions): I2cChip {
  return createI2cChip(addressOf(options), (faults) => createModel(options, faults, false));
}
