import { createPirChip } from '../../../sim/chips/pir.ts';
import { createPir } from '../../../src/sensors/pir.ts';
import type { DriverCase } from '../case.ts';

export const CASE: DriverCase = {
  file: 'pir',
  chip: 'HC-SR501, HC-SR505, AM312',
  maker: 'any',
  datasheet: 'https://www.mpja.com/download/31227sc.pdf',
  example: 'createPir(openEdgeInput(14, Pull.Down), { holdMs: 30000 })',
  // The real times would take an engine too long, see pir.test.ts.
  create(rig, surroundings) {
    const motion = surroundings.motion;
    const chip = createPirChip({ motion, holdMs: 200, blockMs: 100, warmUpMs: 100 }, false);
    rig.onTick(chip.tick);
    return { driver: createPir(chip.input, { warmUpMs: 10 }), chip };
  },
  channels: [{ of: 'motion', min: 0, max: 1, tolerance: 0 }],
  // It says nothing but high and low: nothing can be told from a quiet or a busy room.
  faults: [],
  badOptions: [{ holdMs: -1 }, { holdMs: 3600001 }, { holdMs: 0.5 }, { debounceMs: 0 }, { debounceMs: 1001 }],
  goodOptions: {},
  isOffBus: true,
};
