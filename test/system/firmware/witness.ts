// Says on the console what the simulation has to know, one line each:
//   B <messages ever taken by the outbox> <messages in it>: at the start
//   R <sensor> <number> <code>: what became of a reading; 0: accepted
//   I <number>: a command that came, QoS 2
//   C <delivered> <finished> <messages ever taken by the outbox> <messages in it>: once a minute; the first two since the start

import { NEVER_MS, after, remaining } from '../../../src/ports/clock.ts';
import type { Bytes } from '../../../src/bytes/bytes.ts';
import type { Reading } from '../../../src/ports/reading.ts';
import type { Mote, MotePart } from '../../../src/part.ts';

const EVERY_MS = 60000;

export function createWitness(mote: Mote): MotePart | null {
  const outbox = mote.ports.outbox;
  let dueAt = after(mote.ports.clock.now(), EVERY_MS);

  function onReading(index: number, reading: Reading, code: number): void {
    print('R ' + index + ' ' + reading.values[0], code);
  }

  function run(now: number): number {
    if (remaining(now, dueAt) === 0) {
      const counters = mote.link.client.counters();
      const of = outbox.counters!();
      print('C ' + counters.delivered + ' ' + counters.finished + ' ' + of.stored, of.waiting);
      dueAt = after(now, EVERY_MS);
    }
    const left = remaining(now, dueAt);
    return left < NEVER_MS ? left : NEVER_MS;
  }

  function onCommand(payload: Bytes): void {
    print('I', +payload);
  }

  mote.link.client.subscription('mote/do', 2, onCommand);
  print('B ' + outbox.counters!().stored, outbox.counters!().waiting);
  return { onReading, run };
}
