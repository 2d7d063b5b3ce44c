// What the flash outbox does with every message, again and again between two looks at the engine's count of allocations.

import { createFlashRun } from './flash-run.ts';

const run = createFlashRun({});

const IN_FLIGHT = 8;
const inFlight = new Int32Array(IN_FLIGHT);
let turn = 0;

run.measure(
  {
    empty(): void {},
    flash1(): void {
      const sequence = run.take(run.topic1, false);
      run.look(sequence);
      run.finish(sequence);
    },
    /** Through the places to and fro, so that answers come in another order than messages. */
    flashEight(): void {
      const at = turn & IN_FLIGHT ? IN_FLIGHT - 1 - (turn % IN_FLIGHT) : turn % IN_FLIGHT;
      turn = (turn + 1) % (2 * IN_FLIGHT);
      if (inFlight[at] > 0) run.finish(inFlight[at]);
      inFlight[at] = run.take(at & 1 ? run.topic2 : run.topic1, false);
      if (at & 1) run.outbox.receive(inFlight[at]);
      run.look(0);
    },
  },
  () => {
    for (let i = 0; i < IN_FLIGHT; i++) if (inFlight[i] > 0) run.finish(inFlight[i]);
  },
);
