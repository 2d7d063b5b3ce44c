// What all simulated sensors with a voltage as their output have in common: a converter behind a wire on which things can be wrong.
// ES5 subset: runs in engines.

import { createRandom } from '../environment/random.ts';
import { createAnalogInput } from '../rig/inputs.ts';
import type { SimulatedAnalogInput } from '../rig/inputs.ts';
import { createFaults } from './faults.ts';
import type { Faults, FaultyChip } from './faults.ts';

/** Supply of the board. */
export const SUPPLY_MV = 3300;
/** Beyond any converter. */
const TOO_MUCH_MV = 5000;
/** Of an ESP32's converter, after its datasheet: a few steps either way. */
const NOISE_MV = 4;

export interface AnalogChip extends FaultyChip {
  readonly input: SimulatedAnalogInput;
}

/**
 * @param openMv millivolts at the pin when the sensor is off: fault `absent`. @param millivolts at the pin when all is well; may look at the
 * faults, of which the wire's are dealt with here: `stuckLow`, `stuckHigh` (it touches ground, or the supply), `saturated`.
 */
export function createAnalogChip(
  now: () => number,
  seed: number,
  openMv: number,
  millivolts: (time: number) => number,
): AnalogChip {
  const faults: Faults = createFaults();

  function atPin(time: number): number {
    if (faults.saturated !== 0) return TOO_MUCH_MV;
    if (faults.stuckLow) return 0;
    if (faults.stuckHigh) return SUPPLY_MV;
    return faults.absent ? openMv : millivolts(time);
  }

  return { input: createAnalogInput(atPin, now, NOISE_MV, createRandom(seed)), faults, brownOut() {} };
}
