// Random numbers on the host: from a seed for a run that can be repeated, else from a seed of the system's.

import { randomInt } from 'node:crypto';
import type { Random } from '../../src/ports/random.ts';
import { createRandom as createSequence } from '../environment/random.ts';

export function createRandom(seed: number = randomInt(0x8000000)): Random {
  return createSequence(seed);
}
