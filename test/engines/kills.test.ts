// The counter on a real Espruino, killed at random moments: the program that started it, the engine, or both.

import { it } from 'vitest';
import { IS_FULL, killCounter } from '../flash/counter/kills.ts';
import { describeEngine } from './describe-engine.ts';
import { LIMIT_MS, type Engine } from './engines.ts';

const LIMIT_FULL_MS = 3_600_000;
const TIMEOUT_MS = IS_FULL ? LIMIT_FULL_MS : LIMIT_MS;
/** As long as the bundle may take to load. */
const START_MS = 2000;

/** @param kills in the long form. */
function killed(engine: Engine, kills: number): void {
  const environment = { ENGINE: 'espruino', ESPRUINO: engine.find()! };
  it(
    'loses no number, wherever it is killed',
    () =>
      killCounter({
        what: `counter on ${engine.name}`,
        kills: IS_FULL ? kills : 10,
        seed: 2,
        environment: () => environment,
        startMs: START_MS,
      }),
    TIMEOUT_MS,
  );
}

function inTurn(engine: Engine): void {
  const environment = { ENGINE: 'espruino', ESPRUINO: engine.find()! };
  it(
    'goes on with the flash where the other engine was killed',
    () =>
      killCounter({
        what: `counter on Node and ${engine.name} in turn`,
        kills: IS_FULL ? 30 : 8,
        seed: 3,
        environment: (start) => (start % 2 === 0 ? { ENGINE: 'node' } : environment),
        startMs: START_MS,
      }),
    TIMEOUT_MS,
  );
}

describeEngine('espruino', (engine) => killed(engine, 100));
describeEngine('espruino-mcu', (engine) => killed(engine, 100));
describeEngine('espruino-assert', (engine) => killed(engine, 20));
describeEngine('espruino', inTurn);
