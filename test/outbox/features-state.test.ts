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
const { append, createBench, createChip, list, openTelling } = await import('../power/bench.ts');

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

it('gives up the oldest for new ones, and tells how many', () => {
  features.STATE = false;
  const region = { pages: 3, pageBytes: 512, unit: 4, ecc: false };
  const nor = createChip(region);
  const { outbox, said } = openTelling(nor, region, { whenFull: 'drop-oldest' });
  for (let i = 1; i <= 100; i++) expect(append(outbox, `${i}`)).toBe(i);
  const held = list(outbox).map((one) => one.sequence);
  expect(held.at(-1)).toBe(100);
  expect(held).toHaveLength(held.at(-1)! - held[0]! + 1);
  const told = said.reduce((sum, line) => sum + Number(line.split(' ')[1]), 0);
  expect(told).toBe(100 - held.length);
  expect(outbox.counters()).toMatchObject({ oldest: told, stored: 100, waiting: held.length });
  expect(list(openTelling(nor, region, {}).outbox).map((one) => one.sequence)).toEqual(held);
});
