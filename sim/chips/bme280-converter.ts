// The analogue half of a simulated BME280: what its converters make of the air, with noise, resolution and filter.
// Numbers in brackets are sections of the data sheet BST-BME280-DS002. Knows no register and no time.

import type { Random } from '../../src/ports/random.ts';
import type { Air, Environment } from '../environment/environment.ts';
import { fineTemperatureOf, humidityCode, pressureCode, temperatureCode } from './bme280-inverse.ts';
import type { Bme280Trim } from './bme280-trim.ts';

/** What a channel shows that was skipped, or not yet converted. */
export const NO_VALUE_20 = 0x80000;
export const NO_VALUE_16 = 0x8000;

/** Bits of the fault that puts converters at their upper end. */
const TEMPERATURE = 1;
const HUMIDITY = 2;
const PRESSURE = 4;

/** Noise in codes (RMS) by oversampling, from the tables of 3.6 at 0.3 mK, 0.17 Pa and 0.008 % a code. */
const NOISE_T = [0, 16, 13, 10, 10, 6];
const NOISE_P = [0, 19, 15, 12, 9, 8];
const NOISE_H = [0, 9, 6, 5, 4, 3];
/** Root mean square of the sum of four random numbers, and its mean. */
const SUM_RMS = 37837;
const SUM_MEAN = 131070;

/** Register settings of one conversion, 0 to 7 each. */
export interface Bme280Settings {
  temperature: number;
  humidity: number;
  pressure: number;
  filter: number;
}

/** Codes of one conversion: 20 bits, 16 bits, 20 bits. */
export interface Bme280Codes {
  temperature: number;
  humidity: number;
  pressure: number;
}

export interface Bme280Converter {
  /** Fill `out` with what the air at `timeMs` gives. @param saturated converters at their end, see Faults. */
  convert(timeMs: number, settings: Bme280Settings, saturated: number, out: Bme280Codes): void;
  /** The next values pass the filter unchanged. */
  resetFilter(): void;
}

function limited(code: number, last: number): number {
  return code < 0 ? 0 : code > last ? last : code;
}

/** Without the filter a code has 16 bits and one more for each doubling of the oversampling [3.4.2]. */
function resolved(code: number, setting: number): number {
  const step = 1 << (5 - setting);
  return limited(Math.floor((code + step / 2) / step) * step, 0x100000 - step);
}

export function createBme280Converter(
  environment: Environment,
  trim: Bme280Trim,
  random: Random,
): Bme280Converter {
  const air: Air = { temperature: 0, humidity: 0, pressure: 0 };
  /** Memory of the filter; -1: not initialised. */
  let filteredT = -1;
  let filteredP = -1;

  function noisy(code: number, rms: number, last: number): number {
    const sum = random.next() + random.next() + random.next() + random.next();
    return limited(code + Math.floor(((sum - SUM_MEAN) * rms) / SUM_RMS + 0.5), last);
  }

  /** @returns the new memory of a filter; its first value passes unchanged [3.4.4]. */
  function filtered(memory: number, code: number, filter: number): number {
    const coefficient = 1 << limited(filter, 4);
    return memory < 0 ? code : Math.floor((memory * (coefficient - 1) + code) / coefficient);
  }

  function shown(memory: number, setting: number, filter: number): number {
    if (setting === 0) return NO_VALUE_20;
    return filter === 0 ? resolved(memory, setting) : memory;
  }

  function convert(timeMs: number, settings: Bme280Settings, saturated: number, out: Bme280Codes): void {
    const filter = settings.filter;
    const osrsT = limited(settings.temperature, 5);
    const osrsH = limited(settings.humidity, 5);
    const osrsP = limited(settings.pressure, 5);
    environment.at(timeMs, air);
    const code = temperatureCode(trim, air.temperature);
    const fine = fineTemperatureOf(trim, code);
    const codeT = noisy(code, NOISE_T[osrsT], 0xfffff);
    const codeP = noisy(pressureCode(trim, fine, air.pressure), NOISE_P[osrsP], 0xfffff);
    const codeH = noisy(humidityCode(trim, fine, air.humidity), NOISE_H[osrsH], 0xffff);
    // A skipped channel leaves its filter as it is.
    if (osrsT > 0) filteredT = filtered(filteredT, codeT, filter);
    if (osrsP > 0) filteredP = filtered(filteredP, codeP, filter);
    out.temperature = saturated & TEMPERATURE ? 0xfffff : shown(filteredT, osrsT, filter);
    out.pressure = saturated & PRESSURE ? 0xfffff : shown(filteredP, osrsP, filter);
    out.humidity = saturated & HUMIDITY ? 0xffff : osrsH === 0 ? NO_VALUE_16 : codeH;
  }

  function resetFilter(): void {
    filteredT = -1;
    filteredP = -1;
  }

  return { convert, resetFilter };
}
