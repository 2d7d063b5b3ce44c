// What a program may get wrong, in JavaScript at least: a code each time, never an exception, and nothing of it on the wire.
import { describe, expect, it } from 'vitest';
import { EMPTY } from '../../src/bytes/bytes.ts';
import { Code } from '../../src/ports/codes.ts';
import { bytes, createWorld, type World } from './client.ts';
import { message } from './wire.ts';

const IS_ARRAY = typeof EMPTY !== 'string';

function createSession(): World {
  const world = createWorld();
  world.subscribe('a');
  world.online();
  world.grant(1);
  return world;
}

/** The client does what it should after all that. */
function expectSound(world: World): void {
  expect(world.sent()).toEqual([]);
  expect(world.publish(world.topic('t'), 'x')).toBe(Code.Ok);
  expect(world.publish(world.topic('t', 1), 'y')).toBe(Code.Ok);
  world.socket.deliver(message('a', 'z', 2, 7));
  expect(world.sent()).toEqual(['publish 0 t x', 'publish 1 #1 t y', 'puback #7']);
  const room = 'r'.repeat(529);
  expect(world.publish(world.topic('t'), room)).toBe(Code.Ok);
  expect(world.publish(world.topic('t'), 'more')).toBe(Code.Busy);
}

describe('a topic that is none', () => {
  it.each<[string, unknown]>([
    ['null, which `topic` gave for a bad name', null],
    ['undefined', undefined],
    ['the name itself', 't/1'],
    ['an empty name', ''],
    ['a number', 7],
    ['an object', {}],
    ['a function', () => 't'],
    ['an array', ['t']],
  ])('%s', (_name, topic) => {
    const world = createSession();
    const { client } = world;
    expect(client.publish(topic as never, bytes('x'))).toBe(Code.BadTopic);
    client.begin(topic as never);
    client.text('x');
    expect(client.end()).toBe(Code.BadTopic);
    expect(client.stream(topic as never, 5, { read: () => bytes('x'), onEnd() {} })).toBe(Code.BadTopic);
    expect(client.counters().refused).toBe(3);
    expectSound(world);
  });

  it('is one of another client, which is one', () => {
    const world = createSession();
    expect(world.client.publish(createWorld().topic('other'), bytes('x'))).toBe(Code.Ok);
    expect(world.sent()).toEqual(['publish 0 other x']);
  });
});

describe('a payload that is none', () => {
  it.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['a number', 21.5],
    ['a boolean', true],
    ['an object', { length: 3 }],
    ['an array', [1, 2, 3]],
    ['a Uint8Array', Uint8Array.of(1, 2, 3)],
    ['bytes of the other form', IS_ARRAY ? 'text' : { data: Uint8Array.of(1), from: 0, length: 1 }],
  ])('%s', (_name, payload) => {
    const world = createSession();
    for (const qos of [0, 1, 2] as const) {
      expect(world.client.publish(world.topic('t', qos), payload as never)).toBe(Code.BadPayload);
    }
    expect(world.outbox.count()).toBe(0);
    expect(world.client.counters().refused).toBe(3);
    world.client.disconnect();
    expect(world.client.publish(world.topic('t'), payload as never)).toBe(Code.BadPayload);
    world.online(true);
    expectSound(world);
  });
});

describe('a subscription that is none', () => {
  it('is what `subscription` gave for a bad filter', () => {
    const world = createSession();
    const none = world.client.subscription('a/#/b', 0, () => {});
    expect(world.client.subscribe(none)).toBe(Code.BadTopic);
    expect(world.client.unsubscribe(none)).toBe(Code.BadTopic);
    expectSound(world);
  });
});

describe('fields without begin', () => {
  it('go nowhere', () => {
    const world = createSession();
    world.client.text('x');
    world.client.integer(1);
    world.client.fixed(1, 1);
    world.client.bytes(bytes('x'));
    expect(world.client.end()).toBe(Code.BadTopic);
    world.client.begin(world.topic('t'));
    world.client.text('only this');
    expect(world.client.end()).toBe(Code.Ok);
    expect(world.sent()).toEqual(['publish 0 t only this']);
  });
});

describe('a field that is none', () => {
  it.each([null, undefined, 5, {}])('drops the message: %s', (field) => {
    const world = createSession();
    world.client.begin(world.topic('t'));
    world.client.text('x');
    world.client.bytes(field as never);
    expect(world.client.end()).toBe(Code.BadTopic);
    world.client.begin(world.topic('t'));
    world.client.bytes(bytes('y'));
    expect(world.client.end()).toBe(Code.Ok);
    expect(world.sent()).toEqual(['publish 0 t y']);
  });
});

describe('calls at the wrong time', () => {
  it('are answered before the first connection', () => {
    const world = createWorld();
    const { client } = world;
    expect(client.publish(world.topic('t'), bytes('x'))).toBe(Code.Closed);
    expect(client.stream(world.topic('t'), 5, { read: () => bytes('x'), onEnd() {} })).toBe(Code.Closed);
    expect(client.isOnline()).toBe(false);
    client.abandon();
    client.disconnect();
    expect(client.subscribe(world.subscribe('a'))).toBe(Code.Ok);
    expect(client.counters()).toMatchObject({ refused: 2, received: 0, delivered: 0 });
    expect(client.rttMs()).toBe(-1);
    expect(world.said).toEqual([]);
  });

  it('are answered while it connects', () => {
    const world = createWorld();
    const a = world.subscribe('a');
    world.client.connect('broker', 1883);
    for (let i = 0; i < 2; i++) {
      expect(world.client.unsubscribe(a)).toBe(Code.Ok);
      expect(world.client.subscribe(a)).toBe(Code.Ok);
      expect(world.publish(world.topic('t'), 'x')).toBe(Code.Closed);
      world.client.abandon();
      world.socket.accept();
    }
    expect(world.socket.take()).toHaveLength(36);
  });

  it('are answered inside every event, in any order', () => {
    const calls: ((world: World) => unknown)[] = [
      (world) => world.client.disconnect(),
      (world) => world.client.connect('other', 1),
      (world) => world.publish(world.topic('t'), 'x'),
      (world) => world.publish(world.topic('t', 2), 'x'),
      (world) => world.client.abandon(),
      (world) => world.client.tick(world.clock.now()),
      (world) => world.client.stream(world.topic('s', 1), 5, { read: () => bytes('x'), onEnd() {} }),
    ];
    for (const event of ['onOpen', 'onOnline', 'onOffline', 'onReport'] as const) {
      for (const call of calls) {
        let depth = 0;
        const world: World = createWorld({
          on: {
            [event]: () => {
              if (depth++ > 0) return;
              call(world);
              depth--;
            },
          },
        });
        world.subscribe('a');
        const step = (act: () => void) => {
          expect(act).not.toThrow();
          world.client.tick(world.clock.now());
        };
        step(() => world.client.connect('broker', 1883));
        step(() => world.socket.accept());
        step(() => world.socket.drain());
        step(() => world.socket.deliver('\x20\x02\0\0'));
        step(() => world.flush());
        step(() => world.socket.deliver('\x90\x03\xff\xfe\x01'));
        step(() => world.socket.deliver('\x40\x02\0\x09'));
        step(() => world.socket.drop());
        step(() => world.client.disconnect());
        depth = 1;
        world.socket.take();
        world.online();
        expect(world.client.isOnline()).toBe(true);
        for (const line of world.sent()) expect(line).toMatch(/^(subscribe|publish)/);
      }
    }
  });
});
