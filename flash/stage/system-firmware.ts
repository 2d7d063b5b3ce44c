// The mote of the system simulation, as source: which firmware, and how it is built for a seed.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isBusy } from '../../sim/system/schedule.ts';
import { speaks5 } from '../../sim/system/version.ts';
import { PACKAGE_ROOT } from '../build/firmware.ts';

const FOLDER = join(PACKAGE_ROOT, 'test', 'system', 'firmware');

/** Laid over the firmware's settings for seeds with much to say. */
export const BUSY = { intervalMs: 2000 };
/** Of seeds that speak MQTT 5.0. */
const FIVE = { V5: true };

/** @returns what it is built with. */
export function systemBuild(seed: number): {
  firmware: string;
  settings?: Record<string, unknown>;
  features?: Record<string, boolean>;
} {
  if (speaks5(seed)) return { firmware: FOLDER, features: FIVE };
  return isBusy(seed) ? { firmware: FOLDER, settings: BUSY } : { firmware: FOLDER };
}

/** A package may be without it. */
export const hasSystemFirmware = (): boolean => existsSync(FOLDER);
