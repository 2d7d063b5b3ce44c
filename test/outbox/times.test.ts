// When a message was made: known from the wall clock, or from the boot's, before and after the next boot; and once it went out
// without, it stays so.
import { describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from '../../sim/manual.ts';
import type { Nor } from '../../sim/nor.ts';
import { constant } from '../../src/bytes/bytes.ts';
import { createFlashOutbox, STATE_INTERVAL_MS, type FlashOutbox } from '../../src/outbox/flash.ts';
import { Code } from '../../src/ports/codes.ts';
import { createBench, createChip, list, topics, type Region } from '../power/bench.ts';

const region: Region = { pages: 3, pageBytes: 1024, unit: 4, ecc: false };
/** 2026-01-01 at noon. */
const NOON = 20454 * 86400 + 43200;

interface Boot {
  readonly outbox: FlashOutbox;
  readonly clock: ManualClock;
  /** A reading that says when it was made. */
  take(name: string): number;
  /** What is sent, in order. */
  sent(): string[];
}

/** The board has power again; it was told the time by its clock, or not. */
function boot(nor: Nor, wallSec?: number, of = region): Boot {
  const clock = createManualClock(1000);
  if (wallSec !== undefined) clock.setWall(wallSec);
  const { outbox } = createBench(nor, {
    ...of,
    create: (flash, recordMax) => createFlashOutbox(flash, recordMax, { clock }),
  });
  expect(outbox.open(7)).toBe(Code.Ok);
  return {
    outbox,
    clock,
    take: (name) => outbox.append(topics[1]!, constant(`${name}@!`), name.length + 1),
    sent: () => list(outbox).map((one) => one.payload),
  };
}

describe('the time of a message', () => {
  it('is what the wall clock says when it is taken, however late it is sent', () => {
    const nor = createChip(region);
    const first = boot(nor, NOON);
    expect(first.take('a')).toBe(1);
    first.clock.advance(61_999);
    first.take('b');
    expect(first.sent()).toEqual([`a@${NOON}!`, `b@${NOON + 61}!`]);
    const later = boot(nor, NOON + 86400);
    expect(later.sent()).toEqual([`a@${NOON}!`, `b@${NOON + 61}!`]);
  });

  it('is found when the clock is set before it is sent, days after it was taken', () => {
    const { take, clock, sent, outbox } = boot(createChip(region));
    clock.advance(10_000);
    take('a');
    for (let hour = 0; hour < 72; hour++) {
      clock.advance(3_600_000);
      outbox.idle();
    }
    take('b');
    clock.advance(5000);
    clock.setWall(NOON);
    outbox.idle();
    expect(sent()).toEqual([`a@${NOON - 5 - 72 * 3600}!`, `b@${NOON - 5}!`]);
  });

  it('is found for a boot that came to know it, after the next one too, and not for one that never did', () => {
    const nor = createChip(region);
    const first = boot(nor);
    first.clock.advance(3000);
    first.take('never');
    const second = boot(nor);
    second.clock.advance(7000);
    second.take('before');
    second.clock.advance(4000);
    second.clock.setWall(NOON);
    second.outbox.idle();
    second.take('after');
    const third = boot(nor);
    third.take('new');
    expect(third.sent()).toEqual(['never@null!', `before@${NOON - 4}!`, `after@${NOON}!`, 'new@null!']);
    third.clock.setWall(NOON + 1000);
    third.outbox.idle();
    third.take('newer');
    const fourth = boot(nor);
    expect(fourth.sent().slice(3)).toEqual(['new@null!', `newer@${NOON + 1000}!`]);
  });

  it('is right beyond 2038, where seconds need 32 bits without a sign, also of a boot that learnt it late', () => {
    const late = 2 ** 31 + 12_345;
    const nor = createChip(region);
    const first = boot(nor, late);
    first.take('known');
    expect(first.sent()).toEqual([`known@${late}!`]);
    const second = boot(nor);
    second.clock.advance(7000);
    second.take('before');
    second.clock.setWall(late + 1000);
    second.outbox.idle();
    second.take('after');
    const expected = [`known@${late}!`, `before@${late + 1000}!`, `after@${late + 1000}!`];
    expect(second.sent()).toEqual(expected);
    expect(boot(nor, late + 2000).sent()).toEqual(expected);
  });

  it('stays unknown once it went out so, whatever is known later', () => {
    const nor = createChip(region);
    const first = boot(nor);
    first.take('sent');
    expect(first.sent()).toEqual(['sent@null!']);
    first.take('waits');
    first.clock.advance(1000);
    first.clock.setWall(NOON);
    first.outbox.idle();
    const expected = ['sent@null!', `waits@${NOON - 1}!`];
    expect(first.sent()).toEqual(expected);
    expect(boot(nor, NOON + 500).sent()).toEqual(expected);
  });

  it('is known of the last four boots that knew it', () => {
    const nor = createChip(region);
    for (let i = 0; i < 6; i++) {
      const one = boot(nor);
      one.take(`${i}`);
      one.clock.setWall(NOON + i * 1000);
      one.outbox.idle();
    }
    expect(boot(nor).sent()).toEqual([
      '0@null!',
      '1@null!',
      ...[2, 3, 4, 5].map((i) => `${i}@${NOON + i * 1000}!`),
    ]);
  });

  it('is never that of another boot whose number looks the same', () => {
    const large = { ...region, pages: 16, pageBytes: 4096 };
    const nor = createChip(large);
    const first = boot(nor, undefined, large);
    first.take('known');
    first.clock.setWall(NOON);
    first.outbox.idle();
    const second = boot(nor, undefined, large);
    second.take('second');
    second.clock.setWall(NOON + 1000);
    second.outbox.idle();
    for (let i = 0; i < 254; i++) {
      const one = boot(nor, undefined, large);
      expect(one.take('x')).toBe(i + 3);
      one.outbox.acknowledge(i + 3);
    }
    // Has the number of the first one, as far as a message says it.
    const again = boot(nor, undefined, large);
    again.clock.advance(3000);
    again.take('again');
    const expected = ['known@null!', `second@${NOON + 1000}!`, 'again@null!'];
    expect(again.sent()).toEqual(expected);
    again.clock.setWall(NOON + 86400);
    again.outbox.idle();
    expect(again.outbox.oldestSec()).toBe(-1);
    expect(boot(nor, undefined, large).sent()).toEqual(expected);
  });

  it('is none where the outbox has no clock', () => {
    const nor = createChip(region);
    const { outbox } = createBench(nor, region);
    outbox.open(7);
    outbox.append(topics[1]!, constant('!'));
    expect(outbox.keepsTime).toBe(false);
    expect(outbox.oldestSec()).toBe(-1);
    const other = boot(nor, NOON);
    expect(other.sent()).toEqual(['!']);
    expect(other.outbox.oldestSec()).toBe(-1);
  });

  it('costs nothing but itself where the clock is known', () => {
    const nor = createChip(region);
    boot(nor, NOON).take('a');
    const second = boot(nor, NOON);
    const { programs } = nor.counters;
    second.take('b');
    expect(nor.counters.programs).toBe(programs + 1);
  });

  it('is unknown when a boot has been up for longer than it can say', () => {
    const { outbox, clock, take, sent } = boot(createChip(region));
    for (let day = 0; day < 195; day++) {
      clock.advance(86_400_000);
      outbox.idle();
    }
    take('late');
    clock.setWall(NOON);
    outbox.idle();
    expect(sent()).toEqual(['late@null!']);
    expect(outbox.oldestSec()).toBe(-1);
  });

  it('is unknown while a boot cannot be counted, for there is no room', () => {
    const nor = createChip(region);
    const { outbox } = createBench(nor, region);
    outbox.open(7);
    let last = 0;
    for (const text of ['x'.repeat(80), 'x'.repeat(10), '']) {
      for (let next = 0; next >= 0; last = Math.max(last, next)) {
        next = outbox.append(topics[1]!, constant(text));
      }
    }
    const full = boot(nor);
    expect(full.outbox.count()).toBe(last);
    for (let i = 1; i < last; i++) full.outbox.acknowledge(i);
    full.take('counted');
    full.clock.advance(2000);
    full.clock.setWall(NOON);
    full.outbox.idle();
    expect(full.sent().at(-1)).toBe(`counted@${NOON - 2}!`);
  });
});

it('keeps the values of a key of the firmware apart, by ten seconds', () => {
  const { outbox, clock } = boot(createChip(region));
  const keep = (value: string, key = 9) => outbox.remember(key, constant(value));
  expect(keep('a')).toBe(Code.Ok);
  expect(keep('b')).toBe(Code.Busy);
  expect(keep('a')).toBe(Code.Ok);
  expect(keep('other', 10)).toBe(Code.Ok);
  // Those of the SDK itself have to be right at once.
  expect([keep('a', 0), keep('b', 0)]).toEqual([Code.Ok, Code.Ok]);
  clock.advance(STATE_INTERVAL_MS - 1);
  expect(keep('b')).toBe(Code.Busy);
  clock.advance(1);
  expect(keep('b')).toBe(Code.Ok);
  expect(keep('x'.repeat(33), 11)).toBe(Code.TooLong);
  expect(keep('x', 11)).toBe(Code.Ok);
  expect(keep('x', 16)).toBe(Code.Range);
});

it('is not said before it is kept, for the next boot has to say the same', () => {
  const nor = createChip(region);
  const first = boot(nor);
  first.take('a');
  for (const text of ['x'.repeat(80), 'x'.repeat(10), '']) {
    while (first.outbox.append(topics[1]!, constant(text)) > 0);
  }
  first.clock.advance(1000);
  first.clock.setWall(NOON);
  first.outbox.idle();
  expect(first.sent()[0]).toBe('a@null!');
  expect(boot(nor).sent()[0]).toBe('a@null!');
});

it('is unknown where the keys of a firmware leave no room to count a boot', () => {
  const small: Region = { pages: 2, pageBytes: 512, unit: 4, ecc: false };
  const nor = createChip(small);
  const first = boot(nor, undefined, small);
  for (const [key, size] of [
    [5, 32],
    [6, 32],
    [7, 26],
  ] as const) {
    expect(first.outbox.remember(key, constant('x'.repeat(size)))).toBe(Code.Ok);
  }
  first.take('first');
  expect(first.outbox.oldestSec()).toBe(-1);
  const second = boot(nor, undefined, small);
  second.clock.setWall(NOON);
  second.outbox.idle();
  expect(second.sent()).toEqual(['first@null!']);
});

describe('the age of the oldest message', () => {
  it('is told by the clock of the boot that took it, else by the wall clock', () => {
    const nor = createChip(region);
    const first = boot(nor);
    expect(first.outbox.oldestSec()).toBe(-1);
    first.take('a');
    first.clock.advance(90_000);
    first.take('b');
    expect(first.outbox.oldestSec()).toBe(90);
    first.outbox.acknowledge(1);
    first.clock.advance(10_000);
    expect(first.outbox.oldestSec()).toBe(10);
    expect(boot(nor).outbox.oldestSec()).toBe(-1);
    first.clock.setWall(NOON);
    first.outbox.idle();
    expect(boot(nor, NOON + 3600).outbox.oldestSec()).toBe(3610);
  });

  it('is unknown before the flash is opened', () => {
    const { outbox } = createBench(createChip(region), {
      ...region,
      create: (flash, recordMax) => createFlashOutbox(flash, recordMax, { clock: createManualClock(0) }),
    });
    expect(outbox.oldestSec()).toBe(-1);
  });
});
