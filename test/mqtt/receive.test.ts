// Messages from the broker: to whom they go, when they are acknowledged, and what happens when one comes twice or a handler fails.
import { describe, expect, it } from 'vitest';
import { Close, Code, Event } from '../../src/ports/codes.ts';
import { bytes, createWorld, text, type World } from './client.ts';
import { ack, message, PUBREL, PUBACK, utf8 } from './wire.ts';

/** A session with these filters, QoS 2, granted. */
function createSession(...filters: string[]): World {
  const world = createWorld();
  for (const filter of filters) world.subscribe(filter, 2);
  world.online();
  world.grant(...filters.map(() => 2));
  world.said.length = 0;
  return world;
}

/** Ways a packet may be cut into chunks. */
const CUTS: [string, (bytes: string) => string[]][] = [
  ['whole', (all) => [all]],
  ['byte by byte', (all) => all.split('')],
  ['in halves', (all) => [all.slice(0, all.length >> 1), all.slice(all.length >> 1)]],
];

describe.each(CUTS)('a message that comes %s', (_name, cut) => {
  it.each([
    ['QoS 0', 0, []],
    ['QoS 0, retained', 1, []],
    ['QoS 1', 2, ['puback #300']],
    ['QoS 1, retained', 3, ['puback #300']],
    ['QoS 1, again', 10, ['puback #300']],
    ['QoS 2', 4, ['pubrec #300']],
    ['QoS 2, retained', 5, ['pubrec #300']],
    ['QoS 2, again', 12, ['pubrec #300']],
  ] as const)('reaches its handler with all it says: %s', (_what, flags, answers) => {
    const world = createSession('a/b');
    const packets = ['', 'x', '\0\xff', 'y'.repeat(200)].map((payload) =>
      message('a/b', payload, flags, 300),
    );
    for (const packet of packets) {
      for (const chunk of cut(packet)) world.socket.deliver(chunk);
      expect(world.sent()).toEqual(answers);
      if ((flags & 6) === 4) {
        world.socket.deliver(ack(PUBREL, 300));
        expect(world.sent()).toEqual(['pubcomp #300']);
      }
    }
    const first = (0x30 | flags).toString(16);
    expect(world.got).toEqual(
      ['', 'x', '\0\xff', 'y'.repeat(200)].map((payload) => `a/b ${payload} ${first}`),
    );
    expect(world.client.counters()).toMatchObject({ received: 4, unwanted: 0, oversize: 0, postponed: 0 });
    expect(world.said).toEqual([]);
  });
});

it('takes many messages in one chunk, and what is left of one with the next', () => {
  const world = createSession('a', 'b', '+/c');
  const all =
    message('a', '1') +
    message('b', '2', 2, 7) +
    message('x/c', '3', 4, 8) +
    message('a', '4', 1) +
    message('y/c', '5') +
    message('x/c', '6');
  world.socket.deliver(all.slice(0, -3));
  world.socket.deliver(all.slice(-3));
  expect(world.got).toEqual(['a 1 30', 'b 2 32', 'x/c 3 34', 'a 4 31', 'y/c 5 30', 'x/c 6 30']);
  expect(world.sent()).toEqual(['puback #7', 'pubrec #8']);
});

describe('who gets it', () => {
  /** Filters, a topic, and the filter whose handler gets it. */
  it.each<[string[], string, string | null]>([
    [['a'], 'a', 'a'],
    [['a'], 'b', null],
    [['a'], 'a/b', null],
    [['a/b'], 'a', null],
    [['+/b', 'a/b', '#'], 'a/b', 'a/b'],
    [['#', '+/b'], 'a/b', '#'],
    [['+/b', '#'], 'a/b', '+/b'],
    [['+/b', '#'], 'a/c', '#'],
    [['a/#'], 'a', 'a/#'],
    [['a/#'], 'ab', null],
    [['+'], '/a', null],
    [['/+'], '/a', '/+'],
    [['+/+'], '/a', '+/+'],
    [['#', '+/x'], '$SYS/x', null],
    [['#', '$SYS/#'], '$SYS/x', '$SYS/#'],
    [['$share/group/a/+'], 'a/b', '$share/group/a/+'],
    [['$share/group/a'], 'a', '$share/group/a'],
    [['$share'], '$share', '$share'],
  ])('of %j with topic %s: %s', (filters, topic, expected) => {
    const world = createWorld();
    const got: string[] = [];
    for (const filter of filters) world.client.subscription(filter, 0, () => got.push(filter));
    world.online();
    world.grant(...filters.map(() => 0));
    // Twice, with another topic between: the last two routes are remembered.
    for (const name of [topic, 'else/where/quite', topic, topic]) world.socket.deliver(message(name, 'x'));
    const others = filters.includes('#') ? ['#'] : [];
    expect(got).toEqual(expected === null ? others : [expected, ...others, expected, expected]);
    const counters = world.client.counters();
    expect(counters.received).toBe(got.length);
    expect(counters.unwanted).toBe(4 - got.length);
  });

  it('is decided by the topic alone, not by what stands behind it', () => {
    const world = createSession('a/b', 'a/+/c', 'd/#');
    for (const [topic, payload] of [
      ['a', '/b'],
      ['a/', 'b'],
      ['a/x', '/c'],
      ['d', '/e'],
      ['a/x/', 'c'],
    ] as const) {
      world.socket.deliver(message(topic, payload));
    }
    expect(world.got).toEqual(['d /e 30']);
    expect(world.client.counters().unwanted).toBe(4);
  });

  it('is decided anew for each topic, however they take turns', () => {
    const world = createSession('a', '+/b');
    const topics = ['a', 'x/b', 'y/b', 'a', 'a', 'none', 'y/b', 'x/b', 'x/b', 'none', 'none', 'a', 'y/b'];
    for (const topic of topics) world.socket.deliver(message(topic, topic));
    expect(world.got).toEqual(
      topics.filter((topic) => topic !== 'none').map((topic) => `${topic} ${topic} 30`),
    );
    expect(world.client.counters().unwanted).toBe(3);
  });

  it('is nobody, and QoS 1 and 2 are acknowledged all the same', () => {
    const world = createSession('a');
    world.socket.deliver(message('b', 'x', 2, 7) + message('b', 'x', 4, 8) + ack(PUBREL, 8));
    expect(world.sent()).toEqual(['puback #7', 'pubrec #8', 'pubcomp #8']);
    expect(world.client.counters()).toMatchObject({ unwanted: 2, received: 0, strays: 0 });
  });

  it('takes topics of UTF-8', () => {
    const world = createSession('#');
    const topic = utf8('grün/Ω/🚲');
    world.socket.deliver(message(topic, '1') + message(topic, '2', 2, 7) + message('"~', '3'));
    expect(world.got).toEqual([`${topic} 1 30`, `${topic} 2 32`, '"~ 3 30']);
  });
});

describe('QoS 2', () => {
  it('is handed over once, however often it comes, until PUBREL [MQTT-4.3.3-2]', () => {
    const world = createSession('a');
    world.socket.deliver(message('a', 'x', 4, 7));
    world.socket.deliver(message('a', 'x', 12, 7));
    world.reconnect();
    world.socket.deliver(message('a', 'x', 12, 7));
    expect(world.got).toEqual(['a x 34']);
    expect(world.client.counters()).toMatchObject({ received: 1, repeated: 2 });
    expect(world.sent()).toContain('pubrec #7');
    world.socket.deliver(ack(PUBREL, 7));
    world.socket.deliver(message('a', 'new', 4, 7));
    expect(world.got).toEqual(['a x 34', 'a new 34']);
  });

  it('is told apart by its identifier, not by its topic', () => {
    const world = createSession('a');
    world.socket.deliver(message('a', 'x', 4, 7) + message('a', 'x', 4, 8) + message('a', 'x', 4, 0x0107));
    expect(world.got).toHaveLength(3);
  });

  it('comes anew when the session is lost', () => {
    const world = createSession('a');
    world.socket.deliver(message('a', 'x', 4, 7));
    world.reconnect(false);
    world.grant(2);
    world.socket.deliver(message('a', 'x', 4, 7));
    expect(world.got).toEqual(['a x 34', 'a x 34']);
  });

  it('answers PUBREL again when PUBCOMP was lost', () => {
    const world = createSession('a');
    world.socket.deliver(message('a', 'x', 4, 7));
    world.socket.deliver(ack(PUBREL, 7));
    world.reconnect();
    world.socket.take();
    world.socket.deliver(ack(PUBREL, 7));
    expect(world.sent()).toEqual(['pubcomp #7']);
    expect(world.client.counters().strays).toBe(1);
  });
});

describe('acknowledgements', () => {
  it('leave after the handler returned', () => {
    const world = createWorld();
    const written: string[] = [];
    world.client.subscription('a', 1, () => written.push(world.socket.take()));
    world.online();
    world.grant(1);
    world.socket.deliver(message('a', 'x', 2, 7));
    expect(written).toEqual(['']);
    expect(world.written()).toEqual(['puback #7']);
  });

  it('wait behind a packet that is on its way', () => {
    const world = createSession('a');
    world.publish(world.topic('big'), 'y'.repeat(900));
    world.socket.deliver(message('a', 'x', 2, 7) + message('a', 'x', 4, 8) + ack(PUBREL, 8));
    expect(world.sent()).toEqual([
      `publish 0 big ${'y'.repeat(900)}`,
      'puback #7',
      'pubrec #8',
      'pubcomp #8',
    ]);
  });

  it('wait while the socket is full', () => {
    const world = createSession('a');
    world.publish(world.topic('t'), 'y'.repeat(529));
    world.socket.deliver(message('a', 'x', 2, 7));
    expect(world.written()).toEqual([`publish 0 t ${'y'.repeat(529)}`]);
    world.socket.drain();
    expect(world.written()).toEqual(['puback #7']);
  });

  it('are those of this connection only', () => {
    const world = createSession('a');
    world.publish(world.topic('big'), 'y'.repeat(900));
    world.socket.deliver(message('a', 'x', 2, 7));
    world.reconnect();
    expect(world.sent()).toEqual([]);
  });
});

describe('a handler that fails', () => {
  const FAILED = `report ${Event.HandlerFailed} 1`;

  function createFailing(act: (world: World) => void): World {
    const world: World = createWorld();
    world.subscribe('fine');
    world.client.subscription('a', 2, (payload) => {
      world.got.push(text(payload));
      act(world);
      throw new Error('handler');
    });
    world.online();
    world.grant(1, 2);
    world.said.length = 0;
    return world;
  }

  it.each([
    ['QoS 0', 0],
    ['QoS 1', 2],
    ['QoS 1, again', 10],
    ['QoS 2', 4],
  ] as const)('is reported, and its message not acknowledged: %s', (_name, flags) => {
    const world = createFailing(() => {});
    world.socket.deliver(message('a', 'x', flags, 7) + message('fine', 'y', 2, 8));
    expect(world.said).toEqual([FAILED]);
    expect(world.sent()).toEqual(['puback #8']);
    expect(world.client.counters()).toMatchObject({ postponed: 1, violations: 0 });
    expect(world.client.isOnline()).toBe(true);
  });

  it('gets the message of QoS 2 again on the next connection', () => {
    const world = createFailing(() => {});
    world.socket.deliver(message('a', 'x', 4, 7));
    world.reconnect();
    world.socket.deliver(message('a', 'x', 12, 7));
    expect(world.got).toEqual(['x', 'x']);
  });

  it.each<[string, (world: World) => void]>([
    ['ended the connection', (world) => world.client.disconnect()],
    ['opened another connection', (world) => world.client.connect('other', 1)],
  ])('having %s', (_name, act) => {
    for (const flags of [0, 2, 10, 4]) {
      const world = createFailing(act);
      expect(() => world.socket.deliver(message('a', 'x', flags, 7) + message('fine', 'y'))).not.toThrow();
      expect(world.got).toEqual(['x']);
      expect(world.client.counters().postponed).toBe(1);
      expect(world.client.isOnline()).toBe(false);
    }
  });

  it.each<[string, (world: World) => void]>([
    ['wanted another filter', (world) => world.client.subscribe(world.subscribe('b'))],
    ['published', (world) => world.publish(world.topic('t', 1), '1')],
  ])('having %s', (_name, act) => {
    for (const flags of [0, 2, 10, 4]) {
      const world = createFailing(act);
      expect(() => world.socket.deliver(message('a', 'x', flags, 7) + message('fine', 'y'))).not.toThrow();
      expect(world.said.join()).toContain(`report ${Event.HandlerFailed}`);
      expect(world.got).toEqual(['x', 'fine y 30']);
      expect(world.sent().filter((line) => line.startsWith('pub') && line.includes('#7'))).toEqual([]);
    }
  });

  it('is one that is none', () => {
    const world = createWorld();
    world.client.subscription('a', 1, null as never);
    world.online();
    world.grant(1);
    world.said.length = 0;
    world.socket.deliver(message('a', 'x', 2, 7));
    expect(world.said).toEqual([`report ${Event.HandlerFailed} 0`]);
  });
});

describe('a handler that acts', () => {
  it.each([0, 2, 10, 4])(
    'and ends the connection: nothing more comes, nothing is sent (flags %i)',
    (flags) => {
      const world: World = createWorld();
      world.client.subscription('a', 2, (payload) => {
        world.got.push(text(payload));
        world.client.disconnect();
      });
      world.online();
      world.grant(2);
      world.said.length = 0;
      world.socket.deliver(message('a', 'x', flags, 7) + message('a', 'y', flags, 8) + '\x30');
      expect(world.got).toEqual(['x']);
      expect(world.written()).toEqual(['disconnect']);
      expect(world.said).toEqual([]);
      // And the next one begins with a clean decoder.
      world.online(true);
      world.socket.deliver(message('a', 'z'));
      expect(world.got).toEqual(['x', 'z']);
    },
  );

  it('and connects anew: what is left of the old connection is not taken for the new one', () => {
    const world: World = createWorld();
    world.client.subscription('a', 1, () => {
      if (world.client.isOnline()) world.client.connect('other', 1);
    });
    world.online();
    world.grant(1);
    world.socket.deliver(message('a', 'x', 2, 7) + message('a', 'y', 2, 8));
    expect(world.written()).toEqual(['disconnect']);
    world.online(true);
    expect(world.client.counters().received).toBe(1);
  });

  it('may use what it is given as bytes to publish', () => {
    const world: World = createWorld();
    const out = world.topic('out', 1);
    world.client.subscription('+/b', 1, (payload, topic, first) => {
      world.client.begin(out);
      world.client.bytes(topic);
      world.client.text('=');
      world.client.bytes(payload);
      world.client.integer(first);
      expect(world.client.end()).toBe(Code.Ok);
    });
    world.online();
    world.grant(1);
    world.socket.deliver(message('a/b', 'x', 2, 7));
    expect(world.sent()).toEqual(['publish 1 #1 out a/b=x50', 'puback #7']);
  });
});

it('is told when it is gone: no handler runs after disconnect', () => {
  const world = createSession('a');
  world.client.disconnect();
  world.socket.deliver(message('a', 'x'));
  expect(world.got).toEqual([]);
});

it('closes when somebody else writes to the same connection: a second session from inside the first', () => {
  const world = createSession('a');
  world.publish(world.topic('t', 1), '1');
  world.socket.deliver(message('a', 'x') + ack(PUBACK, 1) + '\x10\0');
  expect(world.said).toEqual([`offline ${Close.ProtocolError} 0`]);
  expect(world.got).toEqual(['a x 30']);
  expect(world.client.counters().delivered).toBe(1);
  expect(world.client.publish(world.topic('t'), bytes('x'))).toBe(Code.Closed);
});
