// A battery through a divider at an analogue input: its voltage, and what is left in it by the curve of its chemistry. That is an
// estimate: load, cold and age move the voltage. It has no identity; what cannot be this battery is Code.Fault.

import { Code } from '../ports/codes.ts';
import type { AnalogInput } from '../ports/gpio.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { READINGS, READINGS_MAX, sumOf } from './analog.ts';
import { nearest } from './check.ts';
import type { Driver } from './driver.ts';
import { isWhole, isWithin } from './options.ts';
import { createSampler } from './sampler.ts';

export interface BatteryOptions {
  /** Ohms of the divider from the battery to the pin, 0 (no divider) to 10000000, and from the pin to ground, 1 to 10000000. Default: 100000 each. */
  readonly upperOhms?: number;
  /** See `upperOhms`. */
  readonly lowerOhms?: number;
  /** 'lipo' (default; also lithium-ion 18650), 'lifepo4' or 'alkaline'. */
  readonly chemistry?: 'lipo' | 'lifepo4' | 'alkaline';
  /** In their place: 11 millivolts of a cell that rests, at 0, 10, ... 100 %, each higher than the one before. */
  readonly curve?: readonly number[];
  /** Cells in series, 1 to 24; default 1. */
  readonly cells?: number;
  /** Readings of the converter that make a sample, 1 to 64; default 16. */
  readonly readings?: number;
}

const CHANNELS: readonly ChannelMeta[] = [
  {
    key: 'voltage',
    unit: 'V',
    deviceClass: 'voltage',
    decimals: 3,
    precision: 2,
    min: 0,
    max: 120000,
  },
  {
    key: 'battery',
    unit: '%',
    deviceClass: 'battery',
    decimals: 1,
    precision: 0,
    min: 0,
    max: 1000,
  },
];

/** Millivolts of a cell each 10 %, at rest or nearly so: the middle of what charts and discharge curves say, in steps of 10 mV. */
const LIPO: readonly number[] = [3300, 3680, 3730, 3770, 3790, 3820, 3870, 3930, 4000, 4080, 4200];
const LIFEPO4: readonly number[] = [2500, 3000, 3180, 3220, 3250, 3260, 3270, 3300, 3320, 3350, 3400];
const ALKALINE: readonly number[] = [900, 1040, 1100, 1140, 1180, 1220, 1260, 1300, 1350, 1420, 1550];

const POINTS = 11;

/** @returns tenths of a percent. */
function chargeOf(curve: readonly number[], cellMv: number): number {
  if (cellMv <= curve[0]) return 0;
  for (let i = 1; i < POINTS; i++) {
    if (cellMv < curve[i]) return i * 100 - ((curve[i] - cellMv) * 100) / (curve[i] - curve[i - 1]);
  }
  return 1000;
}

/** @returns whether it has all points, and rises. */
function isCurve(curve: readonly number[]): boolean {
  if (curve.length !== POINTS || !(curve[0] > 0)) return false;
  for (let i = 1; i < POINTS; i++) if (!(curve[i] > curve[i - 1])) return false;
  return true;
}

/** A battery at `input`. */
export function createBattery(input: AnalogInput, options: BatteryOptions = {}): Driver<BatteryOptions> {
  let curve = LIPO;
  let cells = 1;
  let readings = 0;
  /** Millivolts of the battery are the sum of readings times this. */
  let factor = 0;

  function setCurve(next: BatteryOptions): number {
    const chemistry = next.chemistry === undefined ? 'lipo' : next.chemistry;
    curve = chemistry === 'alkaline' ? ALKALINE : chemistry === 'lifepo4' ? LIFEPO4 : LIPO;
    if (curve === LIPO && chemistry !== 'lipo') return Code.BadOptions;
    if (next.curve !== undefined) curve = next.curve;
    return isCurve(curve) ? Code.Ok : Code.BadOptions;
  }

  function configure(next: BatteryOptions): number {
    const upper = next.upperOhms === undefined ? 100000 : next.upperOhms;
    const lower = next.lowerOhms === undefined ? 100000 : next.lowerOhms;
    cells = next.cells === undefined ? 1 : next.cells;
    readings = next.readings === undefined ? READINGS : next.readings;
    factor = (upper + lower) / (lower * readings);
    if (!isWithin(upper, 0, 10000000) || !isWithin(lower, 1, 10000000)) return Code.BadOptions;
    if (!isWhole(cells, 1, 24) || !isWhole(readings, 1, READINGS_MAX)) return Code.BadOptions;
    return setCurve(next);
  }

  function setUp(): number {
    return Code.Ok;
  }

  function measure(step: number, _now: number, values: Int32Array): number {
    if (step === 0) return Code.Ok;
    const sum = sumOf(input, readings);
    if (sum < 0) return sum;
    const millivolts = sum * factor;
    const cellMv = millivolts / cells;
    // Half of an empty cell is none, or a wire that is off; more than a quarter above a full one is none either, not even while it is charged.
    if (cellMv * 2 < curve[0] || cellMv * 4 > curve[POINTS - 1] * 5) return Code.Fault;
    values[0] = nearest(millivolts);
    values[1] = nearest(chargeOf(curve, cellMv));
    return Code.Ok;
  }

  /** The divider draws its current always. */
  function sleep(): void {}

  return createSampler(
    {
      channels: CHANNELS,
      warmUpMs: 0,
      minIntervalMs: 20,
      discard: 0,
      retryMs: 0,
      patienceMs: 0,
      configure,
      setUp,
      measure,
      sleep,
    },
    options,
  );
}
