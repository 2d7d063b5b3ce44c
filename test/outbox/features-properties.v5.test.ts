// A firmware without MQTT 5.0 on flash of one that has it, and the other way round: nothing is lost, and nothing read as what it is not.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createRandom } from '../../sim/network/random.ts';
import { createManualClock } from '../../sim/manual.ts';
import type { Nor } from '../../sim/nor.ts';
import { constant, EMPTY, toText, type Bytes } from '../../src/bytes/bytes.ts';
import type { FlashOutbox } from '../../src/outbox/flash.ts';
import { Code } from '../../src/ports/codes.ts';
import { StateKey, type OutboxRecord } from '../../src/ports/outbox.ts';
import {
  append,
  appendTogether,
  BASE,
  createBench,
  createChip,
  cutPower,
  list,
  restorePower,
  type Region,
} from '../power/bench.ts';

const features = vi.hoisted(() => ({ V5: true }));
vi.mock('../../src/features.ts', async (original) => ({
  ...(await original<object>()),
  get V5() {
    return features.V5;
  },
}));

const SEED = 51;

const REGIONS: Region[] = [
  { pages: 3, pageBytes: 512, unit: 4, ecc: false, recordMax: 120 },
  { pages: 3, pageBytes: 512, unit: 8, ecc: true, recordMax: 120 },
];

beforeEach(() => {
  features.V5 = true;
});

/** What the bench of a firmware without MQTT 5.0 does. */
async function loadPlain() {
  features.V5 = false;
  vi.resetModules();
  const bench = await import('../power/bench.ts');
  features.V5 = true;
  return bench;
}
type Plain = Awaited<ReturnType<typeof loadPlain>>;

/** @returns what `run` does to `nor` in a firmware without MQTT 5.0. */
function plainly<T>(
  plain: Plain,
  nor: Nor,
  region: Region,
  run: (outbox: FlashOutbox, code: number) => T,
): T {
  features.V5 = false;
  const { outbox } = plain.createBench(nor, region);
  const result = run(outbox, outbox.open(7));
  features.V5 = true;
  return result;
}

function open(nor: Nor, region: Region): FlashOutbox {
  const { outbox } = createBench(nor, region);
  expect(outbox.open(8)).toBe(Code.Ok);
  return outbox;
}

const payloads = (outbox: FlashOutbox) => list(outbox).map((one) => one.payload);
const keep = (outbox: FlashOutbox, key: number, value: string) => outbox.remember(key, constant(value));
const kept = (outbox: FlashOutbox, key: number) => {
  const value = outbox.recall(key);
  return toText(value, 0, value.length);
};
/**
 * @returns payloads of what is held, whether it has properties or not, which `list` would miss. @param look is given each record, which is
 * good until it returns.
 */
function held(outbox: FlashOutbox, look: (record: OutboxRecord<Bytes>) => void = () => {}): string[] {
  const record: OutboxRecord<Bytes> = {
    sequence: 0,
    topic: { first: 0, head: EMPTY, name: EMPTY, size: 0 },
    payload: EMPTY,
    received: false,
  };
  const found: string[] = [];
  while (outbox.peek(record.sequence, record) === Code.Ok) {
    found.push(toText(record.payload, 0, record.payload.length));
    look(record);
  }
  return found;
}

/** Some payloads have properties, some none. */
const MIXED = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

describe.each(REGIONS)('unit $unit, ECC $ecc', (region) => {
  it('one that lacks it takes nothing of such a flash, changes nothing, and loses nothing', async () => {
    const plain = await loadPlain();
    const nor = createChip(region);
    const outbox = open(nor, region);
    for (const payload of MIXED) append(outbox, payload);
    expect(keep(outbox, StateKey.Version, 'version')).toBe(Code.Ok);
    const { programs, erases } = nor.counters;
    plainly(plain, nor, region, (other, code) => {
      expect(code).toBe(Code.OldFormat);
      expect(plain.append(other, 'x')).toBe(Code.OldFormat);
      expect(other.idle()).toBe(false);
    });
    expect(nor.counters).toMatchObject({ programs, erases });
    const again = open(nor, region);
    expect(payloads(again)).toEqual(MIXED);
    expect(kept(again, StateKey.Version)).toBe('version');
  });

  it('one that has it goes on with what the other left, and takes no message into a page of that', async () => {
    const plain = await loadPlain();
    const nor = createChip(region);
    plainly(plain, nor, region, (other) => {
      for (const payload of ['one', 'two', 'three']) plain.append(other, payload);
      plain.appendTogether(other, ['four', 'five']);
      keep(other, 3, 'kept');
      other.acknowledge(2);
      // The next page is prepared already.
      other.idle();
    });
    features.V5 = true;
    const outbox = createBench(nor, region).outbox;
    expect(outbox.open(8)).toBe(Code.Ok);
    const found = held(outbox, (record) => {
      expect(record).toMatchObject({ ageSec: 0, topic: { properties: EMPTY } });
    });
    expect(found).toEqual(['one', 'three', 'four', 'five']);
    expect(kept(outbox, 3)).toBe('kept');
    for (const sequence of [1, 3, 4, 5]) expect(outbox.acknowledge(sequence)).toBe(Code.Ok);
    for (const payload of MIXED) expect(append(outbox, payload)).toBeGreaterThan(5);
    expect(payloads(outbox)).toEqual(MIXED);
    expect(payloads(open(nor, region))).toEqual(MIXED);
    expect(kept(open(nor, region), 3)).toBe('kept');
    const abilities = [0, 1, 2].map((slot) => {
      const byte = new Uint8Array(1);
      nor.read(BASE + slot * region.pageBytes + 19, byte);
      return byte[0]!;
    });
    // The page of the one that lacks it, and another one that has it.
    expect(abilities.slice(0, 2)).toEqual([1, 3]);
    expect(plainly(plain, nor, region, (_other, code) => code)).toBe(Code.OldFormat);
  });

  it('a value that was kept in a page of one that lacks it hurts nobody, and one that is longer goes elsewhere', async () => {
    const plain = await loadPlain();
    const nor = createChip(region);
    plainly(plain, nor, region, (other) => {
      plain.append(other, 'one');
      keep(other, 3, 'kept');
    });
    expect(keep(open(nor, region), StateKey.Version, 'version')).toBe(Code.Ok);
    expect(kept(open(nor, region), StateKey.Version)).toBe('version');
    plainly(plain, nor, region, (other, code) => {
      expect(code).toBe(Code.Ok);
      expect(other.recall(StateKey.Version)).toHaveLength(0);
      expect(keep(other, StateKey.Version, 'x')).toBe(Code.Range);
      expect(plain.list(other).map((one) => one.payload)).toEqual(['one']);
      expect(kept(other, 3)).toBe('kept');
      other.acknowledge(1);
      for (let i = 0; i < 100; i++) {
        expect(other.acknowledge(plain.append(other, 'x'.repeat(60)))).toBe(Code.Ok);
        other.idle();
      }
      expect(kept(other, 3)).toBe('kept');
    });
    const outbox = open(nor, region);
    // It was not carried on: nobody knows how old it is.
    expect(kept(outbox, StateKey.Version)).toBe('');
    expect(keep(outbox, StateKey.ClientId, 'x'.repeat(64))).toBe(Code.Ok);
    expect(plainly(plain, nor, region, (_other, code) => code)).toBe(Code.OldFormat);
    expect(kept(open(nor, region), StateKey.ClientId)).toBe('x'.repeat(64));
    expect(kept(open(nor, region), 3)).toBe('kept');
  });

  it('a full flash of one that lacks it is full, until there is a page', async () => {
    const plain = await loadPlain();
    const nor = createChip(region);
    const held = plainly(plain, nor, region, (other) => {
      const taken: number[] = [];
      for (let i = plain.append(other, 'x'.repeat(60)); i > 0; i = plain.append(other, 'x'.repeat(60))) {
        taken.push(i);
      }
      other.acknowledge(taken.shift()!);
      return taken;
    });
    const outbox = open(nor, region);
    expect(append(outbox, 'a')).toBe(Code.Full);
    for (const sequence of held) expect(outbox.acknowledge(sequence)).toBe(Code.Ok);
    outbox.idle();
    expect(append(outbox, 'a')).toBeGreaterThan(0);
    expect(payloads(open(nor, region))).toEqual(['a']);
  });
});

it.each(REGIONS)(
  'the power may go away at any operation of the first life that has it, unit $unit, ECC $ecc',
  async (region) => {
    const plain = await loadPlain();
    const before = createChip(region);
    const old = ['one', 'two', 'three'];
    plainly(plain, before, region, (other) => {
      for (const payload of old) plain.append(other, payload);
      other.idle();
    });
    const random = createRandom(SEED);
    let cuts = 0;
    for (let operations = 0; ; operations++) {
      const nor = before.fork();
      const isDark = cutPower(nor, region, operations, random);
      const { outbox } = createBench(nor, region);
      const taken: string[] = [];
      let last = '';
      if (outbox.open(8) === Code.Ok && !isDark()) {
        for (last of MIXED) {
          const sequence = append(outbox, last);
          outbox.idle();
          if (isDark()) break;
          expect(sequence).toBeGreaterThan(3);
          taken.push(last);
        }
      }
      if (!isDark()) break;
      cuts++;
      restorePower(nor);
      // One that lacks it sees what it knows, or nothing.
      const seen = plainly(plain, nor.fork(), region, (other, code) =>
        code === Code.Ok ? held(other) : code,
      );
      if (seen !== Code.OldFormat) expect(seen).toEqual(old);
      const again = open(nor, region);
      const found = held(again);
      expect(found.slice(0, 3 + taken.length), `seed ${SEED}, operation ${operations}`).toEqual([
        ...old,
        ...taken,
      ]);
      expect([[], [last]]).toContainEqual(found.slice(3 + taken.length));
      for (let sequence = 1; sequence <= 3; sequence++) expect(again.acknowledge(sequence)).toBe(Code.Ok);
      // Those that are left have their properties: `list` looks at them.
      expect(payloads(again)).toEqual(found.slice(3));
    }
    expect(cuts).toBeGreaterThan(10);
  },
);

it('messages that are taken together keep to it too', async () => {
  const region = REGIONS[0]!;
  const plain = await loadPlain();
  const nor = createChip(region);
  plainly(plain, nor, region, (other) => other.acknowledge(plain.append(other, 'one')));
  const outbox = open(nor, region);
  expect(appendTogether(outbox, ['a', 'b'])).toBe(3);
  expect(plainly(plain, nor, region, (_other, code) => code)).toBe(Code.OldFormat);
  expect(payloads(open(nor, region))).toEqual(['a', 'b']);
});

it('without TIME nothing is known of an age, and all else is as it was', async () => {
  vi.resetModules();
  vi.doMock('../../src/features.ts', async (original) => ({ ...(await original<object>()), TIME: false }));
  const bench = await import('../power/bench.ts');
  const region: Region = { ...REGIONS[0]!, options: { clock: createManualClock() } };
  const nor = bench.createChip(region);
  const { outbox } = bench.createBench(nor, region);
  outbox.open(7);
  for (const payload of MIXED) bench.append(outbox, payload);
  expect(bench.list(outbox).map((one) => one.payload)).toEqual(MIXED);
});
