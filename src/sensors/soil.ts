// A probe of soil moisture with an analogue output, capacitive or resistive: percent between two points that its owner has measured,
// dry and wet. Probes and soils differ, so there is no curve. It has no identity; what is far from both points is Code.Fault.

import { Code } from '../ports/codes.ts';
import type { AnalogInput } from '../ports/gpio.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { READINGS, READINGS_MAX, sumOf } from './analog.ts';
import { nearest } from './check.ts';
import type { Driver } from './driver.ts';
import { isWhole } from './options.ts';
import { createSampler } from './sampler.ts';

export interface SoilOptions {
  /** Millivolts in dry soil (or air), 50 to 20000: 0 %. Default 2700: a capacitive probe "v1.2" at 3.3 V, roughly. Measure yours. */
  readonly dryMv?: number;
  /** In soaked soil (or water): 100 %. At least 100 from `dryMv`, above or below. Default 1200. */
  readonly wetMv?: number;
  /** Readings of the converter that make a sample, 1 to 64; default 16. */
  readonly readings?: number;
}

const CHANNELS: readonly ChannelMeta[] = [
  {
    key: 'moisture',
    unit: '%',
    deviceClass: 'moisture',
    decimals: 1,
    precision: 0,
    min: 0,
    max: 1000,
  },
];

/** Tenths of a percent that a probe may be beyond its points: they were measured in other soil, at another temperature. */
const BEYOND = 250;
/** An output that is lower is none, wherever the points are. */
const LOWEST_MV = 20;

/** A probe at `input`. */
export function createSoil(input: AnalogInput, options: SoilOptions = {}): Driver<SoilOptions> {
  let dryMv = 0;
  let spanMv = 0;
  let readings = 0;

  function configure(next: SoilOptions): number {
    const wetMv = next.wetMv === undefined ? 1200 : next.wetMv;
    dryMv = next.dryMv === undefined ? 2700 : next.dryMv;
    readings = next.readings === undefined ? READINGS : next.readings;
    spanMv = wetMv - dryMv;
    if (!isWhole(wetMv, 50, 20000) || !isWhole(dryMv, 50, 20000)) return Code.BadOptions;
    if (!isWhole(readings, 1, READINGS_MAX)) return Code.BadOptions;
    return spanMv < 100 && spanMv > -100 ? Code.BadOptions : Code.Ok;
  }

  function setUp(): number {
    return Code.Ok;
  }

  function measure(step: number, _now: number, values: Int32Array): number {
    if (step === 0) return Code.Ok;
    const sum = sumOf(input, readings);
    if (sum < 0) return sum;
    const moisture = nearest(((sum - dryMv * readings) * 1000) / (spanMv * readings));
    if (sum < LOWEST_MV * readings || moisture < -BEYOND || moisture > 1000 + BEYOND) return Code.Fault;
    values[0] = moisture < 0 ? 0 : moisture > 1000 ? 1000 : moisture;
    return Code.Ok;
  }

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
