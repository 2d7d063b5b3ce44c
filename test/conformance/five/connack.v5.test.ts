// CONNACK: what comes first, what it may hold, and what it binds us to (MQTT 5.0 section 3.2).

import { describe, expect, it } from 'vitest';
import { Close, Code, Event } from '../../../src/ports/codes.ts';
import { createSource } from '../../mqtt/client.ts';
import { connack, createWorld5, read, type World5 } from '../../mqtt/five/world.ts';
import { busy, byte, expectOff, expectRecovery, field, grant, list, names, packet } from './rig.ts';

/** What `busy` has under way, on a connection that waits for CONNACK. */
function waiting(): World5 {
  const world = busy();
  world.socket.drop();
  world.open();
  world.flush();
  world.said.length = 0;
  return world;
}

/** The connection ends in silence, since before CONNACK there is nobody to say anything to, and the next one goes on. */
function expectSilentEnd(stream: string): void {
  for (const parts of [[stream + connack()], [...stream]]) {
    const world = waiting();
    for (const part of parts) world.socket.deliver(part);
    expect(world.socket.take()).toBe('');
    expectOff(world);
    expectRecovery(world, true);
  }
}

describe('before CONNACK', () => {
  it.each([
    ['CONNECT', '\x10\x0d\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x00'],
    ['PUBLISH of QoS 0', '\x30\x05\x00\x01a\x00x'],
    ['PUBLISH of QoS 1', '\x32\x07\x00\x01a\x00\x09\x00x'],
    ['PUBLISH of QoS 2', '\x34\x07\x00\x01a\x00\x09\x00x'],
    ['PUBACK', '\x40\x02\x00\x01'],
    ['PUBREC', '\x50\x02\x00\x03'],
    ['PUBREL', '\x62\x02\x00\x07'],
    ['PUBCOMP', '\x70\x02\x00\x02'],
    ['SUBACK', '\x90\x04\xff\xfe\x00\x00'],
    ['UNSUBACK', '\xb0\x04\xff\xfe\x00\x00'],
    ['PINGRESP', '\xd0\x00'],
    ['DISCONNECT', '\xe0\x00'],
    ['DISCONNECT with a reason', '\xe0\x02\x8b\x00'],
    ['text of another protocol', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ])('%s ends the connection [MQTT-3.2.0-1]', (_what, stream) => {
    expectSilentEnd(stream);
  });

  it('nothing of ours follows CONNECT, whatever waits [MQTT-3.1.0-1] [MQTT-3.1.0-2] [MQTT-3.1.2-30]', () => {
    const world = waiting();
    world.publish(world.topic('later', 1), 'x');
    expect(world.publish(world.topic('now'), 'x')).toBe(Code.Closed);
    world.subscribe('more');
    world.client.tick(world.clock.now());
    expect(world.flush()).toBe('');
  });
});

describe('CONNACK', () => {
  it.each([
    ['without anything', '\x20\x00'],
    ['with half of what it says', '\x20\x01\x00'],
    ['without properties', '\x20\x02\x00\x00'],
    ['with properties that are cut off', '\x20\x05\x00\x00\x03\x21\x00'],
    ['with something behind its properties', '\x20\x04\x00\x00\x00x'],
    ['with a remaining length in too many bytes [MQTT-1.5.5-1]', '\x20\x83\x00\x00\x00\x00'],
    ['with a property length in too many bytes [MQTT-1.5.5-1]', '\x20\x04\x00\x00\x80\x00'],
    ['that claims 256 MB', '\x20\xff\xff\xff\x7f\x00\x00'],
    [
      'that is longer than what is taken in',
      packet(0x20, `\x00\x00${list(`\x1f${field('r'.repeat(1500))}`)}`),
    ],
    ['with flags in its first byte [MQTT-2.1.3-1]', '\x21\x03\x00\x00\x00'],
    ['with acknowledge flag 1 [MQTT-3.2.2-1]', '\x20\x03\x02\x00\x00'],
    ['with acknowledge flag 7 [MQTT-3.2.2-1]', '\x20\x03\x81\x00\x00'],
    ['with all acknowledge flags [MQTT-3.2.2-1]', '\x20\x03\xff\x00\x00'],
    ['with room for no acknowledgement', '\x20\x08\x00\x00\x05\x27\x00\x00\x00\x04'],
    ['that refuses, with a session', '\x20\x03\x01\x87\x00'],
    ['that refuses as a broker of 3.1.1, with a session', '\x20\x02\x01\x01'],
    ['with a return code of 3.1.1', '\x20\x02\x00\x05'],
  ])('%s ends the connection [MQTT-4.13.1-1]', (_what, stream) => {
    expectSilentEnd(stream);
  });

  it('with a session that we do not have ends the connection; the next one asks for a new one [MQTT-3.2.2-4]', () => {
    const world = createWorld5();
    for (let i = 1; i < 4; i++) {
      expect(world.open()).toMatchObject({ clean: true });
      world.said.length = 0;
      world.socket.deliver(connack({}, 0, true));
      expect(world.socket.take()).toBe('');
      expectOff(world, i);
    }
    world.online();
    world.reconnect();
    const clean = createWorld5({ cleanSession: true });
    clean.online();
    clean.socket.drop();
    clean.open();
    clean.said.length = 0;
    clean.socket.deliver(connack({}, 0, true));
    expectOff(clean);
  });

  it('without a session makes us give up ours: messages are new, filters are asked for again [MQTT-3.2.2-5] [MQTT-3.1.2-4]', () => {
    const world = busy();
    world.reconnect({}, false);
    expect(world.outbox.count()).toBe(2);
    const sent = grant(world, 2);
    expect(names(sent)).toEqual([expect.stringMatching(/^subscribe /), 'publish 1', 'publish 3']);
    // The identifier of a message that came in the session that is lost is free.
    world.deliver({ cmd: 'publish', topic: 'a', payload: 'new', qos: 2, messageId: 7 });
    world.deliver({ cmd: 'puback', messageId: 1 });
    world.deliver({ cmd: 'pubrec', messageId: 3 });
    world.deliver({ cmd: 'pubcomp', messageId: 3 });
    expect(names(world.sent())).toEqual(['pubrec 7', 'pubrel 3']);
    expect(world.got).toEqual(['a x 34', 'a new 34']);
    expect(world.outbox.count()).toBe(0);
  });

  const REFUSALS = [
    0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90, 0x95, 0x97, 0x99, 0x9a,
    0x9b, 0x9c, 0x9d, 0x9f,
  ];

  it('with a reason of 0x80 or more ends the connection, and says why; all goes on with the next [MQTT-4.13.2-1] [MQTT-3.1.2-2]', () => {
    const world = busy();
    for (const reason of REFUSALS) {
      world.socket.drop();
      world.open();
      world.said.length = 0;
      world.socket.deliver(connack({ reasonString: 'no' }, reason));
      expect(world.said).toEqual([`offline ${Close.Refused} ${reason}`]);
      expect(world.socket.isOpen()).toBe(false);
      expect(world.socket.take()).toBe('');
    }
    expect(world.client.counters().violations).toBe(0);
    expectRecovery(world);
  });

  it('of a broker that knows 3.1.1 only is a refusal [MQTT-3.1.2-2]', () => {
    const world = waiting();
    world.socket.deliver('\x20\x02\x00\x01');
    expect(world.said).toEqual([`offline ${Close.Refused} 1`]);
  });

  it('with any other reason ends the connection [MQTT-4.13.1-1]', () => {
    const world = busy();
    let count = 0;
    for (let reason = 1; reason < 256; reason++) {
      if (REFUSALS.includes(reason)) continue;
      world.socket.drop();
      world.open();
      world.said.length = 0;
      world.socket.deliver(`\x20\x03\x00${byte(reason)}\x00`);
      expectOff(world, ++count);
    }
    expectRecovery(world, true);
  });

  it('says properties to the owner, each once', () => {
    const heard: string[] = [];
    const world = createWorld5({
      on: { onProperty: (first, id, value) => void heard.push(`${first} ${id} ${value.length}`) },
    });
    world.online({
      assignedClientIdentifier: 'id',
      reasonString: 'why',
      responseInformation: 'r/',
      serverReference: 'other',
      userProperties: { n: 'v' },
    });
    expect(heard.sort()).toEqual(['32 18 2', '32 26 2', '32 28 5', '32 31 3', '32 38 6']);
  });
});

describe('what CONNACK binds us to', () => {
  it.each([
    ['shorter than ours', 8, 6_000],
    ['longer than ours', 600, 450_000],
  ])('a keep alive %s replaces ours [MQTT-3.1.2-21] [MQTT-3.2.2-21]', (_what, serverKeepAlive, ms) => {
    const world = createWorld5({ keepAliveSec: 60 });
    world.online({ serverKeepAlive });
    world.pass(ms - 1);
    expect(world.sent()).toEqual([]);
    world.pass(1);
    expect(world.sent()).toMatchObject([{ cmd: 'pingreq' }]);
    // It is of this connection.
    world.reconnect();
    world.pass(44_999);
    expect(world.sent()).toEqual([]);
    world.pass(1);
    expect(world.sent()).toMatchObject([{ cmd: 'pingreq' }]);
  });

  it('a keep alive of 0 turns ours off, and one turns it on [MQTT-3.1.2-21] [MQTT-3.2.2-21]', () => {
    const off = createWorld5({ keepAliveSec: 60 });
    off.online({ serverKeepAlive: 0 });
    off.pass(50_000_000);
    expect(off.sent()).toEqual([]);
    expect(off.client.isOnline()).toBe(true);
    const on = createWorld5({ keepAliveSec: 0 });
    on.online({ serverKeepAlive: 4 });
    on.pass(3_000);
    expect(on.sent()).toMatchObject([{ cmd: 'pingreq' }]);
  });

  it.each([
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const)(
    'a maximum QoS of %i: nothing of QoS %i goes out, and it stays for a broker that takes it [MQTT-3.2.2-11]',
    (maximumQoS, qos) => {
      const world = createWorld5();
      world.online({ maximumQoS });
      expect(world.publish(world.topic('low', maximumQoS as 0), 'x')).toBe(Code.Ok);
      world.publish(world.topic('high', qos), 'x');
      const sent = world.flush();
      expect(read(sent)).toMatchObject([
        { cmd: 'publish', topic: 'low' },
        // 0x9B is not for a client to say (section 3.14.2.1).
        { cmd: 'disconnect', reasonCode: 0x80 },
      ]);
      expect(world.said).toContain(`offline ${Close.QosNotSupported} 0`);
      expect(world.socket.isOpen()).toBe(false);
      world.online({}, true);
      expect(world.sent().at(-1)).toMatchObject({ cmd: 'publish', topic: 'high', qos });
    },
  );

  it.each([
    [0, 1],
    [1, 2],
  ] as const)('a maximum QoS of %i: nothing is streamed with QoS %i [MQTT-3.2.2-11]', (maximumQoS, qos) => {
    const world = createWorld5();
    world.online({ maximumQoS });
    const source = createSource('x'.repeat(700));
    expect(world.client.stream(world.topic('s', qos), 700, source)).toBe(Code.Rejected);
    expect(world.flush()).toBe('');
    expect(source).toMatchObject({ ends: [], reads: [] });
    expect(world.client.isOnline()).toBe(true);
    expect(world.client.stream(world.topic('s', maximumQoS), 700, source)).toBe(Code.InFlight);
    expect(read(world.flush())).toMatchObject([{ cmd: 'publish', qos: maximumQoS }]);
  });

  it.each([0, 1, 2] as const)('no retaining: no RETAIN at QoS %i [MQTT-3.2.2-14]', (qos) => {
    const world = createWorld5();
    world.online({ retainAvailable: false, topicAliasMaximum: 2 });
    const topic = world.topic('long/enough', qos, true);
    const sent = [];
    for (let i = 0; i < 3; i++) {
      world.publish(topic, 'x'.repeat(1 + 200 * i));
      sent.push(...world.sent());
    }
    world.client.stream(topic, 3, createSource('xyz'));
    sent.push(...world.sent());
    expect(sent).toHaveLength(4);
    for (const one of sent) expect(one).toMatchObject({ cmd: 'publish', qos, retain: false });
    world.reconnect({}, false);
    world.sent();
    world.publish(topic, 'x');
    expect(world.sent().at(-1)).toMatchObject({ retain: true });
  });
});

/** All that was written. @returns its packets, none of them over `most`. */
function measured(world: World5, most: number): string[] {
  const bytes = world.flush();
  let at = 0;
  while (at < bytes.length) {
    let size = 0;
    let shift = 0;
    let next = at + 1;
    do {
      size += (bytes.charCodeAt(next) & 127) << shift;
      shift += 7;
    } while (bytes.charCodeAt(next++) > 127);
    expect(next + size - at).toBeLessThanOrEqual(most);
    at = next + size;
  }
  return names(read(bytes));
}

describe('a maximum packet size', () => {
  it('of 13 is that of each packet: messages above it are refused or given up, and reported [MQTT-3.2.2-15]', () => {
    const world = createWorld5();
    world.subscribe('in', 2);
    world.subscribe('long/filter');
    world.open();
    world.said.length = 0;
    world.socket.deliver(connack({ maximumPacketSize: 13 }));
    // Refused in the broker's place.
    expect(measured(world, 13)).toEqual([]);
    expect(world.said).toEqual([
      'online false',
      `report ${Event.Subscribed} ${0 * 256 + 0x95}`,
      `report ${Event.Subscribed} ${1 * 256 + 0x95}`,
    ]);
    expect(world.publish(world.topic('t'), 'x'.repeat(7))).toBe(Code.Ok);
    expect(world.publish(world.topic('t'), 'x'.repeat(8))).toBe(Code.TooLong);
    expect(world.client.counters()).toMatchObject({ needed: 14, available: 13 });
    for (const qos of [1, 2] as const) {
      world.publish(world.topic('t', qos), 'x'.repeat(5));
      world.publish(world.topic('t', qos), 'x'.repeat(6));
    }
    world.deliver({
      cmd: 'publish',
      topic: 'any',
      payload: 'a message to us may be longer',
      qos: 2,
      messageId: 9,
    });
    world.deliver({ cmd: 'pubrel', messageId: 9 });
    world.deliver({ cmd: 'pubrec', messageId: 3 });
    expect(measured(world, 13)).toEqual([
      'publish undefined',
      'publish 1',
      'publish 3',
      'pubrec 9',
      'pubcomp 9',
      'pubrel 3',
    ]);
    expect(world.said.slice(3)).toEqual([
      `report ${Event.MessageRejected} ${2 * 256 + 0x95}`,
      `report ${Event.MessageRejected} ${4 * 256 + 0x95}`,
    ]);
    expect(world.client.counters().rejected).toBe(2);
  });

  it('is kept by what is subscribed to, in as many packets as it takes [MQTT-3.2.2-15]', () => {
    const world = createWorld5();
    for (const filter of ['a/1', 'a/2', 'a/3', 'a/4']) world.subscribe(filter, 0);
    world.online({ maximumPacketSize: 20 });
    for (let i = 0; i < 4; i++) {
      const asked = measured(world, 20);
      if (asked.length === 0) break;
      const id = Number(/ (\d+)/.exec(asked[0]!)![1]);
      world.deliver({ cmd: 'suback', messageId: id, granted: [0] });
    }
    expect(world.said.filter((line) => line.startsWith(`report ${Event.Subscribed}`))).toHaveLength(4);
  });

  it('is kept by UNSUBSCRIBE: a filter that does not fit any more is left [MQTT-3.2.2-15]', () => {
    const world = createWorld5();
    const long = world.subscribe('a/long/filter', 0);
    world.online();
    grant(world, 0);
    world.reconnect({ maximumPacketSize: 16 });
    expect(world.client.unsubscribe(long)).toBe(Code.Ok);
    expect(measured(world, 16)).toEqual([]);
    expect(world.client.isOnline()).toBe(true);
  });

  it('is kept by a streamed message [MQTT-3.2.2-15]', () => {
    const world = createWorld5();
    world.online({ maximumPacketSize: 700 });
    for (const qos of [0, 1, 2] as const) {
      const source = createSource('x'.repeat(700));
      expect(world.client.stream(world.topic('s', qos), 700, source)).toBe(Code.TooLong);
      expect(source).toMatchObject({ ends: [], reads: [] });
    }
    expect(measured(world, 700)).toEqual([]);
    expect(world.client.isOnline()).toBe(true);
    const source = createSource('x'.repeat(680));
    expect(world.client.stream(world.topic('s', 1), 680, source)).toBe(Code.InFlight);
    expect(measured(world, 700)).toHaveLength(1);
  });
});

describe.each([
  ['a maximum packet size', { maximumPacketSize: 300 }],
  ['a maximum QoS', { maximumQoS: 0 }],
])('%s that is new with the next connection', (_what, limits) => {
  it.each([
    ['with QoS 1, sent before', 1, true],
    ['with QoS 2, sent before', 2, true],
    ['with QoS 1, begun before', 1, false],
    ['with QoS 2, begun before', 2, false],
  ] as const)(
    'is kept by a streamed message that waited for it %s: it ends as rejected [MQTT-3.2.2-15] [MQTT-3.2.2-11]',
    (_how, qos, isWhole) => {
      const world = createWorld5();
      world.online();
      const source = createSource('x'.repeat(700));
      expect(world.client.stream(world.topic('s', qos), 700, source)).toBe(Code.InFlight);
      expect((isWhole ? world.flush() : world.socket.take()).length > 700).toBe(isWhole);
      expect(source.ends).toEqual([]);
      world.reconnect(limits);
      expect(measured(world, 300)).toEqual([]);
      expect(source.ends).toEqual([Code.Rejected]);
      expect(world.client.isOnline()).toBe(true);
      expect(world.client.counters()).toMatchObject({ rejected: 0, delivered: 0 });
      world.publish(world.topic('t', 0), 'x');
      expect(measured(world, 300)).toEqual(['publish undefined']);
      // It is over for good.
      world.reconnect();
      expect(measured(world, 300)).toEqual([]);
      expect(source.ends).toEqual([Code.Rejected]);
    },
  );

  it('does not keep a streamed message from its end that the broker has taken [MQTT-4.4.0-1]', () => {
    const world = createWorld5();
    world.online();
    const source = createSource('x'.repeat(700));
    world.client.stream(world.topic('s', 2), 700, source);
    const [sent] = world.sent();
    const { messageId } = sent!;
    world.deliver({ cmd: 'pubrec', messageId });
    world.flush();
    world.reconnect(limits);
    expect(measured(world, 300)).toEqual([`pubrel ${messageId}`]);
    world.deliver({ cmd: 'pubcomp', messageId });
    expect(source.ends).toEqual([Code.Ok]);
  });
});
