// All models, for what is asked of each of them. ES5 subset: loaded into engines.

import { createDrive } from '../../../sim/environment/drive.ts';
import { createPlant } from '../../../sim/environment/plant.ts';
import { createRoom } from '../../../sim/environment/room.ts';
import { createSolar } from '../../../sim/environment/solar.ts';
import type { Surroundings } from '../../../sim/environment/surroundings.ts';
import { createVibration } from '../../../sim/environment/vibration.ts';
import { createWeatherDay } from '../../../sim/environment/weather-day.ts';

export interface Model {
  readonly name: string;
  create(seed: number): Surroundings;
}

export const MODELS: readonly Model[] = [
  { name: 'weather day', create: (seed) => createWeatherDay({ seed }) },
  { name: 'windy day', create: (seed) => createWeatherDay({ seed, pulses: 'wind' }) },
  { name: 'room', create: (seed) => createRoom({ seed }) },
  { name: 'plant', create: (seed) => createPlant({ seed }) },
  { name: 'solar', create: (seed) => createSolar({ seed }) },
  { name: 'vibration', create: (seed) => createVibration({ seed }) },
  { name: 'drive', create: (seed) => createDrive({ seed }) },
];
