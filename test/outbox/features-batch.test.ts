// A firmware without the feature of messages together, on flash of one that has it.
import { expect, it, vi } from 'vitest';
import { constant } from '../../src/bytes/bytes.ts';
import { Code } from '../../src/ports/codes.ts';
import { append, createBench, createChip, list, topics, type Region } from '../power/bench.ts';

const features = vi.hoisted(() => ({ isOn: true }));
vi.mock('../../src/features.ts', async (original) => ({
  ...(await original<object>()),
  get BATCH() {
    return features.isOn;
  },
  get LAZY() {
    return features.isOn;
  },
  get LATEST() {
    return features.isOn;
  },
}));

const region: Region = { pages: 3, pageBytes: 512, unit: 4, ecc: false };

/** @returns what a firmware without the features has. */
async function withoutFeatures() {
  features.isOn = false;
  vi.resetModules();
  return import('../power/bench.ts');
}

it('leaves it alone', async () => {
  const nor = createChip(region);
  const { outbox } = createBench(nor, region);
  outbox.open(7);
  outbox.gather!(topics[1]!, constant('a'));
  outbox.gather!(topics[1]!, constant('b'));
  outbox.appendGathered!();
  const plain = await withoutFeatures();
  const other = plain.createBench(nor, region).outbox;
  expect(other.open(8)).toBe(Code.OldFormat);
  expect(other.gather).toBeUndefined();
  expect(other.settle).toBeUndefined();
  features.isOn = true;
  const again = createBench(nor, region).outbox;
  expect(again.open(9)).toBe(Code.Ok);
  expect(list(again).map((one) => one.payload)).toEqual(['a', 'b']);
});

it('leaves it alone, too, where it has written a page of it itself', async () => {
  const plain = await withoutFeatures();
  const nor = createChip(region);
  const first = plain.createBench(nor, region).outbox;
  first.open(7);
  expect(plain.append(first, 'plain')).toBe(1);
  // What such a firmware wrote, any other goes on with.
  features.isOn = true;
  const { outbox } = createBench(nor, region);
  expect(outbox.open(8)).toBe(Code.Ok);
  let last = 1;
  for (let sequence = 1; sequence > 0 && last < 12; sequence = append(outbox, 'x'.repeat(60))) {
    last = sequence;
  }
  const held = list(outbox).map((one) => one.sequence);
  expect(held.length).toBeGreaterThan(8);
  features.isOn = false;
  const { programs, erases } = nor.counters;
  expect(plain.createBench(nor, region).outbox.open(9)).toBe(Code.OldFormat);
  expect(nor.counters).toMatchObject({ programs, erases });
  features.isOn = true;
  const again = createBench(nor, region).outbox;
  expect(again.open(10)).toBe(Code.Ok);
  expect(list(again).map((one) => one.sequence)).toEqual(held);
});
