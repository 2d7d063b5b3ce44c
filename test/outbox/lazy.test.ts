// Acknowledgements that flash learns of later: what that saves, and how many messages go out again after a loss of power.
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../sim/network/random.ts';
import { createNorPort, type Nor } from '../../sim/nor.ts';
import { constant, toText } from '../../src/bytes/bytes.ts';
import { createFlashBytes } from '../../src/outbox/flash-bytes.ts';
import { createFlashOutbox, type FlashOutbox } from '../../src/outbox/flash.ts';
import { Code } from '../../src/ports/codes.ts';
import type { Flash } from '../../src/ports/flash.ts';
import {
  append,
  BASE,
  createBench,
  createChip,
  cutPower,
  list,
  RECORD_MAX,
  restorePower,
  type Region,
} from '../power/bench.ts';

const SEED = 31;
const LAZY = 5;

const REGIONS: Region[] = [
  { pages: 2, pageBytes: 512, unit: 4, ecc: false },
  { pages: 4, pageBytes: 512, unit: 8, ecc: true },
];

const create = (nor: Nor, region: Region, lazyAcknowledgements = LAZY): FlashOutbox =>
  createBench(nor, { ...region, options: { lazyAcknowledgements } }).outbox;

function open(nor: Nor, region: Region, lazy?: number): FlashOutbox {
  const outbox = create(nor, region, lazy);
  expect(outbox.open(7)).toBe(Code.Ok);
  return outbox;
}

const sequences = (outbox: FlashOutbox) => list(outbox).map((one) => one.sequence);

describe.each(REGIONS)('acknowledgements that are written later, $pages pages', (region) => {
  it('take no program each', () => {
    const nor = createChip(region);
    const outbox = open(nor, region);
    for (let i = 1; i <= 4; i++) append(outbox, `${i}`);
    const { programs } = nor.counters;
    for (let i = 1; i <= 3; i++) expect(outbox.acknowledge(i)).toBe(Code.Ok);
    expect(nor.counters.programs).toBe(programs);
    expect(outbox.acknowledge(1)).toBe(Code.Unknown);
    expect(outbox.count()).toBe(1);
    expect(sequences(outbox)).toEqual([4]);
  });

  it('are written together when there are too many, and when that is asked for', () => {
    const nor = createChip(region);
    const outbox = open(nor, region);
    for (let i = 1; i <= 7; i++) append(outbox, `${i}`);
    for (let i = 1; i <= LAZY; i++) outbox.acknowledge(i);
    expect(sequences(open(nor.fork(), region))).toEqual([1, 2, 3, 4, 5, 6, 7]);
    outbox.acknowledge(LAZY + 1);
    expect(sequences(open(nor.fork(), region))).toEqual([6, 7]);
    const { programs } = nor.counters;
    expect(outbox.settle!()).toBe(Code.Ok);
    expect(nor.counters.programs).toBe(programs + 1);
    expect(outbox.settle!()).toBe(Code.Ok);
    expect(nor.counters.programs).toBe(programs + 1);
    expect(sequences(open(nor.fork(), region))).toEqual([7]);
    expect(open(nor.fork(), region).count()).toBe(1);
  });

  it('out of turn are written at once', () => {
    const nor = createChip(region);
    const outbox = open(nor, region);
    for (let i = 1; i <= 4; i++) append(outbox, `${i}`);
    expect(outbox.acknowledge(3)).toBe(Code.Ok);
    expect(sequences(open(nor.fork(), region))).toEqual([1, 2, 4]);
    outbox.acknowledge(1);
    outbox.acknowledge(2);
    outbox.acknowledge(4);
    expect(outbox.count()).toBe(0);
    outbox.settle!();
    expect(sequences(open(nor.fork(), region))).toEqual([]);
  });

  it('need not be taken back by a firmware that writes each', () => {
    const nor = createChip(region);
    const outbox = open(nor, region);
    for (let i = 1; i <= 4; i++) append(outbox, `${i}`);
    for (let i = 1; i <= 3; i++) outbox.acknowledge(i);
    outbox.settle!();
    const eager = open(nor, region, 0);
    expect(sequences(eager)).toEqual([4]);
    expect(eager.acknowledge(4)).toBe(Code.Ok);
    expect(sequences(open(nor.fork(), region))).toEqual([]);
  });

  it('leave state alone, and take none of its keys', () => {
    const nor = createChip(region);
    const outbox = open(nor, region);
    for (let i = 1; i <= 2; i++) append(outbox, `${i}`);
    for (let key = 0; key < 6; key++) outbox.remember(key, constant(`${key}`));
    outbox.acknowledge(1);
    outbox.settle!();
    const again = open(nor, region);
    for (let key = 0; key < 6; key++) {
      const value = again.recall(key);
      expect(toText(value, 0, value.length)).toBe(`${key}`);
    }
    expect(again.remember(16, constant('x'))).toBe(Code.Range);
    expect(again.recall(16)).toHaveLength(0);
  });

  it('save most of a program a message', () => {
    const [eager, lazy] = [0, LAZY].map((acknowledgements) => {
      const nor = createChip(region);
      const outbox = open(nor, region, acknowledgements);
      const { programs } = nor.counters;
      for (let i = 1; i <= 1000; i++) {
        expect(append(outbox, 'x'.repeat(30))).toBe(i);
        outbox.acknowledge(i);
        outbox.idle();
      }
      expect(outbox.count()).toBe(0);
      return (nor.counters.programs - programs) / 1000;
    });
    expect(eager! - lazy!).toBeGreaterThan(1 - 1 / LAZY - 0.2);
  });

  it(`are no more than was said, again after a loss of power: seed ${SEED}`, () => {
    const random = createRandom(SEED);
    let most = 0;
    for (let cut = 0; cut < 400; cut++) {
      const nor = createChip(region);
      let outbox = open(nor, region);
      const isDark = cutPower(nor, region, cut % 100, random);
      const held: number[] = [];
      const gone: number[] = [];
      let pending = 0;
      for (let i = 0; !isDark() && i < 500; i++) {
        outbox.idle();
        if (isDark()) break;
        if (held.length > 8 || (held.length > 0 && random.chance(0.5))) {
          const at = random.chance(0.8) ? 0 : random.integer(0, held.length - 1);
          pending = held[at]!;
          outbox.acknowledge(pending);
          held.splice(at, 1);
          gone.push(pending);
        } else {
          pending = 0;
          const sequence = append(outbox, `${i}`);
          if (!isDark() && sequence !== Code.Full) held.push(sequence);
          expect(isDark() || sequence > 0 || sequence === Code.Full).toBe(true);
        }
      }
      restorePower(nor);
      const name = `seed ${SEED}, cut ${cut}`;
      outbox = open(nor, region);
      const found = sequences(outbox);
      expect(
        found.filter((one) => held.includes(one)),
        name,
      ).toEqual(held);
      expect(
        [...found].sort((a, b) => a - b),
        name,
      ).toEqual(found);
      const again = found.filter((one) => gone.includes(one) && one !== pending).length;
      expect(again, name).toBeLessThanOrEqual(LAZY);
      most = Math.max(most, again);
      expect(outbox.count() - found.length, name).toBeLessThanOrEqual(region.ecc ? 15 : 1);
      for (const one of found) outbox.acknowledge(one);
      expect(outbox.settle!(), name).toBe(Code.Ok);
    }
    // It is used, too.
    expect(most).toBe(LAZY);
  });
});

it('are written at once where there is no room to write them together', () => {
  const region: Region = { pages: 2, pageBytes: 512, unit: 4, ecc: false };
  const nor = createChip(region);
  const outbox = open(nor, region, 1);
  while (append(outbox, '') > 0);
  const held = sequences(outbox);
  // The first is not written, and nothing can be said of it in a log that is full to its last byte.
  for (const sequence of held.slice(0, 4)) outbox.acknowledge(sequence);
  expect(outbox.count()).toBe(held.length - 4);
  const again = sequences(open(nor.fork(), region));
  expect(again.filter((one) => one > 4)).toEqual(held.slice(4));
  expect(again.length).toBeLessThanOrEqual(held.length - 3);
});

it('are written at once where it cannot be said how far they are: the header of a page is damaged', () => {
  const region: Region = { pages: 3, pageBytes: 512, unit: 4, ecc: false };
  const nor = createChip(region);
  const outbox = open(nor, region, 2);
  // Over the end of the first page, so that the head is not in the one that is written.
  for (let i = 1; i <= 20; i++) expect(append(outbox, 'x'.repeat(30))).toBe(i);
  [8, 9, 10].forEach((at) => nor.flip(BASE + at, 0xff));
  outbox.acknowledge(1);
  outbox.acknowledge(2);
  const { programs } = nor.counters;
  outbox.acknowledge(3);
  outbox.acknowledge(4);
  expect(nor.counters.programs).toBe(programs + 2);
  expect(outbox.settle!()).toBe(Code.Unknown);
});

it('are what a start has read first, where what was written of them is torn on a part with ECC', () => {
  const region: Region = { pages: 3, pageBytes: 512, unit: 8, ecc: true };
  const nor = createChip(region);
  const before = open(nor, region);
  for (let i = 1; i <= 4; i++) append(before, `${i}`);
  before.acknowledge(1);
  before.acknowledge(2);
  before.settle!();
  // A walk comes by it, and a start visits it and reads it: after that it is not what it was.
  const note = BASE + 40 + 4 * 32;
  const LOOKS = 3;
  let looks = 0;
  const port = createNorPort(nor, BASE, region.pages);
  const flash: Flash = {
    ...port,
    read(address, into, offset, length) {
      const code = port.read(address, into, offset, length);
      if (address === note && length === 16 && ++looks > LOOKS) into.fill(0xff, offset + 10, offset + 16);
      return code;
    },
  };
  const options = { lazyAcknowledgements: LAZY };
  const outbox = createFlashOutbox(createFlashBytes(flash, RECORD_MAX + 64), RECORD_MAX, options);
  expect(outbox.open(8)).toBe(Code.Ok);
  expect(looks).toBe(LOOKS);
  expect(sequences(outbox)).toEqual([3, 4]);
});
