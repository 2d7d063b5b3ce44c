// The weather as surroundings: its air changes, all else is as on a table at rest. ES5 subset: runs in engines.

import type { Air } from './environment.ts';
import type { Quantities, Source, Surroundings } from './surroundings.ts';
import { createQuantities, createStill } from './surroundings.ts';
import { createWeather } from './weather.ts';
import type { WeatherOptions } from './weather.ts';

export function createOutdoors(options: WeatherOptions): Surroundings {
  const weather = createWeather(options);
  const air: Air = { temperature: 0, humidity: 0, pressure: 0 };
  let lookedAt = -1;

  /** A chip asks for one quantity after another at the same instant. */
  function look(timeMs: number): Air {
    if (timeMs !== lookedAt) weather.at(timeMs, air);
    lookedAt = timeMs;
    return air;
  }

  const sources = createStill(createQuantities()) as { -readonly [Quantity in keyof Quantities]: Source };
  sources.temperature = (timeMs) => look(timeMs).temperature;
  sources.humidity = (timeMs) => look(timeMs).humidity;
  sources.pressure = (timeMs) => look(timeMs).pressure;
  return sources;
}
