// Messages through the flash outbox, around its ring of pages: on the flash of a C host, where there is one, or else on flash in
// RAM. It says what was done, so that nobody counts an operation that failed.

import { createRamFlash } from '../../sim/device/ram-flash.ts';
import { createBuffer, emptied, EMPTY, joinInteger, joinText, type Bytes } from '../../src/bytes/bytes.ts';
import { prepareTopic } from '../../src/mqtt/form.ts';
import { createFlashBytes } from '../../src/outbox/flash-bytes.ts';
import { createFlashOutbox, type FlashOutbox, type FlashOutboxOptions } from '../../src/outbox/flash.ts';
import type { Flash } from '../../src/ports/flash.ts';
import { openFlash } from '../../src/ports/jerryscript/flash.ts';
import { TIME_NOWHERE, type OutboxRecord } from '../../src/ports/outbox.ts';
import type { Topic } from '../../src/ports/packet-writer.ts';
import { measureWanted } from './looks.ts';

declare function print(text: string): void;

const PAGE_SIZE = 1024;
const PAGES = 4;
const RECORD_MAX = 128;
/** Reads of the log are as long as a record, or as what is looked at at once to see whether it is blank. */
const READ_MAX = RECORD_MAX + 64;
const TEXT = ',"unit":"C","room":"attic"}';

export type Operation = () => void;

export interface FlashRun {
  readonly outbox: FlashOutbox;
  readonly topic1: Topic<Bytes>;
  readonly topic2: Topic<Bytes>;
  /** Take a message, as `idle` lets the next page be ready. @param isTimed its time goes into the payload. @returns its sequence. */
  take(topic: Topic<Bytes>, isTimed: boolean): number;
  /** Look at the oldest message. @param sequence of it, 0: any. */
  look(sequence: number): void;
  /** The broker has it. */
  finish(sequence: number): void;
  /** Report what operations take, and whether they did what was asked. @param end finishes what they left. */
  measure(operations: { readonly [name: string]: Operation }, end: () => void): void;
}

export function createFlashRun(options: FlashOutboxOptions): FlashRun {
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
  const outbox = createFlashOutbox(createFlashBytes(flash, READ_MAX), RECORD_MAX, options);
  const topic1 = prepareTopic('bench/outdoor/temp/te/01', 0x32);
  const topic2 = prepareTopic('bench/outdoor/temp/te/01', 0x34);
  const record: OutboxRecord<Bytes> = { sequence: 0, topic: topic1, payload: EMPTY, received: false };
  let payload = createBuffer(64);

  function take(topic: Topic<Bytes>, isTimed: boolean): number {
    payload = joinText(emptied(payload), '{"value":');
    payload = joinText(joinInteger(payload, counts.taken & 0xffff), TEXT);
    const sequence = outbox.append(topic, payload, isTimed ? payload.length - 1 : TIME_NOWHERE);
    if (sequence > 0) counts.taken++;
    return sequence;
  }

  function look(sequence: number): void {
    if (outbox.peek(0, record) === 0 && (sequence === 0 || record.sequence === sequence)) counts.seen++;
  }

  function finish(sequence: number): void {
    if (outbox.acknowledge(sequence) === 0) counts.done++;
    outbox.idle();
  }

  function measure(operations: { readonly [name: string]: Operation }, end: () => void): void {
    const opened = outbox.open(123456789);
    const done = measureWanted(operations, null);
    end();
    const told = outbox.counters();
    const wrong = told.mended + told.damaged + told.worn + told.lost + outbox.count() - opened;
    print('@@did ' + counts.taken + ' ' + counts.seen + ' ' + counts.done);
    // Around the ring at least once for each operation.
    print('@@wrong ' + (wrong + (counts.erased > done * PAGES ? 0 : 1)));
  }

  return { outbox, topic1, topic2, take, look, finish, measure };
}
