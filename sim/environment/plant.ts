// A plant pot on a window sill: the soil dries from watering to watering, faster in the sun, and the pot gets lighter.

import { DAY_MS, HOUR_MS, MINUTE_MS, chance, drift, orElse, wave, whole } from './curves.ts';
import { daylight, sunHeight } from './sun.ts';
import { createSurroundings } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import { cloudCover } from './weather-day.ts';

export interface PlantOptions {
  readonly seed: number;
  /** From watering to watering, days, in the mean; default 4. */
  readonly everyDays?: number;
  /** Time of day at time 0 in milliseconds, default 9 h. */
  readonly timeOfDayMs?: number;
  /** Day of the year at time 0, 0 to 364, default 120. */
  readonly dayOfYear?: number;
}

const LATITUDE = 48;
/** Water takes so long to get to the sensor. */
const SEEP_MS = 20 * MINUTE_MS;
/** What never dries, thousandths of a percent. */
const DRY = 9000;
/** Half of the rest is gone after this. */
const HALF_MS = 46 * HOUR_MS;

export function createPlant(options: PlantOptions): Surroundings {
  const seed = options.seed;
  const everyMs = orElse(options.everyDays, 4) * DAY_MS;
  const offset = orElse(options.dayOfYear, 120) * DAY_MS + orElse(options.timeOfDayMs, 9 * HOUR_MS);

  /** Not always at the same hour, and sometimes a day late. */
  function wateredAt(n: number): number {
    return n * everyMs + 0.3 * everyMs * chance(seed + 60, n);
  }

  /** Thousandths of a percent, so long after a watering. A plant drinks by day. */
  function dryingOf(n: number, now: number): number {
    const age = now - wateredAt(n) + HOUR_MS * (1 + wave(now - 21 * HOUR_MS, DAY_MS));
    const wet = 62000 + 9000 * chance(seed + 61, n);
    return DRY + (wet - DRY) / (1 + (age < 0 ? 0 : age) / HALF_MS);
  }

  function moistureAt(now: number): number {
    let n = Math.floor(now / everyMs);
    if (now < wateredAt(n)) n--;
    const seeped = (now - wateredAt(n)) / SEEP_MS;
    const moisture = dryingOf(n, now);
    if (seeped >= 1) return moisture;
    const before = dryingOf(n - 1, now);
    return before + (moisture - before) * seeped;
  }

  function sunAt(now: number): number {
    return daylight(sunHeight(now, LATITUDE), cloudCover(seed, now));
  }

  function moisture(time: number): number {
    const now = offset + time;
    return whole(moistureAt(now) + 120 * drift(seed + 62, now, 5 * MINUTE_MS), 0, 100000);
  }

  function warmth(now: number): number {
    return 19800 + 1500 * wave(now - 15 * HOUR_MS, DAY_MS) + 250 * drift(seed + 63, now, 40 * MINUTE_MS);
  }

  return createSurroundings({
    moisture,
    // A capacitive sensor has less voltage in wet soil.
    analog: (time) => whole(2800 - 0.016 * moisture(time), 0, 3300),
    illuminance: (time) => Math.floor(sunAt(offset + time) * 180),
    temperature: (time) => whole(warmth(offset + time) + 0.025 * sunAt(offset + time), 0, 45000),
    // Soil lags behind the air and feels less of it.
    probeTemperature: (time) => whole(19300 + 0.5 * (warmth(offset + time - 3 * HOUR_MS) - 19300), 0, 45000),
    humidity: (time) =>
      whole(46000 + 0.06 * moisture(time) + 2500 * drift(seed + 64, offset + time, 15 * HOUR_MS), 0, 100000),
    weight: (time) => whole(1150 + 0.009 * moisture(time), 0, 10000),
  });
}
