// What the random packets and sessions of MQTT 5.0 found, each as its shortest story.

import { describe, expect, it } from 'vitest';
import { encodeProperties, FOR_TOPIC } from '../../src/property-list.ts';
import { Close, Code } from '../../src/ports/codes.ts';
import { PropertyId } from '../../src/ports/properties.ts';
import { SEND_WINDOW } from '../../src/ports/socket.ts';
import { createSource } from '../mqtt/client.ts';
import { connack, createWorld5, read } from '../mqtt/five/world.ts';
import { createBusyPeer5, judge, propertyField } from './peer5.ts';
import { CLIENT_DISCONNECTS, encodeProperty } from './spec5.ts';
import { createReader, packet } from './wire.ts';

const user = (size: number): string =>
  encodeProperties([[PropertyId.User, 'name', 'v'.repeat(size - 9)]], FOR_TOPIC)!;

describe('from the broker', () => {
  it.each([2, 11])('a value of 0x7ffffff is one like others: property %i', (id) => {
    const peer = createBusyPeer5();
    peer.say(packet(0x30, `\0\x01a${propertyField([[id, 0x7ffffff]])}`));
    expect(peer.counters().violations).toBe(0);
    expect(peer.lines[0]).toContain(`${id}=134217727`);
  });

  it('PUBREC that refuses what nobody sent is not answered with PUBREL', () => {
    const peer = createBusyPeer5();
    expect(peer.say('\x50\x03\0\x63\x97')).toBe('');
    expect(peer.lines).toEqual(['stray 99']);
  });

  it('UNSUBACK without the length of its properties is malformed', () => {
    const peer = createBusyPeer5();
    peer.say('\xb0\x02\0\x63');
    expect(peer.lines).toEqual([`offline ${Close.ProtocolError} 0`]);
  });

  it.each([
    ['PUBREC', '\x50\x83\0\0\x01\0'],
    ['a message', '\x30\x88\0\0\x05big/a\0'],
    ['a packet of no type', '\xfe\x82\x80\0\0\x01'],
  ])('a remaining length of more bytes than it needs is malformed, however it is cut: %s', (_of, stream) => {
    expect(judge(stream)).toMatchObject({ end: 'illegal', lines: [] });
    for (const sizes of [[], [1], [2], [3]]) {
      const peer = createBusyPeer5();
      expect(peer.say(stream, sizes)).toBe('\xe0\x01\x81');
      expect(peer.lines).toEqual([`offline ${Close.ProtocolError} 0`]);
    }
  });

  it('a message over the limit may be cut inside of the length of its properties', () => {
    const properties = encodeProperty([38, ['n', 'v'.repeat(150)]]);
    const peer = createBusyPeer5();
    const body = `\0\x05big/x${propertyField([[38, ['n', 'v'.repeat(150)]]])}${'p'.repeat(400)}`;
    const stream = packet(0x30, body);
    const at = stream.length - 400 - properties.length - 1;
    expect(stream.charCodeAt(at - 1)).toBeGreaterThan(127);
    peer.say(stream.slice(0, at));
    peer.say(stream.slice(at));
    expect(peer.counters().violations).toBe(0);
    expect(peer.lines.at(-1)).toContain('message 30');
  });
});

describe('to the broker', () => {
  it('an alias is not set up where the message would be too large with it, and for no name that is as short', () => {
    const world = createWorld5();
    const topic = world.topic('a-long/topic', 1);
    const short = world.topic('abc', 1);
    const payload = 'p'.repeat(40);
    const whole = 2 + 2 + 12 + 2 + 1 + 40;
    world.online({ topicAliasMaximum: 5, maximumPacketSize: whole });
    for (let i = 0; i < 3; i++) {
      world.publish(topic, payload);
      world.publish(short, payload);
    }
    expect(world.sent().map((sent) => sent.length! + 2)).toEqual([
      whole,
      whole - 9,
      whole,
      whole - 9,
      whole,
      whole - 9,
    ]);
    expect(world.said).toEqual([]);
    world.publish(topic, payload.slice(9));
    world.publish(topic, `${payload}1234567`);
    expect(world.sent()).toMatchObject([
      { properties: { topicAlias: 1 }, topic: 'a-long/topic' },
      { properties: { topicAlias: 1 }, topic: '' },
    ]);
  });

  it('what an alias makes short enough is not accepted: the next connection has none', () => {
    const world = createWorld5();
    const topic = world.topic('t'.repeat(400), 1);
    world.online({ topicAliasMaximum: 5 });
    for (let i = 0; i < 3; i++) world.publish(topic, 'x');
    expect(world.sent()).toHaveLength(3);
    expect(world.publish(topic, 'p'.repeat(900))).toBe(Code.TooLong);
    expect(world.publish(topic, 'p'.repeat(600))).toBe(Code.Ok);
    world.socket.take();
    world.reconnect();
    expect(world.sent()).toHaveLength(4);
  });

  it('what is accepted while 3.1.1 is spoken has room for its properties', () => {
    const world = createWorld5({ level: 4 });
    const topic = world.client.topic('t', 1, false, user(200))!;
    expect(world.publish(topic, 'p'.repeat(1000))).toBe(Code.TooLong);
    expect(world.publish(topic, 'p'.repeat(800))).toBe(Code.Ok);
    world.client.speak!(5);
    world.online();
    expect(world.sent()).toMatchObject([{ topic: 't', payload: Buffer.alloc(800, 'p') }]);
  });

  it('no reason but those of a client is said to a broker that takes no such QoS', () => {
    const world = createWorld5();
    world.publish(world.topic('t', 2), 'x');
    world.open();
    world.socket.deliver(connack({ maximumQoS: 0 }));
    const [goodbye] = createReader().feed(world.socket.take());
    expect(goodbye!.first).toBe(0xe0);
    expect(CLIENT_DISCONNECTS).toContain(goodbye!.body.charCodeAt(0));
    expect(world.said.at(-1)).toBe(`offline ${Close.QosNotSupported} 0`);
  });

  it('UNSUBSCRIBE is not sent to a broker whose packets are smaller', () => {
    const world = createWorld5();
    const long = world.subscribe('l'.repeat(100), 1);
    world.online();
    const [asked] = world.sent();
    world.deliver({ cmd: 'suback', messageId: asked!.messageId, granted: [1] });
    world.reconnect({ maximumPacketSize: 50 });
    expect(world.client.unsubscribe(long)).toBe(0);
    expect(world.sent()).toEqual([]);
    expect(world.client.subscribe(long)).toBe(0);
    expect(long.granted).toBe(0x95);
  });

  it('who asks for more while it is told of what cannot be asked for confuses nobody', () => {
    const asked: number[] = [];
    const world = createWorld5({
      on: {
        onReport() {
          asked.push(world.client.subscribe(wild));
          if (late.granted < 0) asked.push(world.client.subscribe(late));
        },
      },
    });
    world.subscribe('one', 1);
    const wild = world.subscribe('two/#', 1);
    const late = world.subscribe('three', 1);
    world.client.unsubscribe(late);
    world.online({ wildcardSubscriptionAvailable: false });
    const first = world.sent();
    expect(first).toHaveLength(1);
    for (let packets = first; packets.length > 0; packets = world.sent()) {
      const [{ messageId, subscriptions }] = packets as unknown as [{ messageId: number; subscriptions: [] }];
      world.deliver({ cmd: 'suback', messageId, granted: subscriptions.map(() => 1) });
      if (asked.length > 40) break;
    }
    expect(world.client.counters().violations).toBe(0);
    expect(asked.length).toBeLessThan(10);
    expect([wild.granted, late.granted]).toEqual([0xa2, 1]);
  });
});

describe('streamed messages', () => {
  it('topic and properties go out in one piece, or not at all', () => {
    const world = createWorld5();
    world.online();
    const topic = world.client.topic('t'.repeat(400), 1, false, user(200))!;
    expect(world.client.stream(topic, 10, createSource('0123456789'))).toBe(Code.TooLong);
    const fits = world.client.topic('t'.repeat(300), 1, false, user(200))!;
    expect(world.client.stream(fits, 10, createSource('0123456789'))).toBe(Code.InFlight);
    expect(world.sent()).toHaveLength(1);
    expect(SEND_WINDOW).toBe(536);
  });

  it('what was given up before the broker refuses it is not rejected besides', () => {
    const world = createWorld5();
    world.online();
    const source = createSource('p');
    world.client.stream(world.topic('t', 1), 1, source);
    const [sent] = world.sent();
    world.client.abandon();
    world.deliver({ cmd: 'puback', messageId: sent!.messageId, reasonCode: 0x87 });
    expect(source.ends).toEqual([Code.Abandoned]);
    expect(world.client.counters()).toMatchObject({ rejected: 0, delivered: 0, strays: 0 });
  });

  it('what is over the broker’s limits is refused, or ends when it comes to light later', () => {
    const world = createWorld5();
    const topic = world.topic('t', 1);
    world.online({ maximumPacketSize: 1000 });
    expect(world.client.stream(topic, 1000, createSource('p'.repeat(1000)))).toBe(Code.TooLong);
    const source = createSource('p'.repeat(900));
    expect(world.client.stream(topic, 900, source)).toBe(Code.InFlight);
    world.socket.take();
    world.reconnect({ maximumPacketSize: 500 });
    expect(world.sent()).toEqual([]);
    expect(source.ends).toEqual([Code.Rejected]);
    const other = createSource('p');
    expect(world.client.stream(topic, 1, other)).toBe(Code.InFlight);
    expect(world.sent()).toHaveLength(1);
    world.reconnect({ maximumQoS: 0 });
    expect(other.ends).toEqual([Code.Rejected]);
    expect(read(world.socket.take())).toEqual([]);
    expect(world.client.isOnline()).toBe(true);
  });
});
