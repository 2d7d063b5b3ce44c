// What a form makes of identifiers, and what it knows of packets that lie in larger chunks: acknowledgements to compare, topics
// to find again.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constant, createView, cut, EMPTY, isByte, standsAt } from '../../src/bytes/bytes.ts';
import {
  idFrom,
  idValue,
  isPlain,
  keyAt,
  keyId,
  keyOf,
  keyPacket,
  NO_KEY,
  packetKey,
  PUBACK,
  PUBCOMP,
  PUBLISH_0,
  PUBLISH_1,
  PUBREC,
  PUBREL,
  readId,
  readKey,
  routeKey,
} from '../../src/mqtt/form.ts';
import { isTopic } from '../../src/mqtt/topic.ts';
import { text } from './client.ts';
import { ack, message } from './wire.ts';

const HEADS = [
  [0x40, PUBACK],
  [0x50, PUBREC],
  [0x62, PUBREL],
  [0x70, PUBCOMP],
] as const;

describe('identifiers and acknowledgements', () => {
  it('are read back as they were written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 65535 }), fc.constantFrom(...HEADS), (value, [first, head]) => {
        const id = idFrom(value);
        expect(idValue(id)).toBe(value);
        const key = keyOf(head, id);
        expect(keyId(key)).toBe(id);
        const bytes = ack(first, value);
        expect(text(keyPacket(key))).toBe(bytes);
        expect(packetKey(constant(bytes))).toBe(key);
        const chunk = constant(`.${bytes}.`);
        expect(packetKey(cut(createView(), chunk, 1, 4))).toBe(key);
        expect(keyAt(chunk, 1)).toBe(key);
        expect(readKey(chunk, 3)).toBe(key);
        expect(readId(chunk, 3)).toBe(id);
      }),
    );
  });

  it.each([
    '\0\x02\0\0',
    '\0\x02\x01\x02',
    '\x30\x02\x01\x02',
    '@\x03\x01\x02',
    '@\0\x01\x02',
    '@\x02\x01\x03',
    '@\x02\x01',
  ])('are not %j, nor is that a free place', (bytes) => {
    const awaited = [NO_KEY, ...[PUBACK, PUBREC, PUBCOMP].map((head) => keyOf(head, idFrom(258)))];
    expect(awaited).not.toContain(packetKey(constant(bytes)));
    expect(awaited).not.toContain(keyAt(constant(bytes), 0));
  });
});

it('tells first bytes of a PUBLISH, wherever the chunk lies', () => {
  const view = cut(createView(), constant(`2${message('t', 'x')}`), 1, 4);
  expect([isByte(view, 0, PUBLISH_0), isByte(view, 0, PUBLISH_1)]).toEqual([true, false]);
  const second = cut(createView(), constant(`0${message('t', 'x', 2)}`), 1, 4);
  expect([isByte(second, 0, PUBLISH_0), isByte(second, 0, PUBLISH_1)]).toEqual([false, true]);
});

it('finds a topic again, where the form can keep one', () => {
  const key = routeKey(constant(message('a/b', 'x')), 2, 5);
  expect(standsAt(constant(message('a/b', 'other')), key, 2)).toBe(typeof EMPTY === 'string');
  expect(standsAt(constant(message('a/c', 'other')), key, 2)).toBe(false);
});

it('calls every ordinary topic plain, and none that is no topic', () => {
  for (let code = 0; code < 256; code++) {
    const isOrdinary = code >= 0x20 && code <= 0x7e && code !== 0x2b && code !== 0x23;
    for (const name of [String.fromCharCode(code), `a${String.fromCharCode(code)}b`]) {
      expect(isPlain(constant(name)), JSON.stringify(name)).toBe(isOrdinary);
      if (isOrdinary) expect(isTopic(constant(name), false)).toBe(true);
    }
  }
  expect(isPlain(constant('site/4711/room b/temp_1-x'))).toBe(true);
});
