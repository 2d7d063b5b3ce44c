// A firmware without times goes on with messages that one with them has left: all but when they were made.
import { expect, it, vi } from 'vitest';
import { createManualClock } from '../../sim/manual.ts';
import { constant, EMPTY, toText } from '../../src/bytes/bytes.ts';
import { Code } from '../../src/ports/codes.ts';
import type { OutboxRecord } from '../../src/ports/outbox.ts';
import type { Bytes } from '../../src/bytes/bytes.ts';

const features = vi.hoisted(() => ({ TIME: true }));
vi.mock('../../src/features.ts', async (original) => ({
  ...(await original<object>()),
  get TIME() {
    return features.TIME;
  },
}));

const { createBench, createChip, topics } = await import('../power/bench.ts');

it.each([false, true])('delivers them in order, time known: %s', (isKnown) => {
  const clock = createManualClock();
  if (isKnown) clock.setWall(20454 * 86400);
  const region = { pages: 3, pageBytes: 512, unit: 4, ecc: false, options: { clock } };
  const nor = createChip(region);
  features.TIME = true;
  const { outbox: former } = createBench(nor, region);
  expect(former.open(7)).toBe(Code.Ok);
  for (const payload of ['{"at":}', 'plain']) {
    const timeAt = payload === 'plain' ? undefined : 6;
    expect(former.append(topics[1]!, constant(payload), timeAt)).toBeGreaterThan(0);
  }
  features.TIME = false;
  const { outbox } = createBench(nor, region);
  expect(outbox.open(8)).toBe(Code.Ok);
  expect(outbox.append(topics[1]!, constant('new'))).toBe(3);
  const record: OutboxRecord<Bytes> = { sequence: 0, topic: topics[1]!, payload: EMPTY, received: false };
  const found: string[] = [];
  while (outbox.peek(record.sequence, record) === Code.Ok) {
    found.push(toText(record.payload, 0, record.payload.length));
    expect(toText(record.topic.name, 2, record.topic.name.length - 2)).toBe('t1');
  }
  expect(found).toEqual(['{"at":}', 'plain', 'new']);
  expect(outbox.oldestSec()).toBe(-1);
  for (const sequence of [1, 2, 3]) expect(outbox.acknowledge(sequence)).toBe(Code.Ok);
  expect(outbox.count()).toBe(0);
});
