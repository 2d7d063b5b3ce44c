// CONNECT with properties, the keep alive that a broker sets, and what waits: messages with a time, messages that are held together, and
// answers that nobody asked for.

import { describe, expect, it } from 'vitest';
import { createRamOutbox } from '../../../src/outbox/ram.ts';
import { Close, Code } from '../../../src/ports/codes.ts';
import { PropertyId } from '../../../src/ports/properties.ts';
import { encodeProperties, FOR_CONNECT, FOR_WILL } from '../../../src/property-list.ts';
import { createWorld5, fromBroker } from './world.ts';

describe('CONNECT', () => {
  it('has the properties that it was given, and those of the will', () => {
    const properties = encodeProperties(
      [
        [PropertyId.SessionExpiry, 600],
        [PropertyId.RequestProblemInformation, 0],
      ],
      FOR_CONNECT,
    )!;
    const ofWill = encodeProperties([[PropertyId.WillDelay, 30]], FOR_WILL)!;
    const will = { topic: 'gone', payload: 'x', qos: 1, retain: false };
    const full = createWorld5({ properties, will: { ...will, properties: ofWill } }).open();
    expect(full).toMatchObject({
      properties: { sessionExpiryInterval: 600, requestProblemInformation: false, receiveMaximum: 32 },
      will: { topic: 'gone', properties: { willDelayInterval: 30 } },
    });
    const bare = createWorld5({ cleanSession: true, will }).open() as { properties?: object; will?: object };
    expect(bare.properties).toEqual({
      receiveMaximum: 32,
      topicAliasMaximum: 4,
      requestResponseInformation: true,
    });
    expect(bare.will).not.toHaveProperty('properties.willDelayInterval');
  });

  it('is followed by a PINGREQ as often as the broker says, or by none', () => {
    const world = createWorld5();
    world.online({ serverKeepAlive: 4 });
    world.sent();
    world.pass(3000);
    expect(world.sent()).toMatchObject([{ cmd: 'pingreq' }]);
    world.clock.advance(20);
    world.deliver({ cmd: 'pingresp' });
    expect(world.client.rttMs()).toBe(20);
    world.reconnect({ serverKeepAlive: 0, reasonString: 'nobody listens' });
    world.pass(100_000);
    expect(world.sent()).toEqual([]);
    world.socket.deliver('\xd0\x01\0');
    expect(world.said).toEqual([`offline ${Close.ProtocolError} 0`]);
  });
});

describe('what waits', () => {
  it('messages with a time, and those that are held together, are as long as 5.0 makes them', () => {
    const ram = createRamOutbox(8, 1024);
    const taken: string[] = [];
    const world = createWorld5({
      outbox: {
        ...ram,
        keepsTime: true,
        append(topic, payload, timeAt) {
          taken.push(`at ${timeAt}`);
          return ram.append(topic, payload);
        },
        gather() {
          taken.push('held');
          return Code.Ok;
        },
        appendGathered: () => Code.Empty,
      },
    });
    const topic = world.topic('t', 1);
    const timed = (size: number): number => {
      world.client.begin(topic);
      world.client.text('x'.repeat(size));
      world.client.time();
      return world.client.end();
    };
    expect(timed(5)).toBe(Code.Ok);
    expect(timed(1002)).toBe(Code.TooLong);
    world.client.hold();
    expect(timed(5)).toBe(Code.Held);
    expect(world.publish(topic, 'x')).toBe(Code.Held);
    expect(world.client.release()).toBe(Code.Ok);
    expect(taken).toEqual(['at 5', 'held', 'held']);
  });

  it('answers to what is not known are no more than there is room for', () => {
    const world = createWorld5();
    world.online();
    world.publish(world.topic('t'), 'x'.repeat(900));
    for (let id = 1; id < 400; id++) {
      world.socket.deliver(fromBroker({ cmd: 'pubrel', messageId: id, reasonCode: 0 }));
    }
    const answers = world.sent().filter(({ cmd }) => cmd === 'pubcomp');
    expect(answers.length).toBeGreaterThan(0);
    expect(answers.length).toBeLessThan(256);
    expect(world.client.counters()).toMatchObject({ strays: 399, violations: 0 });
  });
});
