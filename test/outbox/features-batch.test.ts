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

it('leaves it alone', async () => {
  const nor = createChip(region);
  const { outbox } = createBench(nor, region);
  outbox.open(7);
  outbox.gather!(topics[1]!, constant('a'));
  outbox.gather!(topics[1]!, constant('b'));
  outbox.appendGathered!();
  features.isOn = false;
  vi.resetModules();
  const bench = await import('../power/bench.ts');
  const other = bench.createBench(nor.fork(), region).outbox;
  expect(other.open(8)).toBe(Code.OldFormat);
  expect(other.gather).toBeUndefined();
  expect(other.settle).toBeUndefined();
  // What such a firmware wrote, any other goes on with.
  const fresh = createChip(region);
  const plain = bench.createBench(fresh, region).outbox;
  plain.open(7);
  bench.append(plain, 'plain');
  plain.acknowledge(1);
  bench.append(plain, 'held');
  features.isOn = true;
  const again = createBench(fresh, region).outbox;
  expect(again.open(8)).toBe(Code.Ok);
  expect(append(again, 'new')).toBe(3);
  expect(list(again).map((one) => one.payload)).toEqual(['held', 'new']);
});
