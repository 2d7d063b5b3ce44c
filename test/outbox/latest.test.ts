// An outbox that keeps the latest message of each topic when it is full: which are given up, which are taken along, and where that ends.
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../sim/manual.ts';
import { createRandom } from '../../sim/network/random.ts';
import type { Nor } from '../../sim/nor.ts';
import { constant, EMPTY, toText, type Bytes } from '../../src/bytes/bytes.ts';
import { prepareTopic } from '../../src/mqtt/form.ts';
import type { FlashOutbox } from '../../src/outbox/flash.ts';
import { Code, Drop } from '../../src/ports/codes.ts';
import type { OutboxRecord } from '../../src/ports/outbox.ts';
import type { Topic } from '../../src/ports/packet-writer.ts';
import { createChip, cutPower, openTelling, restorePower, type Region } from '../power/bench.ts';

const SEED = 41;

const REGIONS: Region[] = [
  { pages: 2, pageBytes: 512, unit: 4, ecc: false },
  { pages: 5, pageBytes: 512, unit: 8, ecc: true },
];

const topicsOf = (qos: number) =>
  Array.from({ length: 64 }, (_, i) => prepareTopic(`topic/${i}`, 0x30 | (qos << 1)));
const TOPICS = topicsOf(1);
const TWICE = topicsOf(2);

const open = (nor: Nor, region: Region) => openTelling(nor, region, { whenFull: 'latest-per-topic' });

const append = (outbox: FlashOutbox, topic: Topic<Bytes>, payload: string) =>
  outbox.append(topic, constant(payload));

interface Message {
  readonly sequence: number;
  readonly topic: string;
  readonly payload: string;
}

function list(outbox: FlashOutbox): Message[] {
  const record: OutboxRecord<Bytes> = { sequence: 0, topic: TOPICS[0]!, payload: EMPTY, received: false };
  const found: Message[] = [];
  while (outbox.peek(found.at(-1)?.sequence ?? 0, record) === Code.Ok) {
    const name = toText(record.topic.name, 2, record.topic.name.length - 2);
    const payload = toText(record.payload, 0, record.payload.length);
    found.push({ sequence: record.sequence, topic: name, payload });
  }
  return found;
}

/** What was said of messages that were given up. */
const sumOf = (said: readonly string[], why: Drop) =>
  said
    .filter((line) => line.startsWith(`${why} `))
    .reduce((sum, line) => sum + Number(line.split(' ')[1]), 0);

describe.each(REGIONS)('the latest of each topic, $pages pages', (region) => {
  it.each([false, true])('stays, others make room; with turns for idle: %s', (hasIdle) => {
    const nor = createChip(region);
    const { outbox, said } = open(nor, region);
    const latest = new Map<string, string>();
    // One that comes once, and three that come again and again.
    expect(append(outbox, TOPICS[63]!, 'rare')).toBe(1);
    latest.set('topic/63', 'rare');
    let accepted = 1;
    for (let i = 0; i < 500; i++) {
      expect(append(outbox, TOPICS[i % 3]!, `${i}`), `message ${i}`).toBeGreaterThan(0);
      latest.set(`topic/${i % 3}`, `${i}`);
      accepted++;
      while (hasIdle && outbox.idle());
    }
    for (const one of [outbox, open(nor, region).outbox]) {
      const found = list(one);
      expect(new Map(found.map(({ topic, payload }) => [topic, payload]))).toEqual(latest);
      expect(one.count()).toBe(found.length);
    }
    const found = list(outbox);
    // Of each topic they come in the order in which they were taken.
    for (let i = 0; i < 3; i++) {
      const mine = found.filter(({ topic }) => topic === `topic/${i}`).map(({ payload }) => Number(payload));
      expect(mine).toEqual([...mine].sort((a, b) => a - b));
    }
    expect(sumOf(said, Drop.Overtaken)).toBe(accepted - found.length);
    expect(outbox.counters()).toMatchObject({ dropped: accepted - found.length, lost: 0 });
  });

  it('goes with the oldest page where all are the latest', () => {
    const { outbox, said } = open(createChip(region), region);
    let accepted = 0;
    while (accepted < 64) {
      expect(append(outbox, TOPICS[accepted]!, 'x'.repeat(60))).toBeGreaterThan(0);
      accepted++;
      while (outbox.idle());
    }
    const left = list(outbox);
    expect(sumOf(said, Drop.Overtaken)).toBe(0);
    expect(sumOf(said, Drop.Oldest)).toBe(accepted - left.length);
    expect(left.map(({ topic }) => topic)).toContain('topic/63');
    expect(outbox.count()).toBe(left.length);
    expect(outbox.counters().used).toBeGreaterThan((region.pages - 2) * region.pageBytes);
  });

  it('wears flash twice as much as giving up the oldest does, at most', () => {
    const [plain, thinned] = (['drop-oldest', 'latest-per-topic'] as const).map((whenFull) => {
      const nor = createChip(region);
      const { outbox } = openTelling(nor, region, { whenFull });
      for (let i = 0; i < 2000; i++) {
        expect(append(outbox, TOPICS[(i * 7) % 64]!, 'x'.repeat(40))).toBeGreaterThan(0);
        while (outbox.idle());
      }
      return nor.counters.erases;
    });
    expect(thinned! / plain!).toBeLessThan(2.1);
  });

  it('stays where it is with QoS 2: its identifier would not be the same elsewhere', () => {
    const { outbox, said } = open(createChip(region), region);
    append(outbox, TWICE[9]!, 'exactly once');
    while (said.length === 0) {
      expect(append(outbox, TOPICS[0]!, 'x'.repeat(60))).toBeGreaterThan(0);
      while (outbox.idle());
    }
    expect(said[0]).toMatch(`${Drop.Oldest} `);
    expect(list(outbox).map((one) => one.payload)).not.toContain('exactly once');
  });

  it('is not looked for again where nothing has changed', () => {
    const nor = createChip(region);
    const { outbox } = open(nor, region);
    append(outbox, TWICE[9]!, 'exactly once');
    // Until the page that comes next is the one of that message.
    while (outbox.counters().used < (region.pages - 1) * region.pageBytes + 60) {
      append(outbox, TOPICS[0]!, 'x'.repeat(60));
      while (outbox.idle());
    }
    expect(outbox.idle()).toBe(false);
    const { reads } = nor.counters;
    expect(outbox.idle()).toBe(false);
    expect(nor.counters.reads - reads).toBeLessThan(6);
    expect(list(outbox)[0]!.payload).toBe('exactly once');
  });

  it('makes way with QoS 2 for a newer one, too', () => {
    const { outbox, said } = open(createChip(region), region);
    append(outbox, TWICE[0]!, 'overtaken');
    for (let i = 0; i < 200; i++) append(outbox, TOPICS[0]!, `${i}`.padEnd(40));
    expect(said.every((line) => line.startsWith(`${Drop.Overtaken} `))).toBe(true);
    expect(list(outbox).map((one) => one.payload)).not.toContain('overtaken');
  });

  it('may be one of several that were taken together', () => {
    const { outbox } = open(createChip(region), region);
    for (const [topic, payload] of [
      [TOPICS[9]!, 'old'],
      [TOPICS[8]!, 'rare'],
      [TOPICS[9]!, 'new'],
    ] as const) {
      outbox.gather!(topic, constant(payload));
    }
    expect(outbox.appendGathered!()).toBe(3);
    for (let i = 0; i < 200; i++) expect(append(outbox, TOPICS[0]!, `${i}`.padEnd(40))).toBeGreaterThan(0);
    const payloads = list(outbox).map((one) => one.payload);
    const others = payloads.filter((text) => ['old', 'rare', 'new'].includes(text));
    expect(others.sort()).toEqual(['new', 'rare']);
    expect(outbox.count()).toBe(payloads.length);
  });

  it('is found behind a message that is damaged', () => {
    const nor = createChip(region);
    const { outbox, said } = open(nor, region);
    append(outbox, TOPICS[9]!, 'old');
    let at = 0;
    nor.onProgram = (address) => void (at = address);
    append(outbox, TOPICS[8]!, 'damaged');
    nor.onProgram = undefined;
    append(outbox, TOPICS[9]!, 'new');
    for (const offset of [4, 6]) nor.flip(at + 8 + region.unit + offset, 3);
    for (let i = 0; i < 200; i++) expect(append(outbox, TOPICS[0]!, `${i}`.padEnd(40))).toBeGreaterThan(0);
    const payloads = list(outbox).map((one) => one.payload);
    expect(payloads.filter((text) => !/^\d/.test(text))).toEqual(['new']);
    expect(outbox.counters().lost).toBe(1);
    expect(sumOf(said, Drop.Damaged)).toBe(1);
  });

  it('is there once where the old place of it is damaged as it is taken along', () => {
    const nor = createChip(region);
    const { outbox } = open(nor, region);
    let at = 0;
    nor.onProgram = (address) => void (at = address);
    append(outbox, TOPICS[9]!, 'rare');
    nor.onProgram = undefined;
    append(outbox, TOPICS[8]!, 'other');
    let moves = 0;
    nor.onProgram = (_address, data) => {
      if (!String.fromCharCode(...data).includes('rare') || moves++ > 0) return;
      for (const offset of [4, 6]) nor.flip(at + 8 + region.unit + offset, 3);
    };
    for (let i = 0; i < 200; i++) expect(append(outbox, TOPICS[0]!, `${i}`.padEnd(40))).toBeGreaterThan(0);
    expect(moves).toBeGreaterThan(1);
    const payloads = list(outbox).map((one) => one.payload);
    expect(payloads.filter((text) => !/^\d/.test(text)).sort()).toEqual(['other', 'rare']);
    expect(outbox.count()).toBe(payloads.length);
  });

  it('is known by its whole topic', () => {
    const { outbox } = open(createChip(region), region);
    const long = prepareTopic('topic/1/more', 0x32);
    const other = prepareTopic('topic/1', 0x33);
    append(outbox, long, 'long');
    append(outbox, prepareTopic('topic', 0x32), 'short');
    append(outbox, TOPICS[1]!, 'overtaken');
    append(outbox, other, 'retained');
    for (let i = 0; i < 200; i++) append(outbox, TOPICS[0]!, `${i}`.padEnd(40));
    const payloads = list(outbox).map((one) => one.payload);
    const others = payloads.filter((text) => !/^\d/.test(text));
    expect(others.sort()).toEqual(['long', 'retained', 'short']);
  });

  it('takes an answer for one that is not there any more for what it is', () => {
    const { outbox } = open(createChip(region), region);
    append(outbox, TOPICS[9]!, 'rare');
    for (let i = 0; i < 100; i++) append(outbox, TOPICS[0]!, `${i}`.padEnd(40));
    const { length } = list(outbox);
    expect(outbox.acknowledge(1)).toBe(Code.Unknown);
    expect(outbox.acknowledge(2)).toBe(Code.Unknown);
    expect(outbox.count()).toBe(length);
  });

  it(`survives the loss of power, at most one twice: seed ${SEED}`, () => {
    const random = createRandom(SEED);
    for (let cut = 0; cut < 300; cut++) {
      const nor = createChip(region);
      const first = open(nor, region);
      let { outbox } = first;
      const isDark = cutPower(nor, region, cut, random);
      const latest = new Map<string, number>();
      let pending = -1;
      for (let i = 0; !isDark() && i < 1000; i++) {
        outbox.idle();
        const at = random.chance(0.05) ? random.integer(4, 7) : i % 3;
        pending = i;
        if (isDark()) break;
        const sequence = append(outbox, TOPICS[at]!, `${i}`);
        if (isDark()) break;
        expect(sequence).toBeGreaterThan(0);
        latest.set(`topic/${at}`, i);
      }
      restorePower(nor);
      const name = `seed ${SEED}, cut ${cut}`;
      outbox = open(nor, region).outbox;
      const found = list(outbox).filter(({ payload }) => payload !== `${pending}`);
      expect(new Map(found.map(({ topic, payload }) => [topic, Number(payload)])), name).toEqual(latest);
      expect(sumOf(first.said, Drop.Oldest), name).toBe(0);
      expect(found.length - new Set(found.map(({ payload }) => payload)).size, name).toBeLessThanOrEqual(1);
      expect(append(outbox, TOPICS[0]!, 'after'), name).toBeGreaterThan(0);
    }
  });
});

it('has no age of this boot where it is taken along from a former one', () => {
  const region = REGIONS[0]!;
  const nor = createChip(region);
  const first = openTelling(nor, region, { whenFull: 'latest-per-topic', clock: createManualClock() });
  append(first.outbox, TOPICS[9]!, 'rare');
  const clock = createManualClock();
  const { outbox } = openTelling(nor, region, { whenFull: 'latest-per-topic', clock });
  clock.advance(5000);
  let common = 0;
  while (list(outbox)[0]!.payload === 'rare') common = append(outbox, TOPICS[0]!, 'common'.padEnd(40));
  expect(common).toBeGreaterThan(0);
  for (const { sequence, payload } of list(outbox)) if (payload !== 'rare') outbox.acknowledge(sequence);
  expect(list(outbox)).toMatchObject([{ payload: 'rare' }]);
  // Nobody knows when that boot began; this one began five seconds ago.
  expect(outbox.oldestSec()).toBe(-1);
  append(outbox, TOPICS[0]!, 'of this boot');
  outbox.acknowledge(list(outbox)[0]!.sequence);
  expect(outbox.oldestSec()).toBe(0);
});
