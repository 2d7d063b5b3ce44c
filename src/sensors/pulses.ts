// What counts by pulses: a rain gauge that tips, a wind wheel, meters of water and energy. Counted by edges, never by looking: what the
// engine notes while the firmware does something else counts, too. A total that goes on over a loss of power, and a rate over the time
// between two samples. No identity: a broken wire is a meter that stands still.

import { elapsed } from '../ports/clock.ts';
import { Code } from '../ports/codes.ts';
import { COUNT_HIGH_MASK, COUNT_LOW_MASK } from '../ports/count-store.ts';
import type { CountStore } from '../ports/count-store.ts';
import type { EdgeInput } from '../ports/gpio.ts';
import { NO_VALUE } from '../ports/reading.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { nearest } from './check.ts';
import type { Driver } from './driver.ts';
import { isWhole } from './options.ts';
import { createSampler } from './sampler.ts';
import { createSteady } from './steady.ts';

export interface PulsesOptions {
  /**
   * A pulse is `numerator` / `denominator` of the total's unit, two integers, so that nothing is lost to rounding: 2794 / 10000 mm, or
   * 1 / 450 litres for a sensor with 450 pulses a litre. Default: that of the use. Most: 1000000, and 2^25 for `numerator` times
   * 10^decimals of the total divided by what it has in common with `denominator`.
   */
  readonly numerator?: number;
  /** See `numerator`. */
  readonly denominator?: number;
  /** true: a high pin is a pulse. Default: a low one, with a pull-up and the contact to ground. */
  readonly activeHigh?: boolean;
  /** A level counts when it has been there so long, 0 to 1000000 microseconds: the longest bounce, and less than the shortest pulse or pause. */
  readonly minWidthUs?: number;
  /**
   * The total is saved each time that so many pulses are not, 1 to 1000000; default 100. So many are lost with the power at
   * most, and those that come while the store takes nothing (in the outbox's flash 10 seconds behind a value).
   */
  readonly saveEvery?: number;
  /** Fewer are saved when the last time is so long ago, 60000 to 60000000 ms; default 3600000: 24 times a day at most. */
  readonly saveMs?: number;
}

/** What is counted. */
export interface PulseUse {
  readonly total: ChannelMeta;
  readonly rate: ChannelMeta;
  /** A unit of `total` a second is so many units of `rate`. */
  readonly rateFactor: number;
  /** Default options. */
  readonly numerator: number;
  readonly denominator: number;
  readonly minWidthUs: number;
}

/** Totals go on from 0 behind this: Home Assistant takes that for a new meter, and goes on too. */
const TOTAL_PERIOD = 0x8000000;
const MAX = TOTAL_PERIOD - 1;

/** 0.2794 mm a tip: Misol and Fine Offset WH-SP-RG, Argent. Davis has 0.2 mm: 1 / 5. */
export const RAIN_GAUGE: PulseUse = {
  total: {
    key: 'rain',
    unit: 'mm',
    deviceClass: 'precipitation',
    kind: 'total',
    decimals: 4,
    precision: 2,
    min: 0,
    max: MAX,
  },
  rate: {
    key: 'rain-rate',
    unit: 'mm/h',
    deviceClass: 'precipitation_intensity',
    decimals: 2,
    precision: 1,
    min: 0,
    max: MAX,
  },
  rateFactor: 3600,
  numerator: 2794,
  denominator: 10000,
  minWidthUs: 10000,
};

/** 2.4 km/h at one pulse a second: Argent and Misol WH-SP-WS01. The total is the way of the wind. */
export const WIND_WHEEL: PulseUse = {
  total: {
    key: 'wind-run',
    unit: 'km',
    deviceClass: 'distance',
    kind: 'total',
    decimals: 3,
    precision: 2,
    min: 0,
    max: MAX,
  },
  rate: {
    key: 'wind-speed',
    unit: 'km/h',
    deviceClass: 'wind_speed',
    decimals: 2,
    precision: 1,
    min: 0,
    max: MAX,
  },
  rateFactor: 3600,
  numerator: 1,
  denominator: 1500,
  minWidthUs: 1000,
};

/** One pulse a litre: meters with a reed contact. A hall sensor YF-S201: 1 / 450, and 200 microseconds. */
export const WATER_METER: PulseUse = {
  total: {
    key: 'water',
    unit: 'L',
    deviceClass: 'water',
    kind: 'total',
    decimals: 3,
    precision: 1,
    min: 0,
    max: MAX,
  },
  rate: {
    key: 'flow',
    unit: 'L/min',
    deviceClass: 'volume_flow_rate',
    decimals: 3,
    precision: 2,
    min: 0,
    max: MAX,
  },
  rateFactor: 60,
  numerator: 1,
  denominator: 1,
  minWidthUs: 10000,
};

/** 1000 pulses a kilowatt-hour: S0 outputs and blinking meters; pulses of S0 last 30 ms at least (EN 62053-31). */
export const ENERGY_METER: PulseUse = {
  total: {
    key: 'energy',
    unit: 'kWh',
    deviceClass: 'energy',
    kind: 'total',
    decimals: 3,
    precision: 3,
    min: 0,
    max: MAX,
  },
  rate: {
    key: 'power',
    unit: 'W',
    deviceClass: 'power',
    decimals: 0,
    precision: 0,
    min: 0,
    max: MAX,
  },
  rateFactor: 3600000,
  numerator: 1,
  denominator: 1000,
  minWidthUs: 10000,
};

const SCALE_MAX = 0x2000000;

/** @returns 10^`decimals`. */
function powerOf10(decimals: number): number {
  let power = 1;
  for (let i = 0; i < decimals; i++) power *= 10;
  return power;
}

/** @returns the largest integer that divides both; both are at least 1. */
function commonDivisor(a: number, b: number): number {
  while (b > 0) {
    const rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/**
 * Pulses at `input`, counted from now on.
 * @param store keeps the total (beside the messages: src/outbox/count-store.ts; in files: src/ports/espruino/count-store.ts); null: it
 * begins with 0 at each start.
 */
export function createPulses(
  input: EdgeInput,
  store: CountStore | null,
  use: PulseUse,
  options: PulsesOptions = {},
): Driver<PulsesOptions> {
  const steady = createSteady(input, onSteady);
  /** Pulses so far, as the store keeps them. */
  const parts = new Int32Array(2);
  const loaded = new Int32Array(2);
  let isLoaded = store === null;
  let activeLevel = 0;
  let level = -1;
  /** The total's integer is floor(pulses * scale / divisor). */
  let scale = 1;
  let divisor = 1;
  /** The rate's integer is pulses * rateScale / milliseconds. */
  let rateScale = 1;
  let saveEvery = 0;
  let saveMs = 0;
  let unsaved = 0;
  let savedAt = 0;
  /** Pulses since the last sample, whose time is known. */
  let fresh = 0;
  let sampledAt = 0;
  let hasSampled = false;

  function save(): void {
    if (store !== null && isLoaded && unsaved > 0 && store.save(parts) === Code.Ok) unsaved = 0;
  }

  function add(low: number, high: number): void {
    const sum = parts[0] + low;
    parts[0] = sum & COUNT_LOW_MASK;
    parts[1] = (parts[1] + high + (sum > COUNT_LOW_MASK ? 1 : 0)) & COUNT_HIGH_MASK;
  }

  function count(): void {
    add(1, 0);
    fresh++;
    if (store === null) return;
    unsaved++;
    // A store that takes nothing now is not asked with each pulse.
    if (unsaved % saveEvery === 0) save();
  }

  /** What the pin shows at the start is no pulse. */
  function onSteady(to: number): void {
    if (to === activeLevel && level >= 0 && level !== to) count();
    level = to;
  }

  function setFactor(numerator: number, denominator: number): number {
    if (!isWhole(numerator, 1, 1000000) || !isWhole(denominator, 1, 1000000)) return Code.BadOptions;
    const scaled = numerator * powerOf10(use.total.decimals);
    const common = commonDivisor(scaled, denominator);
    scale = scaled / common;
    divisor = denominator / common;
    rateScale = (numerator * use.rateFactor * powerOf10(use.rate.decimals) * 1000) / denominator;
    return scale > SCALE_MAX ? Code.BadOptions : Code.Ok;
  }

  function configure(next: PulsesOptions): number {
    const minWidthUs = next.minWidthUs === undefined ? use.minWidthUs : next.minWidthUs;
    saveEvery = next.saveEvery === undefined ? 100 : next.saveEvery;
    saveMs = next.saveMs === undefined ? 3600000 : next.saveMs;
    activeLevel = next.activeHigh === true ? 1 : 0;
    if (!isWhole(minWidthUs, 0, 1000000) || !isWhole(saveEvery, 1, 1000000)) return Code.BadOptions;
    if (!isWhole(saveMs, 60000, 60000000)) return Code.BadOptions;
    steady.setTime(minWidthUs);
    return setFactor(
      next.numerator === undefined ? use.numerator : next.numerator,
      next.denominator === undefined ? use.denominator : next.denominator,
    );
  }

  /** Until what was saved is known, nothing is saved over it. */
  function setUp(_step: number, now: number): number {
    hasSampled = false;
    if (isLoaded) return Code.Ok;
    const code = store!.load(loaded);
    if (code !== Code.Ok && code !== Code.Empty) return code;
    add(loaded[0], loaded[1]);
    isLoaded = true;
    savedAt = now;
    return Code.Ok;
  }

  /** All products here are below 2^53. */
  function total(): number {
    const pulses = parts[1] * (COUNT_LOW_MASK + 1) + parts[0];
    const rest = pulses % divisor;
    const whole = ((pulses - rest) / divisor) % TOTAL_PERIOD;
    const product = rest * scale;
    return (whole * scale + (product - (product % divisor)) / divisor) % TOTAL_PERIOD;
  }

  function rate(now: number): number {
    const ms = elapsed(sampledAt, now);
    return hasSampled && ms > 0 ? nearest((fresh * rateScale) / ms) : NO_VALUE;
  }

  function measure(step: number, now: number, values: Int32Array): number {
    const answer = steady.sample(step, now);
    if (step === 0) return answer;
    // Where pulses come all the time no look finds rest, nor needs it: edges count them.
    values[0] = total();
    values[1] = rate(now);
    sampledAt = now;
    hasSampled = true;
    fresh = 0;
    if (unsaved >= saveEvery || elapsed(savedAt, now) >= saveMs) {
      savedAt = now;
      save();
    }
    return Code.Ok;
  }

  return createSampler(
    {
      channels: [use.total, use.rate],
      warmUpMs: 0,
      minIntervalMs: 100,
      discard: 0,
      retryMs: 0,
      patienceMs: 0,
      configure,
      setUp,
      measure,
      sleep: save,
    },
    options,
  );
}
