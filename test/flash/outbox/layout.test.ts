// What the reader says of a region, against the outbox that wrote it: whatever happened to that one, both see the same messages in
// the same order. The reader shares no code with it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Inspection } from '../../../flash/outbox/inspection.ts';
import { inspectRegion } from '../../../flash/outbox/layout.ts';
import type { Text } from '../../../flash/outbox/message.ts';
import { createRandom } from '../../../sim/network/random.ts';
import type { Nor } from '../../../sim/nor.ts';
import { prefix, tornWays } from '../../../sim/torn.ts';
import type { FlashOutbox } from '../../../src/outbox/flash.ts';
import { Code } from '../../../src/ports/codes.ts';
import { append, BASE, createBench, createChip, list, type Held, type Region } from '../../power/bench.ts';
import { dump } from './image.ts';

const region: Region = { pages: 3, pageBytes: 512, unit: 4, ecc: false };
const PAGE = region.pageBytes;
const FIRST = 40;

const plain = (text: Text) =>
  'text' in text
    ? Buffer.from(text.text, 'utf8').toString('latin1')
    : Buffer.from(text.hex, 'hex').toString('latin1');

const inspect = (nor: Nor, of = region): Inspection => inspectRegion(dump(nor, of), of.pageBytes, BASE);

/** @returns the messages that an inspection says are held, in the form of `list`. */
function heldOf({ records }: Inspection): Held[] {
  return records
    .filter(({ state }) => state === 'held')
    .map(({ sequence, received, message }) => ({
      sequence: sequence!,
      payload: plain(message!.payload),
      qos: message!.qos,
      received,
    }));
}

/** @returns what a start finds on a copy of the flash, undefined when it takes nothing of it. */
function heldByStart(nor: Nor, of: Region): Held[] | undefined {
  const { outbox } = createBench(nor.fork(), of);
  return outbox.open(7) === Code.Ok ? list(outbox) : undefined;
}

function open(nor: Nor, of = region): FlashOutbox {
  const { outbox } = createBench(nor, of);
  expect(outbox.open(7)).toBe(Code.Ok);
  return outbox;
}

const kinds = ({ troubles }: Inspection) => troubles.map(({ kind, address }) => [kind, address - BASE]);
const states = ({ pages }: Inspection) => pages.map(({ state }) => state);

type Step = readonly ['append' | 'acknowledge' | 'receive' | 'idle' | 'restart' | 'start', number];

const steps = fc.array(
  fc.tuple(
    fc.constantFrom(
      'append',
      'append',
      'append',
      'acknowledge',
      'acknowledge',
      'receive',
      'idle',
      'restart',
      'start',
    ),
    fc.nat(0xffff),
  ) as fc.Arbitrary<Step>,
  { minLength: 1, maxLength: 120 },
);

const regions: fc.Arbitrary<Region> = fc
  .tuple(fc.integer({ min: 2, max: 5 }), fc.constantFrom(512, 1024), fc.constantFrom(4, 8), fc.boolean())
  .map(([pages, pageBytes, unit, ecc]) => ({ pages, pageBytes, unit, ecc: ecc && unit === 8 }));

/** Do a step. @returns the outbox that is at work then. */
function take(nor: Nor, of: Region, outbox: FlashOutbox, [kind, value]: Step): FlashOutbox {
  const held = kind === 'acknowledge' || kind === 'receive' ? list(outbox) : [];
  const one = held[value % Math.max(held.length, 1)];
  if (kind === 'append') append(outbox, 'x'.repeat(value % 80) + value, 1 + (value % 2));
  if (kind === 'idle') outbox.idle();
  if (kind === 'restart') outbox.restart();
  if (kind === 'acknowledge' && one !== undefined) outbox.acknowledge(one.sequence);
  if (kind === 'receive' && one !== undefined) outbox.receive(one.sequence);
  return kind === 'start' ? open(nor, of) : outbox;
}

describe('an inspection', () => {
  it('says what the outbox holds, whatever happened to it', () => {
    fc.assert(
      fc.property(regions, steps, (of, all) => {
        const nor = createChip(of);
        let outbox = open(nor, of);
        for (const step of all) outbox = take(nor, of, outbox, step);
        const inspection = inspect(nor, of);
        expect(heldOf(inspection)).toEqual(list(outbox));
        expect(inspection.totals).toMatchObject({ held: outbox.count(), damaged: 0, mended: 0 });
        expect(inspection.troubles).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('says what the next start will find, wherever the power went away', () => {
    let torn = 0;
    fc.assert(
      fc.property(regions, steps, fc.nat(60), fc.nat(), (of, all, countdown, seed) => {
        const nor = createChip(of);
        let outbox = open(nor, of);
        let left = countdown;
        let isDark = false;
        nor.interrupt = (operation) => {
          if (isDark || left-- > 0) return undefined;
          isDark = true;
          const random = createRandom(seed);
          // A bit that reads as either may be read otherwise the next time: nobody can foretell that.
          const ways = tornWays(operation, of.unit, random).filter((way) => way.torn.unsure === undefined);
          return ways[random.integer(0, ways.length - 1)]!.torn;
        };
        for (const step of all) if (!isDark) outbox = takeInTheDark(nor, of, outbox, step);
        nor.interrupt = undefined;
        nor.powerUp();
        const found = heldByStart(nor, of);
        const inspection = inspect(nor, of);
        if (inspection.troubles.length > 0) torn++;
        expect(heldOf(inspection)).toEqual(found);
        expect(inspection.totals.damaged).toBe(0);
      }),
      { numRuns: 600 },
    );
    expect(torn).toBeGreaterThan(20);
  });

  it('says what the next start will find, whichever bits rotted', () => {
    let mended = 0;
    let lost = 0;
    let unopened = 0;
    fc.assert(
      fc.property(regions, steps, fc.nat(), (of, all, seed) => {
        const nor = createChip(of);
        let outbox = open(nor, of);
        for (const step of all) outbox = take(nor, of, outbox, step);
        const pages = inspect(nor, of).pages.filter(({ used }) => used > 0);
        const random = createRandom(seed);
        const page = pages[random.integer(0, pages.length - 1)]!;
        const start = random.integer(0, page.used - 1);
        // Close to each other, so that some records have more than one.
        for (let i = random.integer(1, 3); i > 0; i--) {
          const at = (start + random.integer(0, 20)) % page.used;
          nor.flip(page.address + at, 1 << random.integer(0, 7));
        }
        const inspection = inspect(nor, of);
        mended += inspection.totals.mended;
        lost += inspection.totals.damaged;
        const found = heldByStart(nor, of);
        if (found === undefined) unopened++;
        else expect(heldOf(inspection)).toEqual(found);
      }),
      { numRuns: 600 },
    );
    expect(mended).toBeGreaterThan(100);
    expect(lost).toBeGreaterThan(10);
    expect(unopened).toBeLessThan(200);
  });

  it('takes any bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 2048, maxLength: 2048 }),
        fc.constantFrom(64, 256, 512),
        (bytes, size) => {
          expect(inspectRegion(bytes, size).pages).toHaveLength(2048 / size);
        },
      ),
    );
  });

  it('takes any bytes behind a header and an opening', () => {
    const nor = createChip(region);
    open(nor);
    const start = dump(nor, region);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: PAGE - FIRST, maxLength: PAGE - FIRST }), (bytes) => {
        const image = start.slice();
        image.set(bytes, FIRST);
        const { state, pages } = inspectRegion(image, PAGE);
        expect(state).toBe('outbox');
        expect(pages[0]!.used).toBeLessThanOrEqual(PAGE);
      }),
      { numRuns: 500 },
    );
  });
});

/** Do a step during which the power may go away: what the outbox says then is of no interest. */
function takeInTheDark(nor: Nor, of: Region, outbox: FlashOutbox, step: Step): FlashOutbox {
  if (step[0] !== 'start') return take(nor, of, outbox, step);
  const next = createBench(nor, of).outbox;
  next.open(7);
  return next;
}

describe('the state of a region', () => {
  it('is blank where nothing ever was', () => {
    const { state, records, wear, next } = inspect(createChip(region));
    expect({ state, records, wear, next }).toEqual({ state: 'blank', records: [], wear: null, next: null });
  });

  it('is an outbox after the first start', () => {
    const nor = createChip(region);
    open(nor);
    const inspection = inspect(nor);
    expect(inspection).toMatchObject({
      state: 'outbox',
      version: 1,
      programUnit: 4,
      longestBody: 100,
      nonce: 7,
    });
    expect(states(inspection)).toEqual(['written', 'blank', 'killed']);
    expect(inspection.pages[0]).toMatchObject({ sequence: 1, erases: 1, used: FIRST, free: PAGE - FIRST });
  });

  it('is half-formatted from the intent to the end of the format, and blank before the intent is whole', () => {
    const found = new Set<string>();
    for (let stop = 0; stop < 40; stop++) {
      for (const torn of [prefix(0), prefix(4), prefix(1000)]) {
        const nor = createChip(region);
        let left = stop;
        nor.interrupt = () => (left-- === 0 ? torn : undefined);
        const { outbox } = createBench(nor, region);
        outbox.open(7);
        nor.interrupt = undefined;
        nor.powerUp();
        const { state } = inspect(nor);
        found.add(state);
        // Whatever it is: the next start makes an outbox of it.
        open(nor);
        expect(['blank', 'half-formatted', 'outbox']).toContain(state);
      }
    }
    expect([...found].sort()).toEqual(['blank', 'half-formatted', 'outbox']);
  });

  it('is foreign where something else stands', () => {
    const image = Uint8Array.from(Buffer.from('something else '.repeat(200)).subarray(0, 3 * PAGE));
    const inspection = inspectRegion(image, PAGE);
    expect(inspection.state).toBe('foreign');
    expect(states(inspection)).toEqual(['foreign', 'foreign', 'foreign']);
  });
});

describe('the pages', () => {
  it('are told apart, with their wear', () => {
    const nor = createChip(region);
    const outbox = open(nor);
    for (let i = 1; i <= 25; i++) {
      append(outbox, `message ${i}`);
      if (i <= 15) outbox.acknowledge(i);
    }
    outbox.idle();
    const inspection = inspect(nor);
    expect(states(inspection)).toEqual(['older', 'written', 'prepared']);
    const [older, written, prepared] = inspection.pages;
    expect(older!.records + written!.records).toBe(25);
    expect(older!.held + written!.held).toBe(10);
    expect(prepared).toMatchObject({ sequence: 3, used: 24, free: PAGE - FIRST, records: 0 });
    expect(inspection.wear).toEqual({ min: 1, max: 3, spread: 2 });
    expect(inspection.records[inspection.next!]).toMatchObject({
      sequence: 16,
      address: written!.address + FIRST + 32,
    });
    expect(inspection.records[inspection.newest!]).toMatchObject({ sequence: 25 });
    nor.flip(BASE + PAGE, 0x12);
    nor.flip(BASE + PAGE + 9, 0x12);
    expect(states(inspect(nor))).toEqual(['written', 'foreign', 'prepared']);
  });
});

describe('a place that is not as it should be', () => {
  function twoMessages(): Nor {
    const nor = createChip(region);
    const outbox = open(nor);
    append(outbox, 'first');
    append(outbox, 'second');
    return nor;
  }
  /** Records of "first" and "second": frame 8, mark 4, body 6 + 2 + text. */
  const SECOND = FIRST + 28;

  it('is a bit that is wrong, which is mended', () => {
    const nor = twoMessages();
    nor.flip(BASE + FIRST + 22, 4);
    nor.flip(BASE + SECOND, 0x10);
    nor.flip(BASE + 9, 0x80);
    nor.flip(BASE + 36, 1);
    const inspection = inspect(nor);
    expect(heldOf(inspection).map(({ payload }) => payload)).toEqual(['first', 'second']);
    expect(inspection.totals).toMatchObject({ held: 2, damaged: 0, mended: 4 });
    expect(inspection.troubles.map(({ address, bit }) => [address - BASE, bit])).toEqual([
      [9, 7],
      [36, 0],
      [FIRST + 22, 2],
      [SECOND, 4],
    ]);
  });

  it('is a message of which more bits are wrong: it is lost, and what comes behind it is not', () => {
    const nor = twoMessages();
    nor.flip(BASE + FIRST + 22, 5);
    const inspection = inspect(nor);
    expect(heldOf(inspection).map(({ payload }) => payload)).toEqual(['second']);
    expect(inspection.totals).toMatchObject({ held: 1, damaged: 1 });
    expect(kinds(inspection)).toEqual([['lost', FIRST]]);
  });

  it('is a length that cannot be read: the next record is found behind it', () => {
    const nor = twoMessages();
    nor.flip(BASE + FIRST, 5);
    nor.flip(BASE + FIRST + 2, 9);
    const inspection = inspect(nor);
    expect(heldOf(inspection).map(({ payload }) => payload)).toEqual(['second']);
    expect(inspection.troubles).toMatchObject([{ kind: 'unreadable', address: BASE + FIRST, bytes: 28 }]);
  });

  it('is the torn last record, which was never accepted; after the next start it is buried', () => {
    const nor = twoMessages();
    const outbox = open(nor);
    nor.interrupt = () => prefix(17);
    append(outbox, 'third');
    nor.interrupt = undefined;
    nor.powerUp();
    const at = SECOND + 28;
    const torn = inspect(nor);
    expect(torn.troubles).toMatchObject([{ kind: 'torn', address: BASE + at, bytes: 28 }]);
    expect(torn.pages[0]).toMatchObject({ free: 0, records: 2 });
    open(nor);
    expect(kinds(inspect(nor))).toEqual([['buried', at]]);
  });

  it('is half a mark', () => {
    const nor = twoMessages();
    nor.flip(BASE + FIRST + 8, 0xff);
    nor.flip(BASE + FIRST + 9, 0xff);
    nor.flip(BASE + FIRST + 10, 1);
    nor.flip(BASE + SECOND + 11, 0x80);
    const inspection = inspect(nor);
    expect(heldOf(inspection).map(({ payload }) => payload)).toEqual(['second']);
    expect(inspection.troubles.map(({ why }) => why)).toEqual([
      'half a mark of the acknowledgement: it counts',
      'half a mark of the acknowledgement: it does not count',
    ]);
  });
});
