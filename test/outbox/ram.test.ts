// The RAM outbox through its interface: order, places, what survives a lost session, and the wrap of its sequence.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constant, EMPTY, toText, type Bytes } from '../../src/bytes/bytes.ts';
import { prepareTopic } from '../../src/mqtt/form.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import { Code } from '../../src/ports/codes.ts';
import {
  isAfter,
  nextSequence,
  SEQUENCE_MAX,
  type Outbox,
  type OutboxRecord,
} from '../../src/ports/outbox.ts';

const IS_ARRAY = typeof EMPTY !== 'string';
const topic = prepareTopic('t', 0x32);
const other = prepareTopic('other', 0x34);

function createRecord(): OutboxRecord<Bytes> {
  return { sequence: 0, topic, payload: EMPTY, received: false };
}

function append(outbox: Outbox<Bytes>, payload: string, to = topic): number {
  return outbox.append(to, constant(payload));
}

/** Everything after `sequence`, in order: `sequence payload`, and a mark for what PUBREC has come for. */
function list(outbox: Outbox<Bytes>, sequence = 0): string[] {
  const record = createRecord();
  const found: string[] = [];
  let at = sequence;
  while (outbox.peek(at, record) === Code.Ok) {
    at = record.sequence;
    found.push(
      `${at} ${toText(record.payload, 0, record.payload.length)}${record.received ? ' received' : ''}`,
    );
    if (found.length > 1000) throw new Error('peek does not come to an end');
  }
  return found;
}

describe('order', () => {
  it('gives what was appended, oldest first, from any sequence on', () => {
    const outbox = createRamOutbox(4, 20);
    expect(['a', 'b', 'c'].map((payload) => append(outbox, payload))).toEqual([1, 2, 3]);
    expect(outbox.count()).toBe(3);
    expect(list(outbox)).toEqual(['1 a', '2 b', '3 c']);
    expect(list(outbox, 1)).toEqual(['2 b', '3 c']);
    expect(list(outbox, 3)).toEqual([]);
  });

  it('keeps topic and payload apart for each, empty ones too', () => {
    const outbox = createRamOutbox(3, 20);
    append(outbox, '');
    append(outbox, 'x', other);
    const record = createRecord();
    outbox.peek(0, record);
    expect(record).toMatchObject({ sequence: 1, topic, received: false });
    expect(record.payload).toHaveLength(0);
    outbox.peek(1, record);
    expect(record).toMatchObject({ sequence: 2, topic: other });
  });

  it('leaves the record alone when there is none', () => {
    const outbox = createRamOutbox(3, 20);
    const record = createRecord();
    expect(outbox.peek(0, record)).toBe(Code.Empty);
    expect(record).toEqual(createRecord());
  });

  it('lets them go in any order', () => {
    const outbox = createRamOutbox(4, 20);
    for (const payload of ['a', 'b', 'c', 'd']) append(outbox, payload);
    expect(outbox.acknowledge(3)).toBe(Code.Ok);
    expect(outbox.acknowledge(1)).toBe(Code.Ok);
    expect(list(outbox)).toEqual(['2 b', '4 d']);
    expect(outbox.count()).toBe(2);
  });

  it('keeps a copy: what the caller does with its bytes afterwards changes nothing', () => {
    const outbox = createRamOutbox(2, 20);
    const payload = constant('abc');
    outbox.append(topic, payload);
    if (IS_ARRAY) (payload as unknown as { data: Uint8Array }).data.fill(0);
    expect(list(outbox)).toEqual(['1 abc']);
  });
});

describe('places', () => {
  it('is full when each is taken, and takes again when the oldest is gone', () => {
    const outbox = createRamOutbox(2, 20);
    append(outbox, 'a');
    append(outbox, 'b');
    expect(append(outbox, 'c')).toBe(Code.Full);
    expect(list(outbox)).toEqual(['1 a', '2 b']);
    outbox.acknowledge(1);
    expect(append(outbox, 'c')).toBe(3);
    expect(list(outbox)).toEqual(['2 b', '3 c']);
  });

  it('takes no sequence for what it refuses', () => {
    const outbox = createRamOutbox(1, 20);
    expect(append(outbox, 'a')).toBe(1);
    expect(append(outbox, 'b')).toBe(Code.Full);
    outbox.acknowledge(1);
    expect(append(outbox, 'c')).toBe(2);
  });

  it('refuses what is longer than its places, where places have a length', () => {
    const outbox = createRamOutbox(2, 3);
    expect(append(outbox, 'abc')).toBe(1);
    expect(append(outbox, 'abcd')).toBe(IS_ARRAY ? Code.TooLong : 2);
    expect(outbox.count()).toBe(IS_ARRAY ? 1 : 2);
  });
});

describe('acknowledgements', () => {
  it.each([
    ['0, which is no sequence', 0],
    ['a negative number', -1],
    ['a sequence that is not given yet', 3],
    ['a sequence that is gone', 1],
    ['a sequence a turn of the places away', 6],
  ])('does not know %s', (_name, sequence) => {
    const outbox = createRamOutbox(4, 20);
    append(outbox, 'a');
    append(outbox, 'b');
    outbox.acknowledge(1);
    expect(outbox.receive(sequence)).toBe(Code.Unknown);
    expect(outbox.acknowledge(sequence)).toBe(Code.Unknown);
    expect(outbox.count()).toBe(1);
    expect(list(outbox)).toEqual(['2 b']);
  });

  it('remembers that PUBREC has come, until the session is lost', () => {
    const outbox = createRamOutbox(4, 20);
    append(outbox, 'a', other);
    append(outbox, 'b', other);
    expect(outbox.receive(1)).toBe(Code.Ok);
    expect(list(outbox)).toEqual(['1 a received', '2 b']);
    expect(outbox.restart()).toBe(1);
    expect(list(outbox)).toEqual(['2 b']);
  });

  it('starts each record without PUBREC, whatever its place saw before', () => {
    const outbox = createRamOutbox(1, 20);
    append(outbox, 'a', other);
    outbox.receive(1);
    outbox.acknowledge(1);
    append(outbox, 'b', other);
    expect(list(outbox)).toEqual(['2 b']);
  });
});

it('does what a list does, whatever comes', () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constant('append' as const),
      value: fc.string({ unit: 'binary-ascii', maxLength: 8 }),
    }),
    fc.record({ do: fc.constantFrom('acknowledge' as const, 'receive' as const), value: fc.nat(9) }),
    fc.record({ do: fc.constant('restart' as const), value: fc.constant(0) }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 60 }), (places, steps) => {
      const outbox = createRamOutbox(places, 8);
      let model: { sequence: number; payload: string; received: boolean }[] = [];
      let newest = 0;
      for (const { do: what, value } of steps) {
        if (what === 'append') {
          const sequence = append(outbox, `${value}`);
          const isFull = model.some((record) => record.sequence === newest + 1 - places);
          expect(sequence).toBe(isFull ? Code.Full : newest + 1);
          if (!isFull) model.push({ sequence: ++newest, payload: `${value}`, received: false });
        } else if (what === 'restart') {
          const before = model.length;
          model = model.filter(({ received }) => !received);
          expect(outbox.restart()).toBe(before - model.length);
        } else {
          const sequence = Math.max(newest - Number(value) + 2, 0);
          const record = model.find((held) => held.sequence === sequence);
          expect(outbox[what](sequence)).toBe(record ? Code.Ok : Code.Unknown);
          if (what === 'acknowledge') model = model.filter((held) => held !== record);
          else if (record) record.received = true;
        }
        expect(outbox.count()).toBe(model.length);
        expect(list(outbox)).toEqual(
          model.map((held) => `${held.sequence} ${held.payload}${held.received ? ' received' : ''}`),
        );
      }
    }),
  );
});

it.each([1, 2, 8])('knows no record of a sequence that is none, with %i places', (places) => {
  const outbox = createRamOutbox(places, 10);
  for (const sequence of [-1, 0, -places, 1]) {
    expect(outbox.acknowledge(sequence)).toBe(Code.Unknown);
    expect(outbox.receive(sequence)).toBe(Code.Unknown);
  }
  expect(outbox.append(prepareTopic('t', 0x32), EMPTY)).toBe(1);
  expect(outbox.acknowledge(-1)).toBe(Code.Unknown);
  expect(outbox.count()).toBe(1);
});

describe('sequences', () => {
  it('follow one another and start again at 1', () => {
    expect(nextSequence(0)).toBe(1);
    expect(nextSequence(7)).toBe(8);
    expect(nextSequence(SEQUENCE_MAX)).toBe(1);
    // They are packet identifiers, and the others begin at 32768.
    expect(SEQUENCE_MAX).toBeLessThan(32768);
    expect(SEQUENCE_MAX % 8).toBe(0);
  });

  it('are compared over the wrap', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: SEQUENCE_MAX }),
        fc.integer({ min: 1, max: SEQUENCE_MAX / 2 - 1 }),
        (a, by) => {
          const b = ((a - 1 + by) % SEQUENCE_MAX) + 1;
          expect([isAfter(b, a), isAfter(a, b), isAfter(a, a)]).toEqual([true, false, false]);
        },
      ),
    );
  });
});
