// Properties of MQTT 5.0 in a region, put together by hand from the specification and the table in docs/outbox.md.
import { describe, expect, it } from 'vitest';
import { inspectRegion } from '../../../flash/outbox/layout.ts';
import { readProperties } from '../../../flash/outbox/properties.ts';
import { formatInspection } from '../../../flash/outbox/report.ts';
import {
  ascii,
  blankPage,
  join,
  message,
  number,
  PAGE_BYTES,
  pageImage,
  stateImage,
  togetherImage,
  type RecordImage,
} from './image.ts';

const QOS1 = 1 << 1;
const WALL = 1 << 3;
const HAS_PROPERTIES = 1 << 5;
const NOON = Date.UTC(2026, 0, 1, 12) / 1000;

const bytesOf = (...bytes: readonly number[]) => Uint8Array.from(bytes);
const counted = (text: string) => join(bytesOf(text.length >> 8, text.length & 255), ascii(text));
const EXPIRY = bytesOf(2, 0, 0, 14, 16);
const ALL = join(
  EXPIRY,
  bytesOf(1, 1),
  bytesOf(3),
  counted('application/json'),
  bytesOf(8),
  counted('answers/7'),
  bytesOf(9),
  counted('\x00\xff'),
  bytesOf(0x0b, 0x80, 0x01),
  bytesOf(0x23, 1, 2),
  bytesOf(0x26),
  counted('site'),
  counted('north'),
);

/** @returns the body of a message with properties. */
function withProperties(sequence: number, properties: Uint8Array, flags = QOS1, time?: number): Uint8Array {
  const whole = message(sequence, flags | HAS_PROPERTIES, 'a/b', 'payload', time);
  const at = whole.length - 'payload'.length;
  return join(whole.slice(0, at), bytesOf(properties.length), properties, whole.slice(at));
}

const inspect = (records: readonly RecordImage[], abilities = 3) =>
  inspectRegion(join(pageImage({ sequence: 1, abilities, records }), blankPage()), PAGE_BYTES);
const one = (body: Uint8Array): RecordImage => ({ marks: 1, body });

describe('properties', () => {
  it('are read by name, in their order', () => {
    expect(readProperties(ALL)).toEqual([
      { name: 'message expiry interval', value: 3600 },
      { name: 'payload format indicator', value: 1 },
      { name: 'content type', value: { text: 'application/json' } },
      { name: 'response topic', value: { text: 'answers/7' } },
      { name: 'correlation data', value: { hex: '00ff' } },
      { name: 'subscription identifier', value: 128 },
      { name: 'topic alias', value: 258 },
      { name: 'user property', key: { text: 'site' }, value: { text: 'north' } },
    ]);
    expect(readProperties(bytesOf())).toEqual([]);
    expect(readProperties(bytesOf(2, 0xff, 0xff, 0xff, 0xff))[0]!.value).toBe(0xffffffff);
    expect(readProperties(bytesOf(0x0b, 0xff, 0xff, 0xff, 0x7f))[0]!.value).toBe(268435455);
  });

  it.each([
    ['one that is none', bytesOf(0x7f, 1, 2), '7f0102'],
    ['a number that ends too soon', bytesOf(2, 0, 0), '020000'],
    ['bytes that end too soon', bytesOf(3, 0, 5, 0x61), '03000561'],
    ['a length that ends too soon', bytesOf(3, 0), '0300'],
    ['a name of a user property that ends too soon', bytesOf(0x26, 0, 2, 0x61), '26000261'],
    ['a value of a user property that ends too soon', bytesOf(0x26, 0, 1, 0x61, 0), '2600016100'],
    ['a variable number that ends too soon', bytesOf(0x0b, 0x80), '0b80'],
    ['a variable number that has no end', bytesOf(0x0b, 0x80, 0x80, 0x80, 0x80, 1), '0b8080808001'],
  ])('are shown up to %s', (_name, bytes, hex) => {
    expect(readProperties(join(EXPIRY, bytes))).toEqual([
      { name: 'message expiry interval', value: 3600 },
      { name: 'rest', value: { hex } },
    ]);
  });
});

describe('a message', () => {
  it('has them behind its topic', () => {
    const { records } = inspect([
      one(withProperties(1, EXPIRY)),
      one(withProperties(2, EXPIRY, QOS1 | WALL, NOON)),
    ]);
    const read = {
      qos: 1,
      retain: false,
      topic: { text: 'a/b' },
      payload: { text: 'payload' },
      properties: [{ name: 'message expiry interval', value: 3600 }],
    };
    expect(records.map((record) => record.message)).toEqual([
      read,
      { ...read, time: { iso: '2026-01-01T12:00:00Z' } },
    ]);
  });

  it('has none where it says so, and has them where several were taken together', () => {
    const parts = [withProperties(0, ALL), message(0, QOS1, 't', 'x')];
    const { records } = inspect([togetherImage(5, parts), one(message(7, QOS1, 't', 'y'))]);
    expect(records.map((record) => record.message!.properties?.length)).toEqual([8, undefined, undefined]);
    expect(records.map((record) => record.message!.payload)).toEqual(
      ['payload', 'x', 'y'].map((text) => ({ text })),
    );
  });

  it.each([
    ['in a page that says that it has none', one(withProperties(1, EXPIRY)), 1, /does not know/],
    ['that are longer than it', one(withProperties(1, EXPIRY).slice(0, 12)), 3, /properties are longer/],
    ['without their length', one(withProperties(1, EXPIRY).slice(0, 9)), 3, /topic is longer/],
  ])('cannot be read with properties %s', (_name, record, abilities, why) => {
    const [found] = inspect([record], abilities).records;
    expect(found).toMatchObject({ state: 'held', message: null });
    expect(found!.why).toMatch(why);
  });

  it('is of another version where a page says more', () => {
    expect(inspect([], 2).state).toBe('outbox');
    expect(inspect([], 7).state).toBe('other-version');
  });

  it('is shown with them to a person', () => {
    const lines = formatInspection('x', inspect([one(withProperties(1, ALL))])).split('\n');
    const at = lines.findIndex((line) => line.includes('properties'));
    expect(lines.slice(at - 1, at + 8)).toEqual([
      '  payload     payload',
      '  properties  message expiry interval 3600',
      '              payload format indicator 1',
      '              content type application/json',
      '              response topic answers/7',
      '              correlation data hex 00ff',
      '              subscription identifier 128',
      '              topic alias 258',
      '              user property site: north',
    ]);
  });
});

it('a client identifier may be longer than other values', () => {
  const { values, troubles } = inspect([
    stateImage(17, ascii('i'.repeat(64))),
    stateImage(18, number(5, 2)),
    stateImage(18, ascii('x'.repeat(33))),
    one(message(1, QOS1, 't', 'x')),
  ]);
  expect(values.map(({ key, value }) => [key, value])).toEqual([[17, { text: 'i'.repeat(64) }]]);
  expect(troubles.map(({ why }) => why)).toEqual([expect.stringMatching(/33 bytes is too long/)]);
});
