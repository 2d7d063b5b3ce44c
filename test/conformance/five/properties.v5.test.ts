// Table 2-4 of MQTT 5.0, row by row: each property in each packet that a broker sends, with values at their ends, twice, cut off, and with
// values that it may not have. What is taken mqtt-packet has to read as the same.

import mqttPacket from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/bytes/bytes.ts';
import { comparable, named } from '../../fuzz/generate5.ts';
import { encodeProperty, encodeValue, kindOf, type Property, type Value } from '../../fuzz/spec5.ts';
import { createWorld5, type World5 } from '../../mqtt/five/world.ts';
import { ack, BAD_TEXTS, busy, byte, list, packet, publish, utf8 } from './rig.ts';

const MALFORMED = 0x81;
const PROTOCOL = 0x82;
const ALIAS = 0x94;

/** What a broker may send, by the names of the table: PUB*, SUBACK and UNSUBACK stand for themselves. */
type Column = 'CONNACK' | 'PUBLISH' | 'ACK' | 'DISCONNECT' | 'AUTH';
const ALL: readonly Column[] = ['CONNACK', 'PUBLISH', 'ACK', 'DISCONNECT', 'AUTH'];

/** Those that are for CONNECT, will, SUBSCRIBE and UNSUBSCRIBE alone have no column here. Server to client only, where the table has both. */
const TABLE = new Map<number, readonly Column[]>([
  [1, ['PUBLISH']],
  [2, ['PUBLISH']],
  [3, ['PUBLISH']],
  [8, ['PUBLISH']],
  [9, ['PUBLISH']],
  [11, ['PUBLISH']],
  [17, ['CONNACK']],
  [18, ['CONNACK']],
  [19, ['CONNACK']],
  [21, ['CONNACK', 'AUTH']],
  [22, ['CONNACK', 'AUTH']],
  [23, []],
  [24, []],
  [25, []],
  [26, ['CONNACK']],
  [28, ['CONNACK', 'DISCONNECT']],
  [31, ['CONNACK', 'ACK', 'DISCONNECT', 'AUTH']],
  [33, ['CONNACK']],
  [34, ['CONNACK']],
  [35, ['PUBLISH']],
  [36, ['CONNACK']],
  [37, ['CONNACK']],
  [38, ALL],
  [39, ['CONNACK']],
  [40, ['CONNACK']],
  [41, ['CONNACK']],
  [42, ['CONNACK']],
]);

const METHOD: Property = [21, 'SHAKE'];
const authentication = {
  method: 'SHAKE',
  first: () => 'first',
  authenticate: () => constant('answer'),
};

/** Its CONNECT is out. */
function asking(): World5 {
  const world = createWorld5({ authentication });
  world.open();
  return world;
}

interface Place {
  readonly column: Column;
  create(): World5;
  make(properties: string): string;
  /** A method of authentication has to be named. */
  readonly isNamed?: boolean;
}

const acknowledged = (first: number, id: number): Place => ({
  column: 'ACK',
  create: busy,
  make: (properties) => ack(first, id, '\x00', properties),
});
/** There is no SUBSCRIBE under way: it is passed over when it is legal. */
const answered = (first: number): Place => ({
  column: 'ACK',
  create: busy,
  make: (properties) => ack(first, 65533, properties, '\x00'),
});
const PLACES = new Map<string, Place>([
  [
    'CONNACK',
    { column: 'CONNACK', create: asking, make: (own) => packet(0x20, `\x00\x00${own}`), isNamed: true },
  ],
  ['PUBLISH', { column: 'PUBLISH', create: busy, make: (own) => publish(0x32, 'a', own) }],
  ['PUBACK', acknowledged(0x40, 1)],
  ['PUBREC', acknowledged(0x50, 3)],
  ['PUBREL', acknowledged(0x62, 7)],
  ['PUBCOMP', acknowledged(0x70, 2)],
  ['SUBACK', answered(0x90)],
  ['UNSUBACK', answered(0xb0)],
  ['DISCONNECT', { column: 'DISCONNECT', create: busy, make: (own) => packet(0xe0, `\x8b${own}`) }],
  ['AUTH', { column: 'AUTH', create: asking, make: (own) => packet(0xf0, `\x18${own}`), isNamed: true }],
]);

/** Values at the ends of what each type may have. */
const RIGHT: Readonly<Record<string, readonly Value[]>> = {
  bit: [0, 1],
  word: [0, 1, 127, 256, 0xffff],
  double: [0, 1, 0xffff, 0x10000, 0x7ffffff, 0x8000000, 0x7fffffff, 0x80000000, 0xffffffff],
  length: [1, 127, 128, 16383, 16384, 2097151, 2097152, 0xfffffff],
  text: ['', 'a', utf8('\u00e9\u{1f4a7}'), 'x'.repeat(300)],
  binary: ['', '\x00', '\xff\x00\x80', 'x'.repeat(300)],
  pair: [
    ['', ''],
    ['n', 'v'],
    ['', 'v'],
  ],
};

/** A value of each size that a type has, for identifiers that are none. */
const UNKNOWN = ['\x01', '\x00\x00', '\x00\x00\x00\x00'];

/** Of these some more is asked. */
const OWN = new Map<number, { right: readonly Value[]; wrong: readonly Value[]; reason?: number }>([
  [8, { right: ['r', '/', 'r/s $'], wrong: ['', '+', 'a/+', '#', 'a#'] }],
  [11, { right: RIGHT['length']!, wrong: [0] }],
  [21, { right: ['SHAKE'], wrong: ['', 'OTHER'] }],
  [33, { right: [1, 8, 0xffff], wrong: [0] }],
  [35, { right: [1, 4], wrong: [0, 5, 0xffff], reason: ALIAS }],
  // Less than 5 MQTT would allow: such a broker cannot be answered.
  [39, { right: [5, 0x7fffffe, 0x7ffffff, 0x8000000, 0xffffffff], wrong: [0, 1, 4] }],
]);

function valuesOf(id: number): { right: readonly Value[]; wrong: readonly Value[]; reason: number } {
  const { type } = kindOf(id)!;
  const { right, wrong, reason } = OWN.get(id) ?? {
    right: RIGHT[type]!,
    wrong: type === 'bit' ? [2, 3, 0x80, 0xff] : [],
  };
  return { right, wrong, reason: reason ?? PROTOCOL };
}

/** Have the broker say that. @returns why the client went; 0: it took it. */
function judge(place: Place, properties: readonly string[], isNamed: boolean): number {
  const world = place.create();
  world.socket.take();
  const own = isNamed ? [encodeProperty(METHOD), ...properties] : properties;
  world.socket.deliver(place.make(list(...own)));
  if (world.client.counters().violations === 0) return 0;
  const written = world.socket.take();
  expect(written.slice(0, 2)).toBe('\xe0\x01');
  expect(world.client.isOnline()).toBe(false);
  return written.charCodeAt(2);
}

/** @returns what mqtt-packet reads there. */
function readBack(bytes: string): object | undefined {
  const found: object[] = [];
  const parser = mqttPacket.parser({ protocolVersion: 5 });
  parser.on('packet', (read) => void found.push(read));
  parser.on('error', (error) => {
    throw error;
  });
  parser.parse(Buffer.from(bytes, 'latin1'));
  expect(found).toHaveLength(1);
  return (found[0] as { properties?: object }).properties;
}

const shown = (properties: readonly string[]): string =>
  properties.map((bytes) => Buffer.from(bytes.slice(0, 40), 'latin1').toString('hex')).join(' ');

it('has 27 rows, and no other', () => {
  expect([...TABLE.keys()].filter((id) => kindOf(id) !== undefined)).toHaveLength(27);
});

describe.each([...PLACES])('in %s', (_name, place) => {
  const mayStand = (id: number): boolean => TABLE.get(id)?.includes(place.column) === true;
  const isNamed = (id: number): boolean => place.isNamed === true && id !== METHOD[0];
  const expectReason = (reason: number, id: number, ...properties: string[]): void => {
    expect(judge(place, properties, isNamed(id)), shown(properties)).toBe(reason);
  };

  it('each that may stand there is taken, whatever its value, and once unless it may come again', () => {
    for (const id of [...TABLE.keys()].filter(mayStand)) {
      for (const value of valuesOf(id).right) {
        const property: Property = [id, value];
        const one = encodeProperty(property);
        expectReason(0, id, one);
        const isRepeatable = id === 11 || id === 38;
        expectReason(isRepeatable ? 0 : PROTOCOL, id, one, one);
        expectReason(isRepeatable ? 0 : PROTOCOL, id, one, encodeProperty([38, ['', '']]), one);
        const all = isNamed(id) ? [METHOD, property] : [property];
        const bytes = place.make(list(...all.map(encodeProperty)));
        expect(comparable(readBack(bytes)), shown([one])).toEqual(comparable(named(all)));
      }
    }
  });

  it('no other is taken, whatever comes behind its identifier', () => {
    for (let id = 0; id < 256; id++) {
      if (mayStand(id)) continue;
      const kind = kindOf(id);
      const values = kind === undefined ? UNKNOWN : [encodeValue(kind.type, valuesOf(id).right.at(-1)!)];
      for (const value of values) expectReason(MALFORMED, id, byte(id) + value);
    }
  });

  it('none is taken that is cut off, or has a value of none', () => {
    for (const id of [...TABLE.keys()].filter(mayStand)) {
      const { right, wrong, reason } = valuesOf(id);
      for (const value of right) {
        const one = encodeProperty([id, value]);
        // Of long ones both ends.
        for (let size = 1; size < one.length; size += size < 8 || size > one.length - 3 ? 1 : 40) {
          expectReason(MALFORMED, id, one.slice(0, size));
        }
      }
      for (const value of wrong) expectReason(reason, id, encodeProperty([id, value]));
      const { type } = kindOf(id)!;
      const bad = type === 'text' ? BAD_TEXTS.map(([, text]) => encodeProperty([id, text])) : [];
      if (type === 'pair') {
        bad.push(...BAD_TEXTS.map(([, text]) => encodeProperty([id, [text, 'v']])));
        bad.push(...BAD_TEXTS.map(([, text]) => encodeProperty([id, ['n', text]])));
      }
      if (type === 'length') {
        bad.push(...['\x80\x00', '\x81\x80\x00', '\xff\xff\xff\xff\x01'].map((value) => byte(id) + value));
      }
      for (const one of bad) expectReason(MALFORMED, id, one);
    }
  });
});
