// The counter program on Node, killed at random moments: what its outbox took is delivered, in order.

import { it } from 'vitest';
import { IS_FULL, killCounter, TIMEOUT_MS } from './kills.ts';

it(
  'loses no number, wherever it is killed',
  () =>
    killCounter({
      what: 'counter on Node',
      kills: IS_FULL ? 1000 : 25,
      seed: 1,
      environment: () => ({ ENGINE: 'node' }),
      startMs: 500,
    }),
  TIMEOUT_MS,
);
