// How many messages an outbox has been given in all, over the wraps of its sequence and over starts.
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../sim/network/random.ts';
import { Code } from '../../src/ports/codes.ts';
import { SEQUENCE_MAX } from '../../src/ports/outbox.ts';
import {
  append,
  BASE,
  createBench,
  createChip,
  cutPower,
  restorePower,
  type Region,
} from '../power/bench.ts';

const SEED = 21;
const REGION: Region = { pages: 3, pageBytes: 512, unit: 4, ecc: false };

function start(nor: ReturnType<typeof createChip>) {
  const bench = createBench(nor, REGION);
  bench.patience = Infinity;
  expect(bench.outbox.open(7)).toBe(Code.Ok);
  return bench.outbox;
}

describe('messages given to an outbox', () => {
  it('are counted over wraps of the sequence, and over starts at any place of one', () => {
    const random = createRandom(SEED);
    const nor = createChip(REGION);
    let outbox = start(nor);
    let given = 0;
    while (given < 2.2 * SEQUENCE_MAX) {
      const sequence = append(outbox, 'x');
      expect(sequence).toBe((given % SEQUENCE_MAX) + 1);
      given++;
      outbox.acknowledge(sequence);
      outbox.idle();
      // Often near a wrap, seldom else.
      const isNear = given % SEQUENCE_MAX < 60 || given % SEQUENCE_MAX > SEQUENCE_MAX - 60;
      if (random.chance(isNear ? 0.3 : 0.0005)) outbox = start(nor);
      if (isNear || given % 1000 === 0) {
        expect({ ...outbox.counters() }, `seed ${SEED}`).toMatchObject({
          stored: given,
          waiting: 0,
          oldest: 0,
        });
      }
    }
  });

  it('are counted over cuts about a wrap', () => {
    const random = createRandom(SEED);
    const nor = createChip(REGION);
    let outbox = start(nor);
    let given = 0;
    for (; given < SEQUENCE_MAX - 30; given++) {
      outbox.acknowledge(append(outbox, 'x'));
      outbox.idle();
    }
    for (let cut = 0; cut < 60; cut++) {
      const chip = nor.fork();
      outbox = start(chip);
      const isDark = cutPower(chip, REGION, cut * 2, random);
      let count = given;
      while (!isDark()) {
        const sequence = append(outbox, 'x');
        if (!isDark()) count++;
        if (sequence > 0) outbox.acknowledge(sequence);
        outbox.idle();
      }
      restorePower(chip);
      const { stored } = start(chip).counters();
      expect([count, count + 1], `seed ${SEED}, cut ${cut}`).toContain(stored);
    }
  });
});

it('is 0 again after a format', () => {
  const { outbox } = createBench(createChip(REGION), REGION);
  outbox.open(7);
  append(outbox, 'x');
  expect(outbox.counters()).toMatchObject({ stored: 1, waiting: 1 });
  outbox.format(8);
  expect(outbox.counters()).toMatchObject({ stored: 0, waiting: 0 });
});

it('counts what waits exactly after a start, also where later messages were acknowledged before earlier ones', () => {
  const nor = createChip(REGION);
  const first = start(nor);
  for (let i = 0; i < 8; i++) append(first, `m${i}`);
  for (const sequence of [2, 3, 7]) first.acknowledge(sequence);
  const again = start(nor);
  expect({ ...again.counters() }).toMatchObject({ stored: 8, waiting: 5 });
  expect(again.count()).toBe(5);
  again.acknowledge(1);
  expect({ ...again.counters() }).toMatchObject({ stored: 8, waiting: 4 });
});

it('does not go on counting a message whose torn mark reads as a whole one now', () => {
  const nor = createChip(REGION);
  const bench = createBench(nor, REGION);
  bench.patience = Infinity;
  const { outbox } = bench;
  expect(outbox.open(7)).toBe(Code.Ok);
  const image = () => {
    const bytes = new Uint8Array(REGION.pages * REGION.pageBytes);
    nor.read(BASE, bytes);
    return bytes;
  };
  const before = image();
  const sequence = append(outbox, 'x');
  const at = image().findIndex((byte, index) => byte !== before[index]);
  expect(outbox.count()).toBe(1);
  // Behind the frame of eight bytes: what an acknowledgement would program, while nobody looks.
  nor.program(BASE + at + 8, new Uint8Array(REGION.unit));
  const record = { sequence: 0, topic: undefined as never, payload: undefined as never, received: false };
  expect([sequence, outbox.peek(0, record)]).toEqual([1, Code.Empty]);
  expect(outbox.count()).toBe(0);
});
