// Messages from the broker: QoS 0, 1 and 2, whole and in pieces (MQTT 3.1.1 sections 3.3 to 3.7, 4.3, 4.5, 4.6).

import { describe, expect, it } from 'vitest';
import { Event } from '../../src/ports/codes.ts';
import { text } from '../fuzz/bytes.ts';
import { packet } from '../fuzz/wire.ts';
import { createRig, expectViolation, utf8, type Rig } from './rig.ts';

const word = (value: number) => String.fromCharCode(value >> 8, value & 255);
const PUBACK = '\x40\x02';
const PUBREC = '\x50\x02';
const PUBREL = '\x62\x02';
const PUBCOMP = '\x70\x02';

const message = (first: number, topic: string, id: number, payload: string) =>
  packet(first, word(topic.length) + topic + (first > 0x31 ? word(id) : '') + payload);

/** A client that is online and wants `a` and all below `w`. */
function receiver(): Rig {
  const rig = createRig();
  rig.want('a', 2);
  rig.want('w/#', 2);
  rig.say(`\x90\x04${rig.online().slice(2, 4)}\x02\x02`);
  rig.reports.length = 0;
  return rig;
}

describe('PUBLISH from the broker', () => {
  it.each([
    ['nothing, at QoS 0', 0x30, ''],
    ['nothing, retained', 0x31, ''],
    ['PUBACK, at QoS 1', 0x32, PUBACK],
    ['PUBACK, though it comes again', 0x3a, PUBACK],
    ['PUBREC, at QoS 2', 0x34, PUBREC],
    ['PUBREC, though it comes again', 0x3d, PUBREC],
  ])('is answered with %s [MQTT-2.3.1-6] [MQTT-3.3.4-1]', (_what, first, answer) => {
    for (const topic of ['a', 'w', 'w/é'].map(utf8)) {
      const rig = receiver();
      rig.say(message(first, topic, 0xfedc, 'hello'));
      expect(rig.heard).toEqual([[topic, 'hello', first]]);
      expect(rig.wrote()).toBe(answer === '' ? '' : `${answer}\xfe\xdc`);
    }
  });

  it('byte by byte is the same, and any bytes may be its payload', () => {
    const rig = receiver();
    const payload = String.fromCharCode(...Array.from({ length: 200 }, (_, i) => 255 - i)) + '\x00';
    for (const byte of message(0x32, 'a', 1, payload)) rig.say(byte);
    expect(rig.heard).toEqual([['a', payload, 0x32]]);
    expect(rig.wrote()).toBe(`${PUBACK}\x00\x01`);
  });

  it('may have no payload', () => {
    const rig = receiver();
    rig.say(message(0x30, 'a', 0, '') + message(0x32, 'w/1', 1, '') + message(0x34, 'a', 2, ''));
    expect(rig.heard).toEqual([
      ['a', '', 0x30],
      ['w/1', '', 0x32],
      ['a', '', 0x34],
    ]);
    expect(rig.wrote()).toBe(`${PUBACK}\x00\x01${PUBREC}\x00\x02`);
  });

  it('is acknowledged when its handler has returned, not before', () => {
    const rig = createRig();
    const seen: string[] = [];
    rig.client.subscription('a', 2, () => void seen.push(rig.socket.take()));
    rig.online();
    rig.say(message(0x32, 'a', 1, 'x'));
    rig.say(message(0x34, 'a', 2, 'x'));
    expect(seen).toEqual(['', `${PUBACK}\x00\x01`]);
    expect(rig.wrote()).toBe(`${PUBREC}\x00\x02`);
  });

  it('that nobody wants is acknowledged all the same [MQTT-4.5.0-2]', () => {
    const rig = receiver();
    rig.say(message(0x30, 'b', 0, 'x') + message(0x32, 'b', 1, 'x') + message(0x34, 'b/c', 2, 'x'));
    rig.say(message(0x3a, 'b', 3, 'x') + message(0x3c, 'b/c', 2, 'x') + `${PUBREL}\x00\x02`);
    expect(rig.heard).toEqual([]);
    expect(rig.wrote()).toBe(
      `${PUBACK}\x00\x01${PUBREC}\x00\x02${PUBACK}\x00\x03${PUBREC}\x00\x02${PUBCOMP}\x00\x02`,
    );
    expect(rig.client.counters().unwanted).toBe(4);
  });

  it('of a large number is acknowledged in the order in which they came [MQTT-4.6.0-2] [MQTT-4.6.0-3]', () => {
    const rig = receiver();
    let expected = '';
    let stream = '';
    for (let id = 1; id <= 20; id++) {
      stream += message(id % 3 === 0 ? 0x34 : 0x32, id % 2 === 0 ? 'a' : `w/${id}`, id, 'x');
      expected += (id % 3 === 0 ? PUBREC : PUBACK) + word(id);
    }
    rig.say(stream);
    expect(rig.wrote()).toBe(expected);
    expect(rig.heard).toHaveLength(20);
  });

  it('is acknowledged in that order while the socket is full, too [MQTT-4.6.0-2] [MQTT-4.6.0-3]', () => {
    const rig = receiver();
    rig.publish(rig.topic('t'), 'x'.repeat(523));
    let expected = '';
    for (let id = 1; id <= 20; id++) {
      rig.say(message(id % 3 === 0 ? 0x34 : 0x32, 'a', id, 'x'));
      expected += (id % 3 === 0 ? PUBREC : PUBACK) + word(id);
    }
    expect(rig.wrote().slice(-80)).toBe(expected);
  });

  it('with DUP does not set DUP in what is published [MQTT-3.3.1-3]', () => {
    const rig = createRig();
    const onward = rig.topic('t', 1);
    rig.client.subscription('a', 1, (payload) => void rig.client.publish(onward, payload));
    rig.online();
    rig.say(message(0x3a, 'a', 9, 'x'));
    expect(rig.wrote()).toBe(`\x32\x06\x00\x01t\x00\x01x${PUBACK}\x00\x09`);
  });
});

describe('PUBLISH of QoS 1 from the broker', () => {
  it('of an identifier that was acknowledged is another message [MQTT-4.3.2-2]', () => {
    const rig = receiver();
    for (let i = 0; i < 5; i++) rig.say(message(0x32, 'a', 7, `${i}`));
    expect(rig.heard.map(([, payload]) => payload)).toEqual(['0', '1', '2', '3', '4']);
    expect(rig.wrote()).toBe(`${PUBACK}\x00\x07`.repeat(5));
  });

  it('is handled again when its PUBACK was lost with the connection [MQTT-4.3.2-2]', () => {
    const rig = receiver();
    rig.say(message(0x32, 'a', 7, 'x'));
    rig.socket.take();
    rig.socket.drop();
    expect(rig.online(true)).toBe('');
    rig.say(message(0x3a, 'a', 7, 'x'));
    expect(rig.heard).toHaveLength(2);
    expect(rig.wrote()).toBe(`${PUBACK}\x00\x07`);
  });
});

describe('PUBLISH of QoS 2 from the broker', () => {
  it('is handled once, however often it comes before its PUBREL [MQTT-4.3.3-2]', () => {
    const rig = receiver();
    rig.say(message(0x34, 'a', 7, 'x'));
    rig.say(message(0x3c, 'a', 7, 'x') + message(0x34, 'a', 7, 'x'));
    expect(rig.wrote()).toBe(`${PUBREC}\x00\x07`.repeat(3));
    rig.say(`${PUBREL}\x00\x07`);
    expect(rig.wrote()).toBe(`${PUBCOMP}\x00\x07`);
    expect(rig.heard).toEqual([['a', 'x', 0x34]]);
    expect(rig.client.counters()).toMatchObject({ received: 1, repeated: 2, strays: 0 });
  });

  it('is handled once over lost connections, wherever they are lost [MQTT-3.1.2-4] [MQTT-4.1.0-1] [MQTT-4.3.3-2]', () => {
    const rig = receiver();
    rig.say(message(0x34, 'a', 7, 'x'));
    rig.socket.take();
    rig.socket.drop();
    expect(rig.online(true)).toBe('');
    rig.say(message(0x3c, 'a', 7, 'x'));
    expect(rig.wrote()).toBe(`${PUBREC}\x00\x07`);
    rig.socket.drop();
    expect(rig.online(true)).toBe('');
    rig.say(`${PUBREL}\x00\x07`);
    rig.socket.take();
    rig.socket.drop();
    rig.online(true);
    rig.say(`${PUBREL}\x00\x07`);
    expect(rig.wrote()).toBe(`${PUBCOMP}\x00\x07`);
    expect(rig.heard).toHaveLength(1);
  });

  it('is another message behind PUBREL and PUBCOMP [MQTT-4.3.3-2]', () => {
    const rig = receiver();
    for (let i = 0; i < 3; i++) {
      rig.say(message(0x34, 'a', 7, `${i}`) + `${PUBREL}\x00\x07`);
      expect(rig.wrote()).toBe(`${PUBREC}\x00\x07${PUBCOMP}\x00\x07`);
    }
    expect(rig.heard.map(([, payload]) => payload)).toEqual(['0', '1', '2']);
  });

  it('is told from others by its identifier only', () => {
    const rig = receiver();
    rig.say(message(0x34, 'a', 1, 'one') + message(0x34, 'a', 2, 'two') + message(0x34, 'a', 256, 'three'));
    rig.say(`${PUBREL}\x00\x02` + message(0x3c, 'a', 1, 'one') + message(0x34, 'a', 2, 'four'));
    expect(rig.heard.map(([, payload]) => payload)).toEqual(['one', 'two', 'three', 'four']);
  });

  it('is forgotten with the session [MQTT-3.1.2-6]', () => {
    const rig = receiver();
    rig.say(message(0x34, 'a', 7, 'old'));
    rig.wrote();
    rig.socket.drop();
    rig.online(false);
    rig.say(message(0x34, 'a', 7, 'new'));
    expect(rig.heard.map(([, payload]) => payload)).toEqual(['old', 'new']);
    expect(rig.wrote()).toBe(`${PUBREC}\x00\x07`);
  });

  it('that is not known is answered with PUBCOMP, and counted [MQTT-4.3.3-2]', () => {
    const rig = receiver();
    rig.say(`${PUBREL}\xab\xcd`);
    expect(rig.wrote()).toBe(`${PUBCOMP}\xab\xcd`);
    expect(rig.client.counters().strays).toBe(1);
  });
});

describe('a message over the limit', () => {
  const large = 'abcdefghij'.repeat(200);

  it.each([
    ['QoS 0', 0x30, ''],
    ['QoS 1', 0x32, `${PUBACK}\x00\x07`],
    ['QoS 2', 0x34, `${PUBREC}\x00\x07`],
  ])('of %s is passed over, counted, reported and acknowledged [MQTT-4.5.0-2]', (_what, first, answer) => {
    const rig = receiver();
    rig.say(message(first, 'a', 7, large) + message(0x30, 'a', 0, 'next'));
    expect(rig.heard).toEqual([['a', 'next', 0x30]]);
    expect(rig.wrote()).toBe(answer);
    expect(rig.client.counters()).toMatchObject({ oversize: 1, violations: 0 });
    expect(rig.reports).toEqual([`${Event.Oversize} ${2000 + (first > 0x31 ? 5 : 3)}`]);
  });

  it.each([
    ['QoS 0', 0x31, '', 1],
    ['QoS 1', 0x3a, `${PUBACK}\x00\x07`, 2],
    ['QoS 2', 0x34, `${PUBREC}\x00\x07`, 1],
  ])(
    'of %s comes in pieces where they are wanted, and is acknowledged behind the last [MQTT-3.3.4-1] [MQTT-4.3.3-2]',
    (_what, first, answer, times) => {
      const rig = createRig();
      let all = '';
      const offsets: number[] = [];
      rig.client.subscription(
        'a',
        2,
        () => expect.fail('whole'),
        (chunk, offset, total, topic, flags) => {
          expect([offset, total, text(topic), flags]).toEqual([all.length % 2000, 2000, 'a', first]);
          offsets.push(offset);
          all += text(chunk);
          expect(rig.socket.take()).toBe('');
        },
      );
      rig.online();
      const stream = message(first, 'a', 7, large);
      rig.say(stream.slice(0, -1));
      expect(rig.wrote()).toBe('');
      rig.say(stream.slice(-1));
      expect(rig.wrote()).toBe(answer);
      expect(all).toBe(large);
      expect(offsets.length).toBeGreaterThan(3);
      // Exactly once is exactly once for these, too.
      if (first > 0x31) {
        rig.say(stream);
        expect(all).toBe(large.repeat(times));
        expect(rig.wrote()).toBe(answer);
      }
    },
  );

  it('that is cut off by a lost connection is not acknowledged', () => {
    const rig = receiver();
    rig.say(message(0x34, 'a', 7, large).slice(0, 1500));
    expect(rig.wrote()).toBe('');
    rig.socket.drop();
    expect(rig.online(true)).toBe('');
    rig.say(message(0x3c, 'a', 7, 'x'));
    expect(rig.heard).toHaveLength(1);
  });
});

describe('a message that cannot be dealt with', () => {
  it('is not acknowledged, and comes again on the next connection: its handler threw', () => {
    for (const first of [0x32, 0x34]) {
      const rig = createRig();
      let times = 0;
      rig.client.subscription('a', 2, () => {
        if (++times === 1) throw new Error('as a program may');
      });
      rig.online();
      rig.wrote();
      expect(() => rig.say(message(first, 'a', 7, 'x'))).not.toThrow();
      expect(rig.wrote()).toBe('');
      expect(rig.client.counters()).toMatchObject({ postponed: 1, violations: 0 });
      rig.socket.drop();
      rig.online(true);
      rig.say(message(first | 8, 'a', 7, 'x'));
      expect(times).toBe(2);
      expect(rig.wrote()).toBe((first === 0x32 ? PUBACK : PUBREC) + word(7));
    }
  });
});

describe('PUBLISH that MQTT forbids', () => {
  it.each([
    ['with QoS 3 [MQTT-3.3.1-4]', '\x36\x06\x00\x01a\x00\x01x'],
    ['with QoS 3 and DUP [MQTT-3.3.1-4]', '\x3e\x06\x00\x01a\x00\x01x'],
    ['with DUP and QoS 0 [MQTT-3.3.1-2]', '\x38\x04\x00\x01ax'],
    ['with DUP, QoS 0 and RETAIN [MQTT-3.3.1-2]', '\x39\x04\x00\x01ax'],
    ['without a topic [MQTT-4.7.3-1]', '\x30\x03\x00\x00x'],
    ['without a topic, at QoS 1 [MQTT-4.7.3-1]', '\x32\x05\x00\x00\x00\x01x'],
    ['without anything [MQTT-3.3.2-1]', '\x30\x00'],
    ['with half a length of its topic [MQTT-3.3.2-1]', '\x30\x01\x00'],
    ['with a topic longer than itself [MQTT-3.3.2-1]', '\x30\x04\x00\x03ab'],
    ['with a topic of 65535 bytes in a packet of three [MQTT-3.3.2-1]', '\x30\x03\xff\xff\xff'],
    ['with such a topic at QoS 1 [MQTT-3.3.2-1]', '\x32\x05\xff\xff\xff\x00\x01'],
    ['with such a topic at QoS 2 [MQTT-3.3.2-1]', '\x34\x05\xff\xff\xff\x00\x01'],
    ['with such a topic and DUP [MQTT-3.3.2-1]', '\x3a\x05\xff\xff\xff\x00\x01'],
    ['without its identifier', '\x32\x03\x00\x01a'],
    ['with half an identifier', '\x32\x04\x00\x01a\x00'],
    ['with half an identifier at QoS 2', '\x34\x04\x00\x01a\x00'],
    ['with identifier 0 [MQTT-2.3.1-1]', '\x32\x06\x00\x01a\x00\x00x'],
    ['with identifier 0 at QoS 2 [MQTT-2.3.1-1]', '\x34\x06\x00\x01a\x00\x00x'],
    ['with + in its topic [MQTT-3.3.2-2] [MQTT-4.7.1-1]', '\x30\x06\x00\x03w/+x'],
    ['with # in its topic [MQTT-3.3.2-2] [MQTT-4.7.1-1]', '\x30\x06\x00\x03w/#x'],
    ['with # inside of a level [MQTT-3.3.2-2]', '\x30\x06\x00\x03w#bx'],
    ['with U+0000 in its topic [MQTT-1.5.3-2] [MQTT-4.7.3-2]', '\x30\x06\x00\x03w/\x00x'],
    ['with a lone continuation byte in its topic [MQTT-1.5.3-1]', '\x30\x06\x00\x03w/\x80x'],
    ['with an overlong slash in its topic [MQTT-1.5.3-1]', '\x30\x07\x00\x04w/\xc0\xafx'],
    ['with U+0000 in two bytes in its topic [MQTT-1.5.3-1]', '\x30\x07\x00\x04w/\xc0\x80x'],
    ['with half a surrogate pair in its topic [MQTT-1.5.3-1]', '\x30\x08\x00\x05w/\xed\xa0\x80x'],
    [
      'with a whole surrogate pair in its topic [MQTT-1.5.3-1]',
      '\x30\x0b\x00\x08w/\xed\xa0\xbd\xed\xb8\x80x',
    ],
    ['with a character beyond Unicode in its topic [MQTT-1.5.3-1]', '\x30\x09\x00\x06w/\xf4\x90\x80\x80x'],
    ['with a character that its topic cuts off [MQTT-1.5.3-1]', '\x30\x07\x00\x04w/\xe2\x82\xac'],
    ['with a byte that no character has in its topic [MQTT-1.5.3-1]', '\x30\x06\x00\x03w/\xffx'],
  ])('%s ends the connection', (_what, stream) => {
    for (const chunked of [false, true]) {
      const rig = receiver();
      if (chunked) for (const byte of stream) rig.say(byte);
      else rig.say(stream);
      expectViolation(rig);
      expect(rig.heard).toEqual([]);
      expect(rig.client.counters().received).toBe(0);
    }
  });

  it('is found in a message over the limit, too [MQTT-1.5.3-1] [MQTT-3.3.2-1] [MQTT-3.3.2-2]', () => {
    const rest = 'x'.repeat(1000);
    for (const body of [
      `\x00\x00${rest}`,
      `\x00\x03w/+${rest}`,
      `\x00\x03w/\xff${rest}`,
      `\xff\xff${rest}`,
      `\x00\x03w/\x00${rest}`,
    ]) {
      const rig = receiver();
      rig.say(packet(0x30, body));
      expectViolation(rig);
    }
    const rig = receiver();
    rig.say(packet(0x32, `\x00\x01a\x00\x00${rest}`));
    expectViolation(rig);
  });
});

describe('topics from the broker', () => {
  it('keep every character as it is, U+FEFF too [MQTT-1.5.3-1] [MQTT-1.5.3-3]', () => {
    const rig = receiver();
    const topics = [
      'w/\ufeffa',
      'w/é',
      'w/€',
      'w/\u{1f4a7}',
      'w/\uffff',
      'w/\u{10ffff}',
      'w/\x01',
      'w/ \x7f',
      'w//',
    ];
    for (const topic of topics) rig.say(message(0x32, utf8(topic), 1, 'x'));
    expect(rig.heard.map(([topic]) => topic)).toEqual(topics.map(utf8));
    expect(rig.wrote()).toBe(`${PUBACK}\x00\x01`.repeat(topics.length));
  });

  it('that begin with U+FEFF are other topics than without [MQTT-1.5.3-3]', () => {
    const rig = createRig();
    rig.want(utf8('\ufeffa'));
    rig.online();
    rig.say(message(0x30, 'a', 0, '1') + message(0x30, utf8('\ufeffa'), 0, '2'));
    expect(rig.heard).toEqual([[utf8('\ufeffa'), '2', 0x30]]);
  });

  it.each([300, 65535])(
    'of %i bytes, over the limit, are passed over, counted and acknowledged [MQTT-4.5.0-2] [MQTT-4.7.3-3]',
    (size) => {
      const rig = receiver();
      const topic = 'w/'.padEnd(size, 'x');
      rig.say(message(0x30, topic, 0, 'x') + message(0x32, topic, 8, 'x') + message(0x34, topic, 9, 'x'));
      rig.say(message(0x30, 'a', 0, 'next'));
      expect(rig.heard).toEqual([['a', 'next', 0x30]]);
      expect(rig.client.counters()).toMatchObject({ oversize: 3, violations: 0 });
      expect(rig.wrote()).toBe(`${PUBACK}\x00\x08${PUBREC}\x00\x09`);
    },
  );
});
