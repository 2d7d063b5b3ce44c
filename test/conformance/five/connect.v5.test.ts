// CONNECT of MQTT 5.0, and the keep alive (MQTT 5.0 sections 3.1, 3.12, 4.1).

import { describe, expect, it } from 'vitest';
import { createRamOutbox } from '../../../src/outbox/ram.ts';
import { encodeProperties, FOR_CONNECT, FOR_WILL } from '../../../src/property-list.ts';
import { Close, Code } from '../../../src/ports/codes.ts';
import { PropertyId, type Property } from '../../../src/ports/properties.ts';
import { createManualClock } from '../../../sim/manual.ts';
import { connack, createWorld5, read } from '../../mqtt/five/world.ts';
import type { Setup } from '../../mqtt/client.ts';
import { BAD_TEXTS, field, grant, list, names, utf8 } from './rig.ts';

/** @returns all that is written on a new connection before CONNACK. */
function written(setup: Setup): string {
  const world = createWorld5(setup);
  expect(world.client.connect('broker', 1883)).toBe(Code.Ok);
  world.socket.accept();
  return world.flush();
}

const properties = (place: string, ...all: Property[]): string => encodeProperties(all, place)!;

const WILL = { topic: 'w', payload: 'gone', qos: 1, retain: true };
const WILL_PROPERTIES = properties(
  FOR_WILL,
  [PropertyId.WillDelay, 70000],
  [PropertyId.MessageExpiry, 5],
  [PropertyId.ContentType, 'text'],
  [PropertyId.ResponseTopic, 'r'],
  [PropertyId.CorrelationData, '\xff'],
  [PropertyId.PayloadFormat, 1],
  [PropertyId.User, 'n', 'v'],
  [PropertyId.User, 'n', 'v'],
);
const KEPT = '\x11\xff\xff\xff\xff';
/** What the client says of itself: how much it takes, and that response information is of use. */
const LIMITS = '\x21\x00\x20\x22\x00\x04\x19\x01';
const LOGIN = { username: 'user', password: 'word' };
/** What has options: connect flags, properties, and the payload behind the client identifier. */
const FORMS: [string, Setup, number, string, string][] = [
  ['nothing else', {}, 2, KEPT, ''],
  ['a session that ends with its connection', { cleanSession: true }, 2, '', ''],
  ['a user name', { username: 'user' }, 0x82, KEPT, field('user')],
  ['a user name of no character', { username: '' }, 0x82, KEPT, field('')],
  ['user name and password', LOGIN, 0xc2, KEPT, field('user') + field('word')],
  ['a password of no byte', { username: 'u', password: '' }, 0xc2, KEPT, field('u') + field('')],
  ['a will', { will: WILL }, 0x2e, KEPT, list() + field('w') + field('gone')],
  [
    'a will of QoS 0 and no byte',
    { will: { topic: 'w', payload: '', qos: 0, retain: false } },
    0x06,
    KEPT,
    list() + field('w') + field(''),
  ],
  ['a will of QoS 2', { will: { ...WILL, qos: 2 } }, 0x36, KEPT, list() + field('w') + field('gone')],
  [
    'a will with properties',
    { will: { ...WILL, properties: WILL_PROPERTIES } },
    0x2e,
    KEPT,
    list(WILL_PROPERTIES) + field('w') + field('gone'),
  ],
  [
    'everything',
    { ...LOGIN, will: { ...WILL, properties: WILL_PROPERTIES }, properties: '\x17\x00' },
    0xee,
    '\x17\x00',
    list(WILL_PROPERTIES) + field('w') + field('gone') + field('user') + field('word'),
  ],
];

describe('CONNECT', () => {
  it.each(FORMS)(
    'with %s has flags, properties and payload that agree [MQTT-1.5.5-1] [MQTT-2.1.3-1] [MQTT-2.2.2-1] [MQTT-3.1.0-1] [MQTT-3.1.0-2] [MQTT-3.1.2-1] [MQTT-3.1.2-2] [MQTT-3.1.2-3] [MQTT-3.1.2-9] [MQTT-3.1.2-11] [MQTT-3.1.2-12] [MQTT-3.1.2-13] [MQTT-3.1.2-16] [MQTT-3.1.2-17] [MQTT-3.1.2-18] [MQTT-3.1.2-19] [MQTT-3.1.3-1] [MQTT-3.1.3-3]',
    (_what, setup, flags, own, payload) => {
      const bytes = written(setup);
      const body = `\x00\x04MQTT\x05${String.fromCharCode(flags)}\x00\x3c${list(own + LIMITS)}${field('mote')}${payload}`;
      // A length of up to 127 in one byte.
      expect(bytes).toBe('\x10' + list(body));
      expect(read(bytes)).toHaveLength(1);
    },
  );

  it('is understood by others, properties of the will and all [MQTT-3.1.2-9] [MQTT-1.5.7-1] [MQTT-1.5.4-1]', () => {
    const bytes = written({ ...LOGIN, will: { ...WILL, properties: WILL_PROPERTIES } });
    expect(read(bytes)).toMatchObject([
      {
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 5,
        keepalive: 60,
        username: 'user',
        password: Buffer.from('word'),
        properties: { sessionExpiryInterval: 0xffffffff, receiveMaximum: 32, topicAliasMaximum: 4 },
        will: {
          topic: 'w',
          payload: Buffer.from('gone'),
          qos: 1,
          retain: true,
          properties: {
            willDelayInterval: 70000,
            messageExpiryInterval: 5,
            contentType: 'text',
            responseTopic: 'r',
            payloadFormatIndicator: true,
            userProperties: { n: ['v', 'v'] },
          },
        },
      },
    ]);
  });

  it.each([
    [127, '\x7f'],
    [128, '\x80\x01'],
    [500, '\xf4\x03'],
  ])('of %i bytes has its length in the fewest bytes [MQTT-1.5.5-1]', (size, length) => {
    const clientId = 'm'.repeat(size - 10 - 14 - 2);
    expect(written({ clientId }).slice(0, length.length + 1)).toBe('\x10' + length);
  });

  it('takes text of every length of character, and a mark of the byte order as it is [MQTT-1.5.4-1] [MQTT-1.5.4-3] [MQTT-3.1.3-4] [MQTT-3.1.3-11] [MQTT-3.1.3-12]', () => {
    const text = utf8('\ufeffa\u00e9\u20ac\u{1f4a7}\uffff');
    const bytes = written({ clientId: text, username: text, will: { ...WILL, topic: text } });
    expect(bytes.split(field(text))).toHaveLength(4);
  });

  it.each(BAD_TEXTS)(
    'is not said with text that %s [MQTT-1.5.4-1] [MQTT-1.5.4-2] [MQTT-3.1.3-4] [MQTT-3.1.3-11] [MQTT-3.1.3-12]',
    (_what, bad) => {
      for (const setup of [{ clientId: bad }, { username: bad }, { will: { ...WILL, topic: bad } }]) {
        const world = createWorld5(setup);
        expect(world.client.connect('broker', 1883)).toBe(Code.BadPayload);
        expect(world.socket.opened).toEqual([]);
      }
    },
  );

  it.each([
    ['a will of QoS 3 [MQTT-3.1.2-12]', { will: { ...WILL, qos: 3 } }],
    ['a will of QoS -1 [MQTT-3.1.2-12]', { will: { ...WILL, qos: -1 } }],
    ['a will to + [MQTT-4.7.0-1]', { will: { ...WILL, topic: 'a/+' } }],
    ['a will to nothing [MQTT-4.7.3-1]', { will: { ...WILL, topic: '' } }],
    ['a client identifier that is too long', { clientId: 'm'.repeat(65536) }],
  ])('is not said with %s', (_what, setup) => {
    const world = createWorld5(setup);
    expect(world.client.connect('broker', 1883)).toBe(Code.BadPayload);
    expect(world.socket.opened).toEqual([]);
  });

  const LISTS: [string, string, Property[]][] = [
    ['a reason string', FOR_CONNECT, [[PropertyId.ReasonString, 'x']]],
    ['a topic alias', FOR_WILL, [[PropertyId.TopicAlias, 1]]],
    ['a will delay for the session', FOR_CONNECT, [[PropertyId.WillDelay, 1]]],
    [
      'a session expiry twice',
      FOR_CONNECT,
      [
        [PropertyId.SessionExpiry, 1],
        [PropertyId.SessionExpiry, 1],
      ],
    ],
    ['a session expiry of 33 bits', FOR_CONNECT, [[PropertyId.SessionExpiry, 0x100000000]]],
    ['a session expiry below 0', FOR_CONNECT, [[PropertyId.SessionExpiry, -1]]],
    ['half a second of will delay', FOR_WILL, [[PropertyId.WillDelay, 0.5]]],
    ['problem information 2', FOR_CONNECT, [[PropertyId.RequestProblemInformation, 2]]],
    ['a user property without a value [MQTT-1.5.7-1]', FOR_CONNECT, [[PropertyId.User, 'n']]],
    ['a content type that is no UTF-8 [MQTT-3.3.2-19]', FOR_WILL, [[PropertyId.ContentType, 'a\xff']]],
    ['a response topic that is no UTF-8 [MQTT-3.3.2-13]', FOR_WILL, [[PropertyId.ResponseTopic, 'a\xff']]],
    ['a response topic with + [MQTT-3.3.2-14]', FOR_WILL, [[PropertyId.ResponseTopic, 'a/+']]],
    ['a response topic with # [MQTT-3.3.2-14]', FOR_WILL, [[PropertyId.ResponseTopic, '#']]],
    [
      'a user property with U+0000 [MQTT-1.5.4-2] [MQTT-1.5.7-1]',
      FOR_CONNECT,
      [[PropertyId.User, 'n', '\x00']],
    ],
    ['a user property whose name is no UTF-8 [MQTT-1.5.7-1]', FOR_CONNECT, [[PropertyId.User, '\xff', 'v']]],
  ];

  it.each(LISTS)('has no properties with %s', (_what, place, all) => {
    expect(encodeProperties(all, place)).toBeNull();
  });

  it('has the same client identifier on every connection [MQTT-3.1.3-2]', () => {
    const world = createWorld5();
    for (let i = 0; i < 3; i++) {
      expect(world.open()).toMatchObject({ clientId: 'mote' });
      world.socket.drop();
    }
  });

  it('has the identifier that a broker assigned, from then on [MQTT-3.1.3-2]', () => {
    const outbox = createRamOutbox(4, 64);
    const world = createWorld5({ clientId: '', outbox });
    expect(world.open()).toMatchObject({ clientId: '' });
    world.socket.deliver(connack({ assignedClientIdentifier: 'given' }));
    world.socket.drop();
    expect(world.open()).toMatchObject({ clientId: 'given', clean: false });
  });

  it('asks for a new session as long as there is nothing of one, then for its own [MQTT-3.1.2-4]', () => {
    const world = createWorld5();
    expect(world.open()).toMatchObject({ clean: true });
    world.socket.drop();
    expect(world.open()).toMatchObject({ clean: true });
    world.socket.deliver(connack());
    world.socket.drop();
    expect(world.open()).toMatchObject({ clean: false });
    const clean = createWorld5({ cleanSession: true });
    for (let i = 0; i < 3; i++) {
      expect(clean.open()).toMatchObject({ clean: true });
      clean.socket.deliver(connack());
      clean.socket.drop();
    }
  });

  it('with Clean Start leaves nothing of the session before: no DUP, no PUBREL, filters anew [MQTT-3.1.2-4]', () => {
    const world = createWorld5({ cleanSession: true });
    world.subscribe('a', 2);
    world.online();
    grant(world, 2);
    world.publish(world.topic('o', 1), '1');
    world.publish(world.topic('e', 2), '2');
    world.deliver({ cmd: 'pubrec', messageId: 2 });
    world.deliver({ cmd: 'publish', topic: 'a', payload: 'x', qos: 2, messageId: 7 });
    world.reconnect({}, false);
    expect(names(world.sent())).toEqual([expect.stringMatching(/^subscribe/), 'publish 1']);
    world.deliver({ cmd: 'publish', topic: 'a', payload: 'y', qos: 2, messageId: 7 });
    expect(world.got).toEqual(['a x 34', 'a y 34']);
  });

  it('asks for a method of authentication, and says nothing else before CONNACK [MQTT-3.1.2-30]', () => {
    const world = createWorld5({
      authentication: { method: 'm', first: () => '\xff', authenticate: () => null },
    });
    world.subscribe('a');
    world.publish(world.topic('t', 1), 'x');
    expect(world.open()).toMatchObject({ properties: { authenticationMethod: 'm' } });
    world.client.tick(world.clock.now());
    expect(world.flush()).toBe('');
    world.client.disconnect();
    expect(world.flush()).toBe('');
  });
});

describe('a session', () => {
  it('that has an expiry outlives its connection: what was under way goes on [MQTT-3.1.2-23] [MQTT-4.1.0-1]', () => {
    for (const setup of [{}, { properties: properties(FOR_CONNECT, [PropertyId.SessionExpiry, 600]) }]) {
      const world = createWorld5(setup);
      world.subscribe('a', 2);
      world.online();
      grant(world, 2);
      world.publish(world.topic('o', 1), '1');
      world.deliver({ cmd: 'publish', topic: 'a', payload: 'x', qos: 2, messageId: 7 });
      world.flush();
      for (let i = 0; i < 3; i++) {
        world.socket.drop();
        world.pass(100_000);
        world.online({}, true);
        expect(names(world.sent())).toEqual(['publish 1 dup']);
        world.deliver({ cmd: 'publish', topic: 'a', payload: 'x', qos: 2, messageId: 7, dup: true });
        expect(names(world.sent())).toEqual(['pubrec 7']);
      }
      expect(world.got).toEqual(['a x 34']);
    }
  });

  it('lasts as long as its connection, however long nothing happens [MQTT-4.1.0-1]', () => {
    const world = createWorld5({ cleanSession: true, keepAliveSec: 0 });
    world.subscribe('a', 2);
    world.online({ sessionExpiryInterval: 0 });
    grant(world, 2);
    world.publish(world.topic('o', 1), '1');
    world.deliver({ cmd: 'publish', topic: 'a', payload: 'x', qos: 2, messageId: 7 });
    world.flush();
    world.pass(60_000_000);
    world.deliver({ cmd: 'publish', topic: 'a', payload: 'x', qos: 2, messageId: 7, dup: true });
    world.deliver({ cmd: 'pubrel', messageId: 7 });
    world.deliver({ cmd: 'puback', messageId: 1 });
    expect(names(world.sent())).toEqual(['pubrec 7', 'pubcomp 7']);
    expect(world.got).toEqual(['a x 34']);
    expect(world.outbox.count()).toBe(0);
  });
});

describe('keep alive', () => {
  it.each([1, 10, 60, 65535])(
    'of %i s is kept with PINGREQ when nothing else is sent [MQTT-3.1.2-20]',
    (sec) => {
      const world = createWorld5({ keepAliveSec: sec, clock: createManualClock(5) });
      world.online();
      for (let i = 0; i < 3; i++) {
        let silentMs = 0;
        for (; world.sent().length === 0; silentMs += sec * 50) world.pass(sec * 50);
        expect(silentMs).toBeLessThanOrEqual(sec * 1000);
        world.socket.deliver('\xd0\x00');
      }
      expect(world.client.isOnline()).toBe(true);
    },
  );

  it('ends a connection whose PINGREQ nobody answers [MQTT-3.12.4-1]', () => {
    const world = createWorld5({ keepAliveSec: 10 });
    world.online();
    world.pass(7_500);
    expect(world.sent()).toMatchObject([{ cmd: 'pingreq' }]);
    world.pass(9_999);
    expect(world.client.isOnline()).toBe(true);
    world.pass(1);
    expect(world.said).toEqual([`offline ${Close.PingTimeout} 0`]);
    expect(world.socket.isOpen()).toBe(false);
  });
});
