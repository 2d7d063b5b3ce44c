// The outbox over the flash of Espruino on Linux, whose variables are counted. Only what it holds stays: what its messages need is
// made anew in each call.

import { constant, EMPTY, type Bytes } from '../../src/bytes/bytes.ts';
import { TIME } from '../../src/features.ts';
import { prepareTopic } from '../../src/mqtt/form.ts';
import { createFlashOutbox, type FlashOutbox } from '../../src/outbox/flash.ts';
import { createClock } from '../../src/ports/espruino/clock.ts';
import { openFlashBytes } from '../../src/ports/espruino/flash.ts';
import type { OutboxRecord } from '../../src/ports/outbox.ts';

/** Takes the outbox, and what sends `count` messages through it, `inFlight` at a time. */
declare function expose(
  outbox: Partial<FlashOutbox>,
  send: (count: number, inFlight: number) => number,
): void;

export const RECORD_MAX = 256;
const PAYLOAD = constant('{"value":21.53,"unit":"C","room":"attic","seen":true}');

/** @param pages of 1024 bytes, from behind what Storage needs. */
export function exposeOutbox(pages: number): void {
  const outbox = createFlashOutbox(
    openFlashBytes({ base: 0x10008000, pageSize: 1024, pages, programUnit: 4, ecc: false }),
    RECORD_MAX,
    { whenFull: 'drop-oldest', clock: TIME ? createClock() : undefined },
  );

  function send(count: number, inFlight: number): number {
    const topic = prepareTopic('bench/outdoor/temp/te/01', 0x32);
    const record: OutboxRecord<Bytes> = { sequence: 0, topic, payload: EMPTY, received: false };
    let seen = 0;
    let oldest = 0;
    for (let i = 0; i < count; i++) {
      const sequence = outbox.append(topic, PAYLOAD);
      if (oldest === 0) oldest = sequence;
      if (outbox.count() >= inFlight) {
        if (outbox.peek(0, record) === 0) seen++;
        outbox.acknowledge(oldest++);
      }
      outbox.idle();
    }
    return seen;
  }

  expose(outbox, send);
}
