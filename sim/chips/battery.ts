// A battery with a divider to a pin. ES5 subset: runs in engines.

import type { Source } from '../environment/surroundings.ts';
import { createAnalogChip } from './analog-chip.ts';
import type { AnalogChip } from './analog-chip.ts';

export interface BatteryChipOptions {
  /** Millivolts of the battery. */
  readonly voltage: Source;
  /** Default 100000 ohms each. */
  readonly upperOhms?: number;
  readonly lowerOhms?: number;
  readonly seed: number;
}

/** @param now the world's clock. */
export function createBatteryChip(options: BatteryChipOptions, now: () => number): AnalogChip {
  const upper = options.upperOhms === undefined ? 100000 : options.upperOhms;
  const lower = options.lowerOhms === undefined ? 100000 : options.lowerOhms;

  function millivolts(time: number): number {
    return (options.voltage(time) * lower) / (upper + lower);
  }

  // Without a battery the lower resistor holds the pin.
  return createAnalogChip(now, options.seed, 0, millivolts);
}
