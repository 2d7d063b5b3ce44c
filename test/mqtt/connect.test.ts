// From `connect` to a session and to its end: CONNECT, CONNACK, DISCONNECT.
import { describe, expect, it } from 'vitest';
import { NEVER_MS } from '../../src/ports/clock.ts';
import { Close, Code } from '../../src/ports/codes.ts';
import { createWorld, type Setup } from './client.ts';
import { connack, DISCONNECT, lines, PINGREQ, utf8, word } from './wire.ts';

/** What a client with these options writes when the connection opens. */
function connectOf(setup: Setup): string {
  const world = createWorld(setup);
  expect(world.client.connect('broker', 1883)).toBe(Code.Ok);
  world.socket.accept();
  return world.socket.take();
}

describe('CONNECT', () => {
  it('goes out first, once, as soon as the connection stands', () => {
    const world = createWorld();
    expect(world.client.connect('broker', 1883)).toBe(Code.Ok);
    expect(world.socket.opened).toEqual(['broker:1883']);
    expect(world.socket.take()).toBe('');
    expect(world.said).toEqual([]);
    world.socket.accept();
    expect(world.said).toEqual(['open']);
    expect(world.socket.take()).toBe('\x10\x10\0\x04MQTT\x04\0\0\x3c\0\x04mote');
    expect(world.client.isOnline()).toBe(false);
  });

  it.each<[string, Setup, string]>([
    ['a clean session', { cleanSession: true }, '\x10\x10\0\x04MQTT\x04\x02\0\x3c\0\x04mote'],
    [
      'an empty client id with a clean session',
      { clientId: '', cleanSession: true },
      '\x10\x0c\0\x04MQTT\x04\x02\0\x3c\0\0',
    ],
    ['a user name', { username: 'u' }, '\x10\x13\0\x04MQTT\x04\x80\0\x3c\0\x04mote\0\x01u'],
    ['an empty user name', { username: '' }, '\x10\x12\0\x04MQTT\x04\x80\0\x3c\0\x04mote\0\0'],
    [
      'a password of any bytes',
      { username: 'u', password: '\0\xff' },
      '\x10\x17\0\x04MQTT\x04\xc0\0\x3c\0\x04mote\0\x01u\0\x02\0\xff',
    ],
    ['the longest keep alive', { keepAliveSec: 65535 }, '\x10\x10\0\x04MQTT\x04\0\xff\xff\0\x04mote'],
    ['no keep alive', { keepAliveSec: 0 }, '\x10\x10\0\x04MQTT\x04\0\0\0\0\x04mote'],
    [
      'a will',
      { will: { topic: 'w', payload: 'gone', qos: 0, retain: false } },
      '\x10\x19\0\x04MQTT\x04\x04\0\x3c\0\x04mote\0\x01w\0\x04gone',
    ],
    [
      'a retained will of QoS 2 and a login',
      { will: { topic: 'w', payload: '', qos: 2, retain: true }, username: 'u', password: 'p' },
      '\x10\x1b\0\x04MQTT\x04\xf4\0\x3c\0\x04mote\0\x01w\0\0\0\x01u\0\x01p',
    ],
  ])('says %s', (_name, setup, expected) => {
    expect(connectOf(setup)).toBe(expected);
  });

  it.each<[string, Setup]>([
    ['a client id that is not UTF-8', { clientId: '\xff' }],
    ['a client id with U+0000', { clientId: 'a\0' }],
    ['a client id with a lone surrogate', { clientId: '\ud841' }],
    ['an empty client id without a clean session [MQTT-3.1.3-8]', { clientId: '' }],
    ['a user name that is not UTF-8', { username: '\xc3' }],
    ['a user name with U+0000', { username: 'a\0' }],
    ['a password without a user name [MQTT-3.1.2-22]', { password: 'p' }],
    ['a password of 65536 bytes', { username: 'u', password: 'p'.repeat(65536) }],
    ['a will without a topic', { will: { topic: '', payload: '', qos: 0, retain: false } }],
    ['a will with a wildcard', { will: { topic: 'a/#', payload: '', qos: 0, retain: false } }],
    ['a will of QoS 3 [MQTT-3.1.2-14]', { will: { topic: 'a', payload: '', qos: 3, retain: false } }],
    ['a will of QoS -1', { will: { topic: 'a', payload: '', qos: -1, retain: false } }],
    ['a negative keep alive', { keepAliveSec: -1 }],
    ['a keep alive of more than 16 bits', { keepAliveSec: 65536 }],
    ['a keep alive that is no number', { keepAliveSec: NaN }],
    [
      'more than one packet can hold',
      { will: { topic: 'a', payload: 'x'.repeat(1010), qos: 0, retain: false } },
    ],
  ])('is refused with %s before anything opens', (_name, setup) => {
    const world = createWorld(setup);
    expect(world.client.connect('broker', 1883)).toBe(Code.BadPayload);
    expect(world.socket.opened).toEqual([]);
    expect(world.client.tick(world.clock.now())).toBe(NEVER_MS);
  });

  it('leaves in pieces when it is larger than the window, and nothing comes between them', () => {
    const world = createWorld({ clientId: 'i'.repeat(1000) });
    world.client.connect('broker', 1883);
    world.socket.accept();
    const first = world.socket.take();
    expect(first).toHaveLength(536);
    expect(world.publish(world.topic('t'), '')).toBe(Code.Closed);
    world.socket.drain();
    expect(lines(first + world.socket.take())).toEqual(['connect']);
    world.socket.drain();
    world.socket.deliver(connack());
    expect(world.said).toEqual(['open', 'online false']);
    expect(world.publish(world.topic('t'), '1')).toBe(Code.Ok);
  });

  it('may be answered before the socket says that it left: nothing is sent until then', () => {
    const world = createWorld({ clientId: 'i'.repeat(1000) });
    world.subscribe('a');
    world.client.connect('broker', 1883);
    world.socket.accept();
    world.socket.deliver(connack());
    expect(world.client.isOnline()).toBe(true);
    expect(world.publish(world.topic('t'), '1')).toBe(Code.Busy);
    expect(world.publish(world.topic('t', 1), '2')).toBe(Code.Ok);
    expect(world.sent().map((line) => line.split(' ')[0])).toEqual(['connect', 'subscribe', 'publish']);
  });
});

describe('CONNACK', () => {
  it.each([true, false])('begins a session, and says whether the broker knows us: %s', (present) => {
    const world = createWorld();
    world.client.connect('broker', 1883);
    world.socket.accept();
    world.socket.deliver(connack(0, present ? 1 : 0));
    expect(world.said).toEqual(['open', `online ${present}`]);
    expect(world.client.isOnline()).toBe(true);
  });

  it('comes in pieces too', () => {
    const world = createWorld();
    world.client.connect('broker', 1883);
    world.socket.accept();
    for (const byte of connack()) world.socket.deliver(byte);
    expect(world.client.isOnline()).toBe(true);
  });

  it.each([1, 2, 3, 4, 5])('refuses with code %i, and nothing more is sent [MQTT-3.2.2-5]', (code) => {
    const world = createWorld();
    world.client.connect('broker', 1883);
    world.socket.accept();
    world.socket.take();
    world.socket.deliver(connack(code));
    expect(world.said).toEqual(['open', `offline ${Close.Refused} ${code}`]);
    expect(world.socket.isOpen()).toBe(false);
    expect(world.socket.take()).toBe('');
    expect(world.client.tick(world.clock.now())).toBe(NEVER_MS);
  });
});

describe('a connection that does not come about', () => {
  it('is refused at once', () => {
    const world = createWorld();
    world.socket.openResult = Code.Refused;
    expect(world.client.connect('broker', 1883)).toBe(Code.Refused);
    expect(world.client.tick(world.clock.now())).toBe(NEVER_MS);
    world.client.disconnect();
    expect(world.said).toEqual([]);
  });

  it('is refused by the peer, while it opens or before CONNACK', () => {
    const world = createWorld();
    world.client.connect('broker', 1883);
    world.socket.drop();
    expect(world.said).toEqual([`offline ${Close.Peer} 0`]);
    world.client.connect('broker', 1883);
    world.socket.accept();
    world.socket.drop();
    expect(world.said).toEqual([`offline ${Close.Peer} 0`, 'open', `offline ${Close.Peer} 0`]);
  });

  it('ends after 30 s without a connection', () => {
    const world = createWorld();
    world.client.connect('broker', 1883);
    world.pass(29999);
    expect(world.said).toEqual([]);
    world.pass(1);
    expect(world.said).toEqual([`offline ${Close.OpenTimeout} 0`]);
  });

  it('ends after 10 s without CONNACK', () => {
    const world = createWorld();
    world.client.connect('broker', 1883);
    world.pass(29000);
    world.socket.accept();
    world.socket.drain();
    world.pass(9999);
    expect(world.said).toEqual(['open']);
    world.pass(1);
    expect(world.said).toEqual(['open', `offline ${Close.ConnackTimeout} 0`]);
    expect(world.socket.isOpen()).toBe(false);
  });

  it('may be tried again from within the event', () => {
    let tries = 0;
    const world = createWorld({
      on: {
        onOffline() {
          if (tries++ < 2) world.client.connect('other', tries);
        },
      },
    });
    world.client.connect('broker', 1883);
    world.clock.advance(30000);
    // The new connection has a deadline of its own.
    expect(world.client.tick(world.clock.now())).toBe(0);
    expect(world.client.tick(world.clock.now())).toBe(30000);
    world.socket.accept();
    world.socket.deliver(connack(3));
    expect(world.socket.opened).toEqual(['broker:1883', 'other:1', 'other:2']);
    world.socket.accept();
    world.socket.deliver(connack());
    expect(world.client.isOnline()).toBe(true);
  });
});

describe('the end', () => {
  it('is DISCONNECT when online, and no event', () => {
    const world = createWorld();
    world.online();
    world.client.disconnect();
    expect(world.socket.take()).toBe(DISCONNECT);
    expect(world.socket.isOpen()).toBe(false);
    expect(world.client.isOnline()).toBe(false);
    expect(world.said).toEqual([]);
  });

  it('is no DISCONNECT before CONNACK, nor twice', () => {
    const world = createWorld();
    world.client.disconnect();
    world.client.connect('broker', 1883);
    world.client.disconnect();
    world.client.connect('broker', 1883);
    world.socket.accept();
    world.socket.take();
    world.client.disconnect();
    world.client.disconnect();
    expect(world.socket.take()).toBe('');
    expect(world.said).toEqual(['open']);
  });

  it('is no DISCONNECT in the middle of a packet', () => {
    const world = createWorld();
    world.online();
    world.publish(world.topic('t'), 'x'.repeat(900));
    world.client.disconnect();
    expect(world.socket.take()).toHaveLength(536);
    expect(world.socket.isOpen()).toBe(false);
  });

  it('comes without a word from the peer', () => {
    const world = createWorld();
    world.online();
    world.clock.advance(10000);
    world.socket.drop();
    expect(world.said).toEqual([`offline ${Close.Peer} 0`]);
    expect(world.client.isOnline()).toBe(false);
  });

  it('comes of its own with a new connection', () => {
    const world = createWorld();
    world.online();
    world.client.connect('other', 1884);
    expect(world.socket.take()).toBe(DISCONNECT);
    expect(world.socket.opened).toEqual(['broker:1883', 'other:1884']);
    expect(world.client.isOnline()).toBe(false);
    expect(world.said).toEqual([]);
  });

  it('leaves nothing behind: not half a packet, not bytes that waited, not a ping', () => {
    const world = createWorld();
    world.online();
    world.publish(world.topic('t'), 'x'.repeat(900));
    world.socket.deliver('\x30\x7f\0');
    world.reconnect(false);
    expect(world.sent()).toEqual([]);
    world.pass(45000);
    expect(world.socket.take()).toBe(PINGREQ);
    world.reconnect(false);
    world.pass(44999);
    expect(world.sent()).toEqual([]);
  });

  it('goes unnoticed until the event comes: a write into it loses nothing that was accepted', () => {
    const world = createWorld();
    world.online();
    // The engine knows already, the client does not: `write` throws.
    world.socket.close();
    expect(world.publish(world.topic('t'), '0')).toBe(Code.Closed);
    expect(world.publish(world.topic('t', 1), '1')).toBe(Code.Ok);
    expect(world.outbox.count()).toBe(1);
    world.client.disconnect();
    world.online(true);
    expect(world.sent()).toEqual(['publish 1 #1 dup t 1']);
  });
});

it('runs beside another client', () => {
  const a = createWorld({ clientId: 'a' });
  const b = createWorld({ clientId: 'b' });
  a.online();
  b.online();
  a.publish(a.topic('t'), utf8('ä'));
  b.publish(b.topic('t'), word(1));
  expect(a.written()).toEqual([`publish 0 t ${utf8('ä')}`]);
  expect(b.written()).toEqual(['publish 0 t \0\x01']);
});
