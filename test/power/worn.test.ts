// Pages that no longer erase, or keep bits for ever: the outbox goes on with the others. Wear is spread evenly, and who lets `idle`
// have its turn never waits for an erase.
import { describe, expect, it } from 'vitest';
import { createRandom, type SeededRandom } from '../../sim/network/random.ts';
import type { Nor } from '../../sim/nor.ts';
import type { FlashOutbox } from '../../src/outbox/flash.ts';
import { Code } from '../../src/ports/codes.ts';
import { append, BASE, createBench, createChip, list, type Region } from './bench.ts';
import { IS_FULL, told } from './settings.ts';

const SEED = 3;

const region: Region = { pages: 4, pageBytes: 512, unit: 4, ecc: false };
const REGIONS: Region[] = [region, { ...region, unit: 8 }, { ...region, unit: 8, ecc: true }];

type Wear = 'deaf' | ((offset: number) => number);

/** Ways to wear a page out, from the start or later. */
const WEAR: [string, (random: SeededRandom) => Wear][] = [
  ['does not erase', () => 'deaf'],
  ['keeps a bit in its header', () => (offset) => (offset === 9 ? 4 : 0)],
  ['keeps a bit in its opening', () => (offset) => (offset === 30 ? 128 : 0)],
  ['keeps its last bit', () => (offset) => (offset === 511 ? 1 : 0)],
  [
    'keeps bits anywhere',
    (random) => {
      const stuck = Array.from({ length: 512 }, () => (random.chance(0.01) ? random.integer(1, 255) : 0));
      return (offset) => stuck[offset]!;
    },
  ],
];

function open(nor: Nor, of = region): FlashOutbox {
  const { outbox } = createBench(nor, of);
  expect(outbox.open(7)).toBe(Code.Ok);
  return outbox;
}

/** Append and acknowledge `count` messages, a few held meanwhile. */
function run(outbox: FlashOutbox, count: number, idle = true): void {
  const held: number[] = [];
  for (let i = 0; i < count; i++) {
    const sequence = append(outbox, `message ${i}`);
    expect(sequence).toBeGreaterThan(0);
    held.push(sequence);
    if (held.length > 4) expect(outbox.acknowledge(held.shift()!)).toBe(Code.Ok);
    if (idle) outbox.idle();
  }
  expect(list(outbox).map((one) => one.sequence)).toEqual(held);
  for (const sequence of held) expect(outbox.acknowledge(sequence)).toBe(Code.Ok);
}

const wear = (nor: Nor, slot: number, how: Wear) => nor.wearOut(BASE + slot * region.pageBytes, how);

describe.each(REGIONS)('worn pages, unit $unit, ECC $ecc', (of) => {
  it.each(WEAR)('goes on when a page %s', (_name, how) => {
    const random = createRandom(SEED);
    for (let slot = 0; slot < of.pages; slot++) {
      const nor = createChip(of);
      const outbox = open(nor, of);
      run(outbox, 10);
      wear(nor, slot, how(random));
      run(outbox, 100);
      run(open(nor, of), 100);
      expect(list(open(nor, of))).toEqual([]);
      expect(outbox.counters().lost).toBe(0);
    }
  });

  it.each(WEAR)('goes on in the last two pages when the others %s', (_name, how) => {
    const random = createRandom(SEED);
    for (const [first, second] of [
      [0, 1],
      [0, 2],
      [1, 3],
      [2, 3],
    ] as const) {
      const nor = createChip(of);
      const outbox = open(nor, of);
      run(outbox, 10);
      wear(nor, first, how(random));
      wear(nor, second, how(random));
      run(outbox, 100, false);
      run(open(nor, of), 100);
    }
  });

  it('keeps what it holds when no page erases any more, and says that it is worn out', () => {
    const nor = createChip(of);
    const outbox = open(nor, of);
    const held: number[] = [];
    for (let i = 0; i < 20; i++) held.push(append(outbox, `message ${i}`));
    for (let slot = 0; slot < of.pages; slot++) wear(nor, slot, 'deaf');
    outbox.acknowledge(held.shift()!);
    const codes = Array.from({ length: 100 }, () => {
      outbox.idle();
      return append(outbox, 'more');
    });
    held.push(...codes.filter((code) => code > 0));
    // There may be room when the oldest are gone.
    expect(codes.at(-1)).toBe(Code.Full);
    expect(list(outbox).map((one) => one.sequence)).toEqual(held);

    const again = open(nor, of);
    expect(list(again).map((one) => one.sequence)).toEqual(held);
    for (const sequence of held) expect(again.acknowledge(sequence)).toBe(Code.Ok);
    expect(list(again)).toEqual([]);
    expect(append(again, 'more')).toBe(Code.WornOut);
    expect(again.counters().worn).toBeGreaterThan(0);
    expect(list(open(nor, of))).toEqual([]);
  });

  it('says so when a blank flash takes nothing', () => {
    const nor = createChip(of);
    for (let slot = 0; slot < of.pages; slot++) wear(nor, slot, () => 1);
    nor.erase(BASE + (of.pages - 1) * of.pageBytes);
    const { outbox } = createBench(nor, of);
    expect(outbox.format(7)).toBe(Code.WornOut);
    expect(append(outbox, 'a')).toBe(Code.WornOut);
    expect(outbox.idle()).toBe(false);
  });

  it.each([
    ['opening', 24, 4],
    ['record', 40, 1],
  ])('gives up after a few places when no %s comes to stand', (_name, at, byte) => {
    const nor = createChip({ ...of, pages: 6 });
    const bench = createBench(nor, { ...of, pages: 6 });
    expect(bench.outbox.open(7)).toBe(Code.Ok);
    while (nor.counters.erases < 2) append(bench.outbox, 'x'.repeat(60));
    const held = list(bench.outbox);
    for (const { sequence } of held) bench.outbox.acknowledge(sequence);
    let spoilt = 0;
    bench.before = (operation) => {
      if (operation.kind !== 'program' || (operation.address - BASE) % of.pageBytes < at) return;
      nor.flip(operation.address + byte, 0xff);
      spoilt++;
    };
    const codes = Array.from({ length: 20 }, () => append(bench.outbox, 'more'));
    expect(codes).toContain(Code.WornOut);
    expect(spoilt).toBeGreaterThan(2);
    expect(bench.outbox.format(8)).toBe(at === 24 ? Code.WornOut : Code.Ok);
    bench.before = undefined;
    expect(bench.outbox.format(9)).toBe(Code.Ok);
    expect(append(bench.outbox, 'whole')).toBe(1);
  });

  it('goes to the next place when a program did not come to stand', () => {
    const nor = createChip(of);
    const outbox = open(nor, of);
    append(outbox, 'a');
    // Bits that were flipped where the next records will be, in this page and the one that comes.
    for (const at of [200, 300, 700]) nor.flip(BASE + at, 0xff);
    for (let i = 0; i < 30; i++) expect(append(outbox, `message ${i}`)).toBeGreaterThan(0);
    expect(list(outbox)).toHaveLength(31);
    expect(list(open(nor, of))).toHaveLength(31);
    expect(outbox.counters().worn).toBeGreaterThan(0);
  });
});

it('wears its pages evenly, and erases none in append while idle has its turn', () => {
  const messages = IS_FULL ? 20_000 : 4000;
  const nor = createChip(region);
  const outbox = open(nor);
  const first = nor.counters.erases;
  let waited = 0;
  for (let i = 0; i < messages; i++) {
    const before = nor.counters.erases;
    const sequence = append(outbox, 'x'.repeat(60));
    waited += nor.counters.erases - before;
    expect(outbox.acknowledge(sequence)).toBe(Code.Ok);
    outbox.idle();
  }
  const wears = Array.from({ length: region.pages }, (_, slot) => nor.wear(BASE + slot * region.pageBytes));
  const spread = Math.max(...wears) - Math.min(...wears);
  told('wear', {
    messages,
    erases: nor.counters.erases - first,
    'erases inside append': waited,
    'most less fewest erases of a page': spread,
  });
  expect(waited).toBe(0);
  expect(spread).toBeLessThanOrEqual(1);
});
