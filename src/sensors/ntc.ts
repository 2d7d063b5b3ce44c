// A thermistor (NTC) and a resistor as a divider at an analogue input; its curve by its B value or by the coefficients of Steinhart and
// Hart, which makers give, such as Vishay for the NTCLE100E3: https://www.vishay.com/docs/29049/ntcle100.pdf
// It has no identity. An open or a short circuit is Code.Fault, never -273.15 degrees.

import { Code } from '../ports/codes.ts';
import type { AnalogInput } from '../ports/gpio.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { READINGS, READINGS_MAX, sumOf } from './analog.ts';
import { nearest } from './check.ts';
import type { Driver } from './driver.ts';
import { isWhole, isWithin } from './options.ts';
import { createSampler } from './sampler.ts';

export interface NtcOptions {
  /** The resistor goes from the pin to the reference voltage ('pull-up', default), and the thermistor to ground; or the other way round. */
  readonly divider?: 'pull-up' | 'pull-down';
  /** Ohms of the resistor, 100 to 10000000; default 10000. */
  readonly seriesOhms?: number;
  /** Millivolts over the divider, 500 to 20000; default 3300. Measure it: what it is off makes the temperature wrong. */
  readonly referenceMv?: number;
  /** Ohms of the thermistor at `referenceCelsius`, 100 to 10000000; default 10000. */
  readonly ohms?: number;
  /** -50 to 150; default 25. */
  readonly referenceCelsius?: number;
  /** B value of the thermistor, kelvin, 1000 to 8000; default 3950. */
  readonly beta?: number;
  /** Coefficients of Steinhart and Hart in their place: 1 / T = a + b ln R + c (ln R)^3. */
  readonly steinhartHart?: { readonly a: number; readonly b: number; readonly c: number };
  /** Readings of the converter that make a sample, 1 to 64; default 16. */
  readonly readings?: number;
}

const CHANNELS: readonly ChannelMeta[] = [
  {
    key: 'temperature',
    unit: '\xC2\xB0C',
    deviceClass: 'temperature',
    decimals: 3,
    precision: 1,
    min: -55000,
    max: 150000,
  },
];

/**
 * A pin within a fiftieth of the divider's ends is an open or a short circuit: converters are off by so much, and a thermistor
 * of that resistance says little.
 */
const END = 50;
const ZERO_K = 273.15;

/** A thermistor at `input`. */
export function createNtc(input: AnalogInput, options: NtcOptions = {}): Driver<NtcOptions> {
  let isPullDown = false;
  let seriesOhms = 0;
  /** Sum of readings of a pin at the reference voltage. */
  let full = 0;
  let readings = 0;
  let a = 0;
  let b = 0;
  let c = 0;

  /** A curve by its B value is one of Steinhart and Hart without the cube. */
  function setBeta(next: NtcOptions): number {
    const ohms = next.ohms === undefined ? 10000 : next.ohms;
    const celsius = next.referenceCelsius === undefined ? 25 : next.referenceCelsius;
    const beta = next.beta === undefined ? 3950 : next.beta;
    b = 1 / beta;
    a = 1 / (celsius + ZERO_K) - b * Math.log(ohms);
    c = 0;
    const isGood = isWithin(ohms, 100, 10000000) && isWithin(beta, 1000, 8000);
    return isGood && isWithin(celsius, -50, 150) ? Code.Ok : Code.BadOptions;
  }

  function setCurve(next: NtcOptions): number {
    const curve = next.steinhartHart;
    if (curve === undefined) return setBeta(next);
    a = curve.a;
    b = curve.b;
    c = curve.c;
    // Of a falling curve b is above 0; what is beyond these is in other units.
    return isWithin(a, -1, 1) && b > 0 && b < 1 && isWithin(c, -1, 1) ? Code.Ok : Code.BadOptions;
  }

  function configure(next: NtcOptions): number {
    const divider = next.divider === undefined ? 'pull-up' : next.divider;
    const referenceMv = next.referenceMv === undefined ? 3300 : next.referenceMv;
    seriesOhms = next.seriesOhms === undefined ? 10000 : next.seriesOhms;
    readings = next.readings === undefined ? READINGS : next.readings;
    isPullDown = divider === 'pull-down';
    full = readings * referenceMv;
    if (!isPullDown && divider !== 'pull-up') return Code.BadOptions;
    if (!isWithin(seriesOhms, 100, 10000000)) return Code.BadOptions;
    if (!isWhole(referenceMv, 500, 20000) || !isWhole(readings, 1, READINGS_MAX)) return Code.BadOptions;
    return setCurve(next);
  }

  function setUp(): number {
    return Code.Ok;
  }

  function measure(step: number, _now: number, values: Int32Array): number {
    if (step === 0) return Code.Ok;
    const sum = sumOf(input, readings);
    const rest = full - sum;
    // A converter at its end is beyond the divider's, or as good as.
    if (sum * END < full || rest * END < full) return Code.Fault;
    const log = Math.log(isPullDown ? (seriesOhms * rest) / sum : (seriesOhms * sum) / rest);
    values[0] = nearest(1000 / (a + log * (b + c * log * log)) - ZERO_K * 1000);
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
