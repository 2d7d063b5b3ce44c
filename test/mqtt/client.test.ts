import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { createManualClock, createManualSocket } from '../../sim/manual.ts';
import type { ManualClock, ManualSocket } from '../../sim/manual.ts';
import { createClient, PACKET_MAX } from '../../src/mqtt/client.ts';
import type { Client } from '../../src/mqtt/client.ts';
import type { Connect } from '../../src/mqtt/packet.ts';
import { NEVER_MS } from '../../src/ports/clock.ts';
import { Close, Code } from '../../src/ports/codes.ts';
import type { Topic } from '../../src/ports/packet-writer.ts';

const ACCEPTED = '\x20\x02\x00\x00';
const PING = '\xc0\x00';
const PONG = '\xd0\x00';

let clock: ManualClock;
let socket: ManualSocket;
let client: Client;
let said: string[];
let topic: Topic;

function make(options: Partial<Connect> = {}): void {
  said = [];
  socket = createManualSocket();
  client = createClient(
    socket,
    clock,
    { clientId: 'mote', keepAliveSec: 60, ...options },
    {
      onOpen: () => said.push('open'),
      onOnline: () => said.push('online'),
      onOffline: (why, detail) => said.push(`offline ${why} ${detail}`),
    },
  );
  topic = client.topic('t/1')!;
}

function goOnline(): void {
  expect(client.connect('broker', 1883)).toBe(Code.Ok);
  socket.accept();
  socket.drain();
  socket.deliver(ACCEPTED);
  expect(client.isOnline()).toBe(true);
  socket.take();
  said.length = 0;
}

/** Advance to the next deadline, which must be `ms` away, and do what is due. */
function due(ms: number): void {
  expect(client.tick(clock.now())).toBe(ms);
  clock.advance(ms);
  client.tick(clock.now());
}

beforeEach(() => {
  clock = createManualClock(0x7fffff0);
  make();
});

describe('connect', () => {
  it('sends CONNECT first, and is online with CONNACK', () => {
    client.connect('broker', 1883);
    expect(socket.opened).toEqual(['broker:1883']);
    expect(socket.take()).toBe('');
    socket.accept();
    expect(socket.take()).toBe('\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04mote');
    expect(client.isOnline()).toBe(false);
    socket.deliver(ACCEPTED);
    expect(said).toEqual(['open', 'online']);
  });

  it('sends user name and password', () => {
    make({ username: 'u', password: 'p' });
    client.connect('broker', 1883);
    socket.accept();
    expect(socket.take()).toBe('\x10\x16\x00\x04MQTT\x04\xc2\x00\x3c\x00\x04mote\x00\x01u\x00\x01p');
  });

  it('returns what the socket says when nothing answers there', () => {
    socket.openResult = Code.Refused;
    expect(client.connect('broker', 1883)).toBe(Code.Refused);
    expect(client.tick(clock.now())).toBe(NEVER_MS);
  });

  it.each([
    ['an ill-formed client id', { clientId: '\xff' }],
    ['an ill-formed user name', { username: 'a\0' }],
    ['a password without a user name [MQTT-3.1.2-22]', { password: 'p' }],
    ['a password that is too long', { username: 'u', password: 'p'.repeat(65536) }],
  ])('refuses %s before it opens anything', (_name, options) => {
    make(options);
    expect(client.connect('broker', 1883)).toBe(Code.BadPayload);
    expect(socket.opened).toEqual([]);
  });

  it.each([1, 2, 3, 4, 5])('reports refusal %i and sends nothing more', (code) => {
    client.connect('broker', 1883);
    socket.accept();
    socket.take();
    socket.deliver(`\x20\x02\x00${String.fromCharCode(code)}`);
    expect(said).toEqual(['open', `offline ${Close.Refused} ${code}`]);
    expect(socket.isOpen()).toBe(false);
    expect(socket.take()).toBe('');
  });

  it('calls a CONNACK that MQTT does not know a violation', () => {
    client.connect('broker', 1883);
    socket.accept();
    socket.deliver('\x20\x02\x00\x06');
    expect(said).toEqual(['open', `offline ${Close.ProtocolError} 0`]);
    expect(client.counters.violations).toBe(1);
  });

  it('gives up when the connection does not open in time', () => {
    client.connect('broker', 1883);
    due(30000);
    expect(said).toEqual([`offline ${Close.OpenTimeout} 0`]);
  });

  it('gives up when CONNACK does not come in time', () => {
    client.connect('broker', 1883);
    socket.accept();
    socket.drain();
    due(10000);
    expect(said).toEqual(['open', `offline ${Close.ConnackTimeout} 0`]);
    expect(socket.isOpen()).toBe(false);
  });

  it('says DISCONNECT when online and nothing before', () => {
    client.connect('broker', 1883);
    client.disconnect();
    expect(socket.take()).toBe('');
    goOnline();
    client.disconnect();
    expect(socket.take()).toBe('\xe0\x00');
    expect(socket.isOpen()).toBe(false);
    expect(said).toEqual([]);
  });

  it('closes the former connection when asked to connect again', () => {
    goOnline();
    client.connect('other', 1884);
    expect(socket.opened).toEqual(['broker:1883', 'other:1884']);
    expect(client.isOnline()).toBe(false);
  });

  it('sends a CONNECT that is larger than the window piece by piece', () => {
    make({ clientId: 'i'.repeat(1200) });
    client.connect('broker', 1883);
    socket.accept();
    expect(socket.take()).toHaveLength(536);
    expect(client.tick(clock.now())).toBe(10000);
    socket.drain();
    expect(socket.take()).toHaveLength(536);
    socket.drain();
    expect(socket.take()).toHaveLength(1215 - 1072);
    socket.deliver(ACCEPTED);
    expect(said).toEqual(['open', 'online']);
  });
});

describe('publish', () => {
  it('sends QoS 0, retained or not', () => {
    goOnline();
    expect(client.publish(topic, '1', false)).toBe(Code.Ok);
    expect(client.publish(topic, '2', true)).toBe(Code.Ok);
    expect(socket.take()).toBe('\x30\x06\x00\x03t/11\x31\x06\x00\x03t/12');
    expect(client.counters.published).toBe(2);
  });

  it('writes text, integers and fixed-point numbers between begin and end', () => {
    goOnline();
    client.begin(topic);
    client.text('dropped');
    client.begin(topic);
    client.text('{"n":');
    client.integer(-12);
    client.text(',"t":');
    client.fixed(-21504, 3);
    client.text('}');
    expect(client.end()).toBe(Code.Ok);
    expect(socket.take()).toBe('\x30\x1a\x00\x03t/1{"n":-12,"t":-21.504}');
  });

  it('refuses end without begin, and a topic that is none', () => {
    goOnline();
    expect(client.end()).toBe(Code.BadTopic);
    expect(client.topic('a/#')).toBeNull();
    expect(socket.take()).toBe('');
  });

  it('refuses without a session, and forgets a draft with the connection', () => {
    expect(client.publish(topic, '1', false)).toBe(Code.Closed);
    goOnline();
    client.begin(topic);
    client.text('half');
    socket.drop();
    goOnline();
    expect(client.end()).toBe(Code.BadTopic);
    expect(client.counters).toMatchObject({ published: 0, refused: 2 });
  });

  it('hands over at most 536 unsent bytes, whole packets only, and goes on after drain', () => {
    goOnline();
    const payload = 'x'.repeat(100);
    let accepted = 0;
    while (client.publish(topic, payload, false) === Code.Ok) accepted++;
    expect(accepted).toBe(5);
    expect(socket.take()).toHaveLength(5 * 107);
    expect(client.publish(topic, payload, false)).toBe(Code.Busy);
    socket.drain();
    expect(client.publish(topic, payload, false)).toBe(Code.Ok);
    expect(socket.take()).toHaveLength(107);
  });

  it('sends a packet larger than the window in pieces, and nothing between them', () => {
    goOnline();
    expect(client.publish(topic, 'y'.repeat(900), false)).toBe(Code.Ok);
    expect(client.publish(topic, 'z', false)).toBe(Code.Busy);
    const first = socket.take();
    expect(first).toHaveLength(536);
    socket.drain();
    const all = first + socket.take();
    expect(all).toBe(`\x30\x89\x07\x00\x03t/1${'y'.repeat(900)}`);
    expect(client.publish(topic, 'z', false)).toBe(Code.Ok);
  });

  it('refuses a packet beyond its limit before the first byte', () => {
    goOnline();
    const overhead = 3 + 5;
    expect(client.publish(topic, 'y'.repeat(PACKET_MAX - overhead), false)).toBe(Code.Ok);
    socket.drain();
    socket.take();
    expect(client.publish(topic, 'y'.repeat(PACKET_MAX - overhead + 1), false)).toBe(Code.TooLong);
    expect(socket.take()).toBe('');
  });

  it('closes when bytes do not leave in time', () => {
    make({ keepAliveSec: 0 });
    goOnline();
    expect(client.tick(clock.now())).toBe(NEVER_MS);
    client.publish(topic, '1', false);
    clock.advance(5000);
    client.publish(topic, '2', false);
    due(15000);
    expect(said).toEqual([`offline ${Close.SendTimeout} 0`]);
  });

  it('gives every piece of a large packet its own time', () => {
    make({ keepAliveSec: 0 });
    goOnline();
    client.publish(topic, 'y'.repeat(900), false);
    clock.advance(19000);
    socket.drain();
    expect(client.tick(clock.now())).toBe(20000);
    socket.drain();
    expect(client.tick(clock.now())).toBe(NEVER_MS);
  });
});

describe('keep alive', () => {
  it('pings at three quarters of the keep alive, idle or not, and takes the answer', () => {
    goOnline();
    for (let i = 0; i < 3; i++) {
      due(45000);
      expect(socket.take()).toBe(PING);
      socket.drain();
      socket.deliver(PONG);
    }
    expect(said).toEqual([]);
  });

  it('notices a dead link ten seconds after an unanswered ping', () => {
    goOnline();
    due(45000);
    socket.drain();
    due(10000);
    expect(said).toEqual([`offline ${Close.PingTimeout} 0`]);
  });

  it('does not extend the deadline of an unanswered ping by the next one', () => {
    make({ keepAliveSec: 8 });
    goOnline();
    due(6000);
    socket.drain();
    due(6000);
    socket.drain();
    due(4000);
    expect(said).toEqual([`offline ${Close.PingTimeout} 0`]);
  });

  it('leaves a stalled socket to the send deadline', () => {
    make({ keepAliveSec: 20 });
    goOnline();
    client.publish(topic, 'x'.repeat(527), false);
    due(15000);
    expect(socket.take()).toHaveLength(535);
    due(5000);
    expect(said).toEqual([`offline ${Close.SendTimeout} 0`]);
  });
});

describe('what the broker sends', () => {
  it('counts messages nobody asked for and goes on', () => {
    goOnline();
    socket.deliver(`\x30\x05\x00\x01ahi${PONG}`);
    expect(client.counters.unwanted).toBe(1);
    expect(client.isOnline()).toBe(true);
  });

  it.each([
    ['a second CONNACK', ACCEPTED],
    ['a QoS 1 message', '\x32\x06\x00\x01a\x00\x01x'],
    ['an endless remaining length', '\x30\xff\xff\xff\xff'],
    ['text of another protocol', 'HTTP/1.1 400 Bad Request\r\n'],
    ['a PINGRESP that claims a body', '\xd0\x80\x80\x80\x01'],
  ])('closes on %s and counts it once', (_name, bytes) => {
    goOnline();
    socket.deliver(bytes + bytes);
    expect(said).toEqual([`offline ${Close.ProtocolError} 0`]);
    expect(client.counters.violations).toBe(1);
    expect(socket.isOpen()).toBe(false);
  });

  it('stops at a close asked for by its owner in the middle of a chunk', () => {
    said = [];
    socket = createManualSocket();
    client = createClient(
      socket,
      clock,
      { clientId: 'mote', keepAliveSec: 60 },
      {
        onOpen: () => {},
        onOnline: () => client.disconnect(),
        onOffline: () => said.push('offline'),
      },
    );
    client.connect('broker', 1883);
    socket.accept();
    socket.deliver(`${ACCEPTED}\x30\x05\x00\x01ahi`);
    expect(said).toEqual([]);
    expect(client.counters.unwanted).toBe(0);
  });

  it('starts with a clean decoder on every connection', () => {
    goOnline();
    socket.deliver('\x30\x7f\x00');
    socket.drop();
    expect(said).toEqual([`offline ${Close.Peer} 0`]);
    goOnline();
  });

  it('never throws and never stays half-open on random bytes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 10 }),
        fc.boolean(),
        (chunks, first) => {
          make();
          client.connect('broker', 1883);
          socket.accept();
          if (first) socket.deliver(ACCEPTED);
          for (const chunk of chunks) socket.deliver(Buffer.from(chunk).toString('latin1'));
          const closed = said.filter((line) => line.startsWith('offline')).length;
          expect(closed).toBeLessThanOrEqual(1);
          expect(socket.isOpen()).toBe(closed === 0);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
