// A firmware without the feature of messages together, on flash of one that has it.
import { expect, it, vi } from 'vitest';
import { constant } from '../../src/bytes/bytes.ts';
import { Code } from '../../src/ports/codes.ts';
import { createRandom } from '../../sim/network/random.ts';
import {
  append,
  createBench,
  createChip,
  cutPower,
  list,
  restorePower,
  topics,
  type Region,
} from '../power/bench.ts';

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

const SEED = 61;

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

it('gives no sequence again that may have been sent before the power went away, on a part with ECC', async () => {
  const plain = await withoutFeatures();
  const ecc: Region = { ...region, unit: 8, ecc: true };
  const random = createRandom(SEED);
  let torn = 0;
  for (let run = 0; run < 40; run++) {
    const nor = createChip(ecc);
    const { outbox } = plain.createBench(nor, ecc);
    expect(outbox.open(7)).toBe(Code.Ok);
    expect(plain.append(outbox, 'whole')).toBe(1);
    cutPower(nor, ecc, 0, random);
    plain.append(outbox, 'torn');
    restorePower(nor);
    const again = plain.createBench(nor, ecc).outbox;
    expect(again.open(8)).toBe(Code.Ok);
    const held = plain.list(again).map((one) => one.payload);
    expect([['whole'], ['whole', 'torn']], `seed ${SEED}, run ${run}`).toContainEqual(held);
    if (held.length === 2) continue;
    const next = plain.append(again, 'next');
    // Where nothing of it came to stand, nobody has seen its sequence.
    if (next === 3) torn++;
    else expect(next).toBe(2);
    expect(plain.list(again).map((one) => one.payload)).toEqual(['whole', 'next']);
  }
  expect(torn).toBeGreaterThan(5);
});
