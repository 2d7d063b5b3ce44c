// A living room: people come and go, and breathe, move, cook, open the door and switch on the light; the air lags behind.

import { DAY_MS, HOUR_MS, MINUTE_MS, chance, createResponse, drift, orElse, wave, whole } from './curves.ts';
import { daylight, sunHeight } from './sun.ts';
import { createSurroundings } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import { cloudCover } from './weather-day.ts';

export interface RoomOptions {
  readonly seed: number;
  /** Time of day at time 0 in milliseconds, default 9 h. */
  readonly timeOfDayMs?: number;
  /** Day of the year at time 0, 0 to 364, default 120. */
  readonly dayOfYear?: number;
}

/** People stay so long at least. */
const STEP_MS = 15 * MINUTE_MS;
const STEPS_A_DAY = 96;
const STEPS_AN_HOUR = 4;
const LATITUDE = 48;
/** A door is open for so long when somebody comes or goes, and light and motion follow steps of this. */
const DOOR_MS = 12000;
const MOVE_MS = 20000;
/** How likely each of four people is there, in percent by the hour. */
const PRESENCE = [0, 0, 0, 0, 0, 5, 35, 50, 25, 15, 15, 20, 55, 40, 20, 20, 30, 45, 70, 75, 75, 65, 45, 15];

export function createRoom(options: RoomOptions): Surroundings {
  const seed = options.seed;
  const offset = orElse(options.dayOfYear, 120) * DAY_MS + orElse(options.timeOfDayMs, 9 * HOUR_MS);

  function stepInDay(step: number): number {
    return step - Math.floor(step / STEPS_A_DAY) * STEPS_A_DAY;
  }

  function peopleIn(step: number): number {
    const likely = PRESENCE[Math.floor(stepInDay(step) / STEPS_AN_HOUR)];
    let people = 0;
    for (let i = 0; i < 4; i++) {
      // They do not come anew every quarter of an hour: each has a rhythm of three quarters.
      if (chance(seed + 40 + i, Math.floor((step + i) / 3)) * 100 < likely) people++;
    }
    return people;
  }

  /** Half an hour at noon and in the evening, on most days, when somebody is there. */
  function cookingIn(step: number): number {
    const inDay = stepInDay(step);
    const isMeal = inDay === 48 || inDay === 49 || inDay === 74 || inDay === 75;
    if (!isMeal || peopleIn(step) === 0) return 0;
    return chance(seed + 45, Math.floor(step / 24)) < 0.75 ? 1 : 0;
  }

  /** Steps and curves begin with the year, models with time 0. */
  const breath = createResponse(peopleIn, 0.86, STEP_MS);
  const fumes = createResponse(cookingIn, 0.55, STEP_MS);
  const warmth = createResponse(peopleIn, 0.9, STEP_MS);

  function stepAt(time: number): number {
    return Math.floor((offset + time) / STEP_MS);
  }

  function noise(n: number, time: number, period: number): number {
    return drift(seed + n, offset + time, period);
  }

  function tvoc(time: number): number {
    const now = offset + time;
    return 70 + 22 * breath(now) + 260 * fumes(now) + 12 * noise(46, time, 7 * MINUTE_MS);
  }

  function dust(time: number): number {
    return (
      60 +
      25 * noise(47, time, 11 * HOUR_MS) +
      6 * noise(48, time, 3 * MINUTE_MS) +
      900 * fumes(offset + time)
    );
  }

  function sunlight(time: number): number {
    const now = offset + time;
    return daylight(sunHeight(now, LATITUDE), cloudCover(seed, now)) * 0.015;
  }

  function illuminance(time: number): number {
    const lux = sunlight(time);
    const hasLamp = lux < 120 && peopleIn(stepAt(time)) > 0;
    return whole((lux + (hasLamp ? 240 + 3 * noise(49, time, MINUTE_MS) : 0)) * 1000, 0, 100000000);
  }

  function motion(time: number): number {
    const people = peopleIn(stepAt(time));
    const restless = chance(seed + 50, Math.floor((offset + time) / MOVE_MS));
    return restless < 0.3 * people ? 1 : 0;
  }

  function contact(time: number): number {
    const step = stepAt(time);
    const isFresh = offset + time - step * STEP_MS < DOOR_MS;
    return isFresh && peopleIn(step) !== peopleIn(step - 1) ? 0 : 1;
  }

  function temperature(time: number): number {
    const now = offset + time;
    const day = 700 * wave(now - 16 * HOUR_MS, DAY_MS);
    return 20300 + day + 75 * warmth(now) + 700 * fumes(now) + 120 * noise(51, time, 25 * MINUTE_MS);
  }

  function humidity(time: number): number {
    const now = offset + time;
    return 42000 + 3000 * noise(52, time, 20 * HOUR_MS) + 500 * breath(now) + 6000 * fumes(now);
  }

  return createSurroundings({
    temperature: (time) => whole(temperature(time), 10000, 40000),
    humidity: (time) => whole(humidity(time), 20000, 90000),
    pressure: (time) => whole(98765 + 900 * noise(53, time, 45 * HOUR_MS), 90000, 110000),
    illuminance,
    co2: (time) => whole(430 + 62 * breath(offset + time) + 6 * noise(54, time, 5 * MINUTE_MS), 400, 5000),
    tvoc: (time) => whole(tvoc(time), 0, 60000),
    gasResistance: (time) => whole(24000000 / (120 + tvoc(time)), 1000, 1000000),
    pm1: (time) => whole(dust(time) * 0.62, 0, 10000),
    pm25: (time) => whole(dust(time), 0, 10000),
    pm10: (time) => whole(dust(time) * 1.25 + 10, 0, 10000),
    motion,
    contact,
  });
}
