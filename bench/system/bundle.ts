// The mote of the system simulation, built: for its tests, its replay and its measurement.

import { build } from '../../flash/build/build.ts';
import { systemBuild } from '../../flash/stage/system-firmware.ts';
import type { CompiledBundle } from '../../sim/board/bundle.ts';
import { compileBundle } from '../../sim/board/bundle.ts';
import { isBusy } from '../../sim/system/schedule.ts';
import { speaks5 } from '../../sim/system/version.ts';

export { BUSY } from '../../flash/stage/system-firmware.ts';

/** A seed of each kind of bundle. */
const CALM_SEED = 1;
const BUSY_SEED = 40;
const FIVE_SEED = 20_001;

const buildFor = async (seed: number) => compileBundle((await build(systemBuild(seed))).code, 'firmware.js');

/** @returns the bundle of a seed. */
export async function buildSystem(): Promise<(seed: number) => CompiledBundle> {
  const calm = await buildFor(CALM_SEED);
  const busy = await buildFor(BUSY_SEED);
  const five = await buildFor(FIVE_SEED);
  return (seed) => (speaks5(seed) ? five : isBusy(seed) ? busy : calm);
}
