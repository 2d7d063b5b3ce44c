// Weather that looks like weather: a year and a day in temperature, humidity against it, fronts in the pressure, noise on
// all. A function of seed and time, so that no call changes another; only + - * / and floor, so that all engines agree.

import { DAY_MS, HOUR_MS, YEAR_MS, drift, orElse, wave } from './curves.ts';
import type { Air, Environment } from './environment.ts';

export interface WeatherOptions {
  readonly seed: number;
  /** Degrees from the equator, 0 to 66, default 48: makes it cooler and the year's swing larger. */
  readonly latitude?: number;
  /** Metres above the sea, 0 to 3000, default 300. */
  readonly altitude?: number;
  /** Day of the year at time 0, 0 to 364, default 120. */
  readonly dayOfYear?: number;
  /** Time of day at time 0 in milliseconds, default 9 h. */
  readonly timeOfDayMs?: number;
}

/** The warmest hour and the warmest day. */
const WARMEST_MS = 15 * HOUR_MS;
const WARMEST_DAY_MS = 200 * DAY_MS;
/** Half of the difference between day and night under a clear sky, millidegrees. */
const DAY_SWING = 5500;

export function createWeather(options: WeatherOptions): Environment {
  const seed = options.seed;
  const latitude = orElse(options.latitude, 48);
  const altitude = orElse(options.altitude, 300);
  const offset = orElse(options.dayOfYear, 120) * DAY_MS + orElse(options.timeOfDayMs, 9 * HOUR_MS);
  // Rough fits of the climate tables: a third of a degree per degree of latitude, 6.5 degrees per kilometre.
  const yearMean = 27000 - 340 * latitude - 6.5 * altitude;
  const yearSwing = 200 * latitude;
  const meanPressure = 101325 - 12 * altitude + (altitude * altitude) / 1900;

  function at(timeMs: number, out: Air): void {
    const time = timeMs + offset;
    // Clouds flatten the day.
    const clearSky = 0.7 + 0.3 * drift(seed + 1, time, 30 * HOUR_MS);
    const day = DAY_SWING * clearSky * wave(time - WARMEST_MS, DAY_MS);
    const front = 2500 * drift(seed + 2, time, 40 * HOUR_MS);
    const gust = 250 * drift(seed + 3, time, HOUR_MS / 6) + 60 * drift(seed + 4, time, HOUR_MS / 60);
    const year = yearSwing * wave(time - WARMEST_DAY_MS, YEAR_MS);
    const humidity =
      72000 -
      2.8 * (day + 0.4 * front + gust) +
      15000 * drift(seed + 5, time, 17 * HOUR_MS) +
      500 * drift(seed + 6, time, HOUR_MS / 12);
    const pressure =
      meanPressure +
      1600 * drift(seed + 7, time, 45 * HOUR_MS) -
      0.1 * front +
      40 * drift(seed + 8, time, HOUR_MS / 2);

    out.temperature = Math.floor(yearMean + year + day + front + gust);
    // Fog; the driest afternoon is far from zero.
    out.humidity = Math.floor(humidity > 100000 ? 100000 : humidity);
    out.pressure = Math.floor(pressure);
  }

  return { at };
}
