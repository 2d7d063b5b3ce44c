// A thermistor with its resistor as a pin shows it: R = R0 exp(B (1 / T - 1 / T0)). ES5 subset: runs in engines.

import type { Source } from '../environment/surroundings.ts';
import { createAnalogChip, SUPPLY_MV } from './analog-chip.ts';
import type { AnalogChip } from './analog-chip.ts';

export interface NtcChipOptions {
  /** Millidegrees Celsius. */
  readonly temperature: Source;
  /** The thermistor is between supply and pin; default: between pin and ground. */
  readonly isHigh?: boolean;
  /** Default 10000 ohms each, the thermistor's at 25 degrees; B 3950. */
  readonly seriesOhms?: number;
  readonly ohms?: number;
  readonly beta?: number;
  readonly seed: number;
}

const ZERO = 273150;
const AT = 298150;

/** @param now the world's clock. */
export function createNtcChip(options: NtcChipOptions, now: () => number): AnalogChip {
  const series = options.seriesOhms === undefined ? 10000 : options.seriesOhms;
  const at25 = options.ohms === undefined ? 10000 : options.ohms;
  const beta = options.beta === undefined ? 3950 : options.beta;
  const isHigh = options.isHigh === true;

  function millivolts(time: number): number {
    const kelvin = options.temperature(time) + ZERO;
    const ohms = at25 * Math.exp(beta * (1000 / kelvin - 1000 / AT));
    return (SUPPLY_MV * (isHigh ? series : ohms)) / (series + ohms);
  }

  return createAnalogChip(now, options.seed, isHigh ? 0 : SUPPLY_MV, millivolts);
}
