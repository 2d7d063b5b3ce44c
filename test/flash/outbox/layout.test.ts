// What the reader says of a region, against the outbox that wrote it: whatever happened to that one, both see the same messages in
// the same order, the same times and the same state. The reader shares no code with it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Inspection } from '../../../flash/outbox/inspection.ts';
import { inspectRegion } from '../../../flash/outbox/layout.ts';
import type { Message } from '../../../flash/outbox/message.ts';
import type { Text } from '../../../flash/outbox/text.ts';
import { createManualClock, type ManualClock } from '../../../sim/manual.ts';
import { createRandom } from '../../../sim/network/random.ts';
import type { Nor } from '../../../sim/nor.ts';
import { prefix, tornWays } from '../../../sim/torn.ts';
import { constant } from '../../../src/bytes/bytes.ts';
import { createFlashOutbox, type FlashOutbox } from '../../../src/outbox/flash.ts';
import { Code } from '../../../src/ports/codes.ts';
import { STATE_KEYS, STATE_MAX, StateKey } from '../../../src/ports/outbox.ts';
import {
  append,
  BASE,
  createBench,
  createChip,
  list,
  listState,
  topics,
  type Held,
  type Region,
} from '../../power/bench.ts';
import { dump } from './image.ts';

const region: Region = { pages: 3, pageBytes: 512, unit: 4, ecc: false };
const PAGE = region.pageBytes;
const FIRST = 40;

const plain = (text: Text) =>
  'text' in text
    ? Buffer.from(text.text, 'utf8').toString('latin1')
    : Buffer.from(text.hex, 'hex').toString('latin1');

const inspect = (nor: Nor, of = region): Inspection => inspectRegion(dump(nor, of), of.pageBytes, BASE);

/** @returns what is sent: the payload with its time put in, in seconds since 1970. */
function sentOf({ payload, time, timeAt }: Message): string {
  const text = plain(payload);
  if (timeAt === undefined) return text;
  const iso = time === undefined ? undefined : time.iso;
  return `${text.slice(0, timeAt)}${iso === undefined ? 'null' : Date.parse(iso) / 1000}${text.slice(timeAt)}`;
}

/** @returns the messages that an inspection says are held, in the form of `list`. */
function heldOf({ records }: Inspection): Held[] {
  return records
    .filter(({ state }) => state === 'held')
    .map(({ sequence, received, message }) => ({
      sequence: sequence!,
      payload: sentOf(message!),
      qos: message!.qos,
      received,
    }));
}

/** @returns the values that an inspection says are kept, in the form of `listState`. */
const stateOf = ({ values }: Inspection) =>
  new Map(values.filter(({ key }) => key < STATE_KEYS).map(({ key, value }) => [key, plain(value)]));

/** All that an inspection and an outbox both say. */
interface Content {
  readonly held: Held[];
  readonly state: Map<number, string>;
}

const inspected = (inspection: Inspection): Content => ({
  held: heldOf(inspection),
  state: stateOf(inspection),
});
// The state is asked for first: a message that is sent without its time has none from then on.
const told = (outbox: FlashOutbox): Content => ({ state: listState(outbox), held: list(outbox) });

function open(nor: Nor, of = region): FlashOutbox {
  const { outbox } = createBench(nor, of);
  expect(outbox.open(7)).toBe(Code.Ok);
  return outbox;
}

const troublesOf = ({ troubles }: Inspection) => troubles.map(({ kind, address }) => [kind, address - BASE]);
const states = ({ pages }: Inspection) => pages.map(({ state }) => state);

/** An outbox at work, and its clock: null, it has none. */
interface Device {
  readonly nor: Nor;
  readonly of: Region;
  readonly clock: ManualClock | null;
  readonly outbox: FlashOutbox;
}

/** 2026-01-01 at noon. */
const NOON = Date.UTC(2026, 0, 1, 12) / 1000;

/** The board has power again, and does not know what time it is. The outbox is not opened yet. */
function powerOn(nor: Nor, of: Region, hasClock: boolean): Device {
  const clock = hasClock ? createManualClock() : null;
  const create: Region['create'] = (flash, recordMax) =>
    createFlashOutbox(flash, recordMax, {
      ...(clock !== null && { clock }),
      lazyAcknowledgements: of.options?.lazyAcknowledgements ?? 0,
    });
  return { nor, of, clock, outbox: createBench(nor, { ...of, create }).outbox };
}

function start(nor: Nor, of: Region, hasClock: boolean): Device {
  const device = powerOn(nor, of, hasClock);
  expect(device.outbox.open(7)).toBe(Code.Ok);
  return device;
}

/** @returns what a start finds on a copy of the flash, undefined when it takes nothing of it. */
function foundByStart({ nor, of, clock }: Device): Content | undefined {
  const { outbox } = powerOn(nor.fork(), of, clock !== null);
  return outbox.open(7) === Code.Ok ? told(outbox) : undefined;
}

/** How often each kind of step comes. */
const WEIGHTS = {
  append: 5,
  together: 2,
  send: 1,
  acknowledge: 5,
  receive: 2,
  restart: 1,
  settle: 1,
  remember: 3,
  idle: 2,
  pass: 1,
  set: 1,
  start: 1,
};
type Kind = keyof typeof WEIGHTS;
type Step = readonly [Kind, number];

const kinds = (Object.keys(WEIGHTS) as Kind[]).flatMap((kind) => Array<Kind>(WEIGHTS[kind]).fill(kind));
// Of all lengths and numbers alike: with a bias to small ones, most runs would come to no second page.
const steps: fc.Arbitrary<Step[]> = fc.noBias(
  fc.array(fc.tuple(fc.constantFrom(...kinds), fc.nat(0xffff)), {
    minLength: 1,
    maxLength: 150,
    size: 'max',
  }),
);

const regions: fc.Arbitrary<Region> = fc
  .tuple(
    fc.integer({ min: 2, max: 5 }),
    fc.constantFrom(512, 1024),
    fc.constantFrom(4, 8),
    fc.boolean(),
    fc.constantFrom(0, 4),
  )
  .map(([pages, pageBytes, unit, ecc, lazyAcknowledgements]) => ({
    pages,
    pageBytes,
    unit,
    ecc: ecc && unit === 8,
    options: { lazyAcknowledgements },
  }));

/** After how many operations the power goes away, and a seed for what it leaves. */
const cuts = fc.noBias(fc.tuple(fc.nat(100), fc.nat()));

/** Append a message that says the time somewhere, or nowhere. */
function appendTimed(outbox: FlashOutbox, value: number): void {
  const payload = 'x'.repeat(value % 70) + value;
  const place = value % (2 * payload.length);
  outbox.append(topics[1 + (value % 2)]!, constant(payload), place <= payload.length ? place : undefined);
}

/** Append several messages together, with as many before where there is no room for them. */
function appendTogether(outbox: FlashOutbox, value: number): void {
  for (let i = 0; i < 1 + (value % 5); i++) {
    const payload = `${i}`.repeat(value % 9) + value;
    const place = (value * (i + 1)) % (2 * payload.length);
    outbox.gather!(topics[1]!, constant(payload), place <= payload.length ? place : undefined);
  }
  outbox.appendGathered!();
}

/** Keep a value of any length, or forget one. */
function remember(outbox: FlashOutbox, hasClock: boolean, value: number): void {
  const key = value % STATE_KEYS;
  const length = (value >> 4) % (STATE_MAX + 1);
  // With a clock this key is the outbox's own.
  const free = hasClock && key === StateKey.Boots ? key + 1 : key;
  outbox.remember(free, constant(String(value).repeat(9).slice(0, length)));
}

/** Do a step, but for `start`. */
function take({ outbox, clock }: Device, [kind, value]: Step): void {
  // Not looked for among those that are held: what is looked at is sent, and without a time if it has none yet.
  const one = outbox.newest() - (value % (outbox.count() + 1));
  if (kind === 'append') appendTimed(outbox, value);
  if (kind === 'together') appendTogether(outbox, value);
  if (kind === 'settle') outbox.settle!();
  if (kind === 'idle') outbox.idle();
  if (kind === 'restart') outbox.restart();
  if (kind === 'send') list(outbox);
  if (kind === 'acknowledge') outbox.acknowledge(one);
  if (kind === 'receive') outbox.receive(one);
  if (kind === 'remember') remember(outbox, clock !== null, value);
  if (kind === 'pass') clock?.advance(value * 100);
  if (kind === 'set') clock?.setWall(NOON + value * 60);
}

/** @returns an outbox to which all this happened. */
function run(of: Region, hasClock: boolean, all: readonly Step[]): Device {
  const nor = createChip(of);
  let device = start(nor, of, hasClock);
  for (const step of all) {
    if (step[0] === 'start') device = start(nor, of, hasClock);
    else take(device, step);
  }
  return device;
}

/** The power goes away in the operation after so many, and leaves it half done. @returns whether it has gone. */
function darken(nor: Nor, of: Region, operations: number, seed: number): () => boolean {
  let left = operations;
  nor.interrupt = (operation) => {
    if (left-- !== 0) return undefined;
    const random = createRandom(seed);
    // A bit that reads as either may be read otherwise the next time: nobody can foretell that.
    const ways = tornWays(operation, of.unit, random).filter((way) => way.torn.unsure === undefined);
    return ways[random.integer(0, ways.length - 1)]!.torn;
  };
  return () => left < 0;
}

describe('an inspection', () => {
  it('says what the outbox holds, whatever happened to it', () => {
    const seen = { timed: 0, byBoot: 0, untimed: 0, values: 0, together: 0, later: 0 };
    fc.assert(
      fc.property(regions, fc.boolean(), steps, (of, hasClock, all) => {
        const { nor, outbox } = run(of, hasClock, all);
        // Before that, flash does not know it all; and in a log that is full it never may.
        fc.pre(outbox.settle!() === Code.Ok);
        const inspection = inspect(nor, of);
        expect(inspected(inspection)).toEqual(told(outbox));
        seen.together += inspection.records.filter(({ part }) => part !== undefined).length;
        seen.later += inspection.values.filter(({ head }) => head !== undefined).length;
        expect(inspection.totals).toMatchObject({ held: outbox.count(), damaged: 0, mended: 0 });
        expect(inspection.troubles).toEqual([]);
        seen.values += inspection.values.length;
        for (const { message } of inspection.records) {
          if (message?.timeAt === undefined) continue;
          if (message.time?.iso === undefined) seen.untimed++;
          else if ('boot' in message.time) seen.byBoot++;
          else seen.timed++;
        }
      }),
      // So many that each of these is sure to be seen.
      { numRuns: 1200 },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20);
  });

  it('says what the next start will find, wherever the power went away', () => {
    let torn = 0;
    let carrying = 0;
    // A part with ECC goes back to the page before where only state that was carried stands in the newest; that page may say less of
    // acknowledgements that have no mark.
    const parts = regions.map((of) => (of.ecc ? { ...of, options: { lazyAcknowledgements: 0 } } : of));
    fc.assert(
      fc.property(parts, fc.boolean(), steps, cuts, (of, hasClock, all, [operations, seed]) => {
        const nor = createChip(of);
        let device = start(nor, of, hasClock);
        const isDark = darken(nor, of, operations, seed);
        for (const step of all) {
          if (isDark()) break;
          if (step[0] === 'start') {
            // What it says does not matter when the power goes away meanwhile.
            device = powerOn(nor, of, hasClock);
            device.outbox.open(7);
          } else take(device, step);
        }
        nor.interrupt = undefined;
        nor.powerUp();
        const inspection = inspect(nor, of);
        if (inspection.troubles.length > 0) torn++;
        if (inspection.troubles.some(({ why }) => why.includes('carried'))) carrying++;
        expect(inspected(inspection)).toEqual(foundByStart(device));
        expect(inspection.totals.damaged).toBe(0);
      }),
      { numRuns: 400 },
    );
    expect(torn).toBeGreaterThan(20);
    expect(carrying).toBeGreaterThan(0);
  });

  it('says what the next start will find, whichever bits rotted', () => {
    let mended = 0;
    let lost = 0;
    let unopened = 0;
    // A part with ECC goes back to the page before where only state that was carried stands in the newest: which may be damaged.
    const parts = regions.map((of) => ({ ...of, ecc: false }));
    fc.assert(
      fc.property(parts, fc.boolean(), steps, fc.nat(), (of, hasClock, all, seed) => {
        const device = run(of, hasClock, all);
        const { nor } = device;
        const pages = inspect(nor, of).pages.filter(({ used }) => used > 0);
        const random = createRandom(seed);
        const page = pages[random.integer(0, pages.length - 1)]!;
        const from = random.integer(0, page.used - 1);
        // Close to each other, so that some records have more than one.
        for (let i = random.integer(1, 3); i > 0; i--) {
          const at = (from + random.integer(0, 20)) % page.used;
          nor.flip(page.address + at, 1 << random.integer(0, 7));
        }
        const inspection = inspect(nor, of);
        mended += inspection.totals.mended;
        lost += inspection.totals.damaged;
        const found = foundByStart(device);
        if (found === undefined) unopened++;
        else expect(inspected(inspection)).toEqual(found);
      }),
      { numRuns: 400 },
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
    expect(troublesOf(inspection)).toEqual([['lost', FIRST]]);
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
    expect(troublesOf(inspect(nor))).toEqual([['buried', at]]);
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
