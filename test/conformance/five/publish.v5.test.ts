// Messages to the broker in MQTT 5.0: QoS 0, 1 and 2 with properties and aliases, negative acknowledgements, the broker's receive
// maximum, over lost connections and lost sessions (sections 3.3 to 3.7, 4.3, 4.4, 4.6, 4.9).

import { describe, expect, it } from 'vitest';
import { encodeProperties, FOR_TOPIC } from '../../../src/property-list.ts';
import { Code, Event } from '../../../src/ports/codes.ts';
import { PropertyId, type Property } from '../../../src/ports/properties.ts';
import { createSource } from '../../mqtt/client.ts';
import { createWorld5, type World5 } from '../../mqtt/five/world.ts';
import { BAD_TEXTS, busy, field, grant, list, names, packet, topicWith, utf8, word } from './rig.ts';

const QOS = [0, 1, 2] as const;

/** The broker takes all that is under way, in order. */
function acknowledge(world: World5, ids: number[], qos: number): void {
  for (const id of ids) {
    if (qos === 1) world.deliver({ cmd: 'puback', messageId: id });
    if (qos === 2) world.deliver({ cmd: 'pubrec', messageId: id });
    if (qos === 2) world.deliver({ cmd: 'pubcomp', messageId: id });
  }
}

describe('PUBLISH of QoS 0', () => {
  it('has flags, topic, a property length of 0 and payload, and nothing else [MQTT-2.2.1-2] [MQTT-2.2.2-1] [MQTT-3.3.1-2] [MQTT-3.3.2-1] [MQTT-4.3.1-1]', () => {
    const world = createWorld5();
    world.online();
    world.publish(world.topic('a/b'), '');
    world.publish(world.topic('a/b'), '\x00\xff');
    world.publish(world.topic('a/b', 0, true), '1');
    expect(world.flush()).toBe(
      '\x30\x06\x00\x03a/b\x00' + '\x30\x08\x00\x03a/b\x00\x00\xff' + '\x31\x07\x00\x03a/b\x001',
    );
  });

  it('is not sent again, and not kept [MQTT-4.4.0-1] [MQTT-4.3.1-1]', () => {
    const world = createWorld5();
    world.online();
    world.publish(world.topic('t'), 'x');
    world.flush();
    world.reconnect();
    expect(world.flush()).toBe('');
  });
});

describe('PUBLISH', () => {
  it.each([0, 1, 2])('of QoS %i has its lengths in the fewest bytes [MQTT-1.5.5-1]', (qos) => {
    const world = createWorld5();
    world.online();
    for (const size of [0, 100, 127, 128, 255]) {
      // Identifier, lengths of name and value.
      const topic = topicWith(world, 't', qos, [PropertyId.User, 'n', 'v'.repeat(size > 6 ? size - 6 : 0)]);
      const properties = list(`\x26${field('n')}${field('v'.repeat(size > 6 ? size - 6 : 0))}`);
      world.publish(topic, 'x'.repeat(200));
      const bytes = world.flush();
      const id = qos > 0 ? bytes.slice(bytes.indexOf('t') + 1, bytes.indexOf('t') + 3) : '';
      expect(bytes).toBe(packet(0x30 | (qos << 1), `${field('t')}${id}${properties}${'x'.repeat(200)}`));
      if (qos > 0) acknowledge(world, [world.outbox.newest()], qos);
      world.flush();
    }
  });

  const PROPERTIES: [string, Property, string][] = [
    ['payload format', [PropertyId.PayloadFormat, 1], '\x01\x01'],
    ['message expiry', [PropertyId.MessageExpiry, 0x01020304], '\x02\x01\x02\x03\x04'],
    ['content type [MQTT-3.3.2-19]', [PropertyId.ContentType, utf8('\u00e9')], '\x03\x00\x02\xc3\xa9'],
    [
      'response topic [MQTT-3.3.2-13] [MQTT-3.3.2-14]',
      [PropertyId.ResponseTopic, 'r/\xc3\xa9'],
      '\x08\x00\x04r/\xc3\xa9',
    ],
    ['correlation data', [PropertyId.CorrelationData, '\x00\xff'], '\x09\x00\x02\x00\xff'],
    ['user property [MQTT-1.5.7-1]', [PropertyId.User, 'n', ''], '\x26\x00\x01n\x00\x00'],
  ];

  it.each(PROPERTIES)('has a %s as it was given, each time', (_what, property, bytes) => {
    for (const qos of QOS) {
      const world = createWorld5();
      world.online({ topicAliasMaximum: 3 });
      const topic = topicWith(world, 't', qos, property);
      for (let i = 1; i < 4; i++) {
        world.publish(topic, 'x');
        expect(world.flush()).toContain(bytes);
        acknowledge(world, [i], qos);
        world.flush();
      }
    }
  });

  const WRONG: [string, Property[]][] = [
    ['a subscription identifier [MQTT-3.3.4-6]', [[PropertyId.SubscriptionId, 1]]],
    ['a topic alias of our own choice', [[PropertyId.TopicAlias, 1]]],
    ['a reason string', [[PropertyId.ReasonString, 'x']]],
    ['a will delay', [[PropertyId.WillDelay, 1]]],
    [
      'a content type twice',
      [
        [PropertyId.ContentType, 'a'],
        [PropertyId.ContentType, 'a'],
      ],
    ],
    ['a content type that is a number', [[PropertyId.ContentType, 1]]],
    ['a payload format 2', [[PropertyId.PayloadFormat, 2]]],
    ['a response topic with + [MQTT-3.3.2-14]', [[PropertyId.ResponseTopic, 'a/+/b']]],
    ['a response topic with # [MQTT-3.3.2-14]', [[PropertyId.ResponseTopic, 'a/#']]],
    ['a response topic of no character', [[PropertyId.ResponseTopic, '']]],
  ];

  it.each(WRONG)('never has %s', (_what, all) => {
    const properties = encodeProperties(all, FOR_TOPIC);
    expect(properties).toBeNull();
    const world = createWorld5();
    expect(world.client.topic('t', 1, false, properties)).toBeNull();
  });

  it.each(BAD_TEXTS)(
    'never has text that %s [MQTT-1.5.4-1] [MQTT-1.5.4-2] [MQTT-1.5.7-1] [MQTT-3.3.2-1] [MQTT-3.3.2-13] [MQTT-3.3.2-19] [MQTT-4.7.3-2]',
    (_what, bad) => {
      const all: Property[] = [
        [PropertyId.ContentType, bad],
        [PropertyId.ResponseTopic, bad],
        [PropertyId.User, bad, 'v'],
        [PropertyId.User, 'n', bad],
      ];
      for (const property of all) expect(encodeProperties([property], FOR_TOPIC)).toBeNull();
      const world = createWorld5();
      for (const qos of QOS) expect(world.client.topic(bad, qos)).toBeNull();
    },
  );

  it.each([
    ['of no character [MQTT-4.7.3-1]', ''],
    ['with + [MQTT-3.3.2-2] [MQTT-4.7.0-1]', 'a/+/b'],
    ['with # [MQTT-3.3.2-2] [MQTT-4.7.0-1]', 'a/#'],
    ['longer than its length field [MQTT-4.7.3-3]', 'a'.repeat(65536)],
  ])('never has a topic %s', (_what, name) => {
    const world = createWorld5();
    for (const qos of QOS) expect(world.client.topic(name, qos)).toBeNull();
  });

  it.each([-1, 3, 0.5, NaN])('never has QoS %d [MQTT-3.3.1-4]', (qos) => {
    expect(createWorld5().client.topic('t', qos)).toBeNull();
  });

  it('has a topic of any other characters as it is [MQTT-1.5.4-3] [MQTT-3.3.2-1]', () => {
    const world = createWorld5();
    world.online();
    for (const name of ['/', ' ', '\ufeffa', '\uffff', '\u{1f4a7}', '\x01\x7f'].map(utf8)) {
      world.publish(world.topic(name), 'x');
      expect(world.flush()).toBe(packet(0x30, `${field(name)}\x00x`));
    }
  });
});

describe.each([1, 2] as const)('PUBLISH of QoS %i', (qos) => {
  const first = qos === 1 ? '\x32' : '\x34';
  const again = qos === 1 ? '\x3a' : '\x3c';

  it('has a free identifier that is not 0, DUP 0, and is under way until it is acknowledged by name [MQTT-2.2.1-3] [MQTT-2.2.1-5] [MQTT-3.3.1-1] [MQTT-3.3.1-3] [MQTT-4.3.2-1] [MQTT-4.3.2-2] [MQTT-4.3.2-3] [MQTT-4.3.3-1] [MQTT-4.3.3-2] [MQTT-4.3.3-3]', () => {
    const world = createWorld5();
    world.online();
    for (const payload of ['1', '2', '3']) world.publish(world.topic('t', qos), payload);
    expect(world.flush()).toBe(
      [1, 2, 3].map((id) => `${first}\x07\x00\x01t\x00${String.fromCharCode(id)}\x00${id}`).join(''),
    );
    expect(world.outbox.count()).toBe(3);
    acknowledge(world, [2], qos);
    expect(world.outbox.count()).toBe(2);
    acknowledge(world, [1, 3], qos);
    expect(world.outbox.count()).toBe(0);
    expect(world.client.counters().delivered).toBe(3);
  });

  it('goes out once on a connection, however long it is under way, and with DUP on the next, in order [MQTT-3.3.1-1] [MQTT-4.4.0-1] [MQTT-4.6.0-1]', () => {
    const world = createWorld5({ keepAliveSec: 0 });
    world.online();
    for (const payload of ['1', '2', '3', '4']) world.publish(world.topic('t', qos), payload);
    world.flush();
    world.pass(60_000_000);
    expect(world.flush()).toBe('');
    acknowledge(world, [3], qos);
    world.flush();
    world.reconnect();
    expect(world.flush()).toBe(
      [1, 2, 4].map((id) => `${again}\x07\x00\x01t\x00${String.fromCharCode(id)}\x00${id}`).join(''),
    );
    // What is sent for the first time is behind that, without DUP.
    world.publish(world.topic('t', qos), '5');
    expect(world.flush()).toBe(`${first}\x07\x00\x01t\x00\x05\x005`);
  });

  it('that waited for its connection has DUP 0 [MQTT-3.3.1-1] [MQTT-4.3.2-2] [MQTT-4.3.3-2]', () => {
    const world = createWorld5();
    world.online();
    world.socket.drop();
    world.publish(world.topic('t', qos), '1');
    world.online({}, true);
    expect(world.flush()).toBe(`${first}\x07\x00\x01t\x00\x01\x001`);
  });

  const REASONS = [0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99];

  it("that the broker refuses is over: counted and reported, never sent again, and its identifier is nobody's [MQTT-4.4.0-2]", () => {
    const world = createWorld5();
    world.online();
    const cmd = qos === 1 ? 'puback' : 'pubrec';
    for (const [index, reasonCode] of REASONS.entries()) {
      const id = index + 1;
      world.publish(world.topic('t', qos), 'x');
      world.flush();
      world.deliver({ cmd, messageId: id, reasonCode, properties: { reasonString: 'no' } });
      expect(world.said).toEqual([`report ${Event.MessageRejected} ${id * 256 + reasonCode}`]);
      expect(world.outbox.count()).toBe(0);
      world.said.length = 0;
      expect(world.flush()).toBe('');
    }
    expect(world.client.counters()).toMatchObject({ rejected: 7, delivered: 0, strays: 0 });
    world.reconnect();
    expect(world.flush()).toBe('');
  });

  it('that is streamed and refused is over, too [MQTT-4.4.0-2]', () => {
    const world = createWorld5();
    world.online();
    const source = createSource('x'.repeat(700));
    world.client.stream(world.topic('t', qos), 700, source);
    const sent = world.sent();
    world.deliver({ cmd: qos === 1 ? 'puback' : 'pubrec', messageId: sent[0]!.messageId, reasonCode: 0x97 });
    expect(source.ends).toEqual([Code.Rejected]);
    world.reconnect();
    expect(world.flush()).toBe('');
  });

  it('that reached nobody is delivered [MQTT-4.3.2-3] [MQTT-4.3.3-4]', () => {
    const world = createWorld5();
    world.online();
    world.publish(world.topic('t', qos), 'x');
    world.flush();
    world.deliver({ cmd: qos === 1 ? 'puback' : 'pubrec', messageId: 1, reasonCode: 0x10 });
    if (qos === 2) {
      expect(names(world.sent())).toEqual(['pubrel 1']);
      world.deliver({ cmd: 'pubcomp', messageId: 1 });
    }
    expect(world.client.counters()).toMatchObject({ delivered: 1, rejected: 0 });
    expect(world.outbox.count()).toBe(0);
  });

  it('that has expired before it was sent is given up, and one that was sent never is [MQTT-4.3.3-7]', () => {
    const world = createWorld5();
    world.online();
    const topic = topicWith(world, 't', qos, [PropertyId.MessageExpiry, 10]);
    world.publish(topic, 'sent');
    world.flush();
    world.socket.drop();
    world.publish(topic, 'late');
    world.pass(4_000);
    world.publish(topic, 'later');
    world.pass(7_000);
    world.online({}, true);
    const sent = world.sent();
    expect(sent).toMatchObject([
      { payload: Buffer.from('sent'), dup: true },
      { payload: Buffer.from('later'), dup: false, properties: { messageExpiryInterval: 3 } },
    ]);
    expect(world.client.counters().expired).toBe(1);
    expect(world.said).toEqual([]);
    acknowledge(
      world,
      sent.map(({ messageId }) => messageId!),
      qos,
    );
    expect(world.outbox.count()).toBe(0);
  });

  it('after a lost session is a new message: DUP 0 [MQTT-3.1.2-4] [MQTT-3.2.2-5] [MQTT-4.4.0-1]', () => {
    const world = createWorld5();
    world.online();
    world.publish(world.topic('t', qos), '1');
    world.flush();
    world.reconnect({}, false);
    expect(world.flush()).toBe(`${first}\x07\x00\x01t\x00\x01\x001`);
  });
});

describe('an exchange of QoS 2', () => {
  it('goes PUBREL behind PUBREC, whatever the connection; PUBLISH comes no more [MQTT-3.6.1-1] [MQTT-3.6.2-1] [MQTT-4.3.3-4] [MQTT-4.3.3-5] [MQTT-4.3.3-6] [MQTT-4.4.0-1]', () => {
    const world = createWorld5();
    world.online();
    world.publish(world.topic('t', 2), 'x');
    world.flush();
    for (let i = 0; i < 3; i++) {
      world.deliver({ cmd: 'pubrec', messageId: 1 });
      expect(world.flush()).toBe('\x62\x02\x00\x01');
      world.pass(1000);
      expect(world.flush()).toBe('');
      world.reconnect();
      expect(world.flush()).toBe('\x62\x02\x00\x01');
    }
    expect(world.outbox.count()).toBe(1);
    world.deliver({ cmd: 'pubcomp', messageId: 1 });
    expect(world.outbox.count()).toBe(0);
  });

  it('does not expire behind PUBREC [MQTT-4.3.3-7]', () => {
    const world = createWorld5();
    world.online();
    world.publish(topicWith(world, 't', 2, [PropertyId.MessageExpiry, 1]), 'x');
    world.flush();
    world.deliver({ cmd: 'pubrec', messageId: 1 });
    world.socket.drop();
    world.pass(100_000);
    world.online({}, true);
    expect(world.flush()).toBe('\x62\x02\x00\x01');
    world.deliver({ cmd: 'pubcomp', messageId: 1 });
    expect(world.client.counters()).toMatchObject({ delivered: 1, expired: 0 });
  });

  it('PUBRELs leave in the order of the PUBRECs, and after a new connection in that of the messages [MQTT-4.6.0-4] [MQTT-4.6.0-1]', () => {
    const world = createWorld5();
    world.online();
    for (let i = 0; i < 3; i++) world.publish(world.topic('t', 2), 'x');
    world.flush();
    world.socket.deliver('\x50\x02\x00\x03' + '\x50\x02\x00\x01' + '\x50\x04\x00\x02\x00\x00');
    expect(world.flush()).toBe('\x62\x02\x00\x03' + '\x62\x02\x00\x01' + '\x62\x02\x00\x02');
    world.reconnect();
    expect(world.flush()).toBe('\x62\x02\x00\x01' + '\x62\x02\x00\x02' + '\x62\x02\x00\x03');
  });

  it('is over when PUBCOMP says that nobody knows it [MQTT-4.4.0-2]', () => {
    const world = createWorld5();
    world.online();
    world.publish(world.topic('t', 2), 'x');
    world.flush();
    world.deliver({ cmd: 'pubrec', messageId: 1 });
    world.deliver({ cmd: 'pubcomp', messageId: 1, reasonCode: 0x92 });
    expect(world.outbox.count()).toBe(0);
  });
});

describe('identifiers', () => {
  it('are never 0, nor taken, whatever is under way [MQTT-2.2.1-3] [MQTT-4.3.2-1] [MQTT-4.3.3-1]', () => {
    const world = createWorld5({ places: 120 });
    world.online();
    const topic = world.topic('t', 1);
    const other = world.topic('u', 2);
    world.publish(other, 'x');
    world.flush();
    for (let i = 0; i < 100; i++) {
      world.publish(topic, 'x');
      const id = Number(names(world.sent())[0]!.split(' ')[1]);
      expect(id).toBeGreaterThan(1);
      world.socket.deliver(`\x40\x02${word(id)}`);
    }
    const stream = createSource('y'.repeat(600));
    world.subscribe('late');
    world.client.stream(topic, 600, stream);
    const used = world.sent().map(({ messageId }) => messageId);
    expect(new Set([1, ...used]).size).toBe(used.length + 1);
    expect(used).not.toContain(0);
  });
});

describe('topic aliases', () => {
  /** @returns topic and alias of each PUBLISH of so many messages to these topics in turn. */
  function aliased(world: World5, topics: readonly string[], rounds: number): string[] {
    const prepared = topics.map((name) => world.topic(name, 0));
    for (let i = 0; i < rounds; i++) for (const topic of prepared) world.publish(topic, 'x');
    return world
      .sent()
      .map((sent) =>
        sent.cmd === 'publish' ? `${sent.topic} ${sent.properties?.topicAlias ?? '-'}` : sent.cmd,
      );
  }

  it('are not used unless CONNACK allows them [MQTT-3.2.2-18] [MQTT-3.3.2-9]', () => {
    for (const connack of [{}, { topicAliasMaximum: 0 }]) {
      const world = createWorld5();
      world.online(connack);
      expect(aliased(world, ['long'], 4)).toEqual(['long -', 'long -', 'long -', 'long -']);
    }
  });

  it('are 1 to as many as CONNACK allows, each given with its name first [MQTT-3.2.2-17] [MQTT-3.3.2-8] [MQTT-3.3.2-9]', () => {
    const world = createWorld5();
    world.online({ topicAliasMaximum: 2 });
    expect(aliased(world, ['aaaa', 'bbbb', 'cccc'], 4)).toEqual([
      ...['aaaa -', 'bbbb -', 'cccc -'],
      ...['aaaa 1', 'bbbb 2', 'cccc -'],
      ...[' 1', ' 2', 'cccc -'],
      ...[' 1', ' 2', 'cccc -'],
    ]);
  });

  it('are left to topics that are longer than an alias: others take none away', () => {
    const world = createWorld5();
    world.online({ topicAliasMaximum: 1 });
    expect(aliased(world, ['abc', 'abcd'], 4)).toEqual([
      ...['abc -', 'abcd -'],
      ...['abc -', 'abcd 1'],
      ...['abc -', ' 1'],
      ...['abc -', ' 1'],
    ]);
  });

  it('are of one connection: on the next each is given anew, or there is none [MQTT-3.3.2-7] [MQTT-3.2.2-18]', () => {
    const world = createWorld5();
    world.online({ topicAliasMaximum: 1 });
    const topic = world.topic('long');
    const seen: string[] = [];
    const three = () => {
      for (let i = 0; i < 3; i++) world.publish(topic, 'x');
      for (const sent of world.sent()) {
        if (sent.cmd === 'publish') seen.push(`${sent.topic} ${sent.properties?.topicAlias ?? '-'}`);
      }
    };
    three();
    world.reconnect({ topicAliasMaximum: 1 });
    three();
    world.reconnect();
    three();
    expect(seen).toEqual(['long -', 'long 1', ' 1', 'long -', 'long 1', ' 1', 'long -', 'long -', 'long -']);
  });

  it('are not kept with a message: what goes out again names its topic [MQTT-3.3.2-7]', () => {
    const world = createWorld5();
    world.online({ topicAliasMaximum: 4 });
    const topic = world.topic('long', 1);
    for (let i = 0; i < 3; i++) world.publish(topic, 'x');
    world.flush();
    world.reconnect({ topicAliasMaximum: 4 });
    const sent = world.sent();
    expect(sent).toHaveLength(3);
    expect(sent[0]).toMatchObject({ topic: 'long', dup: true });
  });

  it('stand in streamed messages as in others', () => {
    const world = createWorld5();
    world.online({ topicAliasMaximum: 1 });
    const topic = world.topic('long');
    const seen: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      world.client.stream(topic, 600, createSource('x'.repeat(600)));
      seen.push(...world.sent());
    }
    expect(seen).toMatchObject([
      { topic: 'long' },
      { topic: 'long', properties: { topicAlias: 1 } },
      { topic: '' },
    ]);
  });

  it('leave room for a streamed message: its head goes out in one piece, or it is refused', () => {
    const world = createWorld5();
    world.online({ topicAliasMaximum: 1 });
    const long: Property = [PropertyId.User, 'n', 'v'.repeat(240)];
    const source = createSource('x'.repeat(1000));
    const codes: number[] = [];
    for (const size of [100, 250, 270, 273, 276, 280, 300]) {
      const topic = topicWith(world, 't'.repeat(size), 0, long);
      for (let i = 0; i < 3; i++) {
        const code = world.client.stream(topic, 1000, source);
        codes.push(code);
        expect(world.sent()).toHaveLength(code === Code.InFlight ? 1 : 0);
      }
    }
    expect(new Set(codes)).toEqual(new Set([Code.InFlight, Code.TooLong]));
  });
});

describe('the receive maximum of the broker', () => {
  it.each([1, 2, 7, 8, 9, 65535])(
    'of %i: so many messages are in flight at most, and the next with each that is done with [MQTT-3.3.4-7] [MQTT-4.9.0-1] [MQTT-4.9.0-2]',
    (receiveMaximum) => {
      const world = createWorld5();
      const most = Math.min(receiveMaximum, 8);
      world.online({ receiveMaximum });
      const qosOf = (id: number) => (id % 2 === 0 ? 2 : 1);
      for (let id = 1; id <= 15; id++) world.publish(world.topic('t', qosOf(id)), 'x');
      let sent = world.sent().length;
      expect(sent).toBe(most);
      for (let id = 1; id <= 15; id++) {
        // PUBREC frees nothing.
        if (qosOf(id) === 2) {
          world.deliver({ cmd: 'pubrec', messageId: id });
          expect(names(world.sent())).toEqual([`pubrel ${id}`]);
          world.deliver({ cmd: 'pubcomp', messageId: id });
        } else {
          world.deliver({ cmd: 'puback', messageId: id });
        }
        sent += world.sent().length;
        expect(sent).toBe(Math.min(id + most, 15));
      }
      expect(world.outbox.count()).toBe(0);
    },
  );

  it('counts what is sent again, PUBREL too, and streamed messages [MQTT-3.3.4-7] [MQTT-4.9.0-2]', () => {
    const world = createWorld5();
    world.online();
    for (let i = 0; i < 4; i++) world.publish(world.topic('t', 2), 'x');
    world.client.stream(world.topic('s', 1), 600, createSource('y'.repeat(600)));
    world.deliver({ cmd: 'pubrec', messageId: 1 });
    world.flush();
    world.reconnect({ receiveMaximum: 2 });
    expect(names(world.sent())).toEqual(['pubrel 1', 'publish 2 dup']);
    world.deliver({ cmd: 'pubcomp', messageId: 1 });
    expect(names(world.sent())).toEqual(['publish 3 dup']);
    acknowledge(world, [2, 3], 2);
    expect(names(world.sent())).toEqual([
      'pubrel 2',
      'publish 4 dup',
      'pubrel 3',
      expect.stringMatching(/^publish 3\d{4} dup$/),
    ]);
  });

  it('is of one connection [MQTT-4.9.0-1]', () => {
    const world = createWorld5();
    world.online({ receiveMaximum: 1 });
    for (let i = 0; i < 4; i++) world.publish(world.topic('t', 1), 'x');
    expect(world.sent()).toHaveLength(1);
    world.reconnect();
    expect(world.sent()).toHaveLength(4);
  });

  it('is given back by a refusal [MQTT-4.9.0-2] [MQTT-4.4.0-2]', () => {
    const world = createWorld5();
    world.online({ receiveMaximum: 1 });
    for (let i = 0; i < 3; i++) world.publish(world.topic('t', (1 + (i % 2)) as 1), 'x');
    world.flush();
    world.deliver({ cmd: 'puback', messageId: 1, reasonCode: 0x80 });
    expect(names(world.sent())).toEqual(['publish 2']);
    world.deliver({ cmd: 'pubrec', messageId: 2, reasonCode: 0x97 });
    expect(names(world.sent())).toEqual(['publish 3']);
  });

  it('holds back nothing but messages of QoS 1 and 2 [MQTT-3.3.4-8] [MQTT-4.9.0-3]', () => {
    const world = createWorld5();
    const later = world.subscribe('later', 1);
    world.subscribe('a', 2);
    world.client.unsubscribe(later);
    world.online({ receiveMaximum: 1 });
    grant(world, 2);
    for (let i = 0; i < 3; i++) world.publish(world.topic('t', 2), 'x');
    world.flush();
    world.publish(world.topic('t', 0), 'now');
    world.client.subscribe(later);
    world.deliver({ cmd: 'publish', topic: 'a', payload: 'x', qos: 1, messageId: 5 });
    world.deliver({ cmd: 'publish', topic: 'a', payload: 'y', qos: 2, messageId: 6 });
    world.deliver({ cmd: 'pubrel', messageId: 6 });
    world.deliver({ cmd: 'pubrec', messageId: 1 });
    const sent = grant(world, 1);
    world.client.unsubscribe(later);
    expect(names([...sent, ...world.sent()])).toEqual([
      'publish undefined',
      expect.stringMatching(/^subscribe/),
      'puback 5',
      'pubrec 6',
      'pubcomp 6',
      'pubrel 1',
      expect.stringMatching(/^unsubscribe/),
    ]);
    world.pass(45_000);
    expect(names(world.sent())).toEqual(['pingreq undefined']);
    world.client.disconnect();
    expect(names(world.sent())).toEqual(['disconnect undefined']);
  });
});

describe('DUP', () => {
  it('of a message that came in does not pass on [MQTT-3.3.1-3]', () => {
    const world = busy();
    world.deliver({ cmd: 'publish', topic: 'a', payload: 'z', qos: 1, messageId: 8, dup: true });
    world.publish(world.topic('t', 1), 'z');
    expect(world.sent()).toMatchObject([{ cmd: 'puback' }, { cmd: 'publish', dup: false }]);
  });
});

describe('an acknowledgement of a message that is not whole yet', () => {
  it.each([
    ['PUBACK', 1, 0x40, ''],
    ['PUBACK that refuses', 1, 0x40, '\x87'],
    ['PUBREC', 2, 0x50, ''],
    ['PUBREC that refuses', 2, 0x50, '\x80\x00'],
  ] as const)('%s is an error [MQTT-4.13.1-1]', (_what, qos, first, more) => {
    const world = busy();
    world.client.stream(world.topic('s', qos), 2000, createSource('x'.repeat(2000)));
    const begun = world.socket.take();
    const id = begun.slice(begun.indexOf('s') + 1, begun.indexOf('s') + 3);
    world.socket.deliver(packet(first, id + more));
    expect(world.client.isOnline()).toBe(false);
    expect(world.client.counters()).toMatchObject({ violations: 1, rejected: 0 });
  });
});
