// Publishing with QoS 0, what QoS 1 and 2 have in common with it, and payloads that are written field by field.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PACKET_MAX } from '../../src/mqtt/client.ts';
import { Code } from '../../src/ports/codes.ts';
import { SEND_WINDOW } from '../../src/ports/socket.ts';
import { bytes, createWorld } from './client.ts';
import { ack, message, PUBACK, PUBCOMP, PUBREC, utf8 } from './wire.ts';

describe('QoS 0', () => {
  it('goes out at once, retained or not', () => {
    const world = createWorld();
    world.online();
    expect(world.publish(world.topic('t/1'), '1')).toBe(Code.Ok);
    expect(world.publish(world.topic('t/2', 0, true), '2')).toBe(Code.Ok);
    expect(world.socket.take()).toBe('\x30\x06\0\x03t/11\x31\x06\0\x03t/22');
    expect(world.outbox.count()).toBe(0);
  });

  it('carries any bytes, and none', () => {
    const world = createWorld();
    world.online();
    const every = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join('');
    for (const payload of ['', '\0', every]) {
      expect(world.publish(world.topic('t'), payload)).toBe(Code.Ok);
      expect(world.flush()).toBe(message('t', payload));
    }
  });

  it.each([0, 1, 2] as const)(
    'has the topic at any length, whole or not in a short packet: QoS %i',
    (qos) => {
      const world = createWorld();
      world.online();
      let count = 0;
      for (let length = 118; length <= 132; length++) {
        for (let size = 0; size <= 12; size++) {
          const name = 't'.repeat(length);
          const topic = world.topic(name, qos);
          expect(world.publish(topic, 'x'.repeat(size))).toBe(Code.Ok);
          const id = ++count;
          expect(world.flush()).toBe(message(name, 'x'.repeat(size), qos << 1, id));
          if (qos === 0) continue;
          world.socket.deliver(ack(qos === 1 ? PUBACK : PUBREC, id));
          if (qos === 2) world.socket.deliver(ack(PUBCOMP, id));
          world.flush();
        }
      }
    },
  );

  it('is refused without a session, and nothing of it is kept', () => {
    const world = createWorld();
    const topic = world.topic('t');
    expect(world.publish(topic, '1')).toBe(Code.Closed);
    world.client.connect('broker', 1883);
    expect(world.publish(topic, '2')).toBe(Code.Closed);
    world.socket.accept();
    expect(world.publish(topic, '3')).toBe(Code.Closed);
    world.online();
    world.socket.drop();
    expect(world.publish(topic, '4')).toBe(Code.Closed);
    world.online();
    world.client.disconnect();
    expect(world.publish(topic, '5')).toBe(Code.Closed);
    expect(world.client.counters().refused).toBe(5);
    world.socket.take();
    world.online();
    expect(world.sent()).toEqual([]);
  });

  it('fills the window to the last byte, and is busy until the socket has drained', () => {
    const world = createWorld();
    world.online();
    const topic = world.topic('t/1');
    const payload = 'x'.repeat(100);
    let accepted = 0;
    while (world.publish(topic, payload) === Code.Ok) accepted++;
    expect(accepted).toBe(Math.floor(SEND_WINDOW / 107));
    expect(world.publish(topic, payload)).toBe(Code.Busy);
    expect(world.client.counters().refused).toBe(2);
    // One more byte in all would be one too many.
    expect(world.publish(topic, 'f')).toBe(Code.Busy);
    expect(world.socket.take()).toHaveLength(5 * 107);
    world.socket.drain();
    expect(world.publish(topic, payload)).toBe(Code.Ok);
  });

  it('goes in pieces when it is larger than the window, with nothing between them', () => {
    const world = createWorld();
    world.online();
    expect(world.publish(world.topic('t/1'), 'y'.repeat(900))).toBe(Code.Ok);
    expect(world.publish(world.topic('t/1'), 'z')).toBe(Code.Busy);
    expect(world.publish(world.topic('t/1', 1), 'later')).toBe(Code.Ok);
    const first = world.socket.take();
    expect(first).toHaveLength(SEND_WINDOW);
    world.socket.drain();
    expect(first + world.socket.take()).toBe(message('t/1', 'y'.repeat(900)));
    expect(world.publish(world.topic('t/1'), 'z')).toBe(Code.Ok);
    expect(world.sent()).toEqual(['publish 0 t/1 z', 'publish 1 #1 t/1 later']);
  });
});

describe.each([0, 1, 2] as const)('the size of a packet of QoS %i', (qos) => {
  /** What surrounds a payload to topic `t`, with a remaining length of one byte. */
  const overhead = qos > 0 ? 7 : 5;

  it('is right at and around every step of the remaining length and the window', () => {
    const world = createWorld({ places: 2000 });
    world.online();
    const topic = world.topic('t', qos);
    for (const around of [127, 128, 129, 130, 131, SEND_WINDOW, PACKET_MAX]) {
      for (let size = around - 4; size <= Math.min(around + 4, PACKET_MAX - 1); size++) {
        const payload = 'p'.repeat(size - overhead);
        expect(world.publish(topic, payload)).toBe(Code.Ok);
        const id = world.client.counters().delivered + 1;
        expect(world.flush()).toBe(message('t', payload, qos << 1, id));
        if (qos === 1) world.socket.deliver(`\x40\x02${String.fromCharCode(id >> 8, id & 255)}`);
        if (qos === 2) {
          world.socket.deliver(`\x50\x02${String.fromCharCode(id >> 8, id & 255)}`);
          expect(world.sent()).toEqual([`pubrel #${id}`]);
          world.socket.deliver(`\x70\x02${String.fromCharCode(id >> 8, id & 255)}`);
        }
      }
    }
    expect(world.outbox.count()).toBe(0);
  });

  it('is at most PACKET_MAX: beyond it nothing is sent or kept, and both numbers are told', () => {
    const world = createWorld();
    world.online();
    const topic = world.topic('t', qos);
    const most = PACKET_MAX - overhead - 1;
    expect(world.publish(topic, 'x'.repeat(most))).toBe(Code.Ok);
    expect(world.flush()).toHaveLength(PACKET_MAX);
    expect(world.publish(topic, 'x'.repeat(most + 1))).toBe(Code.TooLong);
    expect(world.client.counters()).toMatchObject({
      refused: 1,
      needed: PACKET_MAX + 1,
      available: PACKET_MAX,
    });
    expect(world.socket.take()).toBe('');
    expect(world.outbox.count()).toBe(qos > 0 ? 1 : 0);
  });

  it.each([16384 + 3, 100000, 0x100000 - 8, 0x100000, 0x100000 + 100, 0x200000])(
    'is told when it is far too large: a payload of %i bytes',
    (length) => {
      const world = createWorld();
      world.online();
      const payload = 'x'.repeat(length);
      expect(world.publish(world.topic('t', qos), payload)).toBe(Code.TooLong);
      expect(world.client.counters().needed).toBe(message('t', payload, qos << 1).length);
      expect(world.socket.take()).toBe('');
      expect(world.outbox.count()).toBe(0);
      expect(world.publish(world.topic('t'), 'small')).toBe(Code.Ok);
      expect(world.sent()).toEqual(['publish 0 t small']);
    },
  );
});

describe('topics', () => {
  it.each(['a', '/', 'a/b', ' ', '$SYS/x', utf8('grün/Ω/🚲'), 'x'.repeat(65535)])(
    'are prepared once: %j',
    (name) => {
      const world = createWorld();
      for (const qos of [undefined, 0, 1, 2] as const) expect(world.client.topic(name, qos)).not.toBeNull();
    },
  );

  it.each([
    ['nothing [MQTT-4.7.3-1]', ''],
    ['+ [MQTT-3.3.2-2]', 'a/+/b'],
    ['#', '#'],
    ['a # in a level', 'a#'],
    ['U+0000 [MQTT-4.7.3-2]', 'a\0b'],
    ['a surrogate in UTF-8 [MQTT-1.5.3-1]', '\xed\xa0\x80'],
    ['a lone surrogate', '\ud841'],
    ['a pair of surrogates, not encoded', '🚲'],
    ['a character that is no byte', '\u0141'],
    ['an over-long form', '\xc0\x80'],
    ['half a character', 'a\xc3'],
    ['65536 bytes [MQTT-4.7.3-3]', 'x'.repeat(65536)],
  ])('are refused: %s', (_what, name) => {
    expect(createWorld().client.topic(name)).toBeNull();
  });

  it.each([-1, 3, 0.5, NaN, null, '1'])('have no QoS %j', (qos) => {
    expect(createWorld().client.topic('a', qos as number)).toBeNull();
  });

  it('are too long for a packet when that is tried', () => {
    const world = createWorld();
    world.online();
    expect(world.publish(world.topic('x'.repeat(1021)), '')).toBe(Code.TooLong);
    expect(world.publish(world.topic('x'.repeat(1019)), '')).toBe(Code.Ok);
    expect(world.flush()).toHaveLength(1024);
  });
});

describe('begin, fields, end', () => {
  it('writes text, integers, fixed-point numbers and bytes', () => {
    const world = createWorld();
    const { client } = world;
    world.online();
    client.begin(world.topic('t/1'));
    client.text('dropped');
    client.begin(world.topic('t/1'));
    client.text('{"n":');
    client.integer(-12);
    client.text(',"t":');
    client.fixed(-21504, 3);
    client.bytes(bytes('}\0\xff'));
    expect(client.end()).toBe(Code.Ok);
    expect(world.socket.take()).toBe('\x30\x1c\0\x03t/1{"n":-12,"t":-21.504}\0\xff');
  });

  it('may write nothing', () => {
    const world = createWorld();
    world.online();
    world.client.begin(world.topic('t'));
    expect(world.client.end()).toBe(Code.Ok);
    expect(world.written()).toEqual(['publish 0 t ']);
  });

  it('goes with every QoS', () => {
    const world = createWorld();
    world.online();
    for (const qos of [0, 1, 2] as const) {
      world.client.begin(world.topic('t', qos));
      world.client.integer(qos);
      expect(world.client.end()).toBe(Code.Ok);
    }
    expect(world.sent()).toEqual(['publish 0 t 0', 'publish 1 #1 t 1', 'publish 2 #2 t 2']);
  });

  it('ends once', () => {
    const world = createWorld();
    world.online();
    expect(world.client.end()).toBe(Code.BadTopic);
    world.client.begin(world.topic('t'));
    expect(world.client.end()).toBe(Code.Ok);
    expect(world.client.end()).toBe(Code.BadTopic);
    expect(world.client.counters().refused).toBe(2);
    expect(world.written()).toEqual(['publish 0 t ']);
  });

  it('says at its end that it was too long, however it was written, and begins afresh', () => {
    const world = createWorld();
    const { client } = world;
    world.online();
    fc.assert(
      fc.property(fc.array(fc.nat(4), { minLength: 5, maxLength: 30 }), (steps) => {
        client.begin(world.topic('t'));
        client.text('x'.repeat(1010));
        for (const step of steps) {
          if (step === 0) client.text('12345678');
          else if (step === 1) client.integer(-1234567);
          else if (step === 2) client.fixed(-12345, 2);
          else if (step === 3) client.bytes(bytes('12345678'));
          else client.text('');
        }
        client.text('the last, 16 long');
        expect(client.end()).toBe(Code.TooLong);
        client.begin(world.topic('t'));
        client.text('short');
        expect(client.end()).toBe(Code.Ok);
        expect(world.sent()).toEqual(['publish 0 t short']);
      }),
    );
  });

  it('keeps a draft over what is received and published meanwhile', () => {
    const world = createWorld();
    const { client } = world;
    world.subscribe('a');
    world.online();
    world.sent();
    client.begin(world.topic('t', 1));
    client.text('one ');
    world.publish(world.topic('other', 1), 'between');
    world.socket.deliver(message('a', 'x', 2, 7));
    client.text('two');
    expect(client.end()).toBe(Code.Ok);
    expect(world.sent()).toEqual(['publish 1 #1 other between', 'puback #7', 'publish 1 #2 t one two']);
  });
});
