// Bytes as a broker sends them, and as no broker does: whole packets, packets with something wrong, and noise.

import fc from 'fast-check';
import { packet } from './wire.ts';

const latin1 = (values: ArrayLike<number>): string => String.fromCharCode(...Array.from(values));

const noise = fc.uint8Array({ maxLength: 40 }).map(latin1);

const word = fc.oneof(fc.nat(40), fc.nat(0xffff)).map((value) => latin1([value >> 8, value & 255]));
const topic = fc.oneof(
  fc.constantFrom('a/b', 'w/x', 'w/longer/y', 'big/1', '$share/none', 'u/none', 'a', '/', 'a//b'),
  fc.string({ unit: 'binary-ascii', maxLength: 12 }),
  fc.uint8Array({ maxLength: 12 }).map(latin1),
);
const field = topic.map((name) => latin1([name.length >> 8, name.length & 255]) + name);

const payload = fc.oneof(
  noise,
  fc.integer({ min: 100, max: 1200 }).map((size) => '1:'.padEnd(size, 'p')),
);

/** PUBLISH, well formed or nearly so. */
const publishPacket = fc
  .tuple(fc.nat(15), field, word, payload)
  .map(([flags, name, id, rest]) => packet(0x30 | flags, name + ((flags & 6) > 0 ? id : '') + rest));

const shortBody = fc.oneof(
  word,
  noise,
  fc.constant(''),
  fc.tuple(word, noise).map(([id, rest]) => id + rest),
);

/** Any other packet, of any type and with any flags; most often those that a broker sends. */
const otherPacket = fc
  .tuple(fc.oneof(fc.constantFrom(0x20, 0x40, 0x50, 0x62, 0x70, 0x90, 0xb0, 0xd0), fc.nat(255)), shortBody)
  .map(([first, body]) => packet(first, body));

/** One packet whose length is right, whatever else is not. */
export const packets: fc.Arbitrary<string> = fc.oneof(publishPacket, otherPacket);

/** One byte is another, one is missing, or one is too many. */
const damagedPacket = fc
  .tuple(packets, fc.nat(), fc.nat(255), fc.nat(2))
  .map(([bytes, place, value, how]) => {
    const at = place % bytes.length;
    return bytes.slice(0, at) + (how === 1 ? '' : latin1([value])) + bytes.slice(how === 2 ? at : at + 1);
  });

/** A header that promises more than comes, or has no end. */
const promise = fc
  .tuple(fc.nat(255), fc.array(fc.integer({ min: 128, max: 255 }), { maxLength: 5 }), fc.nat(255), noise)
  .map(([first, length, last, rest]) => latin1([first, ...length, last]) + rest);

/** Several of these in a row. */
export const stream: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: packets },
      { weight: 2, arbitrary: damagedPacket },
      { weight: 1, arbitrary: promise },
      { weight: 1, arbitrary: noise },
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

/** Places to cut at. */
export const cuts: fc.Arbitrary<number[]> = fc.oneof(
  fc.constant([] as number[]),
  fc.constant([1] as number[]),
  fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 30 }),
  fc.array(fc.integer({ min: 1, max: 536 }), { minLength: 1, maxLength: 30 }),
);

/** Cut `bytes` into chunks of these sizes, over and over; none is longer than a socket gives. */
export function chop(bytes: string, sizes: readonly number[]): string[] {
  const chunks: string[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes.length === 0 ? 536 : sizes[turn % sizes.length]!;
    chunks.push(bytes.slice(at, at + size));
    at += size;
  }
  return chunks;
}
