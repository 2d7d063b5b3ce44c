// With MQTT 5.0 built in and 3.1.1 spoken, a client does what it does without; and what it says to properties that there cannot be.

import { describe, expect, it } from 'vitest';
import { createRamOutbox } from '../../../src/outbox/ram.ts';
import { PropertyId } from '../../../src/ports/properties.ts';
import { encodeProperties, FOR_TOPIC } from '../../../src/property-list.ts';
import { createWorld } from '../client.ts';
import { packet, publish } from '../../fuzz/wire.ts';
import { createWorld5, read } from './world.ts';

describe('3.1.1 with 5.0 built in', () => {
  it('is as it was: no properties, no aliases, no reason codes', () => {
    const world = createWorld({ level: 4 });
    const properties = encodeProperties([[PropertyId.MessageExpiry, 5]], FOR_TOPIC)!;
    const topics = [0, 1, 2].map((qos) => world.client.topic('some/topic', qos, false, properties)!);
    world.subscribe('a/#', 2);
    world.online();
    expect(world.sent()[0]).toContain('subscribe');
    for (let i = 0; i < 2; i++) topics.forEach((topic) => world.publish(topic, 'x'));
    // Once as it is known by then, and once slowly.
    const size = 2 + 2 + 'some/topic'.length + 1;
    expect(world.flush().length).toBe(2 * (3 * size + 4));
    world.clock.advance(10_000);
    world.client.tick(world.clock.now());
    world.publish(topics[1]!, 'y'.repeat(300));
    expect(world.flush().length).toBe(size + 1 + 2 + 299);
    expect(world.client.counters().expired).toBe(0);
  });

  it('takes messages of every size', () => {
    const world = createWorld({ level: 4, receiveMax: 64 });
    world.subscribe('big/#', 2, true);
    world.online();
    world.grant(2);
    for (const qos of [0, 1, 2]) {
      for (const size of [3, 200]) {
        const topic = `big/${qos}`;
        const payload = 'p'.repeat(size);
        world.socket.deliver(publish({ topic, payload, qos, retain: false, dup: false, id: 7 + qos }));
      }
    }
    expect(world.sent()).toHaveLength(4);
    expect(world.client.counters()).toMatchObject({ received: 5, repeated: 1, violations: 0 });
    world.socket.deliver(packet(0x30, `\0\x50${'t'.repeat(80)}payload`));
    expect(world.client.counters()).toMatchObject({ oversize: 1, violations: 0 });
    world.socket.deliver(packet(0x30, '\0\x03a'));
    expect(world.client.counters()).toMatchObject({ violations: 1 });
  });

  it('is spoken from the next connection on', () => {
    const world = createWorld5();
    world.online();
    world.client.speak!(4);
    world.deliver({ cmd: 'publish', topic: 'a', payload: '', properties: { contentType: 'x' } });
    expect(world.client.counters().violations).toBe(0);
    world.socket.drop();
    world.client.connect('broker', 1883);
    world.socket.accept();
    expect(world.socket.take().charCodeAt(8)).toBe(4);
  });
});

it('sends what an outbox kept for a topic that this firmware has not, each time by its name', () => {
  const outbox = createRamOutbox(8, 1024);
  const former = createWorld5({ outbox });
  const topic = former.topic('former/topic', 1);
  for (let i = 0; i < 3; i++) former.publish(topic, `${i}`);
  const world = createWorld5({ outbox });
  world.online({ topicAliasMaximum: 5 });
  expect(world.sent()).toMatchObject([0, 1, 2].map(() => ({ topic: 'former/topic' })));
});

describe('properties of a message that there cannot be', () => {
  it.each([
    ['a topic alias of 0', '\x23\0\0', 0x94],
    ['a topic alias over the maximum', '\x23\0\x05', 0x94],
    ['an alias of nothing', '\x23\0\x03', 0x82, ''],
    ['a subscription identifier of 0', '\x0b\0', 0x82],
    ['a bit that is 2', '\x01\x02', 0x82],
    ['a response topic with a wildcard', '\x08\0\x01#', 0x82],
    ['one twice', '\x01\0\x01\0', 0x82],
    ['one of CONNACK', '\x21\0\x01', 0x81],
    ['a string that is not UTF-8', '\x03\0\x01\xff', 0x81],
    ['a string that is longer than all', '\x03\0\x09a', 0x81],
  ])('%s', (_what, properties, reasonCode, name = 'a') => {
    const world = createWorld5();
    world.online();
    world.sent();
    const length = String.fromCharCode(properties.length);
    world.socket.deliver(packet(0x30, `\0${String.fromCharCode(name.length)}${name}${length}${properties}`));
    expect(read(world.socket.take())).toMatchObject([{ cmd: 'disconnect', reasonCode }]);
    expect(world.said).toEqual(['offline 5 0']);
  });
});
