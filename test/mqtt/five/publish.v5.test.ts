// What goes out in MQTT 5.0: properties, aliases, and what the broker allows.

import { expect, it } from 'vitest';
import { encodeProperties, FOR_TOPIC } from '../../../src/property-list.ts';
import { Code, Event } from '../../../src/ports/codes.ts';
import { PropertyId } from '../../../src/ports/properties.ts';
import { createSource, text } from '../client.ts';
import { createWorld5 } from './world.ts';

it('says 5.0 in CONNECT, with its own limits', () => {
  const world = createWorld5();
  expect(world.open()).toMatchObject({
    cmd: 'connect',
    protocolVersion: 5,
    clean: true,
    properties: { sessionExpiryInterval: 0xffffffff, receiveMaximum: 32, topicAliasMaximum: 4 },
  });
});

it('uses an alias from the second message on', () => {
  const world = createWorld5();
  world.online({ topicAliasMaximum: 1 });
  const one = world.topic('a-rather-long-topic/of/forty-characters/x', 1);
  const sizes: number[] = [];
  for (let i = 0; i < 4; i++) {
    expect(world.publish(one, 'p'.repeat(32))).toBe(0);
    const bytes = world.bytesSent();
    sizes.push(bytes.length);
    world.socket.deliver(`@\x02\0${String.fromCharCode(i + 1)}`);
  }
  expect(sizes).toEqual([80, 83, 42, 42]);
  expect(world.client.counters().delivered).toBe(4);
});

it('sends properties', () => {
  const world = createWorld5();
  world.online();
  const properties = encodeProperties(
    [
      [PropertyId.ContentType, 'text/plain'],
      [PropertyId.MessageExpiry, 100],
      [PropertyId.User, 'a', 'b'],
    ],
    FOR_TOPIC,
  );
  for (const qos of [0, 1] as const) {
    const topic = world.client.topic('t', qos, false, properties)!;
    for (let i = 0; i < 3; i++) {
      world.publish(topic, 'x');
      expect(world.sent()).toMatchObject([
        {
          cmd: 'publish',
          topic: 't',
          qos,
          properties: { contentType: 'text/plain', messageExpiryInterval: 100, userProperties: { a: 'b' } },
        },
      ]);
    }
  }
});

it('takes messages with and without properties, and aliases', () => {
  const world = createWorld5();
  world.subscribe('in/+', 1);
  world.online();
  world.sent();
  const seen: unknown[] = [];
  for (const qos of [0, 1]) {
    world.deliver({ cmd: 'publish', topic: 'in/a', payload: 'one', qos, messageId: 5 });
    world.deliver({
      cmd: 'publish',
      topic: 'in/a',
      payload: 'two',
      qos,
      messageId: 6,
      properties: { topicAlias: 2, contentType: 'x' },
    });
    world.deliver({
      cmd: 'publish',
      topic: '',
      payload: 'three',
      qos,
      messageId: 7,
      properties: { topicAlias: 2 },
    });
  }
  expect(world.got).toEqual([
    'in/a one 30',
    'in/a two 30',
    'in/a three 30',
    'in/a one 32',
    'in/a two 32',
    'in/a three 32',
  ]);
  expect(world.sent().map((packet) => packet.messageId)).toEqual([5, 6, 7]);
  expect(seen).toEqual([]);
  expect(world.said).toEqual([]);
});

it('does not acknowledge a message that its handler failed on, and goes on with the next', () => {
  const world = createWorld5();
  let isFailing = true;
  world.client.subscription('a', 1, (payload) => {
    world.got.push(text(payload));
    if (isFailing) throw new Error('handler');
  });
  world.online();
  world.sent();
  for (const qos of [0, 1]) world.deliver({ cmd: 'publish', topic: 'a', payload: 'x', qos, messageId: 5 });
  isFailing = false;
  world.deliver({ cmd: 'publish', topic: 'a', payload: 'y', qos: 1, messageId: 6 });
  expect(world.got).toEqual(['x', 'x', 'y']);
  expect(world.sent()).toMatchObject([{ cmd: 'puback', messageId: 6 }]);
  expect(world.said).toEqual(Array(2).fill(`report ${Event.HandlerFailed} 0`));
  expect(world.client.isOnline()).toBe(true);
  // It comes again with the session.
  world.reconnect();
  world.sent();
  world.deliver({ cmd: 'publish', topic: 'a', payload: 'x', qos: 1, messageId: 5, dup: true });
  expect(world.sent()).toMatchObject([{ cmd: 'puback', messageId: 5 }]);
});

it('gives up what the broker refuses', () => {
  const world = createWorld5();
  world.online();
  const topic = world.topic('t', 1);
  world.publish(topic, 'x');
  world.sent();
  world.deliver({ cmd: 'puback', messageId: 1, reasonCode: 0x87 });
  expect(world.said).toEqual(['report 42 391']);
  expect(world.client.counters()).toMatchObject({ rejected: 1, delivered: 0, sent: 1 });
  expect(world.outbox.count()).toBe(0);
});

it('keeps to a receive maximum of 1', () => {
  const world = createWorld5();
  world.online({ receiveMaximum: 1 });
  const topic = world.topic('t', 1);
  for (let i = 0; i < 3; i++) world.publish(topic, `${i}`);
  for (let i = 1; i < 4; i++) {
    expect(world.sent()).toMatchObject([{ cmd: 'publish', messageId: i }]);
    world.deliver({ cmd: 'puback', messageId: i });
  }
  expect(world.outbox.count()).toBe(0);
});

it('counts what was too long, and what may be, for each that is refused', () => {
  const world = createWorld5();
  const topic = world.topic('t', 0);
  const refused = (code: number) => {
    expect(code).toBe(Code.TooLong);
    const { needed, available } = world.client.counters();
    return [needed, available];
  };
  const stream = (size: number) => world.client.stream(topic, size, createSource('x'.repeat(size)));
  world.online({ maximumPacketSize: 100 });
  expect(refused(stream(200))).toEqual([211, 100]);
  world.reconnect({ maximumPacketSize: 13 });
  expect(refused(world.publish(topic, 'x'.repeat(8)))).toEqual([14, 13]);
  world.reconnect();
  expect(refused(world.publish(world.topic('t', 1), 'x'.repeat(1024)))).toEqual([1037, 1024]);
});
