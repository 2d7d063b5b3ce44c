// A broker that breaks the rules of MQTT 5.0: it is told why, the connection ends, and the next one goes on with all that was
// accepted. Nothing is thrown, nothing grows.

import { describe, expect, it } from 'vitest';
import {
  ack,
  BAD_TEXTS,
  busy,
  byte,
  expectLeft,
  expectOff,
  expectRecovery,
  field,
  list,
  packet,
  publish,
  resume,
} from './rig.ts';

const MALFORMED = 0x81;
const PROTOCOL = 0x82;
const ALIAS = 0x94;
const TOO_LARGE = 0x95;

/** A message on its own. */
const GOOD = '\x30\x05\x00\x01a\x00y';

/** However it is cut, it is answered in the same way, and what was under way goes on. */
function expectEnd(stream: string, reason: number): void {
  const world = busy();
  const ways: string[][] = [
    [stream],
    [...stream],
    [GOOD + stream.slice(0, stream.length >> 1), stream.slice(stream.length >> 1) + GOOD],
  ];
  for (const [index, parts] of ways.entries()) {
    if (index > 0) resume(world);
    for (const part of parts) world.socket.deliver(part);
    expectLeft(world, reason, index + 1);
  }
  expectRecovery(world);
}

const CONNACK = '\x20\x03\x00\x00\x00';

const PACKETS: [string, string, number][] = [
  // Who says what.
  ['CONNECT', '\x10\x0d\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x00', PROTOCOL],
  ['CONNACK [MQTT-3.2.0-2]', CONNACK, PROTOCOL],
  ['CONNACK with a session [MQTT-3.2.0-2]', '\x20\x03\x01\x00\x00', PROTOCOL],
  ['CONNACK that refuses [MQTT-3.2.0-2]', '\x20\x03\x00\x87\x00', PROTOCOL],
  ['CONNACK of MQTT 3.1.1 [MQTT-3.2.0-2]', '\x20\x02\x00\x00', PROTOCOL],
  ['SUBSCRIBE', '\x82\x07\x00\x01\x00\x00\x01a\x00', PROTOCOL],
  ['UNSUBSCRIBE', '\xa2\x06\x00\x01\x00\x00\x01a', PROTOCOL],
  ['PINGREQ', '\xc0\x00', PROTOCOL],
  ['a packet of type 0', '\x00\x00', MALFORMED],
  ['text of another protocol', 'HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n', MALFORMED],
  ['only zeros', '\x00'.repeat(500), MALFORMED],
  ['only ones', '\xff'.repeat(500), MALFORMED],
  // Flags.
  ['CONNACK with flags [MQTT-2.1.3-1]', '\x22\x03\x00\x00\x00', MALFORMED],
  ['PUBACK with flags [MQTT-2.1.3-1]', '\x42\x02\x00\x01', MALFORMED],
  ['PUBREC with one flag [MQTT-2.1.3-1]', '\x51\x02\x00\x03', MALFORMED],
  ['PUBREC with flags [MQTT-2.1.3-1]', '\x58\x02\x00\x03', MALFORMED],
  ['PUBREL without flags [MQTT-2.1.3-1] [MQTT-3.6.1-1]', '\x60\x02\x00\x07', MALFORMED],
  ['PUBREL with flags 3 [MQTT-2.1.3-1] [MQTT-3.6.1-1]', '\x63\x02\x00\x07', MALFORMED],
  ['PUBREL with flags 10 [MQTT-2.1.3-1] [MQTT-3.6.1-1]', '\x6a\x02\x00\x07', MALFORMED],
  ['PUBCOMP with flags [MQTT-2.1.3-1]', '\x72\x02\x00\x02', MALFORMED],
  ['SUBACK with flags [MQTT-2.1.3-1]', '\x92\x04\x00\x01\x00\x00', MALFORMED],
  ['UNSUBACK with flags [MQTT-2.1.3-1]', '\xb2\x04\x00\x01\x00\x00', MALFORMED],
  ['PINGRESP with flags [MQTT-2.1.3-1]', '\xd2\x00', MALFORMED],
  ['DISCONNECT with one flag [MQTT-2.1.3-1] [MQTT-3.14.1-1]', '\xe1\x00', MALFORMED],
  ['DISCONNECT with flags and a reason [MQTT-2.1.3-1] [MQTT-3.14.1-1]', '\xe2\x01\x8b', MALFORMED],
  ['AUTH with flags [MQTT-2.1.3-1]', '\xf2\x00', MALFORMED],
  ['PUBLISH of QoS 0 with DUP [MQTT-3.3.1-2]', '\x38\x05\x00\x01a\x00x', MALFORMED],
  ['PUBLISH of QoS 0 with DUP and RETAIN [MQTT-3.3.1-2]', '\x39\x05\x00\x01a\x00x', MALFORMED],
  ['PUBLISH of QoS 3 [MQTT-3.3.1-4]', '\x36\x07\x00\x01a\x00\x09\x00x', MALFORMED],
  ['PUBLISH of QoS 3 with DUP and RETAIN [MQTT-3.3.1-4]', '\x3f\x07\x00\x01a\x00\x09\x00x', MALFORMED],
  // Lengths.
  ['PUBACK without an identifier', '\x40\x00', MALFORMED],
  ['PUBACK with half an identifier', '\x40\x01\x00', MALFORMED],
  ['PUBACK with properties that are cut off', '\x40\x05\x00\x01\x00\x02\x1f', MALFORMED],
  ['PUBACK with something behind its properties', '\x40\x05\x00\x01\x00\x00x', MALFORMED],
  ['PUBREC with half an identifier', '\x50\x01\x00', MALFORMED],
  ['PUBREC with something behind its properties', '\x50\x05\x00\x03\x00\x00x', MALFORMED],
  ['PUBREL without an identifier', '\x62\x00', MALFORMED],
  ['PUBREL with something behind its properties', '\x62\x05\x00\x07\x00\x00x', MALFORMED],
  ['PUBCOMP without an identifier', '\x70\x00', MALFORMED],
  ['PUBCOMP with a property length that is too long', '\x70\x04\x00\x02\x00\x7f', MALFORMED],
  ['SUBACK without anything', '\x90\x00', MALFORMED],
  ['SUBACK without properties', '\x90\x02\xff\xfe', MALFORMED],
  ['UNSUBACK without anything', '\xb0\x00', MALFORMED],
  ['PINGRESP with a body', '\xd0\x01\x00', MALFORMED],
  ['PINGRESP that claims 256 MB', '\xd0\xff\xff\xff\x7f', MALFORMED],
  ['PUBLISH without anything', '\x30\x00', MALFORMED],
  ['PUBLISH with half a length of its topic', '\x30\x01\x00', MALFORMED],
  ['PUBLISH with a topic longer than itself', '\x30\x05\x00\x09a\x00x', MALFORMED],
  ['PUBLISH without a property length', '\x30\x03\x00\x01a', MALFORMED],
  ['PUBLISH of QoS 1 without a property length', '\x32\x05\x00\x01a\x00\x09', MALFORMED],
  ['PUBLISH of QoS 2 without a property length', '\x34\x05\x00\x01a\x00\x09', MALFORMED],
  ['PUBLISH of QoS 1 with half an identifier', '\x32\x04\x00\x01a\x00', MALFORMED],
  ['PUBLISH with properties longer than itself', '\x30\x05\x00\x01a\x05x', MALFORMED],
  ['DISCONNECT with half a property length', '\xe0\x02\x8b\x80', MALFORMED],
  ['DISCONNECT with something behind its properties', '\xe0\x03\x8b\x00x', MALFORMED],
  ['DISCONNECT that claims 256 MB', '\xe0\xff\xff\xff\x7f', TOO_LARGE],
  ['DISCONNECT over the limit', packet(0xe0, `\x8b${list(`\x1f${field('r'.repeat(2000))}`)}`), TOO_LARGE],
  ['SUBACK that claims 2 MB', '\x90\xff\xff\x7f', TOO_LARGE],
  // Variable byte integers.
  ['a remaining length of five bytes [MQTT-1.5.5-1]', '\x30\xff\xff\xff\xff\x7f', MALFORMED],
  ['a remaining length of five bytes that says 3 [MQTT-1.5.5-1]', '\x30\x83\x80\x80\x80\x00', MALFORMED],
  ['a remaining length that does not end [MQTT-1.5.5-1]', '\x90' + '\x80'.repeat(50), MALFORMED],
  ['a remaining length of 0 in two bytes [MQTT-1.5.5-1]', '\xd0\x80\x00', MALFORMED],
  ['a remaining length of 2 in three bytes [MQTT-1.5.5-1]', '\x40\x82\x80\x00\x00\x01', MALFORMED],
  ['a remaining length of 5 in four bytes [MQTT-1.5.5-1]', '\x30\x85\x80\x80\x00\x00\x01a\x00x', MALFORMED],
  ['a property length of 0 in two bytes [MQTT-1.5.5-1]', '\x40\x05\x00\x01\x00\x80\x00', MALFORMED],
  ['a property length of five bytes [MQTT-1.5.5-1]', '\x40\x08\x00\x01\x00\x80\x80\x80\x80\x00', MALFORMED],
  [
    'a subscription identifier in too many bytes [MQTT-1.5.5-1]',
    publish(0x30, 'a', list('\x0b\x81\x00')),
    MALFORMED,
  ],
  [
    'a subscription identifier of five bytes [MQTT-1.5.5-1]',
    publish(0x30, 'a', list('\x0b\x81\x80\x80\x80\x00')),
    MALFORMED,
  ],
  ['a subscription identifier that is cut off', publish(0x30, 'a', list('\x0b\x81')), MALFORMED],
  // Identifiers.
  ['PUBLISH of QoS 1 and identifier 0 [MQTT-2.2.1-3]', '\x32\x07\x00\x01a\x00\x00\x00x', MALFORMED],
  ['PUBLISH of QoS 2 and identifier 0 [MQTT-2.2.1-3]', '\x34\x07\x00\x01a\x00\x00\x00x', MALFORMED],
  [
    'a message over the limit of identifier 0 [MQTT-2.2.1-3]',
    packet(0x32, `${field('a')}\x00\x00${list()}${'z'.repeat(3000)}`),
    MALFORMED,
  ],
  [
    'a message of identifier 0 whose topic is over the limit [MQTT-2.2.1-3]',
    packet(0x34, `${field('t'.repeat(2000))}\x00\x00${list()}z`),
    MALFORMED,
  ],
  ['PUBACK of identifier 0', '\x40\x02\x00\x00', PROTOCOL],
  ['PUBREC of identifier 0', '\x50\x02\x00\x00', PROTOCOL],
  ['PUBREL of identifier 0', '\x62\x02\x00\x00', MALFORMED],
  ['PUBCOMP of identifier 0', '\x70\x02\x00\x00', PROTOCOL],
  ['SUBACK of identifier 0', '\x90\x04\x00\x00\x00\x00', PROTOCOL],
  ['UNSUBACK of identifier 0', '\xb0\x04\x00\x00\x00\x00', PROTOCOL],
  // Steps of an exchange.
  ['PUBREC where PUBACK is due', '\x50\x02\x00\x01', PROTOCOL],
  ['PUBCOMP where PUBACK is due', '\x70\x02\x00\x01', PROTOCOL],
  ['PUBREC that refuses where PUBACK is due', '\x50\x03\x00\x01\x87', PROTOCOL],
  ['PUBACK where PUBREC is due', '\x40\x02\x00\x03', PROTOCOL],
  ['PUBACK that refuses where PUBREC is due', '\x40\x03\x00\x03\x87', PROTOCOL],
  ['PUBCOMP where PUBREC is due', '\x70\x02\x00\x03', PROTOCOL],
  ['PUBACK where PUBCOMP is due', '\x40\x02\x00\x02', PROTOCOL],
  // Topics.
  ['PUBLISH to nothing', publish(0x30, '', list()), PROTOCOL],
  ['PUBLISH of QoS 2 to nothing', publish(0x34, '', list()), PROTOCOL],
  ['PUBLISH to + [MQTT-3.3.2-2] [MQTT-4.7.0-1]', publish(0x30, '+', list()), MALFORMED],
  ['PUBLISH to a/# [MQTT-3.3.2-2] [MQTT-4.7.0-1]', publish(0x32, 'a/#', list()), MALFORMED],
  // Aliases.
  ['topic alias 0 [MQTT-3.3.2-8]', publish(0x30, 'a', list('\x23\x00\x00')), ALIAS],
  ['topic alias 0 at QoS 2 [MQTT-3.3.2-8]', publish(0x34, '', list('\x23\x00\x00')), ALIAS],
  ['a topic alias above those of our CONNECT', publish(0x30, 'a', list('\x23\x00\x05')), ALIAS],
  ['the highest topic alias', publish(0x32, 'a', list('\x23\xff\xff')), ALIAS],
  ['a topic alias that stands for nothing', publish(0x30, '', list('\x23\x00\x04')), PROTOCOL],
  ['half a topic alias', publish(0x30, 'a', list('\x23\x00')), MALFORMED],
  // A response topic is a topic.
  ['a response topic with + [MQTT-3.3.2-14]', publish(0x30, 'a', list(`\x08${field('r/+')}`)), PROTOCOL],
  ['a response topic with # [MQTT-3.3.2-14]', publish(0x32, 'a', list(`\x08${field('#')}`)), PROTOCOL],
  ['a response topic of no character', publish(0x30, 'a', list(`\x08${field('')}`)), PROTOCOL],
];

describe('what breaks the protocol', () => {
  it.each(PACKETS)(
    '%s ends the connection, and the next one goes on [MQTT-4.13.1-1]',
    (_what, stream, reason) => {
      expectEnd(stream, reason);
    },
  );
});

describe('a topic', () => {
  it.each(BAD_TEXTS)(
    'that %s ends the connection, and the next one goes on [MQTT-1.5.4-1] [MQTT-1.5.4-2] [MQTT-3.3.2-1] [MQTT-4.7.3-2] [MQTT-4.13.1-1]',
    (_what, bad) => {
      expectEnd(publish(0x30, bad, list()), MALFORMED);
      expectEnd(publish(0x3d, bad, list('\x23\x00\x01')), MALFORMED);
    },
  );
});

const LARGE: [string, string, number][] = [
  ['without a property length that ends', '\x00\x01a' + '\x80\x80\x80\x80\x00', MALFORMED],
  ['with a property length in too many bytes', '\x00\x01a\x85\x00', MALFORMED],
  ['with properties longer than itself', '\x00\x01a\xff\xff\x7f', MALFORMED],
  ['with a property that MQTT does not know', '\x00\x01a\x02\x7f\x00', MALFORMED],
  ['with half a property', '\x00\x01a\x02\x23\x00', MALFORMED],
  ['with a content type that is no UTF-8', `\x00\x01a\x04\x03${field('\xff')}`, MALFORMED],
  ['with a payload format twice', '\x00\x01a\x04\x01\x01\x01\x01', PROTOCOL],
  ['with topic alias 0 [MQTT-3.3.2-8]', '\x00\x01a\x03\x23\x00\x00', ALIAS],
  ['with a topic alias above those of our CONNECT', '\x00\x01a\x03\x23\x00\x05', ALIAS],
  ['with a topic alias that stands for nothing', '\x00\x00\x03\x23\x00\x01', PROTOCOL],
  ['to nothing', '\x00\x00\x00', PROTOCOL],
  ['to # [MQTT-3.3.2-2]', '\x00\x01#\x00', MALFORMED],
  ['to text that is no UTF-8 [MQTT-3.3.2-1] [MQTT-1.5.4-1]', '\x00\x01\xff\x00', MALFORMED],
];

describe('a message over the limit', () => {
  it.each(LARGE)(
    '%s ends the connection, and the next one goes on [MQTT-4.13.1-1]',
    (_what, head, reason) => {
      const stream = packet(0x30, head + 'z'.repeat(3000));
      expectEnd(stream, reason);
    },
  );
});

describe('an owner that closes the connection', () => {
  it.each([
    ['CONNACK', '\x20\x08\x00\x00\x05\x1f\x00\x02no'],
    ['PUBLISH', publish(0x32, 'a', list(`\x26${field('n')}${field('v')}`))],
    ['PUBACK', ack(0x40, 1, '\x00', list(`\x1f${field('no')}`))],
    ['PUBREC', ack(0x50, 3, '\x00', list(`\x1f${field('no')}`))],
    ['PUBREL', ack(0x62, 7, '\x00', list(`\x1f${field('no')}`))],
    ['DISCONNECT', packet(0xe0, '\x8b' + list(`\x1f${field('no')}`))],
    [
      'a message over the limit',
      publish(0x32, 'a', list(`\x26${field('n')}${field('v')}`), 'z'.repeat(3000)),
    ],
  ])('because of what %s says hears nothing more, and the next one goes on', (what, stream) => {
    const world = busy({}, () => world.client.disconnect());
    if (what === 'CONNACK') {
      world.socket.drop();
      world.open();
      world.said.length = 0;
    }
    world.socket.deliver(stream);
    expect(world.said).toEqual([]);
    expect(world.client.isOnline()).toBe(false);
    expect(world.client.counters().violations).toBe(0);
    world.flush();
    expectRecovery(world, what === 'CONNACK');
  });
});

/** Each property with a value that it may have, and those that it may not have, as far as there are any. */
const PROPERTIES: [id: number, name: string, value: string, wrong: string[]][] = [
  [1, 'payload format', '\x01', ['\x02', '\xff']],
  [2, 'message expiry', '\x00\x00\x00\x00', []],
  [3, 'content type', field('t'), []],
  [8, 'response topic', field('r'), []],
  [9, 'correlation data', field('\xff\x00'), []],
  [11, 'subscription identifier', '\x01', ['\x00']],
  [17, 'session expiry', '\x00\x00\x00\x00', []],
  [18, 'assigned client identifier', field('i'), []],
  [19, 'server keep alive', '\x00\x00', []],
  [21, 'authentication method', field('m'), []],
  [22, 'authentication data', field('\xff\x00'), []],
  [23, 'request problem information', '\x01', []],
  [24, 'will delay', '\x00\x00\x00\x00', []],
  [25, 'request response information', '\x01', []],
  [26, 'response information', field('r'), []],
  [28, 'server reference', field('s'), []],
  [31, 'reason string', field('r'), []],
  [33, 'receive maximum', '\xff\xff', ['\x00\x00']],
  [34, 'topic alias maximum', '\x00\x00', []],
  [35, 'topic alias', '\x00\x01', []],
  [36, 'maximum QoS', '\x01', ['\x02', '\x03']],
  [37, 'retain available', '\x01', ['\x02']],
  [38, 'user property', field('n') + field('v'), []],
  [39, 'maximum packet size', '\x00\x01\x00\x00', ['\x00\x00\x00\x00']],
  [40, 'wildcards available', '\x01', ['\x02']],
  [41, 'subscription identifiers available', '\x01', ['\x02']],
  [42, 'shared subscriptions available', '\x01', ['\x02']],
];
const TEXTS = [3, 8, 18, 21, 26, 28, 31];
const UNKNOWN = [0, 4, 10, 20, 32, 43, 100, 127, 128, 139, 255];

interface Place {
  name: string;
  /** Properties that the packet may have. */
  may: number[];
  /** Those that may come several times. */
  several: number[];
  /** It is what comes first, so that nothing can be said to it. */
  isFirst?: boolean;
  /** @returns the packet around properties behind their length. */
  make(properties: string): string;
}
const ANSWERED = { may: [31, 38], several: [38] };
const PLACES: Place[] = [
  {
    name: 'CONNACK',
    may: [17, 18, 19, 21, 22, 26, 28, 31, 33, 34, 36, 37, 38, 39, 40, 41, 42],
    several: [38],
    isFirst: true,
    make: (properties) => packet(0x20, '\x00\x00' + properties),
  },
  {
    name: 'PUBLISH',
    may: [1, 2, 3, 8, 9, 11, 35, 38],
    several: [11, 38],
    make: (properties) => publish(0x34, 'a', properties),
  },
  { name: 'PUBACK', ...ANSWERED, make: (properties) => ack(0x40, 1, '\x00', properties) },
  { name: 'PUBREC', ...ANSWERED, make: (properties) => ack(0x50, 3, '\x00', properties) },
  { name: 'PUBREL', ...ANSWERED, make: (properties) => ack(0x62, 7, '\x00', properties) },
  { name: 'PUBCOMP', ...ANSWERED, make: (properties) => ack(0x70, 2, '\x00', properties) },
  { name: 'SUBACK', ...ANSWERED, make: (properties) => ack(0x90, 65534, properties, '\x00') },
  { name: 'UNSUBACK', ...ANSWERED, make: (properties) => ack(0xb0, 65534, properties, '\x00') },
  {
    name: 'DISCONNECT',
    may: [28, 31, 38],
    several: [38],
    make: (properties) => packet(0xe0, '\x8b' + properties),
  },
];

/** Each of these is refused, by a client that goes on with what was under way. */
function expectRefused(place: Place, all: readonly string[][], reason: number): void {
  const world = busy();
  for (const [index, properties] of all.entries()) {
    if (place.isFirst === true) {
      world.socket.drop();
      world.open();
    } else if (index > 0) resume(world);
    world.flush();
    world.said.length = 0;
    world.socket.deliver(place.make(list(...properties)));
    if (place.isFirst === true) expectOff(world, index + 1);
    else expectLeft(world, reason, index + 1);
  }
  if (all.length > 0) expectRecovery(world, place.isFirst);
}

describe.each(PLACES.map((place) => [place.name, place] as const))('properties of %s', (_name, place) => {
  const own = PROPERTIES.filter(([id]) => place.may.includes(id));

  it('that MQTT does not know, or not there, are malformed [MQTT-4.13.1-1]', () => {
    const strangers = PROPERTIES.filter(([id]) => !place.may.includes(id));
    expectRefused(
      place,
      [
        ...UNKNOWN.map((id) => [`${byte(id)}\x00\x00\x00\x00`]),
        ...strangers.map(([id, , value]) => [byte(id) + value]),
      ],
      MALFORMED,
    );
  });

  it('that come twice are an error [MQTT-4.13.1-1]', () => {
    const single = own.filter(([id]) => !place.several.includes(id)).map(([id, , value]) => byte(id) + value);
    expectRefused(
      place,
      single.map((one) => [one, `\x26${field('')}${field('')}`, one]),
      PROTOCOL,
    );
  });

  it('that have a value out of range are an error [MQTT-4.13.1-1]', () => {
    expectRefused(
      place,
      own.flatMap(([id, , , wrong]) => wrong.map((value) => [byte(id) + value])),
      PROTOCOL,
    );
  });

  it('that are cut off anywhere are malformed [MQTT-4.13.1-1]', () => {
    expectRefused(
      place,
      own.flatMap(([id, , value]) => [...value].map((_, size) => [byte(id) + value.slice(0, size)])),
      MALFORMED,
    );
  });

  it('that are not text where that is due are malformed [MQTT-1.5.4-1] [MQTT-1.5.4-2] [MQTT-1.5.7-1] [MQTT-3.3.2-13] [MQTT-3.3.2-19]', () => {
    const texts = own.filter(([id]) => TEXTS.includes(id));
    expectRefused(
      place,
      BAD_TEXTS.flatMap(([, bad]) => [
        ...texts.map(([id]) => [byte(id) + field(bad)]),
        [`\x26${field(bad)}${field('v')}`],
        [`\x26${field('n')}${field(bad)}`],
      ]),
      MALFORMED,
    );
  });
});
