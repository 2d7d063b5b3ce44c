import { createSwitchChip } from '../../../sim/chips/switch.ts';
import type { SwitchChip } from '../../../sim/chips/switch.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createContact } from '../../../src/sensors/contact.ts';
import type { DriverCase, FaultCase, Pair } from '../case.ts';

/** A wire that has come loose. */
const LOOSE: FaultCase = {
  name: 'loose wire',
  code: Code.Fault,
  make: (pair: Pair) => void ((pair.chip as SwitchChip).isLoose = true),
  undo: (pair: Pair) => void ((pair.chip as SwitchChip).isLoose = false),
};

export const CASE: DriverCase = {
  file: 'contact',
  chip: 'Reed switch, float switch, leak sensor',
  maker: 'any',
  datasheet: 'https://www.littelfuse.com/products/magnetic-sensors-and-reed-switches',
  example: "createContact(openEdgeInput(4, Pull.Up), { deviceClass: 'window' })",
  create(rig, surroundings, seed) {
    const chip = createSwitchChip({ closed: surroundings.contact, bounceMs: 3, seed });
    rig.onTick(chip.tick);
    return { driver: createContact(chip.input), chip };
  },
  // Open is 1, closed is 0.
  channels: [{ of: 'contact', min: 0, max: 1, tolerance: 0, expected: (closed) => 1 - closed }],
  faults: [LOOSE],
  badOptions: [{ debounceMs: 0 }, { debounceMs: 1001 }, { debounceMs: 2.5 }, { debounceMs: NaN }],
  goodOptions: {},
  isOffBus: true,
};
