// A capacitive soil probe: the wetter, the lower its output, and nearly straight between dry and wet. ES5 subset: runs in engines.

import type { Source } from '../environment/surroundings.ts';
import { createAnalogChip } from './analog-chip.ts';
import type { AnalogChip } from './analog-chip.ts';

export interface SoilProbeOptions {
  /** Thousandths of a percent. */
  readonly moisture: Source;
  /** Output in air and in water, millivolts; default 2700 and 1200. */
  readonly dryMv?: number;
  readonly wetMv?: number;
  readonly seed: number;
}

/** A pin that nothing is connected to drifts about here. */
const FLOATING_MV = 140;

/** @param now the world's clock. */
export function createSoilProbe(options: SoilProbeOptions, now: () => number): AnalogChip {
  const dry = options.dryMv === undefined ? 2700 : options.dryMv;
  const wet = options.wetMv === undefined ? 1200 : options.wetMv;

  function millivolts(time: number): number {
    return dry + ((wet - dry) * options.moisture(time)) / 100000;
  }

  return createAnalogChip(now, options.seed, FLOATING_MV, millivolts);
}
