// The counter in a real Espruino on Linux (`ENGINE=espruino npm run -s counter`), with its flash in the current folder.

import { OUTBOX_FLASH } from '../../src/board.ts';
import { createFlashOutbox } from '../../src/outbox/flash.ts';
import { Code } from '../../src/ports/codes.ts';
import { createClock } from '../../src/ports/espruino/clock.ts';
import { openFlashBytes } from '../../src/ports/espruino/flash.ts';
import { createRandom } from '../../src/ports/espruino/random.ts';
import { createSocket } from '../../src/ports/espruino/socket.ts';
import { createTimer } from '../../src/ports/espruino/timer.ts';
import { RECORD_MAX, startCounter } from './counter.ts';

/** Whoever started us sees by it that no connection is stuck: the engine waits for one and does nothing else. */
const BEAT = '~';
const BEAT_MS = 1000;

function say(line: string): void {
  // eslint-disable-next-line no-restricted-globals
  print(line);
}

/** To print is to wait until it can be read. */
function isAlways(): boolean {
  return true;
}

function beat(): void {
  say(BEAT);
  beats.set(BEAT_MS);
}

const outbox = createFlashOutbox(openFlashBytes(OUTBOX_FLASH), RECORD_MAX);
const opened = outbox.open(createRandom().next());
// Then it takes nothing, and no number is queued.
if (opened !== Code.Ok) say('the outbox does not open: code ' + opened);
const beats = createTimer(beat);
beat();
startCounter(
  {
    socket: createSocket(),
    clock: createClock(),
    createTimer,
    outbox,
    print: say,
    isRead: isAlways,
  },
  counterOptions,
);
