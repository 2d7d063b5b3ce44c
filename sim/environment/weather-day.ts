// A weather station's surroundings: the weather, and the sun, clouds, rain and wind that go with it.

import { DAY_MS, HOUR_MS, MINUTE_MS, chance, createSum, drift, orElse, whole } from './curves.ts';
import type { Air } from './environment.ts';
import { daylight, sunHeight } from './sun.ts';
import { createSurroundings } from './surroundings.ts';
import type { Source, Surroundings } from './surroundings.ts';
import { createWeather } from './weather.ts';
import type { WeatherOptions } from './weather.ts';

export interface WeatherDayOptions extends WeatherOptions {
  /** What makes the pulses: a rain gauge, 0.2794 mm each (default), or a wind wheel, one a second at 2.4 km/h. */
  readonly pulses?: 'rain' | 'wind';
}

/** Cover from which on it may rain. */
const RAINY = 0.62;
/** Pulses of a wind wheel an hour in a metre a second: it turns once a second at two thirds of that. */
const TURNS = 5400;
/** Metres a second, in the mean. */
const WIND = 3.2;
const BREEZE_MS = 3 * HOUR_MS;
const GUST_MS = 4 * MINUTE_MS;

/** @param time milliseconds since the beginning of a year. @returns share of the sky that is covered: what flattens the day of `createWeather`. */
export function cloudCover(seed: number, time: number): number {
  const cover = 0.5 - 0.5 * drift(seed + 1, time, 30 * HOUR_MS) + 0.15 * drift(seed + 31, time, HOUR_MS);
  return cover < 0 ? 0 : cover > 1 ? 1 : cover;
}

/** How far the wind wheel has come, in hours at the mean wind: grows all the time, and its slope is the wind. */
function wayOf(seed: number, time: number): number {
  const slow = (0.19 * BREEZE_MS * drift(seed + 32, time, BREEZE_MS)) / HOUR_MS;
  return time / HOUR_MS + slow + (0.1 * GUST_MS * drift(seed + 33, time, GUST_MS)) / HOUR_MS;
}

export function createWeatherDay(options: WeatherDayOptions): Surroundings {
  const seed = options.seed;
  const latitude = orElse(options.latitude, 48);
  const offset = orElse(options.dayOfYear, 120) * DAY_MS + orElse(options.timeOfDayMs, 9 * HOUR_MS);
  const weather = createWeather(options);
  const air: Air = { temperature: 0, humidity: 0, pressure: 0 };
  let airAt = -1;

  function airOf(timeMs: number): Air {
    if (timeMs !== airAt) weather.at(timeMs, air);
    airAt = timeMs;
    return air;
  }

  /** Tips of a rain gauge in an hour. */
  function rainOf(hour: number): number {
    const cover = cloudCover(seed, offset + hour * HOUR_MS);
    if (cover < RAINY || chance(seed + 34, hour) < 0.35) return 0;
    return Math.floor((cover - RAINY) * 50 * chance(seed + 35, hour));
  }

  const rain = createSum(0, (tips, hour) => tips + rainOf(hour), HOUR_MS);
  const turns: Source = (time) =>
    Math.floor(WIND * TURNS * (wayOf(seed, offset + time) - wayOf(seed, offset)));

  /** Millimetres a second: the way of a second. */
  function windOf(time: number): number {
    const way = wayOf(seed, offset + time + 1000) - wayOf(seed, offset + time);
    return WIND * 3600000 * way;
  }

  function illuminance(time: number): number {
    const cover = cloudCover(seed, offset + time) + 0.06 * drift(seed + 36, time, 2 * MINUTE_MS);
    const clouds = cover < 0 ? 0 : cover > 1 ? 1 : cover;
    return Math.floor(daylight(sunHeight(offset + time, latitude), clouds) * 1000);
  }

  return createSurroundings({
    temperature: (time) => airOf(time).temperature,
    humidity: (time) => airOf(time).humidity,
    pressure: (time) => airOf(time).pressure,
    illuminance,
    pulses: options.pulses === 'wind' ? turns : (time) => Math.floor(rain(time)),
    // An anemometer of 400 mV at rest and 2000 mV at 32.4 m/s.
    analog: (time) => whole(400 + windOf(time) / 20.25, 400, 2000),
  });
}
