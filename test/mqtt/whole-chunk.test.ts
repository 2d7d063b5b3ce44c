// Chunks that are one whole packet go past the decoder; here are those that only look like one.
import { describe, expect, it } from 'vitest';
import { Close, Code, Event } from '../../src/ports/codes.ts';
import { createSource, createWorld, type Setup, type World } from './client.ts';
import { ack, message, PUBACK, PUBCOMP, PUBREC } from './wire.ts';

const VIOLATION = `offline ${Close.ProtocolError} 0`;

/** A session in which the last message went to `a`. */
function createSession(setup: Setup = {}): World {
  const world = createWorld(setup);
  world.subscribe('a', 1);
  world.online();
  world.grant(1);
  world.socket.deliver(message('a', 'first'));
  world.said.length = 0;
  world.got.length = 0;
  return world;
}

describe('the rest of a packet', () => {
  it.each([
    ['a message', message('a', 'inner')],
    ['a message of QoS 1', message('a', 'inner', 2, 7)],
    ['an acknowledgement that is waited for', ack(PUBACK, 1)],
  ])('that looks like %s is the rest of a packet', (_what, rest) => {
    const world = createSession();
    world.publish(world.topic('t', 1), 'x');
    world.sent();
    const packet = message('a', `outer ${rest}`);
    world.socket.deliver(packet.slice(0, -rest.length));
    world.socket.deliver(rest);
    expect(world.got).toEqual([`a outer ${rest} 30`]);
    expect(world.sent()).toEqual([]);
    expect(world.client.counters()).toMatchObject({ delivered: 0, violations: 0 });
  });
});

describe('a chunk of one packet', () => {
  it('whose second byte begins a longer length is not taken for a short one', () => {
    const world = createSession();
    // Its length is 0, in two bytes: no PUBLISH.
    world.socket.deliver(`\x30\x80\0\x01a${'x'.repeat(125)}`);
    expect(world.got).toEqual([]);
    expect(world.said).toEqual([VIOLATION]);
  });

  it('over the limit is passed over, also where the last message went', () => {
    const world = createSession({ receiveMax: 64 });
    world.socket.deliver(message('a', 'x'.repeat(59)));
    world.socket.deliver(message('a', 'x'.repeat(60)));
    expect(world.got).toEqual([`a ${'x'.repeat(59)} 30`]);
    expect(world.said).toEqual([`report ${Event.Oversize} 63`]);
  });
});

it.each([
  ['QoS 0', message('a', 'x')],
  ['QoS 1', message('a', 'x', 2, 7)],
])(
  'a handler that throws at a message of %s, alone in its chunk, is reported, and nothing is acknowledged',
  (_qos, chunk) => {
    const world = createWorld();
    let isBroken = false;
    world.client.subscription('a', 1, () => {
      if (isBroken) throw new Error('handler');
    });
    world.online();
    world.grant(1);
    world.socket.deliver(message('a', 'first'));
    world.said.length = 0;
    isBroken = true;
    world.socket.deliver(chunk);
    expect(world.said).toEqual([`report ${Event.HandlerFailed} 0`]);
    expect(world.sent()).toEqual([]);
    expect(world.client.counters()).toMatchObject({ received: 2, postponed: 1 });
  },
);

it('a handler that takes the last room is followed by its acknowledgement as soon as there is some', () => {
  const world = createWorld();
  const topic = world.topic('t');
  let bytes = 0;
  world.client.subscription('a', 1, () => {
    if (bytes > 0) expect(world.publish(topic, 'x'.repeat(bytes))).toBe(Code.Ok);
  });
  world.online();
  world.grant(1);
  world.socket.deliver(message('a', 'first'));
  // 536 bytes may be with the socket: three are left, one less than an acknowledgement has.
  bytes = 536 - 3 - 6;
  world.socket.deliver(message('a', 'x', 2, 7));
  expect(world.written()).toEqual([`publish 0 t ${'x'.repeat(bytes)}`]);
  world.socket.drain();
  expect(world.sent()).toEqual(['puback #7']);
});

it('a handler that changes what is wanted and throws is reported without its number', () => {
  const world = createWorld();
  let isBroken = false;
  const subscription = world.client.subscription('a', 1, () => {
    if (!isBroken) return;
    world.client.unsubscribe(subscription);
    throw new Error('handler');
  });
  world.online();
  world.grant(1);
  world.socket.deliver(message('a', 'first'));
  world.said.length = 0;
  isBroken = true;
  world.socket.deliver(message('a', 'x'));
  expect(world.said).toEqual([`report ${Event.HandlerFailed} -1`]);
  expect(world.sent()).toEqual(['unsubscribe #65535 a']);
});

it('an acknowledgement of a streamed message that has not left is forbidden, also behind another packet', () => {
  const world = createSession();
  expect(world.client.stream(world.topic('s', 1), 2000, createSource('y'.repeat(2000)))).toBe(Code.InFlight);
  world.socket.take();
  world.socket.deliver(message('a', 'x') + ack(PUBACK, 32769));
  expect(world.said).toEqual([VIOLATION]);
});

describe('a topic that claims more bytes than a packet has', () => {
  it.each([
    ['nothing behind it', '\x30\x03\xff\xff\xff'],
    ['a payload behind it', '\x30\x08\xff\xff\xffzzboo'],
    ['an identifier behind it', '\x32\x0a\xff\xff\xffzz\0\x07boo'],
    ['an identifier of QoS 2 behind it', '\x34\x0a\xff\xff\xffzz\0\x07boo'],
  ])('is forbidden after whatever came: %s', (_what, bad) => {
    for (const chunk of [bad, message('a', 'x') + bad]) {
      const world = createWorld();
      world.subscribe('a', 2);
      world.subscribe('b/+', 1);
      world.online();
      world.grant(2, 1);
      world.socket.deliver(message('a', 'x'));
      world.socket.deliver(message('b/x', 'x'));
      // What was known of topics is forgotten.
      world.subscribe('c', 1);
      world.reconnect(false);
      world.grant(2, 1, 1);
      world.socket.deliver(message('a', 'x'));
      world.said.length = world.got.length = 0;
      world.socket.deliver(chunk);
      expect(world.said).toEqual([VIOLATION]);
      expect(world.got).toEqual(chunk === bad ? [] : ['a x 30']);
      expect(world.sent()).toEqual([]);
      // Nor is its identifier taken for one that has come.
      world.online(true);
      world.got.length = 0;
      world.socket.deliver(message('a', 'next', 4, 7));
      expect(world.got).toEqual(['a next 34']);
    }
  });
});

describe('several acknowledgements in one chunk', () => {
  function createFlight(count: number): World {
    const world = createSession();
    const topic = world.topic('t', 1);
    for (let i = 0; i < count; i++) world.publish(topic, 'x');
    world.sent();
    return world;
  }
  const acks = (...ids: number[]) => ids.map((id) => ack(PUBACK, id)).join('');

  it('settle each what they stand for, whatever their order', () => {
    const world = createFlight(8);
    world.socket.deliver(acks(3, 1, 2));
    expect(world.client.counters()).toMatchObject({ delivered: 3, strays: 0 });
    world.socket.deliver(acks(8, 7, 6, 5, 4));
    expect(world.client.counters()).toMatchObject({ delivered: 8, strays: 0 });
    expect(world.outbox.count()).toBe(0);
  });

  it('make place for what waits', () => {
    const world = createFlight(10);
    world.socket.deliver(acks(1, 2));
    expect(world.sent()).toEqual(['publish 1 #9 t x', 'publish 1 #10 t x']);
  });

  it('that nobody waits for are counted, and those behind are taken', () => {
    const world = createFlight(3);
    world.socket.deliver(acks(1, 1, 9, 2, 3));
    expect(world.client.counters()).toMatchObject({ delivered: 3, strays: 2, violations: 0 });
  });

  it.each([
    [
      'a message whose end comes later',
      acks(1) + message('a', 'ab').slice(0, 4),
      message('a', 'ab').slice(4),
    ],
    ['a message', acks(1) + message('a', 'abc'), ''],
  ])('and %s behind them', (_what, chunk, rest) => {
    expect(chunk.length % 4).toBe(0);
    const world = createFlight(1);
    world.socket.deliver(chunk);
    if (rest.length > 0) world.socket.deliver(rest);
    expect(world.client.counters()).toMatchObject({ delivered: 1, received: 2, violations: 0 });
  });

  it.each([
    ['of another length', '\x40\x06\0\x02\0\0\0\0'],
    ['of no packet', '\0\x02\0\0'],
    ['without an identifier', ack(PUBACK, 0)],
  ])('and one %s', (_what, bad) => {
    const world = createFlight(2);
    world.socket.deliver(acks(1) + bad);
    expect(world.client.counters()).toMatchObject({ delivered: 1, violations: 1 });
    expect(world.said).toEqual([VIOLATION]);
    expect(world.outbox.count()).toBe(1);
  });

  it('go on with QoS 2 where that is due', () => {
    const world = createSession();
    world.publish(world.topic('t', 1), 'x');
    world.publish(world.topic('t', 2), 'x');
    world.sent();
    world.socket.deliver(acks(1) + ack(PUBREC, 2));
    expect(world.sent()).toEqual(['pubrel #2']);
    expect(world.outbox.count()).toBe(1);
    world.socket.deliver(ack(PUBCOMP, 2) + acks(2));
    expect(world.client.counters()).toMatchObject({ delivered: 2, strays: 1 });
    expect(world.outbox.count()).toBe(0);
  });
});
