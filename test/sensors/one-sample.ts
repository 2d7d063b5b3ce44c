// A driver's samples on a rig, for tests of single drivers.

import { createQuantities, createStill } from '../../sim/environment/surroundings.ts';
import type { Quantities, Surroundings } from '../../sim/environment/surroundings.ts';
import { createRig } from '../../sim/rig/rig.ts';
import type { Rig } from '../../sim/rig/rig.ts';
import type { Driver } from '../../src/sensors/driver.ts';

export interface World {
  readonly rig: Rig;
  /** What is around the chip: change it as you like. */
  readonly truth: Quantities;
  readonly surroundings: Surroundings;
}

export function createWorld(): World {
  const truth = createQuantities();
  return { rig: createRig(1000), truth, surroundings: createStill(truth) };
}

export interface Sample {
  /** 0, or why there are no values. */
  readonly code: number;
  readonly values: number[];
  /** Milliseconds from `start` to the end. */
  readonly ms: number;
}

/** One sample, waiting as told. */
export function sampleOf(rig: Rig, driver: Driver<never>): Sample {
  const out = { values: new Int32Array(driver.channels.length), time: 0 };
  let ms = 0;
  let wait = driver.start(rig.now());
  while (wait > 0) {
    rig.advance(wait);
    ms += wait;
    wait = driver.poll(rig.now(), out);
  }
  return { code: wait, values: [...out.values], ms };
}
