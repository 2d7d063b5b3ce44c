// Small state beside the messages: the latest value for each key, over starts and pages. What a loss of power does to it is in
// test/power.
import { describe, expect, it } from 'vitest';
import { constant, EMPTY, toText } from '../../src/bytes/bytes.ts';
import type { FlashOutbox } from '../../src/outbox/flash.ts';
import { Code } from '../../src/ports/codes.ts';
import { STATE_KEYS, STATE_MAX } from '../../src/ports/outbox.ts';
import type { Nor } from '../../sim/nor.ts';
import { append, BASE, createBench, createChip, list, listState, type Region } from '../power/bench.ts';

const region: Region = { pages: 3, pageBytes: 1024, unit: 4, ecc: false };

function open(nor: Nor, of = region): FlashOutbox {
  const outbox = createBench(nor, of).outbox;
  expect(outbox.open(7)).toBe(Code.Ok);
  return outbox;
}

function recall(outbox: FlashOutbox, key: number): string {
  const value = outbox.recall(key);
  return toText(value, 0, value.length);
}

describe('a value', () => {
  it('is what was kept last, over starts', () => {
    const nor = createChip(region);
    const outbox = open(nor);
    expect(recall(outbox, 3)).toBe('');
    expect(outbox.remember(3, constant('one'))).toBe(Code.Ok);
    expect(outbox.remember(0, constant('zero'))).toBe(Code.Ok);
    expect(outbox.remember(3, constant('three'))).toBe(Code.Ok);
    expect(recall(outbox, 3)).toBe('three');
    const again = open(nor);
    expect([...listState(again)]).toEqual([
      [0, 'zero'],
      [3, 'three'],
    ]);
  });

  it('that is kept already is not written again', () => {
    const nor = createChip(region);
    const outbox = open(nor);
    outbox.remember(3, constant('one'));
    const { programs } = nor.counters;
    expect(outbox.remember(3, constant('one'))).toBe(Code.Ok);
    expect(nor.counters.programs).toBe(programs);
    expect(outbox.remember(3, constant('on'))).toBe(Code.Ok);
    expect(recall(outbox, 3)).toBe('on');
  });

  it('goes with the messages from page to page, and costs nothing when it is empty', () => {
    const nor = createChip(region);
    const outbox = open(nor);
    for (let key = 0; key < 5; key++) outbox.remember(key, constant(`value ${key}`));
    expect(outbox.remember(2, EMPTY)).toBe(Code.Ok);
    for (let i = 1; i <= 500; i++) {
      expect(append(outbox, `message ${i}`)).toBe(i);
      if (i % 3 === 0) outbox.remember(4, constant(`count ${i}`));
      if (i > 4) outbox.acknowledge(i - 4);
      outbox.idle();
    }
    const again = open(nor);
    expect([...listState(again)]).toEqual([
      [0, 'value 0'],
      [1, 'value 1'],
      [3, 'value 3'],
      [4, 'count 498'],
    ]);
    expect(list(again).map((one) => one.sequence)).toEqual([497, 498, 499, 500]);
    expect(again.newest()).toBe(500);
  });

  it('of every key has room in a page of 4096 bytes beside the longest message', () => {
    const large: Region = { pages: 2, pageBytes: 4096, unit: 8, ecc: true, recordMax: 1024 };
    const nor = createChip(large);
    const outbox = open(nor, large);
    const value = (key: number) => String.fromCharCode(65 + key).repeat(STATE_MAX);
    for (let key = 0; key < STATE_KEYS; key++) {
      expect(outbox.remember(key, constant(value(key)))).toBe(Code.Ok);
    }
    for (let i = 1; i <= 20; i++) {
      expect(append(outbox, 'x'.repeat(1016))).toBe(i);
      expect(outbox.acknowledge(i)).toBe(Code.Ok);
      outbox.idle();
    }
    const again = open(nor, large);
    for (let key = 0; key < STATE_KEYS; key++) expect(recall(again, key)).toBe(value(key));
  });

  it('that is damaged is lost, and nothing else', () => {
    const nor = createChip(region);
    const outbox = open(nor);
    outbox.remember(1, constant('damaged'));
    outbox.remember(2, constant('whole'));
    append(outbox, 'message');
    nor.flip(BASE + 50, 0xff);
    nor.flip(BASE + 51, 0x55);
    expect(recall(outbox, 1)).toBe('');
    const again = open(nor);
    expect([...listState(again)]).toEqual([[2, 'whole']]);
    expect(list(again)).toHaveLength(1);
    // Of its key nothing can be known.
    const other = createChip(region);
    const first = open(other);
    first.remember(1, constant('damaged'));
    append(first, 'message');
    other.flip(BASE + 48, 1);
    other.flip(BASE + 51, 0x55);
    expect([...listState(open(other))]).toEqual([]);
  });
});

it('behind a message that is damaged leaves the number of the one before', () => {
  const nor = createChip(region);
  const outbox = open(nor);
  append(outbox, 'whole');
  append(outbox, 'damaged');
  outbox.remember(1, constant('kept'));
  // The second record begins at 40 + 12 + 13, filled up.
  [40 + 28 + 20, 40 + 28 + 22].forEach((at) => nor.flip(BASE + at, 3));
  const again = open(nor);
  expect(list(again).map((one) => one.payload)).toEqual(['whole']);
  expect(again.newest()).toBe(1);
  expect(append(again, 'next')).toBe(2);
  expect(list(again).map((one) => one.payload)).toEqual(['whole', 'next']);
  expect(recall(again, 1)).toBe('kept');
});

describe('what is refused', () => {
  it('leaves the former value', () => {
    const outbox = open(createChip(region));
    outbox.remember(1, constant('former'));
    expect(outbox.remember(1, constant('x'.repeat(STATE_MAX + 1)))).toBe(Code.TooLong);
    expect(recall(outbox, 1)).toBe('former');
    for (const key of [-1, STATE_KEYS, NaN]) {
      expect(outbox.remember(key, constant('x'))).toBe(Code.Range);
      expect(recall(outbox, key)).toBe('');
    }
  });

  it('is more than a quarter of a small page, so that a message has room', () => {
    const small: Region = { pages: 2, pageBytes: 512, unit: 4, ecc: false };
    const outbox = open(createChip(small), small);
    const codes = [0, 1, 2, 3].map((key) => outbox.remember(key, constant('x'.repeat(STATE_MAX))));
    expect(codes).toEqual([Code.Ok, Code.Ok, Code.TooLong, Code.TooLong]);
    expect(createBench(createChip(small), { ...small, recordMax: 328 }).outbox.open(7)).toBe(Code.Ok);
    expect(createBench(createChip(small), { ...small, recordMax: 329 }).outbox.open(7)).toBe(Code.Range);
  });

  it('waits for room behind messages that wait', () => {
    const outbox = open(createChip(region));
    outbox.remember(1, constant('former'));
    let count = 0;
    for (const size of [90, 20, 1]) while (append(outbox, 'x'.repeat(size)) > 0) count++;
    expect(outbox.remember(1, constant('x'.repeat(STATE_MAX)))).toBe(Code.Full);
    expect(recall(outbox, 1)).toBe('former');
    for (let i = 1; i <= count; i++) outbox.acknowledge(i);
    expect(outbox.remember(1, constant('latter'))).toBe(Code.Ok);
    expect(recall(outbox, 1)).toBe('latter');
  });

  it('is all, before the flash is opened, and nothing stays after a format', () => {
    const nor = createChip(region);
    const outbox = createBench(nor, region).outbox;
    expect(outbox.remember(1, constant('x'))).toBe(Code.Closed);
    expect(recall(outbox, 1)).toBe('');
    outbox.open(1);
    outbox.remember(1, constant('x'));
    expect(outbox.format(2)).toBe(Code.Ok);
    expect(recall(outbox, 1)).toBe('');
    expect(recall(open(nor), 1)).toBe('');
    // Nor where it lies in another page than the one that is begun.
    for (let i = 1; nor.wear(BASE + region.pageBytes) === 0; i++) outbox.acknowledge(append(outbox, `${i}`));
    outbox.remember(1, constant('x'));
    append(outbox, 'last');
    expect(outbox.format(3)).toBe(Code.Ok);
    expect([...listState(outbox)]).toEqual([]);
    expect([...listState(open(nor))]).toEqual([]);
  });
});

it('is no message when a bit of its marks is wrong, and its copy stands behind', () => {
  const ecc: Region = { pages: 2, pageBytes: 1024, unit: 8, ecc: true };
  const nor = createChip(ecc);
  const outbox = open(nor, ecc);
  outbox.remember(7, constant('gone'));
  outbox.remember(7, EMPTY);
  append(open(nor, ecc), 'message');
  // Of the second record, from 40 + 16 on: two marks in place of none, so that its body would be where that of the copy is.
  nor.flip(BASE + 40 + 16 + 1, 0x20);
  const again = open(nor, ecc);
  expect(list(again).map((one) => one.payload)).toEqual(['message']);
  expect([...listState(again)]).toEqual([]);
});

it('is written anew by each start on a part with ECC where it was the last that was written, and stays', () => {
  const ecc: Region = { pages: 2, pageBytes: 1024, unit: 8, ecc: true };
  const nor = createChip(ecc);
  open(nor, ecc).remember(5, constant('kept'));
  for (let i = 0; i < 100; i++) expect(recall(open(nor, ecc), 5)).toBe('kept');
});
