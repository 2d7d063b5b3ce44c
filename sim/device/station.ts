// What the weather station has around it: a BME280 on its first I2C bus. Other scenes have a program of their own, which
// imports their chips only: sim/scene/program.ts. ES5 subset: runs in engines.

import { createBme280Chip } from '../chips/bme280.ts';
import { createWeather } from '../environment/weather.ts';
import { connectI2c } from './i2c.ts';
import type { Place } from './place.ts';
import { root } from './root.ts';

const SEED = 1;

export function connectStation(place: Place): void {
  const chip = createBme280Chip({ environment: createWeather({ seed: SEED }), seed: SEED });
  root.I2C1 = connectI2c(root.I2C1, [chip], place.now);
  place.chips.push(chip);
}
