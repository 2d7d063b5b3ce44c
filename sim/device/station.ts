// The chips around a board, as its scene lists them, in weather from the scene's seed. ES5 subset: runs in engines.

import type { I2cChip } from '../chips/i2c-chip.ts';
import { createBme280Chip } from '../chips/bme280.ts';
import { createWeather } from '../environment/weather.ts';
import { connectChips } from './i2c.ts';
import { root } from './root.ts';

/** Where nothing is said: what the weather station has. */
const WEATHER_STATION: EngineScene = { chips: [{ chip: 'bme280', bus: 1, address: 0x76 }], seed: 1 };

/** The engine's bus, or a new one where it has none. */
function busOf(bus: EngineI2c | undefined): EngineI2c {
  return bus === undefined ? ({} as EngineI2c) : bus;
}

/** Put the scene's chips on the buses. @param now the world's clock, whole milliseconds. @returns them in the scene's order. */
export function connectStation(now: () => number): I2cChip[] {
  const scene = root.scene === undefined ? WEATHER_STATION : root.scene;
  const environment = createWeather({ seed: scene.seed });
  const chips: I2cChip[] = [];

  function onBus(bus: number): I2cChip[] {
    return chips.filter((_chip, index) => scene.chips[index].bus === bus);
  }

  for (let i = 0; i < scene.chips.length; i++) {
    chips.push(createBme280Chip({ environment, address: scene.chips[i].address, seed: scene.seed + i }));
  }
  root.I2C1 = busOf(root.I2C1);
  root.I2C2 = busOf(root.I2C2);
  root.I2C3 = busOf(root.I2C3);
  connectChips(root.I2C1, onBus(1), now);
  connectChips(root.I2C2, onBus(2), now);
  connectChips(root.I2C3, onBus(3), now);
  return chips;
}
