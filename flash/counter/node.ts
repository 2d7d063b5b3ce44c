// ENGINE=node: the counter in this process, over Node's sockets.

import { RECORD_MAX, startCounter } from '../../examples/counter/counter.ts';
import { createClock, createTimer } from '../../sim/node/clock.ts';
import { createRandom } from '../../sim/node/random.ts';
import { createSocket } from '../../sim/node/socket.ts';
import { createFlashBytes } from '../../src/outbox/flash-bytes.ts';
import { createFlashOutbox } from '../../src/outbox/flash.ts';
import { Code } from '../../src/ports/codes.ts';
import { codeText } from '../codes.ts';
import { ExitCode, MoteError } from '../errors.ts';
import type { EngineOptions, RunningEngine } from './engine.ts';
import { openCounterFlash } from './flash.ts';

/** For DISCONNECT to leave. */
const FAREWELL_MS = 50;

function openOutbox(directory: string) {
  const flash = openCounterFlash(directory);
  const outbox = createFlashOutbox(createFlashBytes(flash, flash.geometry.pageSize), RECORD_MAX);
  const code = outbox.open(createRandom().next());
  if (code === Code.Ok) return outbox;
  throw new MoteError(
    `the outbox does not open: ${codeText(code)}`,
    code === Code.OldFormat
      ? 'set MQTT_VERSION=5 if that has counted there, or STATE_DIR to another folder'
      : 'set STATE_DIR to another folder',
    directory,
    ExitCode.Environment,
  );
}

/** Start the counter. @throws MoteError when its flash holds something else. */
export function startNode(options: EngineOptions): RunningEngine {
  const running = startCounter(
    {
      socket: createSocket(),
      clock: createClock(),
      createTimer,
      outbox: openOutbox(options.stateDirectory),
      print: options.print,
      isRead: options.isRead,
    },
    options.counter(),
  );
  return {
    stop() {
      running.stop();
      return new Promise((resolve) => setTimeout(resolve, FAREWELL_MS));
    },
  };
}
