// Several messages that are taken together: all or none of them, with one program of the flash.
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../sim/network/random.ts';
import type { Nor } from '../../sim/nor.ts';
import { constant } from '../../src/bytes/bytes.ts';
import type { FlashOutbox } from '../../src/outbox/flash.ts';
import { Code, Drop } from '../../src/ports/codes.ts';
import { BATCH_MAX } from '../../src/ports/outbox.ts';
import {
  append,
  BASE,
  createBench,
  createChip,
  cutPower,
  list,
  openTelling,
  restorePower,
  topics,
  type Region,
} from '../power/bench.ts';

const SEED = 21;
const RECORD_MAX = 240;

const REGIONS: Region[] = [
  { pages: 3, pageBytes: 1024, unit: 4, ecc: false, recordMax: RECORD_MAX },
  { pages: 3, pageBytes: 1024, unit: 8, ecc: true, recordMax: RECORD_MAX },
];

function open(nor: Nor, region: Region): FlashOutbox {
  const { outbox } = createBench(nor, region);
  expect(outbox.open(7)).toBe(Code.Ok);
  return outbox;
}

const gather = (outbox: FlashOutbox, payload: string, qos = 1) =>
  outbox.gather!(topics[qos]!, constant(payload));
const sequences = (outbox: FlashOutbox) => list(outbox).map((one) => one.sequence);
const payloads = (outbox: FlashOutbox) => list(outbox).map((one) => one.payload);

function appendTogether(outbox: FlashOutbox, ...all: string[]): number {
  for (const payload of all) expect(gather(outbox, payload)).toBe(Code.Ok);
  return outbox.appendGathered!();
}

describe.each(REGIONS)('messages that are taken together, unit $unit, ECC $ecc', (region) => {
  it('take one program, and follow each other', () => {
    const nor = createChip(region);
    const outbox = open(nor, region);
    expect(append(outbox, 'before')).toBe(1);
    const { programs } = nor.counters;
    expect(appendTogether(outbox, 'a', 'bb', 'ccc')).toBe(4);
    expect(nor.counters.programs - programs).toBe(1);
    expect(append(outbox, 'behind')).toBe(5);
    expect(outbox.count()).toBe(5);
    expect(outbox.newest()).toBe(5);
    for (const again of [outbox, open(nor, region)]) {
      expect(sequences(again)).toEqual([1, 2, 3, 4, 5]);
      expect(payloads(again)).toEqual(['before', 'a', 'bb', 'ccc', 'behind']);
      expect(list(again).every(({ qos }) => qos === 1)).toBe(true);
      expect(again.count()).toBe(5);
    }
  });

  it('are acknowledged one by one, in any order, and that stays so', () => {
    const nor = createChip(region);
    let outbox = open(nor, region);
    appendTogether(outbox, 'a', 'b', 'c', 'd');
    append(outbox, 'e');
    const left = [1, 2, 3, 4, 5];
    for (const sequence of [3, 1, 4, 2]) {
      expect(outbox.acknowledge(sequence)).toBe(Code.Ok);
      expect(outbox.acknowledge(sequence)).toBe(Code.Unknown);
      left.splice(left.indexOf(sequence), 1);
      expect(outbox.count()).toBe(left.length);
      expect(sequences(outbox)).toEqual(left);
      outbox = open(nor, region);
      expect(sequences(outbox)).toEqual(left);
      expect(outbox.count()).toBe(left.length);
    }
    expect(outbox.receive(5)).toBe(Code.Unknown);
  });

  it('take one program each to be acknowledged', () => {
    const nor = createChip(region);
    const outbox = open(nor, region);
    appendTogether(outbox, 'a', 'b', 'c');
    expect(sequences(outbox)).toEqual([1, 2, 3]);
    const { programs } = nor.counters;
    for (const sequence of [1, 2, 3]) outbox.acknowledge(sequence);
    expect(nor.counters.programs - programs).toBe(3);
  });

  it('leave the places where others are looked for when they are done with', () => {
    const nor = createChip(region);
    const outbox = open(nor, region);
    appendTogether(outbox, 'a', 'b', 'c', 'd');
    expect(sequences(outbox)).toEqual([1, 2, 3, 4]);
    for (const sequence of [1, 2, 3]) outbox.acknowledge(sequence);
    for (let sequence = 5; sequence < 13; sequence++) expect(append(outbox, 'x')).toBe(sequence);
    const { reads } = nor.counters;
    for (const sequence of [9, 10, 11]) expect(outbox.acknowledge(sequence)).toBe(Code.Ok);
    expect(nor.counters.reads).toBe(reads);
  });

  it('free their page when all are acknowledged, and not before', () => {
    const nor = createChip(region);
    const outbox = open(nor, region);
    appendTogether(outbox, 'a', 'b');
    while (append(outbox, 'x'.repeat(150)) > 0);
    const held = sequences(outbox);
    for (const sequence of held.slice(2)) outbox.acknowledge(sequence);
    outbox.acknowledge(2);
    while (outbox.idle());
    while (append(outbox, 'x'.repeat(150)) > 0);
    expect(payloads(outbox)[0]).toBe('a');
    expect(outbox.acknowledge(1)).toBe(Code.Ok);
    outbox.idle();
    expect(append(outbox, 'x'.repeat(150))).toBeGreaterThan(0);
  });

  it('are one message where there is but one, and nothing where there is none', () => {
    const nor = createChip(region);
    const outbox = open(nor, region);
    expect(outbox.appendGathered!()).toBe(Code.Empty);
    expect(appendTogether(outbox, 'alone')).toBe(1);
    const other = createChip(region);
    append(open(other, region), 'alone');
    const read = (chip: Nor) => {
      const bytes = new Uint8Array(region.pageBytes);
      chip.read(BASE, bytes);
      return bytes;
    };
    expect(read(nor)).toEqual(read(other));
    expect(outbox.appendGathered!()).toBe(Code.Empty);
  });

  it('are as many as are allowed, and as long as one record may be', () => {
    const outbox = open(createChip(region), region);
    for (let i = 0; i < BATCH_MAX; i++) expect(gather(outbox, '')).toBe(Code.Ok);
    expect(gather(outbox, '')).toBe(Code.Full);
    expect(outbox.appendGathered!()).toBe(BATCH_MAX);
    expect(gather(outbox, 'x'.repeat(RECORD_MAX - 8))).toBe(Code.Ok);
    expect(gather(outbox, '')).toBe(Code.TooLong);
    expect(outbox.appendGathered!()).toBe(BATCH_MAX + 1);
    expect(gather(outbox, 'x'.repeat(RECORD_MAX - 7))).toBe(Code.TooLong);
    expect(gather(outbox, 'x'.repeat(90))).toBe(Code.Ok);
    const rest = RECORD_MAX - 90 - 8 - 8 - 2 - region.unit;
    expect(gather(outbox, 'y'.repeat(rest + 1))).toBe(Code.TooLong);
    expect(gather(outbox, 'y'.repeat(rest))).toBe(Code.Ok);
    expect(outbox.appendGathered!()).toBe(BATCH_MAX + 3);
    expect(payloads(outbox).slice(-2)).toEqual(['x'.repeat(90), 'y'.repeat(rest)]);
  });

  it('are forgotten when the outbox is opened again, or formatted, before they were accepted', () => {
    const outbox = open(createChip(region), region);
    for (const begin of [() => outbox.open(8), () => outbox.format(9)]) {
      gather(outbox, 'not accepted');
      expect(begin()).toBe(Code.Ok);
      expect(outbox.appendGathered!()).toBe(Code.Empty);
      expect(outbox.count()).toBe(0);
    }
  });

  it('are of QoS 1', () => {
    const outbox = open(createChip(region), region);
    expect(gather(outbox, 'x', 2)).toBe(Code.BadTopic);
    expect(outbox.appendGathered!()).toBe(Code.Empty);
  });

  it('stay together when there is no room, for another try', () => {
    const outbox = open(createChip(region), region);
    let last = 0;
    for (let sequence = 0; sequence >= 0; sequence = append(outbox, 'x'.repeat(100))) last = sequence;
    for (const payload of ['a', 'b']) gather(outbox, payload.repeat(60));
    const count = outbox.count();
    expect(outbox.appendGathered!()).toBe(Code.Full);
    expect(outbox.count()).toBe(count);
    for (let sequence = 1; sequence <= last; sequence++) outbox.acknowledge(sequence);
    while (outbox.idle());
    expect(outbox.appendGathered!()).toBe(last + 2);
    expect(payloads(outbox)).toEqual(['a'.repeat(60), 'b'.repeat(60)]);
  });

  it('are lost together, when more than one bit is wrong, and counted', () => {
    const nor = createChip(region);
    const { outbox, said } = openTelling(nor, region, {});
    appendTogether(outbox, 'a', 'b', 'c');
    append(outbox, 'whole');
    outbox.acknowledge(2);
    [0, 2].forEach((offset) => nor.flip(BASE + 40 + 8 + 4 * region.unit + offset, 5));
    expect(payloads(outbox)).toEqual(['whole']);
    expect(outbox.count()).toBe(1);
    expect(outbox.counters().lost).toBe(2);
    expect(said).toEqual([`${Drop.Damaged} 2`]);
  });

  it('go on where sequences begin again', () => {
    const nor = createChip(region);
    const outbox = open(nor, region);
    let last = 0;
    while (last < 32638) {
      last = append(outbox, '');
      outbox.acknowledge(last);
      outbox.idle();
    }
    expect(appendTogether(outbox, 'a', 'b', 'c', 'd')).toBe(2);
    expect(sequences(outbox)).toEqual([32639, 32640, 1, 2]);
    const again = open(nor, region);
    expect(sequences(again)).toEqual([32639, 32640, 1, 2]);
    for (const sequence of [1, 32640, 2]) expect(again.acknowledge(sequence)).toBe(Code.Ok);
    expect(sequences(again)).toEqual([32639]);
  });

  it(`survive the loss of power together, or not at all: seed ${SEED}`, () => {
    const random = createRandom(SEED);
    for (let cut = 0; cut < 400; cut++) {
      const nor = createChip(region);
      let outbox = open(nor, region);
      const isDark = cutPower(nor, region, cut % 60, random);
      const held = new Map<number, string>();
      const sure = () => [...held.keys()].sort((a, b) => a - b);
      let pending: string[] = [];
      let acknowledged = 0;
      for (let i = 0; !isDark() && i < 200; i++) {
        outbox.idle();
        if (isDark()) break;
        if (held.size > 8 || (held.size > 0 && random.chance(0.4))) {
          const keys = sure();
          acknowledged = keys[random.integer(0, keys.length - 1)]!;
          outbox.acknowledge(acknowledged);
          held.delete(acknowledged);
          continue;
        }
        acknowledged = 0;
        pending = Array.from({ length: random.integer(1, 6) }, (_, at) => `${i}.${at}`);
        const last = appendTogether(outbox, ...pending);
        if (isDark()) break;
        expect(last).toBeGreaterThan(0);
        pending.forEach((payload, at) => held.set(last - pending.length + 1 + at, payload));
        pending = [];
      }
      restorePower(nor);
      const name = `seed ${SEED}, cut ${cut}`;
      outbox = open(nor, region);
      const found = list(outbox).filter(({ sequence }) => sequence !== acknowledged || !isDark());
      const kept = found.slice(0, held.size);
      expect(
        kept.map((one) => [one.sequence, one.payload]),
        name,
      ).toEqual(sure().map((sequence) => [sequence, held.get(sequence)]));
      const rest = found.slice(held.size).map((one) => one.payload);
      expect([JSON.stringify([]), JSON.stringify(pending)], name).toContain(JSON.stringify(rest));
      // And the next start says the same, where that can be settled.
      const again = list(open(nor, region)).filter(({ sequence }) => sequence !== acknowledged);
      if (!region.ecc) expect(again, name).toEqual(found.filter(({ sequence }) => sequence !== acknowledged));
    }
  });
});

it('gives up messages that were taken together with the page of the oldest', () => {
  const region = { ...REGIONS[0]!, pages: 2 };
  const { outbox } = openTelling(createChip(region), region, { whenFull: 'drop-oldest' });
  appendTogether(outbox, 'a', 'b', 'c');
  outbox.acknowledge(2);
  let last = 3;
  while (outbox.counters().dropped === 0) last = append(outbox, 'x'.repeat(100));
  const held = sequences(outbox);
  expect(outbox.count()).toBe(held.length);
  expect(outbox.counters().dropped).toBe(last - 1 - held.length);
  expect(held).toEqual(Array.from({ length: held.length }, (_, i) => last + 1 - held.length + i));
});
