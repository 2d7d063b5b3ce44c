// Messages from the broker in MQTT 5.0: properties, aliases, QoS 0, 1 and 2, our receive maximum (sections 3.3, 4.2, 4.3, 4.5, 4.6).

import { describe, expect, it } from 'vitest';
import { PropertyId } from '../../../src/ports/properties.ts';
import { Event } from '../../../src/ports/codes.ts';
import { text } from '../../mqtt/client.ts';
import { createWorld5, fromBroker, type World5 } from '../../mqtt/five/world.ts';
import {
  busy,
  expectLeft,
  expectRecovery,
  field,
  grant,
  list,
  names,
  packet,
  publish,
  utf8,
  word,
} from './rig.ts';

/** Online, with 'a' and 'b/#' subscribed to. */
function listening(receiveMax = 1024): World5 {
  const world = createWorld5({ receiveMax });
  world.subscribe('a', 2);
  world.subscribe('b/#', 2);
  world.online();
  grant(world, 2, 2);
  world.said.length = 0;
  return world;
}

const message = (qos: number, id: number, payload = 'x', dup = false, topic = 'a') => ({
  cmd: 'publish',
  topic,
  payload,
  qos,
  messageId: id,
  dup,
});

describe('a message', () => {
  it.each([
    [0, []],
    [1, ['puback 5']],
    [2, ['pubrec 5']],
  ])(
    'of QoS %i is answered by its QoS, wanted or not [MQTT-3.3.4-1] [MQTT-4.5.0-2] [MQTT-4.3.2-4] [MQTT-4.3.3-8]',
    (qos, answers) => {
      for (const topic of ['a', 'b/c', 'nobody/wants/it', '$SYS/x']) {
        const world = listening();
        world.deliver(message(qos, 5, 'x', false, topic));
        expect(names(world.sent())).toEqual(answers);
        expect(world.got).toHaveLength(topic === 'a' || topic === 'b/c' ? 1 : 0);
        expect(world.client.counters().unwanted).toBe(1 - world.got.length);
      }
    },
  );

  it('has the properties that it came with, and no others [MQTT-1.5.4-3] [MQTT-1.5.7-1] [MQTT-3.3.2-13] [MQTT-3.3.2-19]', () => {
    const heard: string[] = [];
    const world = createWorld5({
      on: { onProperty: (first, id, value) => void heard.push(`${first} ${id} ${text(value)}`) },
    });
    const seen: unknown[] = [];
    world.client.subscription('a', 2, () => {
      const own = world.client.message!();
      seen.push(
        own && [
          text(own.contentType),
          text(own.responseTopic),
          text(own.correlation),
          own.numberOf(PropertyId.PayloadFormat),
          own.numberOf(PropertyId.MessageExpiry),
          own.numberOf(PropertyId.SubscriptionId),
        ],
      );
    });
    world.online();
    grant(world, 2);
    const type = utf8('\ufeff\u00e9\u{1f4a7}');
    const all = list(
      `\x03${field(type)}`,
      `\x08${field('r/s')}`,
      `\x09${field('\x00\xff')}`,
      '\x01\x01',
      '\x02\x01\x02\x03\x04',
      '\x0b\x01\x0b\xff\xff\x03',
      `\x26${field('n')}${field(type)}`,
      `\x26${field('n')}${field('')}`,
    );
    for (const first of [0x30, 0x32, 0x34]) world.socket.deliver(publish(first, 'a', all));
    world.socket.deliver(publish(0x32, 'a', list('\x02\x00\x00\x00\x00')));
    const full = [type, 'r/s', '\x00\xff', 1, 0x01020304, 1];
    expect(seen).toEqual([full, full, full, ['', '', '', -1, 0, -1]]);
    expect(heard).toEqual(
      [0x30, 0x32, 0x34].flatMap((first) => [
        `${first} 38 ${field('n')}${field(type)}`,
        `${first} 38 ${field('n')}${field('')}`,
      ]),
    );
  });

  it('is the same however the network cuts it, and whatever is around it [MQTT-4.2.0-1]', () => {
    const properties = list(`\x03${field('t')}`, `\x26${field('n')}${field('v'.repeat(150))}`, '\x0b\x07');
    const stream =
      publish(0x30, 'a', list(), '1') +
      publish(0x32, 'a', properties, '2') +
      publish(0x34, 'b/c', properties, '3'.repeat(200)) +
      '\xd0\x00' +
      publish(0x30, 'a', properties, '') +
      publish(0x32, 'b/c', list(), '4');
    const expected = ['a 1 30', 'a 2 32', `b/c ${'3'.repeat(200)} 34`, 'a  30', 'b/c 4 32'];
    for (let size = 1; size <= stream.length; size += size < 12 ? 1 : 37) {
      const world = listening();
      for (let at = 0; at < stream.length; at += size) world.socket.deliver(stream.slice(at, at + size));
      expect(world.got).toEqual(expected);
      expect(names(world.sent())).toEqual(['puback 9', 'pubrec 9', 'puback 9']);
    }
  });

  it.each([0, 1, 2])(
    'of QoS %i over the limit is answered, too; its properties may be cut anywhere [MQTT-3.3.4-1] [MQTT-4.2.0-1]',
    (qos) => {
      const first = 0x30 | (qos << 1);
      const properties = list(`\x26${field('n')}${field('v'.repeat(150))}`, '\x23\x00\x02');
      const large = publish(first, 'b/c', properties, 'z'.repeat(700));
      for (const size of [1, 3, 7, 100, 536]) {
        const world = createWorld5({ receiveMax: 300 });
        world.subscribe('b/#', 2, true);
        world.online();
        grant(world, 2);
        for (let at = 0; at < large.length; at += size) world.socket.deliver(large.slice(at, at + size));
        const pieces = world.got.map((line) => line.split(' ')[2]).join('');
        expect(pieces).toBe('z'.repeat(700));
        expect(names(world.sent())).toEqual([[], ['puback 9'], ['pubrec 9']][qos]);
        // Its alias stands for its topic.
        world.got.length = 0;
        world.socket.deliver(publish(0x30, '', list('\x23\x00\x02'), 'short'));
        expect(world.got).toEqual(['b/c short 30']);
      }
    },
  );

  it.each([1, 2])(
    'of QoS %i whose topic or properties are over the limit themselves is passed over, and answered [MQTT-3.3.4-1]',
    (qos) => {
      const first = 0x30 | (qos << 1);
      for (const large of [
        publish(first, 't'.repeat(900), list(), 'z'),
        publish(
          first,
          'b/c',
          list(...Array<string>(6).fill(`\x26${field('n')}${field('v'.repeat(150))}`)),
          'z',
        ),
      ]) {
        const world = createWorld5({ receiveMax: 300 });
        world.subscribe('b/#', 2, true);
        world.online();
        grant(world, 2);
        for (let at = 0; at < large.length; at += 100) world.socket.deliver(large.slice(at, at + 100));
        expect(world.got).toEqual([]);
        expect(names(world.sent())).toEqual([qos === 1 ? 'puback 9' : 'pubrec 9']);
        expect(world.client.counters().oversize).toBe(1);
      }
    },
  );
});

describe('topic aliases', () => {
  it.each([0, 1, 2])(
    'of our CONNECT are all understood, each for its last topic, at QoS %i [MQTT-3.3.2-10]',
    (qos) => {
      const world = listening();
      const first = 0x30 | (qos << 1);
      const alias = (value: number) => list(`\x23${word(value)}`);
      const say = (topic: string, value: number, payload: string, id: number) =>
        world.socket.deliver(
          packet(first, field(topic) + (qos > 0 ? word(id) : '') + alias(value) + payload),
        );
      for (let i = 1; i <= 4; i++) say(`b/${i}`, i, 'named', i);
      for (let i = 4; i >= 1; i--) say('', i, 'short', 10 + i);
      say('a', 2, 'other', 20);
      say('', 2, 'other', 21);
      say('', 1, 'same', 22);
      const kind = first.toString(16);
      expect(world.got).toEqual([
        ...[1, 2, 3, 4].map((i) => `b/${i} named ${kind}`),
        ...[4, 3, 2, 1].map((i) => `b/${i} short ${kind}`),
        `a other ${kind}`,
        `a other ${kind}`,
        `b/1 same ${kind}`,
      ]);
    },
  );

  it('end with their connection [MQTT-3.3.2-7]', () => {
    const world = busy();
    world.socket.deliver(publish(0x30, 'a', list('\x23\x00\x01')));
    expect(world.got).toHaveLength(2);
    world.reconnect();
    world.flush();
    world.said.length = 0;
    world.socket.deliver(publish(0x30, '', list('\x23\x00\x01')));
    expectLeft(world, 0x82);
    expectRecovery(world);
  });

  it('may stand for a topic that nobody wants, until another has them', () => {
    const world = listening();
    world.socket.deliver(publish(0x32, 'nobody', list('\x23\x00\x01')));
    world.socket.deliver(publish(0x32, '', list('\x23\x00\x01')));
    expect(world.got).toEqual([]);
    expect(world.client.counters().unwanted).toBe(2);
    expect(names(world.sent())).toEqual(['puback 9', 'puback 9']);
  });
});

describe('a message of QoS 1', () => {
  it('is another one behind its PUBACK, whatever its identifier [MQTT-4.3.2-5] [MQTT-4.3.2-4]', () => {
    const world = listening();
    world.deliver(message(1, 5, 'one'));
    world.deliver(message(1, 5, 'two'));
    world.deliver(message(1, 5, 'three', true));
    expect(world.got).toEqual(['a one 32', 'a two 32', 'a three 3a']);
    expect(names(world.sent())).toEqual(['puback 5', 'puback 5', 'puback 5']);
  });

  it('is answered in its turn, with others of its kind [MQTT-4.6.0-2] [MQTT-2.2.1-5]', () => {
    const world = listening();
    const ids = [7, 3, 65535, 1, 256];
    const properties = list(`\x03${field('t')}`);
    world.socket.deliver(
      ids.map((id, i) => packet(0x32, `\x00\x01a${word(id)}${i % 2 ? properties : '\x00'}x`)).join(''),
    );
    expect(names(world.sent())).toEqual(ids.map((id) => `puback ${id}`));
  });
});

describe('a message of QoS 2', () => {
  it('is given to its handler once, whatever is repeated, until PUBCOMP [MQTT-4.3.3-8] [MQTT-4.3.3-10] [MQTT-4.3.3-11] [MQTT-4.3.3-12] [MQTT-2.2.1-5]', () => {
    const world = listening();
    for (let i = 0; i < 3; i++) world.deliver(message(2, 5, 'one', i > 0));
    world.reconnect();
    world.deliver(message(2, 5, 'one', true));
    expect(names(world.sent())).toEqual(['pubrec 5']);
    world.deliver({ cmd: 'pubrel', messageId: 5 });
    expect(world.flush()).toBe('\x70\x02\x00\x05');
    expect(world.got).toEqual(['a one 34']);
    world.deliver(message(2, 5, 'two'));
    world.deliver({ cmd: 'pubrel', messageId: 5, reasonCode: 0, properties: { reasonString: 'r' } });
    expect(names(world.sent())).toEqual(['pubrec 5', 'pubcomp 5']);
    expect(world.got).toEqual(['a one 34', 'a two 34']);
  });

  it('is answered to the end although it has expired meanwhile [MQTT-4.3.3-13]', () => {
    const world = listening();
    world.deliver({ ...message(2, 5), properties: { messageExpiryInterval: 1 } });
    world.pass(10_000);
    world.deliver({ cmd: 'pubrel', messageId: 5 });
    world.deliver({ ...message(2, 6), properties: { messageExpiryInterval: 0 } });
    world.deliver({ cmd: 'pubrel', messageId: 6, reasonCode: 0x92 });
    expect(names(world.sent())).toEqual(['pubrec 5', 'pubcomp 5', 'pubrec 6', 'pubcomp 6']);
  });

  it('and others are answered in their order [MQTT-4.6.0-3]', () => {
    const world = listening();
    world.socket.deliver([9, 4, 6].map((id) => fromBroker(message(2, id))).join(''));
    expect(names(world.sent())).toEqual(['pubrec 9', 'pubrec 4', 'pubrec 6']);
  });

  it('that no handler takes is not answered, with no error either, and comes again [MQTT-4.3.3-9]', () => {
    const world = createWorld5();
    let isBroken = true;
    const taken: string[] = [];
    world.client.subscription('a', 2, (payload) => {
      if (isBroken) throw new Error('broken');
      taken.push(text(payload));
    });
    world.online();
    grant(world, 2);
    world.deliver(message(2, 5, 'one'));
    expect(world.flush()).toBe('');
    expect(world.said).toContain(`report ${Event.HandlerFailed} 0`);
    isBroken = false;
    // The identifier is that of no message that was taken: what comes with it is new.
    world.deliver(message(2, 5, 'other'));
    world.deliver({ cmd: 'pubrel', messageId: 5 });
    expect(names(world.sent())).toEqual(['pubrec 5', 'pubcomp 5']);
    expect(taken).toEqual(['other']);
  });
});

describe('our receive maximum', () => {
  it('is 32: one message more that has no last answer is an error, and nothing is lost [MQTT-4.13.1-1]', () => {
    const world = busy();
    for (let id = 100; id < 131; id++) world.deliver(message(2, id));
    expect(world.client.isOnline()).toBe(true);
    world.flush();
    world.deliver(message(2, 200));
    expectLeft(world, 0x93);
    world.online({}, true);
    world.flush();
    // Those that were taken are known.
    for (let id = 100; id < 131; id++) world.deliver(message(2, id, 'x', true));
    world.deliver({ cmd: 'pubrel', messageId: 100 });
    expect(names(world.sent())).toHaveLength(32);
    expect(world.client.counters().repeated).toBe(31);
  });

  it('is of messages that are under way, not of all [MQTT-3.3.4-1]', () => {
    const world = listening();
    for (let i = 0; i < 100; i++) {
      world.deliver(message(2, 5 + i));
      world.deliver({ cmd: 'pubrel', messageId: 5 + i });
      world.deliver(message(1, 500 + i));
      world.socket.deliver(publish(0x32, 'a', list(`\x03${field('t')}`)));
    }
    expect(world.client.isOnline()).toBe(true);
    expect(world.sent()).toHaveLength(400);
  });

  it('counts messages that handlers do not take: without an answer they are under way [MQTT-4.13.1-1]', () => {
    const world = createWorld5();
    world.client.subscription('a', 2, () => {
      throw new Error('broken');
    });
    world.online();
    grant(world, 2);
    for (let id = 1; id <= 32; id++) world.deliver(message(2, id));
    expect(world.client.isOnline()).toBe(true);
    world.deliver(message(2, 33));
    expect(world.flush()).toBe('\xe0\x01\x93');
    expect(world.client.isOnline()).toBe(false);
  });
});
