// A passive infrared motion sensor with a digital output: HC-SR501, HC-SR505, AM312, EKMC and others. Told at once, see `attach`.
// Numbers in brackets are of the sheet "HC-SR501 PIR MOTION DETECTOR": https://www.mpja.com/download/31227sc.pdf
// It has no identity, and a broken wire is a room without motion. The sensor has its own hold time, set on its board; motion
// that came and went between two samples is told by the next one.

import { after, remaining } from '../ports/clock.ts';
import { Code } from '../ports/codes.ts';
import type { EdgeInput } from '../ports/gpio.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import type { Driver } from './driver.ts';
import { isWhole } from './options.ts';
import { createSampler } from './sampler.ts';
import { createSteady } from './steady.ts';

export interface PirOptions {
  /**
   * Time from power-up until the sensor has got used to the room, 0 to 600000 ms; default 60000 [1 minute, with up to three
   * false alarms]. An AM312 needs 15000. Holds from `create` on; `configure` cannot change it.
   */
  readonly warmUpMs?: number;
  /** Motion lasts so long after the sensor says that it is over, 0 to 3600000 ms; default 0: the sensor's own time is enough. */
  readonly holdMs?: number;
  /** true (default): each new motion begins `holdMs` anew. false: it is counted from where the first motion began. */
  readonly retrigger?: boolean;
  /** true: a low pin is motion. Default: a high one. */
  readonly inverted?: boolean;
  /** Shorter pulses are noise, such as a radio beside the sensor makes, 1 to 1000 ms; default 20. */
  readonly debounceMs?: number;
}

const CHANNELS: readonly ChannelMeta[] = [
  {
    key: 'motion',
    unit: '',
    deviceClass: 'motion',
    kind: 'binary',
    decimals: 0,
    precision: 0,
    min: 0,
    max: 1,
  },
];

const WARM_UP_MS = 60000;
const WARM_UP_MAX_MS = 600000;
const HOLD_MAX_MS = 3600000;

/** A motion sensor at `input`. */
export function createPir(input: EdgeInput, options: PirOptions = {}): Driver<PirOptions> {
  const steady = createSteady(input, onSteady);
  const warmUpMs = options.warmUpMs === undefined ? WARM_UP_MS : options.warmUpMs;
  let activeLevel = 1;
  let holdMs = 0;
  let isRetriggered = true;
  /** The pin was active when last heard of; it became so since the last sample; it was so at the end of that. */
  let isActive = false;
  let hasBegun = false;
  let wasActive = false;
  let isMoving = false;
  let until = 0;

  function onSteady(level: number): void {
    const active = level === activeLevel;
    if (active && !isActive) hasBegun = true;
    isActive = active;
  }

  function configure(next: PirOptions): number {
    const debounceMs = next.debounceMs === undefined ? 20 : next.debounceMs;
    holdMs = next.holdMs === undefined ? 0 : next.holdMs;
    isRetriggered = next.retrigger !== false;
    activeLevel = next.inverted === true ? 0 : 1;
    if (!isWhole(debounceMs, 1, 1000) || !isWhole(holdMs, 0, HOLD_MAX_MS)) return Code.BadOptions;
    steady.setTime(debounceMs * 1000);
    return isWhole(warmUpMs, 0, WARM_UP_MAX_MS) ? Code.Ok : Code.BadOptions;
  }

  /** What was seen before is of the warm-up. */
  function setUp(): number {
    hasBegun = wasActive = isMoving = false;
    return Code.Ok;
  }

  function update(now: number): void {
    const isSeen = hasBegun || isActive;
    if ((isSeen || wasActive) && (isRetriggered || !isMoving)) until = after(now, holdMs);
    isMoving = isSeen || (isMoving && remaining(now, until) > 0);
    hasBegun = false;
    wasActive = isActive;
  }

  function measure(step: number, now: number, values: Int32Array): number {
    const answer = steady.sample(step, now);
    if (step === 0 || answer !== 0) return answer;
    update(now);
    values[0] = isMoving ? 1 : 0;
    // The end of the motion is told at once, too: where no edge will tell it, by time.
    if (isMoving && !isActive) steady.ask(remaining(now, until));
    return Code.Ok;
  }

  return createSampler(
    {
      channels: CHANNELS,
      warmUpMs,
      minIntervalMs: 20,
      discard: 0,
      retryMs: 0,
      patienceMs: 0,
      configure,
      setUp,
      measure,
      sleep: steady.hush,
      attach: steady.attach,
    },
    options,
  );
}
