// Trials that an outbox has to pass, from the cheapest on: each says what is wrong with the one that it is given.

import { createManualClock } from '../../sim/manual.ts';
import type { Nor } from '../../sim/nor.ts';
import { constant } from '../../src/bytes/bytes.ts';
import { Code } from '../../src/ports/codes.ts';
import { addToCrc, endCrc, startCrc } from '../../src/bytes/crc32.ts';
import { append, BASE, createBench, createChip, list, type Region } from './bench.ts';
import { flipBits } from './flips.ts';
import { sweepFormat, type Content } from './format.ts';
import { runFuzz } from './fuzz.ts';
import { sweep } from './sweep.ts';

type Create = Region['create'];

const SHAPES: Region[] = [
  { pages: 2, pageBytes: 512, unit: 4, ecc: false },
  { pages: 3, pageBytes: 512, unit: 8, ecc: false },
  { pages: 3, pageBytes: 512, unit: 8, ecc: true },
];

const regions = (create: Create): Region[] =>
  SHAPES.map((shape) => (create === undefined ? shape : { ...shape, create }));

/** @returns what is wrong, of the first that finds something. */
function firstOf<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const wrong = find(item);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function trySweep(create: Create): string | undefined {
  const options = { operations: 200, nestedShare: 0, violationsMax: 1 };
  return firstOf(
    regions(create),
    (region) => sweep({ ...options, region, seed: 1, share: 0.05 }).violations[0],
  );
}

function tryNested(create: Create): string | undefined {
  const options = { operations: 200, nestedShare: 0.03, violationsMax: 1 };
  return firstOf(
    regions(create),
    (region) => sweep({ ...options, region, seed: 2, share: 0.3 }).violations[0],
  );
}

function tryUnsure(create: Create): string | undefined {
  const options = { operations: 200, share: 1, nestedShare: 0.02, isUnsure: true, violationsMax: 1 };
  const seeds = [101, 102, 103, 104, 105, 106];
  return firstOf(regions(create), (region) =>
    firstOf(seeds, (seed) => sweep({ ...options, region, seed }).violations[0]),
  );
}

function tryState(create: Create): string | undefined {
  const options = { operations: 200, nestedShare: 0.02, hasState: true, violationsMax: 1 };
  return firstOf(
    regions(create),
    (region) =>
      sweep({ ...options, region, seed: 2, share: 0.05 }).violations[0] ??
      sweep({ ...options, region, seed: 3, share: 0.6, isUnsure: true }).violations[0],
  );
}

function tryTogether(create: Create): string | undefined {
  const options = { operations: 200, nestedShare: 0.02, togetherShare: 0.4, violationsMax: 1 };
  return firstOf(regions(create), (shape) => {
    const region = { ...shape, options: { lazyAcknowledgements: 3 } };
    return (
      sweep({ ...options, region, seed: 4, share: 0.05 }).violations[0] ??
      sweep({ ...options, region, seed: 5, share: 0.3, isUnsure: true }).violations[0]
    );
  });
}

function tryFlips(create: Create): string | undefined {
  return firstOf(regions(create), (region) => flipBits({ ...region, pages: 4 }, 5, 13, 1).violations[0]);
}

function tryFuzz(create: Create): string | undefined {
  return firstOf([1001, 1002, 1003, 1004, 1005, 1006], (seed) => runFuzz(seed, 5000, create).violation);
}

function tryFormat(create: Create): string | undefined {
  const contents: Content[] = ['blank', 'foreign', 'few', 'log'];
  return firstOf(regions(create), (region) =>
    firstOf(contents, (content) =>
      firstOf([9, 10, 11, 12, 13], (seed) => sweepFormat(region, content, seed, 1).violations[0]),
    ),
  );
}

/** A page goes while a message in it is on its way: it was damaged, or its torn mark reads as set now. Then it is answered. */
function tryLate(create: Create): string | undefined {
  const damage = (nor: Nor) => [60, 62].forEach((at) => nor.flip(BASE + at, 3));
  const finish = (nor: Nor, unit: number) => {
    for (let i = 0; i < unit; i++) nor.flip(BASE + 48 + i, 0xff);
  };
  return firstOf([damage, finish], (spoil) =>
    firstOf(regions(create), (shape) => {
      // Pages of two records come round before the place of the first one is needed.
      const region = { ...shape, pages: 3, recordMax: 200 };
      const nor = createChip(region);
      const { outbox } = createBench(nor, region);
      outbox.open(7);
      append(outbox, 'spoilt');
      append(outbox, 'answered');
      if (outbox.acknowledge(2) !== Code.Ok) return 'acknowledge';
      if (outbox.acknowledge(2) !== Code.Unknown) return 'acknowledged again';
      list(outbox);
      spoil(nor, region.unit);
      const lost = spoil === damage ? 1 : 0;
      if (list(outbox).length > 0) return 'spoilt, and given';
      if (list(outbox).length + outbox.counters().lost !== lost) return 'lost again and again';
      const held: number[] = [];
      while (nor.wear(BASE) < 2) {
        const sequence = append(outbox, 'x'.repeat(190));
        if (sequence < 0) return `append: ${sequence}`;
        held.push(sequence);
        if (held.length > 2) outbox.acknowledge(held.shift()!);
      }
      const code = outbox.acknowledge(1);
      const found = list(outbox).map((one) => one.sequence);
      if (code !== Code.Unknown) return `acknowledge of what is gone: ${code}`;
      return found.join() === held.join() ? undefined : 'another was acknowledged';
    }),
  );
}

/** Bits that turned where records will be, and pages that keep bits. */
function tryWorn(create: Create): string | undefined {
  return firstOf(regions(create), (region) => {
    const nor = createChip(region);
    const { outbox } = createBench(nor, region);
    if (outbox.open(7) !== Code.Ok) return 'open';
    nor.flip(BASE + 220, 0xff);
    if (region.pages > 2) nor.wearOut(BASE + region.pageBytes, (offset) => (offset % 64 === 5 ? 64 : 0));
    const held: string[] = [];
    for (let i = 0; i < 100; i++) {
      const payload = `message ${i}`;
      if (append(outbox, payload) < 0) return `append ${i}`;
      held.push(payload);
      const found = list(outbox);
      if (found.map((one) => one.payload).join() !== held.join()) return `lost by ${i}`;
      if (held.length > 5) {
        outbox.acknowledge(found[0]!.sequence);
        held.shift();
      }
      outbox.idle();
    }
    return undefined;
  });
}

/** A few pages keep a bit where the first record is: there are others. */
function tryOthers(create: Create): string | undefined {
  return firstOf(regions(create), (shape) => {
    const region = { ...shape, pages: 5 };
    const nor = createChip(region);
    const { outbox } = createBench(nor, region);
    if (outbox.open(7) !== Code.Ok) return 'open';
    for (const slot of [1, 2, 3]) {
      nor.wearOut(BASE + slot * region.pageBytes, (offset) => (offset === 50 ? 2 : 0));
    }
    for (let i = 0; i < 60; i++) {
      const sequence = append(outbox, `message ${i}`);
      if (sequence < 0) return `append ${i}: ${sequence}`;
      outbox.acknowledge(sequence);
    }
    return undefined;
  });
}

/** A message holds what looks like a record, and its own header is damaged: nobody sent what is in it. */
function tryForged(create: Create): string | undefined {
  return firstOf([regions(create)[0]!], (region) => {
    const nor = createChip(region);
    const { outbox } = createBench(nor, region);
    outbox.open(7);
    const inner = [99, 0, 2, 0, 0, 2, 0x74, 0x31, 0x78, 0x78];
    const sum = { high: 0, low: 0 };
    startCrc(sum);
    for (const byte of inner) addToCrc(sum, byte);
    endCrc(sum);
    const words = [inner.length | 0x1000, ~(inner.length | 0x1000), sum.low, sum.high];
    const bytes = [...words.flatMap((word) => [word & 255, (word >> 8) & 255]), 255, 255, 255, 255, ...inner];
    append(outbox, String.fromCharCode(...bytes));
    append(outbox, 'whole');
    nor.flip(BASE + 40, 0x40);
    nor.flip(BASE + 42, 0x20);
    const again = createBench(nor, region).outbox;
    again.open(7);
    const found = list(again).map((one) => one.payload);
    return found.join() === 'whole' ? undefined : `found ${found.join()}`;
  });
}

/** A format with the number of the life before. */
function trySameNonce(create: Create): string | undefined {
  return firstOf(regions(create), (region) => {
    const nor = createChip(region);
    const { outbox } = createBench(nor, region);
    outbox.open(7);
    for (let i = 0; append(outbox, `old ${i}`) > 0;) i++;
    outbox.format(7);
    append(outbox, 'new');
    const again = createBench(nor, region).outbox;
    again.open(8);
    const found = list(again).map((one) => one.payload);
    return found.join() === 'new' ? undefined : `found ${found.join()}`;
  });
}

/** The intent of a format was torn: a bit of it reads as not there at one start, and as there at the next. */
function tryHalfIntent(create: Create): string | undefined {
  return firstOf(regions(create), (region) => {
    const nor = createChip(region);
    const { outbox } = createBench(nor, region);
    outbox.open(7);
    append(outbox, 'held');
    // The second place: the first one was used when the flash was blank.
    const intent = BASE + (region.pages - 1) * region.pageBytes + 8;
    nor.program(
      intent,
      Uint8Array.from('MOTE!FMT', (character) => character.charCodeAt(0)),
    );
    nor.flip(intent + 3, 2);
    createBench(nor, region).outbox.open(8);
    nor.flip(intent + 3, 2);
    const again = createBench(nor, region).outbox;
    again.open(9);
    const found = list(again).map((one) => one.payload);
    return found.join() === 'held' ? undefined : `found ${found.join()}`;
  });
}

/** A message was torn, and a start reads it and may send it; the next one does not: its sequence is not another's. */
function tryFoundOnce(create: Create): string | undefined {
  return firstOf(regions(create), (region) => {
    const nor = createChip(region);
    const { outbox } = createBench(nor, region);
    outbox.open(7);
    append(outbox, 'torn');
    createBench(nor, region).outbox.open(8);
    // Other parts settle it: there a start programs it again.
    if (region.ecc) [24, 26].forEach((at) => nor.flip(BASE + 40 + at, 3));
    const again = createBench(nor, region).outbox;
    again.open(9);
    return append(again, 'another') > 1 ? undefined : 'the same sequence';
  });
}

/** On a part with ECC the opening of a page was torn, and reads as whole at one start and not at the next. */
function tryHalfOpening(create: Create): string | undefined {
  const region = regions(create)[2]!;
  return firstOf([false, true], (hasState) => {
    const nor = createChip(region);
    const bench = createBench(nor, region);
    const { outbox } = bench;
    outbox.open(7);
    if (hasState) outbox.remember(3, constant('kept'));
    const opening = BASE + region.pageBytes + 24;
    let isDue = false;
    bench.before = (operation) => {
      // Behind it the power is gone.
      if (isDue) nor.interrupt = () => ({ done: () => 0 });
      isDue = operation.kind === 'program' && operation.address === opening;
    };
    for (let i = 0; i < 40 && nor.interrupt === undefined; i++) append(outbox, 'x'.repeat(60));
    if (nor.interrupt === undefined) return 'no page was begun';
    nor.interrupt = undefined;
    nor.powerUp();
    const again = createBench(nor, region).outbox;
    again.open(8);
    nor.flip(opening + 2, 3);
    const { length } = list(again);
    for (const one of list(again).slice(0, 5)) again.acknowledge(one.sequence);
    if (append(again, 'held') < 0) return 'no room';
    const last = createBench(nor, region).outbox;
    last.open(9);
    const found = list(last);
    if (hasState && last.recall(3).length !== 4) return 'state is lost';
    return found.length === length - 4 && found.at(-1)?.payload === 'held' ? undefined : 'held is lost';
  });
}

/** On a part with ECC state was torn and read as whole; the power went away as it was written again, and now it does not read so. */
function tryTornTwice(create: Create): string | undefined {
  const region = regions(create)[2]!;
  const nor = createChip(region);
  const { outbox } = createBench(nor, region);
  outbox.open(7);
  outbox.remember(3, constant('old'));
  outbox.remember(3, constant('new'));
  const bench = createBench(nor, region);
  bench.before = () => {
    nor.interrupt = () => ({ done: (offset) => (offset < 8 ? 0xff : 0) });
  };
  bench.outbox.open(8);
  if (nor.interrupt === undefined) return 'not written again';
  nor.interrupt = undefined;
  nor.powerUp();
  // Records of 16 bytes from 40 on: the value of the second.
  nor.flip(BASE + 40 + 16 + 10, 3);
  const again = createBench(nor, region).outbox;
  again.open(9);
  const first = again.recall(3).length;
  const last = createBench(nor, region).outbox;
  last.open(10);
  return first === 3 && last.recall(3).length === 3 ? undefined : 'lost';
}

/** What it has stored of MQTT 5.0, and the age of what expires: all of it is made of the payload, and `list` looks at it. */
export function tryProperties(create: Create): string | undefined {
  return firstOf(regions(create), (shape) => {
    const clock = createManualClock();
    clock.setWall(1e9);
    const region = { ...shape, recordMax: 220, options: { clock } };
    const options = { clock, operations: 60, nestedShare: 0, togetherShare: 0.3, violationsMax: 1 };
    return (
      sweep({ ...options, region, seed: 6, share: 0.01 }).violations[0] ??
      sweep({ ...options, region, seed: 16, share: 0.1, isUnsure: true }).violations[0] ??
      flipBits({ ...shape, pages: 3 }, 8, 41, 1).violations[0]
    );
  });
}

const TRIALS: readonly [string, (create: Create) => string | undefined][] = [
  ['late answers', tryLate],
  ['worn pages', tryWorn],
  ['worn pages, and others', tryOthers],
  ['a record in a message', tryForged],
  ['the same number again', trySameNonce],
  ['half an intent', tryHalfIntent],
  ['half an opening', tryHalfOpening],
  ['state torn twice', tryTornTwice],
  ['a message that was found once', tryFoundOnce],
  ['cuts', trySweep],
  ['cuts with state', tryState],
  ['cuts with messages together', tryTogether],
  ['bits turned', tryFlips],
  ['fuzz', tryFuzz],
  ['bits between 0 and 1', tryUnsure],
  ['cuts in a format', tryFormat],
  ['nested cuts', tryNested],
];

/** Of the trials, those at the beginning that take no time. */
const QUICK = 9;

/** @returns the trial that `create` does not pass and why, undefined when it passes all, or all quick ones. */
export function tryAll(create: Create, isQuick = false): string | undefined {
  return firstOf(isQuick ? TRIALS.slice(0, QUICK) : TRIALS, ([name, run]) => {
    try {
      const wrong = run(create);
      return wrong === undefined ? undefined : `${name}: ${wrong}`;
    } catch (error) {
      return `${name}: ${(error as Error).message}`;
    }
  });
}
