// All quantities of a model at some instants, as one number: whether an engine makes the same of it. ES5 subset: loaded into engines.

import { createQuantities } from '../../../sim/environment/surroundings.ts';
import type { Quantities, Surroundings } from '../../../sim/environment/surroundings.ts';

/** Some of them early, some late, none at a whole second. */
const INSTANTS = [0, 777, 61234, 3601111, 40000777, 52345671, 86399999, 350111222, 3000777123];

export function fingerprintOf(model: Surroundings): number {
  const keys = createQuantities();
  let sum = 1;
  for (let i = 0; i < INSTANTS.length; i++) {
    for (const key in keys) {
      const value = model[key as keyof Quantities](INSTANTS[i]);
      sum = (sum * 31 + value + 0x8000000) % 16777213;
    }
  }
  return sum;
}
