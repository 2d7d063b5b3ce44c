// An outbox that gives up its oldest messages for new ones: which, how many, and that it says so.
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../sim/network/random.ts';
import type { Nor } from '../../sim/nor.ts';
import { Code, Drop } from '../../src/ports/codes.ts';
import { BATCH_MAX } from '../../src/ports/outbox.ts';
import {
  append,
  createBench,
  createChip,
  cutPower,
  list,
  openTelling,
  restorePower,
  type Region,
} from '../power/bench.ts';

const SEED = 11;

const open = (nor: Nor, region: Region) => openTelling(nor, region, { whenFull: 'drop-oldest' });

const REGIONS: Region[] = [
  { pages: 2, pageBytes: 512, unit: 4, ecc: false },
  { pages: 4, pageBytes: 512, unit: 8, ecc: true },
];

describe.each(REGIONS)('an outbox of $pages pages that is full', (region) => {
  it('gives up the oldest page for a new message, and tells how many', () => {
    const nor = createChip(region);
    const { outbox, said } = open(nor, region);
    for (let i = 1; i <= 200; i++) {
      expect(append(outbox, `message ${i}`, 1 + (i % 2))).toBe(i);
      outbox.idle();
    }
    const held = list(outbox).map((one) => one.sequence);
    expect(held.at(-1)).toBe(200);
    expect(held).toEqual(Array.from({ length: held.length }, (_, i) => 201 - held.length + i));
    expect(outbox.count()).toBe(held.length);
    const dropped = 200 - held.length;
    expect(outbox.counters()).toMatchObject({ dropped, lost: 0 });
    expect(said.every((line) => line.startsWith(`${Drop.Oldest} `))).toBe(true);
    expect(said.reduce((sum, line) => sum + Number(line.split(' ')[1]), 0)).toBe(dropped);
    // No more than has to go: all pages but the one that is being filled are full.
    expect(outbox.counters().used).toBeGreaterThan((region.pages - 2) * region.pageBytes);
    expect(list(open(nor, region).outbox).map((one) => one.sequence)).toEqual(held);
  });

  it('takes an answer for one that was given up for what it is', () => {
    const { outbox } = open(createChip(region), region);
    for (let i = 1; i <= 200; i++) append(outbox, `message ${i}`, 2);
    expect(outbox.acknowledge(1)).toBe(Code.Unknown);
    expect(outbox.receive(2)).toBe(Code.Unknown);
    const { length } = list(outbox);
    expect(outbox.acknowledge(200)).toBe(Code.Ok);
    expect(outbox.count()).toBe(length - 1);
  });

  it('loses only the oldest when the power goes away meanwhile', () => {
    const random = createRandom(SEED);
    for (let cut = 0; cut < 150; cut++) {
      const nor = createChip(region);
      let { outbox } = open(nor, region);
      const isDark = cutPower(nor, region, cut * 2, random);
      let accepted = 0;
      for (let i = 1; !isDark() && i < 400; i++) {
        outbox.idle();
        const sequence = append(outbox, `message ${i}`);
        if (!isDark()) accepted = sequence;
      }
      restorePower(nor);
      outbox = open(nor, region).outbox;
      const held = list(outbox).map((one) => one.sequence);
      const last = held.at(-1) ?? accepted;
      expect([accepted, accepted + 1], `seed ${SEED}, cut ${cut}`).toContain(last);
      expect(held).toEqual(Array.from({ length: held.length }, (_, i) => last + 1 - held.length + i));
      // On a part with ECC the numbers of what may be torn messages are not given again.
      expect([last + 1, region.ecc ? last + 1 + BATCH_MAX : 0]).toContain(append(outbox, 'after'));
    }
  });
});

it.each([
  ['all are known', false],
  ['a start has seen the first one only', true],
])('gives up a damaged message with the others of its page, where %s', (_what, isAgain) => {
  const region = REGIONS[0]!;
  const plain = createBench(createChip(region), region).outbox;
  plain.open(7);
  let room = 0;
  while (append(plain, 'message') > 0) room++;
  const nor = createChip(region);
  let { outbox, said } = open(nor, region);
  for (let i = 0; i < room; i++) append(outbox, 'message');
  // The second record of the oldest page begins at 40 + 28; its body 12 behind that.
  [40 + 28 + 16, 40 + 28 + 18].forEach((at) => nor.flip(0x1000 + at, 3));
  if (isAgain) ({ outbox, said } = open(nor, region));
  expect(outbox.count()).toBe(room);
  expect(append(outbox, 'one more')).toBe(room + 1);
  const held = list(outbox).map((one) => one.sequence);
  expect(held[0]).toBeGreaterThan(2);
  expect(held.at(-1)).toBe(room + 1);
  expect(outbox.count()).toBe(held.length);
  const { dropped, lost } = outbox.counters();
  expect([dropped, lost]).toEqual([room + 1 - held.length - 1, 1]);
  expect(said).toEqual([`${Drop.Oldest} ${dropped}`, `${Drop.Damaged} 1`]);
});

it('refuses, unless it is told to give something up', () => {
  const region = REGIONS[0]!;
  const { outbox } = createBench(createChip(region), region);
  outbox.open(7);
  let accepted = 0;
  while (append(outbox, `message ${accepted}`) > 0) accepted++;
  expect(append(outbox, 'one more')).toBe(Code.Full);
  expect(outbox.count()).toBe(accepted);
  expect(outbox.counters()).toMatchObject({ dropped: 0, capacity: 1024 });
});

it('tells of a message that is damaged, once', () => {
  const region = REGIONS[0]!;
  const nor = createChip(region);
  const { outbox, said } = open(nor, region);
  append(outbox, 'damaged');
  append(outbox, 'whole');
  [60, 62].forEach((at) => nor.flip(0x1000 + at, 3));
  expect(list(outbox).map((one) => one.payload)).toEqual(['whole']);
  expect(list(outbox)).toHaveLength(1);
  expect(said).toEqual([`${Drop.Damaged} 1`]);
});

it('tells how much of it is in use', () => {
  const region = REGIONS[1]!;
  const { outbox } = open(createChip(region), region);
  expect(outbox.counters().used).toBe(0);
  append(outbox, 'x'.repeat(56));
  expect(outbox.counters().used).toBe(80);
  append(outbox, 'x'.repeat(56));
  expect(outbox.counters().used).toBe(160);
  outbox.acknowledge(1);
  expect(outbox.counters().used).toBe(80);
  outbox.acknowledge(2);
  expect(outbox.counters()).toMatchObject({ used: 0, capacity: 2048 });
});
