// What a program or a broker gets wrong with a client that speaks MQTT 5.0.

import { describe, expect, it } from 'vitest';
import { SubscriptionOption as Option } from '../../../src/mqtt/subscriptions.ts';
import { PropertyId } from '../../../src/ports/properties.ts';
import { encodeProperties, FOR_TOPIC } from '../../../src/property-list.ts';
import { Code } from '../../../src/ports/codes.ts';
import { bytes, createSource, text } from '../client.ts';
import { connack, createWorld5, fromBroker, read } from './world.ts';

const long = encodeProperties([[PropertyId.User, 'a', 'v'.repeat(249)]], FOR_TOPIC);

describe('what is refused before anything is sent', () => {
  it('topics with properties that there cannot be', () => {
    const { client } = createWorld5();
    expect(client.topic('t', 0, false, null)).toBeNull();
    expect(client.topic('t', 0, false, long)).not.toBeNull();
    expect(client.topic('t', 0, false, `${long}x`)).toBeNull();
    expect(client.topic('', 0, false, '')).toBeNull();
  });

  it('what is no topic, no payload, or too long', () => {
    const world = createWorld5();
    const { client } = world;
    const topic = world.topic('t');
    const none = {} as never;
    expect(client.publish(null, bytes('x'))).toBe(Code.BadTopic);
    expect(client.publish(none, bytes('x'))).toBe(Code.BadTopic);
    expect(client.publish(topic, none)).toBe(Code.BadPayload);
    expect(client.publish(topic, bytes('x'))).toBe(Code.Closed);
    expect(client.publish(topic, bytes('x'.repeat(1025)))).toBe(Code.TooLong);
    expect(client.stream(null, 1, createSource('x'))).toBe(Code.BadTopic);
    expect(client.stream(none, 1, createSource('x'))).toBe(Code.BadTopic);
    world.online({ maximumPacketSize: 20, maximumQoS: 0 });
    expect(client.publish(topic, bytes('x'.repeat(20)))).toBe(Code.TooLong);
    expect(client.counters().available).toBe(20);
    expect(client.stream(world.topic('t', 1), 1, createSource('x'))).toBe(Code.Rejected);
    expect(world.sent()).toEqual([]);
  });

  it('QoS 0 while the socket is full', () => {
    const world = createWorld5();
    world.online();
    const topic = world.topic('t');
    expect(world.publish(topic, 'x'.repeat(500))).toBe(Code.Ok);
    expect(world.publish(topic, 'x'.repeat(200))).toBe(Code.Busy);
    expect(world.sent()).toHaveLength(1);
  });

  it('options of a subscription that there cannot be', () => {
    const { client } = createWorld5();
    const take = () => {};
    const made = (filter: string, options: number) =>
      client.subscription(filter, 1, take, undefined, options) !== null;
    expect(made('a', Option.RetainNever | Option.NoLocal | Option.RetainAsPublished)).toBe(true);
    expect(made('a', Option.RetainIfNew | Option.RetainNever)).toBe(false);
    expect(made('a', -1)).toBe(false);
    expect(made('$share/g/a', Option.NoLocal)).toBe(false);
    expect(made('$share/g/a', Option.RetainAsPublished)).toBe(true);
  });
});

describe('subscriptions', () => {
  it('say their options, and those with identifiers go alone', () => {
    const world = createWorld5();
    const take = world.onMessage;
    world.client.subscription('a', 1, take, undefined, Option.NoLocal | Option.RetainIfNew);
    world.client.subscription('b', 2, take, undefined, Option.Identified | Option.RetainAsPublished);
    world.client.subscription('c', 0, take);
    world.online();
    const asked: unknown[] = [];
    for (let packets = world.sent(); packets.length > 0; packets = world.sent()) {
      const [packet] = packets as unknown as {
        messageId: number;
        subscriptions: object[];
        properties?: object;
      }[];
      asked.push([packet!.properties ?? {}, packet!.subscriptions]);
      world.deliver({
        cmd: 'suback',
        messageId: packet!.messageId,
        granted: packet!.subscriptions.map(() => 0),
      });
    }
    expect(asked).toMatchObject([
      [{}, [{ topic: 'a', qos: 1, nl: true, rap: false, rh: 1 }]],
      [{ subscriptionIdentifier: 2 }, [{ topic: 'b', qos: 2, nl: false, rap: true, rh: 0 }]],
      [{}, [{ topic: 'c', qos: 0 }]],
    ]);
  });

  it('are not asked for where the broker cannot do that', () => {
    const world = createWorld5();
    const filters = ['+/a', '$share/g/a', 'plain', 'f'.repeat(60)].map((filter) => world.subscribe(filter));
    const identified = world.client.subscription('b', 1, world.onMessage, undefined, Option.Identified);
    world.online({
      wildcardSubscriptionAvailable: false,
      sharedSubscriptionAvailable: false,
      subscriptionIdentifiersAvailable: false,
      maximumPacketSize: 60,
    });
    const [packet] = world.sent() as unknown as { messageId: number; subscriptions: { topic: string }[] }[];
    expect(packet!.subscriptions.map(({ topic }) => topic)).toEqual(['plain', 'b']);
    world.deliver({ cmd: 'suback', messageId: packet!.messageId, granted: [1, 0x87] });
    expect([...filters, identified].map((one) => one!.granted)).toEqual([0xa2, 0x9e, 1, 0x95, 0x87]);
  });

  it('ask in several packets where one would be too large, and hear of codes for what they left', () => {
    const world = createWorld5();
    const two = ['f'.repeat(30), 'g'.repeat(30)].map((filter) => world.subscribe(filter));
    world.online({ maximumPacketSize: 60 });
    for (let i = 0; i < 2; i++) {
      const [packet] = world.sent();
      world.deliver({ cmd: 'suback', messageId: packet!.messageId, granted: [1] });
    }
    expect(two.map(({ granted }) => granted)).toEqual([1, 1]);
    world.client.unsubscribe(two[0]!);
    const [leaving] = world.sent();
    world.deliver({ cmd: 'unsuback', messageId: leaving!.messageId, granted: [0x11] });
    expect(two[0]!.granted).toBe(-1);
    world.client.unsubscribe(two[1]!);
    const [last] = world.sent();
    world.deliver({ cmd: 'unsuback', messageId: last!.messageId, granted: [2] });
    expect(world.client.counters().violations).toBe(1);
  });
});

describe('what a broker says at a bad moment', () => {
  it('of a message that has not left whole', () => {
    for (const [cmd, reasonCode] of [
      ['puback', 0],
      ['puback', 0x87],
    ] as const) {
      const world = createWorld5();
      world.online();
      expect(world.client.stream(world.topic('t', 1), 2000, createSource('x'.repeat(2000)))).toBe(
        Code.InFlight,
      );
      world.socket.deliver(fromBroker({ cmd, messageId: 32769, reasonCode }));
      expect(world.client.counters().violations).toBe(1);
    }
  });

  it('more messages than it may have unanswered', () => {
    const world = createWorld5();
    world.client.subscription('q', 2, world.onMessage);
    world.online();
    for (let i = 1; i < 33; i++) {
      world.deliver({ cmd: 'publish', topic: 'q', payload: '', qos: 2, messageId: i });
    }
    expect(world.client.counters()).toMatchObject({ received: 32, violations: 0 });
    world.sent();
    world.deliver({ cmd: 'publish', topic: 'q', payload: '', qos: 2, messageId: 33 });
    expect(world.client.counters()).toMatchObject({ received: 32, violations: 1 });
    expect(read(world.socket.take())).toMatchObject([{ cmd: 'disconnect', reasonCode: 0x93 }]);
  });

  it('with more properties than are taken in: the message is passed over, and acknowledged', () => {
    const world = createWorld5({ receiveMax: 64 });
    world.subscribe('a', 1, true);
    world.online();
    world.sent();
    const packet = {
      cmd: 'publish',
      topic: 'a',
      payload: 'p',
      qos: 1,
      messageId: 7,
      properties: { userProperties: { name: 'v'.repeat(1000) } },
    };
    for (const piece of fromBroker(packet).match(/[^]{1,100}/g)!) world.socket.deliver(piece);
    expect(world.sent()).toMatchObject([{ cmd: 'puback', messageId: 7 }]);
    expect(world.client.counters()).toMatchObject({ oversize: 1, received: 0, violations: 0 });
  });

  it('a name for us, which the next CONNECT has', () => {
    const said: string[] = [];
    const world = createWorld5({
      clientId: '',
      on: { onProperty: (first, id, value) => void said.push(`${first} ${id} ${text(value)}`) },
    });
    expect(world.open()).toMatchObject({ clientId: '' });
    world.socket.deliver(connack({ assignedClientIdentifier: 'mote-7', reasonString: 'welcome' }));
    expect(said).toEqual(['32 18 mote-7', '32 31 welcome']);
    world.socket.drop();
    expect(world.open()).toMatchObject({ clientId: 'mote-7' });
  });

  it('of 3.1.1: it refuses the version, or takes no client of it', () => {
    const world = createWorld5();
    world.open();
    world.socket.deliver('\x20\x02\0\x01');
    expect(world.said.at(-1)).toBe('offline 4 1');
    world.client.speak!(4);
    expect(world.client.connect('broker', 1883)).toBe(Code.Ok);
    world.socket.accept();
    world.socket.take();
    world.socket.deliver('\x20\x02\0\0');
    expect(world.client.isOnline()).toBe(true);
    world.socket.deliver('\x40\x03\0\x01\0');
    expect(world.client.counters().violations).toBe(1);
  });
});
