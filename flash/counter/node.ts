// ENGINE=node: the counter in this process, over Node's sockets.

import { startCounter } from '../../examples/counter/counter.ts';
import { createStore } from '../../examples/counter/store.ts';
import { createClock, createTimer } from '../../sim/node/clock.ts';
import { createSocket } from '../../sim/node/socket.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import type { EngineOptions, RunningEngine } from './engine.ts';
import { createFiles } from './files.ts';

const OUTBOX_PLACES = 64;
const PAYLOAD_MAX = 16;
/** For DISCONNECT to leave. */
const FAREWELL_MS = 50;

export function startNode({ counter, stateDirectory, print, isRead }: EngineOptions): RunningEngine {
  const running = startCounter(
    {
      socket: createSocket(),
      clock: createClock(),
      createTimer,
      outbox: createRamOutbox(OUTBOX_PLACES, PAYLOAD_MAX),
      store: createStore(createFiles(stateDirectory)),
      print,
      isRead,
    },
    counter,
  );
  return {
    stop() {
      running.stop();
      return new Promise((resolve) => setTimeout(resolve, FAREWELL_MS));
    },
  };
}
