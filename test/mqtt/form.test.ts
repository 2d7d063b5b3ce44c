// What a form knows of packets that lie in larger chunks: acknowledgements to compare, topics to find again.
import { describe, expect, it } from 'vitest';
import { constant, cut, createView, EMPTY, isByte, standsAt } from '../../src/bytes/bytes.ts';
import {
  idFrom,
  isPlain,
  keyAt,
  keyOf,
  NO_KEY,
  packetKey,
  prepareTopic,
  PUBACK,
  PUBCOMP,
  PUBLISH_0,
  PUBLISH_1,
  PUBREC,
  PUBREL,
  readKey,
  routeKey,
} from '../../src/mqtt/form.ts';
import { ack, message } from './wire.ts';

const HEADS = [
  [0x40, PUBACK],
  [0x50, PUBREC],
  [0x62, PUBREL],
  [0x70, PUBCOMP],
] as const;
const IDS = [1, 2, 255, 256, 258, 32640, 65535];

describe('acknowledgements', () => {
  it('are found where they stand', () => {
    for (const [first, head] of HEADS) {
      for (const id of IDS) {
        const key = keyOf(head, idFrom(id));
        const chunk = constant(`xyz${ack(first, id)}${ack(0x40, 77)}`);
        expect(keyAt(chunk, 3)).toBe(key);
        expect(readKey(chunk, 5)).toBe(key);
        expect(packetKey(constant(ack(first, id)))).toBe(key);
        expect(packetKey(cut(createView(), chunk, 3, 4))).toBe(key);
      }
    }
  });

  it('are not taken for free places, nor anything else for them', () => {
    const awaited = [NO_KEY, keyOf(PUBACK, idFrom(1)), NO_KEY];
    for (const bytes of [
      '\0\x02\0\0',
      '\0\x02\0\x01',
      '@\x03\0\x01',
      '@\0\0\x01',
      '\x41\x02\0\x01',
      '@\x02\0',
    ]) {
      expect(awaited.indexOf(keyAt(constant(bytes), 0)), JSON.stringify(bytes)).toBe(-1);
      expect(awaited.indexOf(packetKey(constant(bytes))), JSON.stringify(bytes)).toBe(-1);
    }
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
  const isKept = typeof EMPTY === 'string';
  expect(standsAt(constant(message('a/b', 'other')), key, 2)).toBe(isKept);
  expect(standsAt(constant(message('a/c', 'other')), key, 2)).toBe(false);
});

it('passes over plain topics only', () => {
  for (let code = 0; code < 256; code++) {
    const isOrdinary = code >= 0x20 && code <= 0x7e && code !== 0x2b && code !== 0x23;
    expect(isPlain(constant(`a${String.fromCharCode(code)}b`)), `${code}`).toBe(isOrdinary);
  }
  expect(isPlain(EMPTY)).toBe(true);
});

it('prepares topics of any length', () => {
  for (const length of [1, 100, 120, 125, 126, 129, 130, 140, 65535]) {
    for (const first of [0x30, 0x31, 0x32]) {
      const topic = prepareTopic('n'.repeat(length), first);
      expect(topic.name).toHaveLength(length + 2);
      expect(topic.size % 0x4000000).toBe(length + (first > 0x31 ? 6 : 4));
      expect(topic.size < 0x4000000).toBe(first <= 0x31);
    }
  }
});
