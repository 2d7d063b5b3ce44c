// The same as allocations-flash.ts with properties of MQTT 5.0 and a message that expires, also in the outbox without flash, by a clock
// that knows the time. Needs the feature V5.

import { constant, EMPTY, type Bytes } from '../../src/bytes/bytes.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import { after, type Clock, type WallTime } from '../../src/ports/clock.ts';
import type { OutboxRecord } from '../../src/ports/outbox.ts';
import type { Topic } from '../../src/ports/packet-writer.ts';
import { createFlashRun } from './flash-run.ts';

/** 2026-11-26; from one look to the next. */
const DAY = 20783;
const STEP_MS = 77;

let now = 0;
let ms = 0;

const clock: Clock = {
  now(): number {
    now = after(now, STEP_MS);
    return now;
  },
  wall(out: WallTime): void {
    ms = (ms + STEP_MS) % 86400000;
    out.day = DAY;
    out.ms = ms;
  },
};

const run = createFlashRun({ clock });
const ram = createRamOutbox(8, 64, () => clock.now());
const topic: Topic<Bytes> = {
  first: run.topic1.first,
  head: run.topic1.head,
  name: run.topic1.name,
  size: run.topic1.size,
  // An interval of an hour, and correlation data.
  expires: true,
  properties: constant('\x02\0\0\x0e\x10\x09\0\x041234'),
};
const payload = constant('{"value":21.54}');
const record: OutboxRecord<Bytes> = { sequence: 0, topic, payload: EMPTY, received: false };

run.measure(
  {
    empty(): void {},
    flashProperties(): void {
      const sequence = run.take(topic, true);
      run.look(sequence);
      run.finish(sequence);
    },
    /** Through both: where the first one fails, the second is not counted. */
    flashPropertiesRam(): void {
      const sequence = ram.append(topic, payload);
      ram.idle();
      const isThere = ram.peek(0, record) === 0 && record.sequence === sequence && record.ageSec! >= 0;
      if (!isThere || ram.acknowledge(sequence) < 0) return;
      const other = run.take(topic, false);
      run.look(other);
      run.finish(other);
    },
  },
  () => {},
);
