// All environments that a scene can be in, by name. A new one is its import and its line in ENVIRONMENTS.

import { createDrive } from '../environment/drive.ts';
import { createPlant } from '../environment/plant.ts';
import { createRoom } from '../environment/room.ts';
import { createSolar } from '../environment/solar.ts';
import type { Surroundings } from '../environment/surroundings.ts';
import { createVibration } from '../environment/vibration.ts';
import { createWeatherDay } from '../environment/weather-day.ts';

export interface EnvironmentType {
  /** Its name is also that of the export of `file`. */
  create(options: { readonly seed: number }): Surroundings;
  /** Its file in sim/environment without .ts. */
  readonly file: string;
}

export const DEFAULT_ENVIRONMENT = 'weather';

export const ENVIRONMENTS: Readonly<Record<string, EnvironmentType>> = {
  drive: { create: createDrive, file: 'drive' },
  plant: { create: createPlant, file: 'plant' },
  room: { create: createRoom, file: 'room' },
  solar: { create: createSolar, file: 'solar' },
  vibration: { create: createVibration, file: 'vibration' },
  weather: { create: createWeatherDay, file: 'weather-day' },
};
