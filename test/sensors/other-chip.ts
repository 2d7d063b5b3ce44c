// Another chip in the place of ours: found out when the driver looks at the identity, which it does once. ES5 subset: loaded
// into engines.

import type { FaultCase } from './case.ts';

/** @returns a case where the driver is told to begin anew when the chip has been changed. */
export function otherChipCase(code: number): FaultCase {
  return {
    name: 'wrongId',
    code,
    make(pair) {
      pair.chip.faults.wrongId = true;
      pair.driver.close();
    },
    undo: (pair) => void (pair.chip.faults.wrongId = false),
  };
}
