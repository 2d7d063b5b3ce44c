// The things around the example board: one BME280 on each I2C bus, in weather from a fixed seed.
// ES5 subset: runs in engines.

import type { Bme280Chip } from '../chips/bme280.ts';
import { createBme280Chip } from '../chips/bme280.ts';
import { createWeather } from '../environment/weather.ts';
import { connectChips } from './i2c.ts';
import { root } from './root.ts';

const SEED = 1;

/** A bus of the engine, or a new one where the engine has none. */
function busOf(bus: EngineI2c | undefined): EngineI2c {
  return bus === undefined ? ({} as EngineI2c) : bus;
}

/** Give the engine's buses chips. @param now the world's clock, whole milliseconds. @returns the chip on the first bus. */
export function connectStation(now: () => number): Bme280Chip {
  const environment = createWeather({ seed: SEED });
  const outdoor = createBme280Chip({ environment, seed: SEED });
  const second = createBme280Chip({ environment, seed: SEED + 1 });
  root.I2C1 = busOf(root.I2C1);
  root.I2C2 = busOf(root.I2C2);
  connectChips(root.I2C1, [outdoor], now);
  connectChips(root.I2C2, [second], now);
  return outdoor;
}
