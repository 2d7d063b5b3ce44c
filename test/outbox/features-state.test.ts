// A build without state: the log holds messages only, and goes over state that another build has left.
import { expect, it, vi } from 'vitest';

const features = vi.hoisted(() => ({ STATE: true }));
vi.mock('../../src/features.ts', async (original) => ({
  ...(await original<object>()),
  get STATE() {
    return features.STATE;
  },
}));

const { constant } = await import('../../src/bytes/bytes.ts');
const { Code } = await import('../../src/ports/codes.ts');
const { append, createBench, createChip, list } = await import('../power/bench.ts');

it('keeps none, and reads what is beside it', () => {
  const region = { pages: 3, pageBytes: 512, unit: 4, ecc: false };
  const nor = createChip(region);
  const first = createBench(nor, region).outbox;
  expect(first.open(7)).toBe(Code.Ok);
  first.remember(1, constant('kept'));
  append(first, 'one');
  first.remember(1, constant('again'));
  features.STATE = false;
  const { outbox } = createBench(nor, region);
  expect(outbox.open(8)).toBe(Code.Ok);
  expect(outbox.remember(1, constant('x'))).toBe(Code.Range);
  expect(outbox.recall(1)).toHaveLength(0);
  expect(append(outbox, 'two')).toBe(2);
  for (let i = 3; i < 100; i++) {
    expect(append(outbox, `${i}`)).toBe(i);
    outbox.acknowledge(i - 2);
    outbox.idle();
  }
  const again = createBench(nor, region).outbox;
  expect(again.open(9)).toBe(Code.Ok);
  expect(list(again).map((one) => one.payload)).toEqual(['98', '99']);
});
