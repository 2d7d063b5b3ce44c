// What a broker says in MQTT 5.0, at random: each packet as mqtt-packet writes it, and in parts, so that something can be made wrong.

import fc from 'fast-check';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { anyBytes, fromUtf8, named, propertiesIn, topicName, valueOf } from './generate5.ts';
import { ALIAS, IDS, OPEN_ID, SUBSCRIBE_ID } from './peer5.ts';
import { CODES, encodeProperty, encodeValue, KINDS, lengthField, type Property } from './spec5.ts';
import { packet } from './wire.ts';

const byte = (value: number): string => String.fromCharCode(value & 255);
const word = (value: number): string => byte(value >> 8) + byte(value);
const field = (text: string): string => word(text.length) + text;

export interface Spoken {
  first: number;
  /** What stands before the properties, each of those, and what follows. */
  head: string;
  properties: readonly Property[];
  tail: string;
  /** The same in the words of mqtt-packet. */
  theirs: object;
}

export const generate = (theirs: object): string =>
  mqttPacket.generate(theirs as Packet, { protocolVersion: 5 }).toString('latin1');

const identifier = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...Object.values(IDS), OPEN_ID) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 65535 }) },
);
const codeOf = (type: number): fc.Arbitrary<number> => fc.constantFrom(...CODES.get(type)!);

const payload = fc.oneof(
  anyBytes,
  fc.integer({ min: 100, max: 700 }).map((size) => 'p'.repeat(size)),
);

const publish: fc.Arbitrary<Spoken> = fc
  .record({
    topic: fc.oneof(
      { weight: 4, arbitrary: topicName },
      { weight: 1, arbitrary: topicName.map((name) => `big/${name}`) },
      { weight: 1, arbitrary: fc.constant('') },
    ),
    payload,
    qos: fc.nat(2),
    retain: fc.boolean(),
    dup: fc.boolean(),
    id: fc.integer({ min: 1, max: 65535 }),
    list: propertiesIn('publish'),
  })
  .map(({ topic, payload: body, qos, retain, dup: again, id, list }) => {
    const dup = again && qos > 0;
    // Without a topic there has to be an alias that has one.
    const rest = list.filter(([known]) => known !== 35);
    const properties: Property[] = topic === '' ? [...rest, [35, ALIAS.number]] : list;
    return {
      first: 0x30 | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0),
      head: field(topic) + (qos > 0 ? word(id) : ''),
      properties,
      tail: body,
      theirs: {
        cmd: 'publish',
        topic: fromUtf8(topic),
        payload: Buffer.from(body, 'latin1'),
        qos,
        retain,
        dup,
        messageId: id,
        properties: named(properties),
      },
    };
  });

function answer(cmd: string, first: number): fc.Arbitrary<Spoken> {
  return fc
    .tuple(identifier, codeOf(first >> 4), propertiesIn('ack'))
    .map(([messageId, reasonCode, properties]) => ({
      first,
      head: word(messageId) + byte(reasonCode),
      properties,
      tail: '',
      theirs: { cmd, messageId, reasonCode, properties: named(properties) },
    }));
}

function list(cmd: string, first: number): fc.Arbitrary<Spoken> {
  const id = fc.oneof(
    { weight: 3, arbitrary: fc.constant(SUBSCRIBE_ID) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 65535 }) },
  );
  const codes = fc.array(codeOf(first >> 4), { minLength: 2, maxLength: 2 });
  return fc.tuple(id, codes, propertiesIn('ack')).map(([messageId, granted, properties]) => ({
    first,
    head: word(messageId),
    properties,
    tail: granted.map(byte).join(''),
    theirs: { cmd, messageId, granted, properties: named(properties) },
  }));
}

const disconnect: fc.Arbitrary<Spoken> = fc
  .tuple(codeOf(14), propertiesIn('disconnect'))
  .map(([reasonCode, properties]) => ({
    first: 0xe0,
    head: byte(reasonCode),
    properties,
    tail: '',
    theirs: { cmd: 'disconnect', reasonCode, properties: named(properties) },
  }));

export const connack: fc.Arbitrary<Spoken> = fc
  .tuple(fc.oneof(fc.constant(0), codeOf(2)), propertiesIn('connack'))
  .map(([reasonCode, properties]) => ({
    first: 0x20,
    head: `\0${byte(reasonCode)}`,
    properties,
    tail: '',
    theirs: { cmd: 'connack', sessionPresent: false, reasonCode, properties: named(properties) },
  }));

/** A packet that a broker may send in a session. */
export const spoken: fc.Arbitrary<Spoken> = fc.oneof(
  { weight: 6, arbitrary: publish },
  { weight: 2, arbitrary: answer('puback', 0x40) },
  { weight: 2, arbitrary: answer('pubrec', 0x50) },
  { weight: 1, arbitrary: answer('pubrel', 0x62) },
  { weight: 1, arbitrary: answer('pubcomp', 0x70) },
  { weight: 2, arbitrary: list('suback', 0x90) },
  { weight: 1, arbitrary: list('unsuback', 0xb0) },
  { weight: 1, arbitrary: disconnect },
);

/** One thing that is wrong, in a packet of these parts. */
type Fault = (parts: { first: number; head: string; fields: string[]; tail: string }) => string;

const whole = ({ first, head, fields, tail }: Parameters<Fault>[0], properties = fields.join('')): string =>
  packet(first, head + lengthField(properties.length) + properties + tail);

const place = fc.nat(0xffff);
const anyProperty = fc
  .constantFrom(...KINDS)
  .chain((kind) => valueOf(kind).map((value) => encodeProperty([kind.id, value])));

const fault: fc.Arbitrary<Fault> = fc.oneof(
  // A bit is another one.
  fc.tuple(place, fc.nat(7)).map(([at, bit]): Fault => (parts) => {
    const bytes = whole(parts);
    const i = at % bytes.length;
    return bytes.slice(0, i) + byte(bytes.charCodeAt(i) ^ (1 << bit)) + bytes.slice(i + 1);
  }),
  // A byte is another one.
  fc
    .tuple(place, fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 2, 127, 128, 255)))
    .map(([at, value]): Fault => (parts) => {
      const bytes = whole(parts);
      const i = at % Math.min(bytes.length, 60);
      return bytes.slice(0, i) + byte(value) + bytes.slice(i + 1);
    }),
  // Some are missing, with or without the length of the packet knowing it.
  fc
    .tuple(place, fc.integer({ min: 1, max: 4 }), fc.boolean())
    .map(([at, count, isKnown]): Fault => (parts) => {
      const bytes = isKnown ? whole(parts).slice(-(whole(parts).length - 1)) : whole(parts);
      const i = at % Math.min(bytes.length, 60);
      const cut = bytes.slice(0, i) + bytes.slice(i + count);
      if (!isKnown) return cut;
      const { first, head, fields, tail } = parts;
      const body = head + lengthField(fields.join('').length) + fields.join('') + tail;
      const j = at % Math.max(1, Math.min(body.length, 60));
      return packet(first, body.slice(0, j) + body.slice(j + count));
    }),
  // One property more, which may have no business there.
  fc.tuple(place, anyProperty).map(([at, more]): Fault => (parts) => {
    const fields = [...parts.fields];
    fields.splice(at % (fields.length + 1), 0, more);
    return whole({ ...parts, fields });
  }),
  // One of them twice.
  fc.tuple(place, place).map(([which, at]): Fault => (parts) => {
    const fields = [...parts.fields];
    if (fields.length > 0) fields.splice(at % fields.length, 0, fields[which % fields.length]!);
    return whole({ ...parts, fields });
  }),
  // A value of the type of another one.
  fc.tuple(fc.constantFrom(...KINDS), fc.constantFrom(...KINDS), place).chain(([kind, other, at]) =>
    valueOf(other).map((value): Fault => (parts) => {
      const fields = [...parts.fields];
      fields.splice(at % (fields.length + 1), 0, byte(kind.id) + encodeValue(other.type, value));
      return whole({ ...parts, fields });
    }),
  ),
  // Properties that are said to be longer or shorter than they are, or whose length takes more bytes than it needs.
  fc.tuple(fc.integer({ min: -3, max: 300 }), fc.boolean()).map(([more, isPadded]): Fault => (parts) => {
    const properties = parts.fields.join('');
    const length = lengthField(Math.max(0, properties.length + (isPadded ? 0 : more)));
    const padded = length.slice(0, -1) + byte(length.charCodeAt(length.length - 1) | 128) + '\0';
    return packet(parts.first, parts.head + (isPadded ? padded : length) + properties + parts.tail);
  }),
  // Bytes behind the end.
  anyBytes.map(
    (more): Fault =>
      (parts) =>
        whole({ ...parts, tail: parts.tail + more }),
  ),
);

/** A packet with something wrong, or as it should be in spite of that. */
export function damaged(good: fc.Arbitrary<Spoken>): fc.Arbitrary<string> {
  return fc
    .tuple(good, fault)
    .map(([{ first, head, properties, tail }, wrong]) =>
      wrong({ first, head, fields: properties.map(encodeProperty), tail }),
    );
}
