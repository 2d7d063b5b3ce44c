import { createSwitchChip } from '../../../sim/chips/switch.ts';
import type { SwitchChip } from '../../../sim/chips/switch.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createButton } from '../../../src/sensors/button.ts';
import type { DriverCase, FaultCase, Pair } from '../case.ts';

/** A wire that has come loose. */
const LOOSE: FaultCase = {
  name: 'loose wire',
  code: Code.Fault,
  make: (pair: Pair) => void ((pair.chip as SwitchChip).isLoose = true),
  undo: (pair: Pair) => void ((pair.chip as SwitchChip).isLoose = false),
};

export const CASE: DriverCase = {
  file: 'button',
  chip: 'Push button',
  maker: 'any',
  datasheet: 'https://www.ganssle.com/debouncing.htm',
  example: 'createButton(openEdgeInput(0, Pull.Up))',
  create(rig, surroundings, seed) {
    const chip = createSwitchChip({ closed: surroundings.button, bounceMs: 8, seed });
    rig.onTick(chip.tick);
    return { driver: createButton(chip.input), chip };
  },
  // Pressed once, or never; what gestures are is in button.test.ts.
  channels: [
    { of: 'button', min: 0, max: 1, tolerance: 0 },
    { of: 'button', min: 0, max: 1, tolerance: 0 },
    null,
  ],
  faults: [LOOSE],
  badOptions: [{ debounceMs: 0 }, { debounceMs: 201 }, { doubleMs: 49 }, { longMs: 199 }, { longMs: 60001 }],
  goodOptions: {},
  isOffBus: true,
};
