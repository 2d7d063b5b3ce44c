// The mote of the system simulation, built: for its tests, its replay and its measurement.

import { build } from '../../flash/build/build.ts';
import { PACKAGE_ROOT } from '../../flash/build/firmware.ts';
import type { CompiledBundle } from '../../sim/board/bundle.ts';
import { compileBundle } from '../../sim/board/bundle.ts';

/** Firmware of the mote. */
export const FIRMWARE = `${PACKAGE_ROOT}/test/system/firmware`;

/** @param firmware its folder: of a mutant, another. */
export async function buildSystem(firmware = FIRMWARE): Promise<CompiledBundle> {
  return compileBundle((await build({ firmware })).code, 'firmware.js');
}
