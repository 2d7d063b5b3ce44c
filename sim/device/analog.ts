// A sensor whose output is a voltage, at a pin with a converter. ES5 subset: runs in engines.

import type { FaultyChip } from '../chips/faults.ts';
import { FULL_SCALE_MV } from '../rig/inputs.ts';
import type { SimulatedAnalogInput } from '../rig/inputs.ts';
import { root } from './root.ts';

/** Such a sensor as its file in sim/chips makes it. */
export interface AnalogDevice extends FaultyChip {
  readonly input: SimulatedAnalogInput;
}

/** @returns what the converter makes of it: a share of its full scale. */
export function shareOf(device: AnalogDevice): number {
  return device.input.read() / FULL_SCALE_MV;
}

/** Put `devices` in the place of the engine's converter. @param pins of them, in their order. */
export function connectAnalog(devices: readonly AnalogDevice[], pins: readonly number[]): void {
  const engineRead = root.analogRead;
  const engineMode = root.pinMode;
  // An engine may not have a pin that the board has.
  root.pinMode = (pin, mode) => {
    if (pins.indexOf(pin | 0) < 0 && engineMode !== undefined) engineMode(pin, mode);
  };
  root.analogRead = (pin) => {
    const index = pins.indexOf(pin | 0);
    if (index >= 0) return shareOf(devices[index]);
    return engineRead === undefined ? NaN : engineRead(pin);
  };
}
