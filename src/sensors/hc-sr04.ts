// HC-SR04 and its many kin (US-015, JSN-SR04T in mode 0, ...): distance by ultrasound, a pulse out and a pulse as long as the echo took.
// Data sheet: https://cdn.sparkfun.com/datasheets/Sensors/Proximity/HCSR04.pdf
// Never waits: the engine ends the pulse, and takes the times of the echo's edges.

import { elapsed } from '../ports/clock.ts';
import { Code } from '../ports/codes.ts';
import type { PulseEcho } from '../ports/pulse.ts';
import { NO_VALUE } from '../ports/reading.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { nearest } from './check.ts';
import type { Driver } from './driver.ts';
import { createSampler } from './sampler.ts';

export interface HcSr04Options {
  /** Of the air, whole degrees Celsius, default 20: 30 degrees more make 5 % of the distance. */
  readonly temperature?: number;
  /** What is farther is not seen, millimetres, default 4000, as far as the module reaches; a lower one ends samples sooner. */
  readonly maxDistance?: number;
}

const MAX_MM = 4000;
/** Nearer than 2 cm the module still rings from its own pulse. */
const CHANNELS: readonly ChannelMeta[] = [
  { key: 'distance', unit: 'mm', deviceClass: 'distance', decimals: 0, precision: 0, min: 20, max: MAX_MM },
];

/** Between trigger and echo's beginning modules take up to a millisecond; one more for the clock, and two for the engine's events. */
const BEGIN_MS = 4;
/** Echoes of one pulse must not be taken for those of the next. */
const INTERVAL_MS = 60;
/** Without an echo the pulse lasts 38 ms, with some clones 200, in which they take no trigger. */
const HOLD_MS = 250;

/** An HC-SR04 on `pins`. Touches nothing before the first `start`, but listens from now on. */
export function createHcSr04(pins: PulseEcho, options: HcSr04Options = {}): Driver<HcSr04Options> {
  let micrometres = 0;
  let maxMm = 0;
  let waitMs = 0;
  /** Edges since the trigger, and the pulse between the first two. */
  let edges = 0;
  let isHigh = false;
  let roseUs = 0;
  let echoUs = 0;

  pins.listen(function (level: number, timeUs: number): void {
    isHigh = level === 1;
    // A fall without a rise is no answer: its rise was lost, or it was here before.
    if (isHigh ? edges !== 0 : edges !== 1) return;
    edges++;
    if (isHigh) roseUs = timeUs;
    else echoUs = elapsed(roseUs, timeUs);
  });

  function configure(next: HcSr04Options): number {
    const degrees = next.temperature === undefined ? 20 : next.temperature;
    maxMm = next.maxDistance === undefined ? MAX_MM : next.maxDistance;
    if (!(degrees >= -40 && degrees <= 85 && maxMm >= 20 && maxMm <= MAX_MM)) return Code.BadOptions;
    // There and back: half the speed of sound, which is 331.3 m/s at 0 degrees, in micrometres a millisecond.
    micrometres = 165650 * Math.sqrt(1 + degrees / 273.15);
    waitMs = (((maxMm * 1000) / micrometres) | 0) + BEGIN_MS;
    return Code.Ok;
  }

  /** It has neither identity nor settings. An edge that was lost must not keep it from being asked for ever. */
  function setUp(): number {
    isHigh = false;
    return Code.Ok;
  }

  function measure(step: number, _now: number, values: Int32Array): number {
    if (step === 0) {
      // It still waits for the last echo, and would take no notice.
      if (isHigh) return Code.NotReady;
      edges = 0;
      pins.trigger();
      return waitMs;
    }
    if (edges === 0) return Code.Absent;
    const mm = nearest((echoUs / 1000) * (micrometres / 1000));
    // No echo in time, or one that came too late: nothing is there.
    values[0] = edges === 1 || mm > maxMm ? NO_VALUE : mm;
    return Code.Ok;
  }

  /** It does nothing by itself. */
  function sleep(): void {}

  return createSampler(
    {
      channels: CHANNELS,
      warmUpMs: 50,
      minIntervalMs: INTERVAL_MS,
      discard: 0,
      retryMs: 10,
      patienceMs: HOLD_MS,
      configure,
      setUp,
      measure,
      sleep,
    },
    options,
  );
}
