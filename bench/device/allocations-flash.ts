// What the flash outbox does with every message, again and again between two looks at the engine's count of allocations,
// around its ring of pages: on the flash of a C host, where there is one, or else on flash in RAM. It says what was done, so
// that nobody counts an operation that failed.

import { createRamFlash } from '../../sim/device/ram-flash.ts';
import { createBuffer, emptied, EMPTY, joinInteger, joinText, type Bytes } from '../../src/bytes/bytes.ts';
import { prepareTopic } from '../../src/mqtt/form.ts';
import { createFlashBytes } from '../../src/outbox/flash-bytes.ts';
import { createFlashOutbox } from '../../src/outbox/flash.ts';
import type { Flash } from '../../src/ports/flash.ts';
import { openFlash } from '../../src/ports/jerryscript/flash.ts';
import type { OutboxRecord } from '../../src/ports/outbox.ts';
import { measureWanted } from './looks.ts';

declare function print(text: string): void;

const PAGE_SIZE = 1024;
const PAGES = 4;
const RECORD_MAX = 128;
/** Reads of the log are as long as a record, or as what is looked at at once to see whether it is blank. */
const READ_MAX = RECORD_MAX + 64;

const counts = { taken: 0, seen: 0, done: 0, erased: 0 };

const part = openFlash() || createRamFlash(PAGE_SIZE, PAGES);
const flash: Flash = {
  geometry: part.geometry,
  read: part.read,
  write: part.write,
  erase(page: number): number {
    counts.erased++;
    return part.erase(page);
  },
};
const outbox = createFlashOutbox(createFlashBytes(flash, READ_MAX), RECORD_MAX);
const topic1 = prepareTopic('bench/outdoor/temp/te/01', 0x32);
const topic2 = prepareTopic('bench/outdoor/temp/te/01', 0x34);
const record: OutboxRecord<Bytes> = { sequence: 0, topic: topic1, payload: EMPTY, received: false };
let payload = createBuffer(64);

/** Take a message, as `idle` lets the next page be ready. @returns its sequence. */
function take(topic: typeof topic1): number {
  payload = joinText(emptied(payload), '{"value":');
  payload = joinText(joinInteger(payload, counts.taken & 0xffff), ',"unit":"C","room":"attic"}');
  const sequence = outbox.append(topic, payload);
  if (sequence > 0) counts.taken++;
  return sequence;
}

/** Look at the oldest message. @param sequence of it, 0: any. */
function look(sequence: number): void {
  if (outbox.peek(0, record) === 0 && (sequence === 0 || record.sequence === sequence)) counts.seen++;
}

/** The broker has it. */
function finish(sequence: number): void {
  if (outbox.acknowledge(sequence) === 0) counts.done++;
  outbox.idle();
}

const IN_FLIGHT = 8;
const inFlight = new Int32Array(IN_FLIGHT);
let turn = 0;

type Operation = () => void;

const operations: { readonly [name: string]: Operation } = {
  empty(): void {},
  flash1(): void {
    const sequence = take(topic1);
    look(sequence);
    finish(sequence);
  },
  /** Through the places to and fro, so that answers come in another order than messages. */
  flashEight(): void {
    const at = turn & IN_FLIGHT ? IN_FLIGHT - 1 - (turn % IN_FLIGHT) : turn % IN_FLIGHT;
    turn = (turn + 1) % (2 * IN_FLIGHT);
    if (inFlight[at] > 0) finish(inFlight[at]);
    inFlight[at] = take(at & 1 ? topic2 : topic1);
    if (at & 1) outbox.receive(inFlight[at]);
    look(0);
  },
};

function run(): void {
  const opened = outbox.open(123456789);
  const done = measureWanted(operations, null);
  for (let i = 0; i < IN_FLIGHT; i++) if (inFlight[i] > 0) finish(inFlight[i]);
  const told = outbox.counters();
  const wrong = told.mended + told.damaged + told.worn + told.lost + outbox.count() - opened;
  print('@@did ' + counts.taken + ' ' + counts.seen + ' ' + counts.done);
  // Around the ring at least once for each operation.
  print('@@wrong ' + (wrong + (counts.erased > done * PAGES ? 0 : 1)));
}

run();
