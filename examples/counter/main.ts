// The counter in a real Espruino on Linux (`ENGINE=espruino npm run -s counter`), with its files in the current folder.

import { createRamOutbox } from '../../src/outbox/ram.ts';
import { createClock } from '../../src/ports/espruino/clock.ts';
import { createSocket } from '../../src/ports/espruino/socket.ts';
import { createTimer } from '../../src/ports/espruino/timer.ts';
import { startCounter } from './counter.ts';
import { createStore } from './store.ts';

/** Whoever started us sees by it that no connection is stuck: the engine waits for one and does nothing else. */
const BEAT = '~';
const BEAT_MS = 1000;
const OUTBOX_PLACES = 32;
const PAYLOAD_MAX = 16;

// No board has such files, so there is no port for them.
// eslint-disable-next-line no-restricted-globals, @typescript-eslint/no-require-imports
const files = require('fs');
/** Of the file that was written last. */
let size = 0;

function path(index: number): string {
  return 'counter.' + index;
}

function read(index: number): string {
  try {
    const text = files.readFileSync(path(index));
    return text === undefined ? '' : text;
  } catch {
    return '';
  }
}

/** Write, and see by its size that a file has it all: the engine does not notice that a disk is full. */
function write(index: number, text: string, before: number, isNew: boolean): boolean {
  try {
    if (isNew) files.writeFileSync(path(index), text);
    else files.appendFileSync(path(index), text);
    size = files.statSync(path(index)).size;
  } catch {
    return false;
  }
  return size === before + text.length;
}

function replace(index: number, text: string): boolean {
  return write(index, text, 0, true);
}

/** Only what was replaced before is appended to, so its size is known. */
function append(index: number, text: string): boolean {
  return write(index, text, size, false);
}

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

const beats = createTimer(beat);
beat();
startCounter(
  {
    socket: createSocket(),
    clock: createClock(),
    createTimer,
    outbox: createRamOutbox(OUTBOX_PLACES, PAYLOAD_MAX),
    store: createStore({ read, replace, append }),
    print: say,
    isRead: isAlways,
  },
  counterOptions,
);
