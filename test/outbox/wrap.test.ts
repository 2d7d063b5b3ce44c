// The RAM outbox where its sequence starts again at 1. The real wrap is 67 million records away; here it comes after 48.
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';

vi.mock('../../src/ports/outbox.ts', () => {
  const SEQUENCE_MAX = 48;
  return {
    SEQUENCE_MAX,
    nextSequence: (sequence: number) => (sequence === SEQUENCE_MAX ? 1 : sequence + 1),
    isAfter(sequence: number, other: number) {
      const distance = (sequence - other + SEQUENCE_MAX) % SEQUENCE_MAX;
      return distance > 0 && distance < SEQUENCE_MAX >> 1;
    },
  };
});

const { constant, EMPTY, toText } = await import('../../src/bytes/bytes.ts');
const { prepareTopic } = await import('../../src/mqtt/form.ts');
const { createRamOutbox } = await import('../../src/outbox/ram.ts');

const topic = prepareTopic('t', 0x32);

it('gives every record, oldest first, over any number of wraps, however many places there are', () => {
  const steps = fc.array(fc.oneof(fc.constant(-1), fc.nat(9)), { minLength: 100, maxLength: 300 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), steps, (places, list) => {
      const outbox = createRamOutbox(places, 8);
      const record = { sequence: 0, topic, payload: EMPTY, received: false };
      const held: { sequence: number; payload: string }[] = [];
      let number = 0;
      const seen = (): string[] => {
        const found: string[] = [];
        for (let at = 0; outbox.peek(at, record) === 0; at = record.sequence) {
          found.push(`${record.sequence} ${toText(record.payload, 0, record.payload.length)}`);
          if (found.length > 20) throw new Error('peek does not come to an end');
        }
        return found;
      };
      for (const step of list) {
        if (step < 0) {
          const payload = `${number++}`;
          const sequence = outbox.append(topic, constant(payload));
          // Full, if at all, while something is held; every sequence is its own.
          if (sequence < 0) expect(held.length).toBeGreaterThan(0);
          else {
            expect(held.map((one) => one.sequence)).not.toContain(sequence);
            held.push({ sequence, payload });
          }
        } else if (held.length > 0) {
          const [gone] = held.splice(step % held.length, 1);
          expect(outbox.acknowledge(gone!.sequence)).toBe(0);
        }
        expect(outbox.count()).toBe(held.length);
        expect(held.length).toBeLessThanOrEqual(places);
        expect(seen()).toEqual(held.map(({ sequence, payload }) => `${sequence} ${payload}`));
      }
    }),
    // A list this long takes minutes to shrink.
    { endOnFailure: true },
  );
});

it('goes on behind the wrap with what was held in front of it', () => {
  const outbox = createRamOutbox(3, 8);
  const append = () => outbox.append(topic, EMPTY);
  for (let i = 1; i <= 46; i++) expect(outbox.acknowledge(append())).toBe(0);
  expect([append(), append(), append()]).toEqual([47, 48, 1]);
  expect(outbox.acknowledge(48)).toBe(0);
  expect(outbox.acknowledge(47)).toBe(0);
  expect([append(), append()]).toEqual([2, 3]);
});
