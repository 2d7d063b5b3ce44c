// How high the sun stands, and how bright that makes the day.

import { DAY_MS, YEAR_MS, wave } from './curves.ts';

/** The longest day. */
const SOLSTICE_MS = 172 * DAY_MS;
/** Half a day: the sun is highest at noon. */
const NOON_MS = DAY_MS / 2;
/** Sine of the tilt of the earth's axis. */
const TILT = 0.398;
/** Sine of the height at which the last of twilight goes. */
const DUSK = -0.1;

/** @param time milliseconds since the beginning of a year. @returns sine of the height of the sun, negative below the horizon. */
export function sunHeight(time: number, latitude: number): number {
  const tilt = TILT * wave(time - SOLSTICE_MS, YEAR_MS);
  const north = wave(latitude - 90, 360);
  return north * tilt + wave(latitude, 360) * (1 - (tilt * tilt) / 2) * wave(time - NOON_MS, DAY_MS);
}

/** @param clouds 0 to 1. @returns lux outdoors, 0 at night. */
export function daylight(height: number, clouds: number): number {
  if (height <= DUSK) return 0;
  if (height > 0) return 400 + 110000 * height * (1 - 0.85 * clouds);
  const rest = 1 - height / DUSK;
  return 400 * rest * rest * rest;
}
