// The mote of the system simulation, built: for its tests, its replay and its measurement.

import { build } from '../../flash/build/build.ts';
import { PACKAGE_ROOT } from '../../flash/build/firmware.ts';
import type { CompiledBundle } from '../../sim/board/bundle.ts';
import { compileBundle } from '../../sim/board/bundle.ts';
import { isBusy } from '../../sim/system/schedule.ts';
import { speaks5 } from '../../sim/system/version.ts';

/** Laid over the firmware's settings for seeds with much to say. */
export const BUSY = { intervalMs: 2000 };

/** Of seeds that speak MQTT 5.0. */
const FIVE = { V5: true };

const firmware = `${PACKAGE_ROOT}/test/system/firmware`;

/** @returns the bundle of a seed. */
export async function buildSystem(): Promise<(seed: number) => CompiledBundle> {
  const calm = compileBundle((await build({ firmware })).code, 'firmware.js');
  const busy = compileBundle((await build({ firmware, settings: BUSY })).code, 'firmware.js');
  const five = compileBundle((await build({ firmware, features: FIVE })).code, 'firmware.js');
  return (seed) => (speaks5(seed) ? five : isBusy(seed) ? busy : calm);
}
