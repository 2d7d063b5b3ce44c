// A mote whose only sensor counts, and which says each number that was accepted: bench/soak looks for them at the broker.

import { startMote } from '../../src/espruino.ts';
import type { MotePart } from '../../src/espruino.ts';
import { NEVER_MS } from '../../src/ports/clock.ts';
import { Code } from '../../src/ports/codes.ts';
import type { Reading } from '../../src/ports/reading.ts';
import { createCount } from './count.ts';

declare const soakPort: number;
/** The numbers of this life begin behind it: those of later lives are greater. */
declare const soakFirst: number;
declare const soakEveryMs: number;
/** No more numbers: what was accepted is still to be delivered. */
declare let soakIsOver: boolean;
declare function print(text: string): void;

/** Says `=number` for each that was accepted, and `!number code` for each that was not. */
function createWitness(): MotePart {
  return {
    onReading(_index: number, reading: Reading, code: number): void {
      print(code === Code.Ok ? '=' + reading.values[0] : '!' + reading.values[0] + ' ' + code);
    },
    run: () => NEVER_MS,
  };
}

startMote({
  id: 'soak',
  // Alone with its broker it need not wait for others.
  broker: { host: '127.0.0.1', port: soakPort, keepAliveSec: 5, backoff: { windowMs: 1000, maxMs: 4000 } },
  wifi: { ssid: 'soak', password: 'soak' },
  sensors: [{ name: 'count', driver: createCount(soakFirst, () => soakIsOver), intervalMs: soakEveryMs }],
  parts: [createWitness],
});
