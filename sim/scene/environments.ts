// All environments that a scene can be in, by name. A new one is its import and its line in ENVIRONMENTS.

import type { Surroundings } from '../environment/surroundings.ts';
import { createOutdoors } from '../environment/outdoors.ts';

export interface EnvironmentType {
  /** Its name is also that of the export of `file`. */
  create(options: { readonly seed: number }): Surroundings;
  /** Its file in sim/environment without .ts. */
  readonly file: string;
}

export const DEFAULT_ENVIRONMENT = 'weather';

export const ENVIRONMENTS: Readonly<Record<string, EnvironmentType>> = {
  weather: { create: createOutdoors, file: 'outdoors' },
};
