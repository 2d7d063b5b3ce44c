// A sensor in the open that lives on a small solar panel: its battery is charged by day, and empties in long dark weeks.

import { DAY_MS, HOUR_MS, MINUTE_MS, createSum, drift, orElse, whole } from './curves.ts';
import { daylight, sunHeight } from './sun.ts';
import { createSurroundings } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import { cloudCover, createWeatherDay } from './weather-day.ts';
import type { WeatherOptions } from './weather.ts';

export interface SolarOptions extends WeatherOptions {
  /** Of the battery, milliampere hours, default 2500. */
  readonly capacity?: number;
  /** Of the panel in full sun, milliamperes, default 180. */
  readonly panel?: number;
  /** Of the board, milliamperes in the mean, default 22. */
  readonly load?: number;
}

/** Full sun, lux. */
const FULL_SUN = 100000;
/** The board sends for two seconds of each minute, and takes ten times as much then. */
const SEND_MS = 2000;
/** Ohms inside the battery. */
const RESISTANCE = 0.12;
/** Open-circuit millivolts of a lithium cell at 0, 10, ... 100 % of its charge. */
const VOLTS = [3150, 3500, 3610, 3680, 3730, 3780, 3840, 3910, 3990, 4080, 4190];

export function createSolar(options: SolarOptions): Surroundings {
  const seed = options.seed;
  const latitude = orElse(options.latitude, 48);
  const capacity = orElse(options.capacity, 2500);
  const panel = orElse(options.panel, 180);
  const load = orElse(options.load, 22);
  const offset = orElse(options.dayOfYear, 120) * DAY_MS + orElse(options.timeOfDayMs, 9 * HOUR_MS);
  const outdoors = createWeatherDay(options);

  /** Milliamperes out of the panel. */
  function sunCurrent(time: number): number {
    const now = offset + time;
    return (panel * daylight(sunHeight(now, latitude), cloudCover(seed, now))) / FULL_SUN;
  }

  /** Milliampere hours after an hour more. The electronics cut the battery off before it is hurt, and stop charging when it is full. */
  function afterHour(charge: number, hour: number): number {
    const next = charge + sunCurrent((hour + 0.5) * HOUR_MS) - load;
    return next > capacity ? capacity : next < 0 ? 0 : next;
  }

  const charge = createSum(0.7 * capacity, afterHour, HOUR_MS);

  function loadAt(time: number): number {
    const isSending = (offset + time) % MINUTE_MS < SEND_MS;
    const quiet = load / (1 + (9 * SEND_MS) / MINUTE_MS);
    return (isSending ? 10 * quiet : quiet) + 0.2 * drift(seed + 70, time, 10000);
  }

  /** Milliamperes out of the battery. */
  function flowAt(time: number): number {
    const out = loadAt(time) - sunCurrent(time);
    return out < 0 && charge(time) >= capacity ? 0 : out;
  }

  function voltage(time: number): number {
    const tenths = (10 * charge(time)) / capacity;
    const below = tenths >= 10 ? 9 : Math.floor(tenths);
    const open = VOLTS[below] + (VOLTS[below + 1] - VOLTS[below]) * (tenths - below);
    return whole(open - RESISTANCE * flowAt(time), 2500, 4250);
  }

  return createSurroundings({
    temperature: outdoors.temperature,
    humidity: outdoors.humidity,
    pressure: outdoors.pressure,
    illuminance: outdoors.illuminance,
    // The house takes some 400 W from the mains: a pulse a watt-hour.
    pulses: (time) => Math.floor(time / (8000 + 10 * (seed % 200))),
    voltage,
    current: (time) => whole(flowAt(time) * 1000, -100000000, 100000000),
    // Half of the battery, as an analogue input sees it behind two resistors.
    analog: (time) => Math.floor(voltage(time) / 2),
  });
}
