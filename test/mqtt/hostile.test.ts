// What no broker should send: a named end of the connection, or a count; never an exception, growth, or another packet spoilt.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Close, Code, Event } from '../../src/ports/codes.ts';
import { SEND_WINDOW } from '../../src/ports/socket.ts';
import { createSource, createWorld, type World } from './client.ts';
import {
  ack,
  connack,
  lines,
  message,
  packet,
  PINGRESP,
  PUBACK,
  PUBCOMP,
  PUBREC,
  PUBREL,
  suback,
  UNSUBACK,
  word,
} from './wire.ts';

const VIOLATION = `offline ${Close.ProtocolError} 0`;

/** Ways to cut a packet: whole, byte by byte, behind its first byte, and in front of its last one. */
const CUTS: [string, (bytes: string) => string[]][] = [
  ['whole', (bytes) => [bytes]],
  ['byte by byte', (bytes) => bytes.split('')],
  ['with another packet in front of it', (bytes) => [PINGRESP + bytes]],
  ['with another packet behind it', (bytes) => [bytes + PINGRESP + PINGRESP]],
];

/** A client with a session, a message of QoS 1 (#1) and one of QoS 2 (#2) in flight, and a subscription. */
function createBusy(): World {
  const world = createWorld();
  world.subscribe('a');
  world.subscribe('+/b', 2);
  world.online();
  world.publish(world.topic('t', 1), '1');
  world.publish(world.topic('t', 2), '2');
  world.sent();
  world.said.length = 0;
  return world;
}

describe.each(CUTS)('bytes that MQTT forbids, %s', (_name, cut) => {
  it.each([
    ['CONNACK again', connack()],
    ['CONNECT', packet(0x10, '\0\x04MQTT\x04\0\0\0\0\0')],
    ['SUBSCRIBE', packet(0x82, '\0\x01\0\x01a\0')],
    ['UNSUBSCRIBE', packet(0xa2, '\0\x01\0\x01a')],
    ['PINGREQ', '\xc0\0'],
    ['DISCONNECT', '\xe0\0'],
    ['packet type 0', '\0\x02\0\0'],
    ['packet type 0 with an identifier', '\0\x02\0\x01'],
    ['packet type 15', '\xf0\0'],
    ['PUBLISH of QoS 3 [MQTT-3.3.1-4]', message('a', 'x', 6)],
    ['PUBLISH of QoS 0 with DUP [MQTT-3.3.1-2]', message('a', 'x', 8)],
    ['PUBLISH of QoS 1 with identifier 0 [MQTT-2.3.1-1]', message('a', 'x', 2, 0)],
    ['PUBLISH of QoS 2 with identifier 0 [MQTT-2.3.1-1]', message('a', 'x', 4, 0)],
    ['PUBLISH without a body', '\x30\0'],
    ['PUBLISH with half a topic length', '\x30\x01\0'],
    ['PUBLISH without a topic [MQTT-4.7.3-1]', message('', 'x')],
    ['PUBLISH of QoS 1 without a topic', message('', 'x', 2)],
    ['PUBLISH of QoS 2 without a topic', message('', 'x', 4)],
    ['PUBLISH whose topic is longer than itself', '\x30\x04\0\x09ab'],
    ['PUBLISH whose topic is longer than itself, and subscribed', '\x30\x02\0\x01a'],
    ['PUBLISH whose topic claims to have 65535 bytes', '\x30\x03\xff\xff\xff'],
    ['PUBLISH of QoS 1 whose topic claims to have 65535 bytes', '\x32\x05\xff\xff\xff\0\x01'],
    ['PUBLISH of QoS 2 whose topic claims to have 65535 bytes', '\x34\x06\xff\xff\xff\0\x01x'],
    ['PUBLISH of QoS 1 without an identifier', '\x32\x03\0\x01a'],
    ['PUBLISH of QoS 1 with half an identifier', '\x32\x04\0\x01a\0'],
    ['PUBLISH of QoS 2 without an identifier', '\x34\x03\0\x01a'],
    ['PUBLISH of QoS 2 with half an identifier', '\x34\x04\0\x01a\0'],
    ['PUBLISH with a wildcard in its topic [MQTT-3.3.2-2]', message('a/+', 'x')],
    ['PUBLISH with # in its topic', message('a/#', 'x')],
    ['PUBLISH with U+0000 in its topic [MQTT-1.5.3-2]', message('a\0', 'x')],
    ['PUBLISH with a surrogate in its topic [MQTT-1.5.3-1]', message('a\xed\xa0\x80', 'x')],
    ['PUBLISH with half a character in its topic', message('a\xc3', 'x')],
    ['PUBACK without an identifier', '\x40\0'],
    ['PUBACK with half an identifier', '\x40\x01\x01'],
    ['PUBACK that is too long', '\x40\x03\0\x01\0'],
    ['PUBACK with flags [MQTT-2.2.2-2]', '\x42\x02\0\x01'],
    ['PUBACK with identifier 0', ack(PUBACK, 0)],
    ['PUBREC with identifier 0', ack(PUBREC, 0)],
    ['PUBCOMP with identifier 0', ack(PUBCOMP, 0)],
    ['PUBREL with identifier 0', ack(PUBREL, 0)],
    ['PUBREL without its flags [MQTT-3.6.1-1]', '\x60\x02\0\x01'],
    ['PUBREC with the flags of PUBREL', '\x52\x02\0\x01'],
    ['PUBACK for a message of QoS 2 [MQTT-4.3.3-1]', ack(PUBACK, 2)],
    ['PUBREC for a message of QoS 1', ack(PUBREC, 1)],
    ['PUBCOMP for a message of QoS 1', ack(PUBCOMP, 1)],
    ['PUBCOMP in front of PUBREC', ack(PUBCOMP, 2)],
    ['SUBACK without a return code', ack(0x90, 0x8001)],
    ['SUBACK with flags', '\x91\x03\x80\x01\0'],
    ['UNSUBACK that is too long', '\xb0\x03\x80\x01\0'],
    ['PINGRESP with a body', '\xd0\x01x'],
    ['a remaining length of five bytes', '\x30\xff\xff\xff\xff\x01'],
    ['a PINGRESP that claims a body of megabytes', '\xd0\x80\x80\x80\x01'],
    ['text of another protocol', 'HTTP/1.1 400 Bad Request\r\n'],
  ])('closes on %s, and counts it once', (_what, bytes) => {
    const world = createBusy();
    for (const chunk of cut(bytes)) world.socket.deliver(chunk);
    expect(world.said).toEqual([VIOLATION]);
    expect(world.client.counters()).toMatchObject({ violations: 1, received: 0, delivered: 0 });
    expect(world.socket.isOpen()).toBe(false);
    expect(world.socket.take()).toBe('');
    // Nothing accepted is lost by it.
    expect(world.outbox.count()).toBe(2);
    world.online(true);
    expect(world.sent()).toEqual(expect.arrayContaining(['publish 1 #1 dup t 1', 'publish 2 #2 dup t 2']));
  });
});

describe('before CONNACK', () => {
  it.each([
    ['a message', message('a', 'x')],
    ['a message of QoS 1', message('a', 'x', 2)],
    ['a message whose topic claims to have 65535 bytes', '\x30\x03\xff\xff\xff'],
    ['PINGRESP', PINGRESP],
    ['PUBACK', ack(PUBACK, 1)],
    ['packet type 0 without an identifier', '\0\x02\0\0'],
    ['SUBACK', suback(0x8001, 0)],
    ['a CONNACK of three bytes', '\x20\x03\0\0\0'],
    ['a CONNACK of one byte', '\x20\x01\0'],
    ['a CONNACK with flags in its header', '\x21\x02\0\0'],
    ['reserved acknowledge flags', '\x20\x02\x02\0'],
    ['a refusal with a session [MQTT-3.2.2-4]', connack(5, 1)],
    ['an unknown return code', connack(6)],
  ])('closes on %s [MQTT-3.2.0-1]', (_what, bytes) => {
    const world = createWorld();
    world.subscribe('a');
    world.client.connect('broker', 1883);
    world.socket.accept();
    world.socket.deliver(bytes);
    expect(world.said).toEqual(['open', VIOLATION]);
    expect(world.client.counters()).toMatchObject({ violations: 1, received: 0, delivered: 0 });
    expect(world.socket.isOpen()).toBe(false);
  });

  it('closes on a session that a clean one cannot have [MQTT-3.2.2-1]', () => {
    const world = createWorld({ cleanSession: true });
    world.client.connect('broker', 1883);
    world.socket.accept();
    world.socket.deliver(connack(0, 1));
    expect(world.said).toEqual(['open', VIOLATION]);
  });

  it('does not take an acknowledgement for what a former connection sent', () => {
    const world = createBusy();
    world.socket.drop();
    world.client.connect('broker', 1883);
    world.socket.accept();
    world.socket.deliver(ack(PUBACK, 1));
    expect(world.client.counters()).toMatchObject({ violations: 1, delivered: 0 });
    expect(world.outbox.count()).toBe(2);
  });
});

describe('acknowledgements of nothing that is in flight', () => {
  it.each([
    ['PUBACK', PUBACK],
    ['PUBREC', PUBREC],
    ['PUBCOMP', PUBCOMP],
  ])('counts %s and says so', (_name, first) => {
    const world = createBusy();
    world.socket.deliver(ack(first, 77));
    expect(world.said).toEqual([`report ${Event.StrayAck} 77`]);
    expect(world.client.counters()).toMatchObject({ strays: 1, violations: 0, delivered: 0 });
    expect(world.outbox.count()).toBe(2);
  });

  it('counts an acknowledgement that comes twice', () => {
    const world = createBusy();
    world.socket.deliver(ack(PUBACK, 1));
    world.socket.deliver(ack(PUBACK, 1));
    expect(world.said).toEqual([`report ${Event.StrayAck} 1`]);
    expect(world.client.counters()).toMatchObject({ strays: 1, delivered: 1 });
  });

  it('answers a PUBREL of nothing with PUBCOMP, so that the broker can forget it', () => {
    const world = createBusy();
    world.socket.deliver(ack(PUBREL, 0x1234));
    expect(world.sent()).toEqual(['pubcomp #4660']);
    expect(world.client.counters().strays).toBe(1);
  });

  it('counts SUBACK and UNSUBACK of nothing', () => {
    const world = createBusy();
    world.socket.deliver(suback(77, 0) + ack(UNSUBACK, 78));
    expect(world.client.counters()).toMatchObject({ strays: 2, violations: 0 });
    expect(world.client.isOnline()).toBe(true);
  });

  it('takes an unasked PINGRESP for nothing', () => {
    const world = createBusy();
    world.socket.deliver(PINGRESP);
    expect(world.said).toEqual([]);
    expect(world.client.rttMs()).toBe(-1);
  });
});

describe('floods while nothing leaves', () => {
  /** A session whose socket has stopped in the middle of a packet, and what the peer then sends again and again. */
  function flood(world: World, bytes: string, times: number): string {
    world.socket.take();
    world.publish(world.topic('big'), 'y'.repeat(1000));
    for (let i = 0; i < times; i++) world.socket.deliver(bytes);
    return world.flush();
  }

  // With the socket, and waiting: a packet of 1024 bytes and 64 acknowledgements.
  const MOST = SEND_WINDOW + 1024 + 256;

  it.each([
    ['messages of QoS 1', message('a', 'x', 2)],
    ['one message of QoS 2 again', message('x/b', 'x', 12, 9)],
    ['one message of QoS 2 again, too large', message('x/b', 'x'.repeat(2000), 12, 9)],
    ['PUBREL', ack(PUBREL, 9)],
  ])('answers a bounded number of %s', (_name, bytes) => {
    const world = createBusy();
    const all = flood(world, bytes, 3000);
    expect(all.length).toBeLessThanOrEqual(MOST);
    expect(lines(all)[0]).toBe(`publish 0 big ${'y'.repeat(1000)}`);
    expect(world.said.filter((line) => line.startsWith('offline'))).toEqual([]);
    // And then it goes on.
    world.socket.deliver(message('a', 'x', 2, 7));
    expect(world.sent()).toEqual(['puback #7']);
  });

  it('answers a bounded number of PUBRECs', () => {
    const world = createBusy();
    const all = flood(world, ack(PUBREC, 2), 3000);
    expect(all.length).toBeLessThanOrEqual(MOST);
    expect(lines(all)[0]).toBe(`publish 0 big ${'y'.repeat(1000)}`);
  });

  it('has room for the PUBREL of every message in flight behind all other acknowledgements', () => {
    const world = createWorld();
    world.subscribe('a');
    world.online();
    world.grant(1);
    for (let i = 0; i < 8; i++) world.publish(world.topic('t', 2), `${i}`);
    world.sent();
    world.publish(world.topic('big'), 'y'.repeat(1000));
    for (let i = 0; i < 1000; i++) world.socket.deliver(message('a', 'x', 2, 1 + i));
    for (let i = 1; i <= 8; i++) world.socket.deliver(ack(PUBREC, i));
    const sent = world.sent();
    // What had no room comes on the next connection.
    if (sent.filter((line) => line.startsWith('pubrel')).length < 8) {
      expect(world.outbox.count()).toBe(8);
      world.reconnect();
      sent.push(...world.sent());
    }
    for (let i = 1; i <= 8; i++) expect(sent).toContain(`pubrel #${i}`);
  });

  it('leaves messages it has no room to acknowledge to the next connection, and does not show them', () => {
    const world = createBusy();
    flood(world, message('a', 'x', 2), 3000);
    const { received, postponed } = world.client.counters();
    expect(received + postponed).toBe(3000);
    expect(world.got).toHaveLength(received);
    expect(received).toBeLessThan(400);
  });

  it('holds at most 32 messages of QoS 2 open; further ones come again', () => {
    const world = createBusy();
    for (let id = 1; id <= 33; id++) {
      world.socket.deliver(message('x/b', `${id}`, 4, id));
      world.sent();
    }
    expect(world.client.counters()).toMatchObject({ received: 32, postponed: 1 });
    world.socket.deliver(ack(PUBREL, 5));
    world.socket.deliver(message('x/b', '33', 12, 33));
    expect(world.sent()).toEqual(['pubcomp #5', 'pubrec #33']);
    expect(world.got.at(-1)).toBe('x/b 33 3c');
  });
});

describe('acknowledgements of a streamed message that is not all sent', () => {
  it.each([
    ['PUBACK', 1, [PUBACK]],
    ['PUBREC', 2, [PUBREC]],
    ['PUBREC and PUBCOMP', 2, [PUBREC, PUBCOMP]],
  ] as const)('never lets another packet into it: %s', (_name, qos, firsts) => {
    const world = createWorld();
    world.online();
    const source = createSource('z'.repeat(2000));
    expect(world.client.stream(world.topic('s', qos), 2000, source)).toBe(Code.InFlight);
    const begun = world.socket.take();
    const id = begun.charCodeAt(6) * 256 + begun.charCodeAt(7);
    for (const first of firsts) world.socket.deliver(ack(first, id));
    world.publish(world.topic('t'), '0');
    world.publish(world.topic('t', 1), '1');
    const rest = begun + (world.client.isOnline() ? world.flush() : '');
    const streamed = packet(0x30 | (qos << 1), `\0\x01s${word(id)}${'z'.repeat(2000)}`);
    // It is a violation, and if it is passed over, the message stays in one piece.
    expect(rest.startsWith(streamed) || streamed.startsWith(rest)).toBe(true);
    expect(source.ends).not.toContain(Code.BadPayload);
  });
});

it('answers one SUBSCRIBE at a time, whatever the owner does meanwhile', () => {
  const world: World = createWorld({
    on: {
      onReport(event, detail) {
        if (event === Event.Subscribed && detail === 128) world.client.subscribe(first);
      },
    },
  });
  const first = world.subscribe('first');
  const second = world.subscribe('second');
  world.online();
  world.grant(128, 1);
  // `first` was asked for again within the report; its answer comes after `second` was given up and wanted again.
  world.client.unsubscribe(second);
  const [again] = world.sent();
  expect(again).toMatch(/^subscribe #\d+ first:1$/);
  expect(world.client.subscribe(second)).toBe(Code.Ok);
  world.socket.deliver(suback(Number(/#(\d+)/.exec(again!)![1]), 128));
  expect(world.client.isOnline()).toBe(true);
  expect(world.client.counters().violations).toBe(0);
  expect(world.sent().join()).toMatch(/^subscribe #\d+ first:1 second:1$/);
});

it('never throws, never says twice that it ended, and never stays half-open on random bytes', () => {
  const known = fc.constantFrom(
    message('a', 'x', 2),
    message('x/b', 'x', 4),
    message('a', 'x'.repeat(1500), 4, 3),
    ack(PUBACK, 1),
    ack(PUBREC, 2),
    ack(PUBCOMP, 2),
    ack(PUBREL, 1),
    suback(0x8001, 1, 2),
    PINGRESP,
  );
  const random = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
  fc.assert(
    fc.property(fc.array(fc.oneof(known, random), { maxLength: 12 }), fc.array(fc.nat(30)), (parts, cuts) => {
      const world = createBusy();
      let left = parts.join('');
      for (const cut of [...cuts, Infinity]) {
        for (let i = 0; i < 1 || (cut === Infinity && left.length > 0); i++) {
          const count = Math.min(cut, SEND_WINDOW);
          world.socket.deliver(left.substr(0, count));
          left = left.substr(count);
        }
      }
      const ended = world.said.filter((line) => line.startsWith('offline'));
      expect(ended.length).toBe(world.client.isOnline() ? 0 : 1);
      expect(world.socket.isOpen()).toBe(world.client.isOnline());
      if (world.client.isOnline()) world.sent();
    }),
    { numRuns: 1000 },
  );
});
