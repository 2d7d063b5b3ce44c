// A broker that breaks the rules, or is none: what it says is counted and named, the connection ends, and the next one goes on
// with all that was accepted. Nothing is thrown, nothing grows.

import { describe, expect, it } from 'vitest';
import { Close, Code, Event } from '../../src/ports/codes.ts';
import { createReader, packet, publish } from '../fuzz/wire.ts';
import { createRig, expectViolation, type Rig } from './rig.ts';

const word = (value: number) => String.fromCharCode(value >> 8, value & 255);

/** Online, with one message of each QoS under way in each direction. */
function busy(): Rig {
  const rig = createRig();
  rig.want('a', 2);
  rig.say(`\x90\x03${rig.online().slice(2, 4)}\x02`);
  rig.publish(rig.topic('o', 1), '1');
  rig.publish(rig.topic('e', 2), '2');
  rig.publish(rig.topic('e', 2), '3');
  rig.say('\x50\x02\x00\x02');
  rig.say('\x34\x06\x00\x01a\x00\x07x');
  expect(rig.wrote()).toBe(
    '\x32\x06\x00\x01o\x00\x011' +
      '\x34\x06\x00\x01e\x00\x022' +
      '\x34\x06\x00\x01e\x00\x033' +
      '\x62\x02\x00\x02' +
      '\x50\x02\x00\x07',
  );
  return rig;
}

/**
 * The next connection goes on as if nothing had been.
 * @param asksAgain a CONNACK was lost, which may have been that of a new session: so what is wanted is said again.
 */
function expectRecovery(rig: Rig, asksAgain = false): void {
  const written = rig.online(true);
  const asked = asksAgain ? written.slice(0, 8) : '';
  if (asksAgain) expect(asked).toBe(`\x82\x06${asked.slice(2, 4)}\x00\x01a\x02`);
  expect(written.slice(asked.length)).toBe(
    '\x3a\x06\x00\x01o\x00\x011' + '\x62\x02\x00\x02' + '\x3c\x06\x00\x01e\x00\x033',
  );
  rig.say('\x3c\x06\x00\x01a\x00\x07x' + '\x62\x02\x00\x07');
  expect(rig.wrote()).toBe('\x50\x02\x00\x07' + '\x70\x02\x00\x07');
  rig.say('\x40\x02\x00\x01' + '\x70\x02\x00\x02' + '\x50\x02\x00\x03' + '\x70\x02\x00\x03');
  expect(rig.wrote()).toBe('\x62\x02\x00\x03');
  expect(rig.outbox.count()).toBe(0);
  expect(rig.heard).toEqual([['a', 'x', 0x34]]);
}

const VIOLATIONS: [string, string][] = [
  // Who says what.
  ['CONNECT', '\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00'],
  ['CONNACK', '\x20\x02\x00\x00'],
  ['CONNACK with a session', '\x20\x02\x01\x00'],
  ['SUBSCRIBE', '\x82\x06\x00\x01\x00\x01a\x00'],
  ['UNSUBSCRIBE', '\xa2\x05\x00\x01\x00\x01a'],
  ['PINGREQ', '\xc0\x00'],
  ['DISCONNECT', '\xe0\x00'],
  ['DISCONNECT of MQTT 5.0', '\xe0\x02\x8e\x00'],
  ['AUTH of MQTT 5.0', '\xf0\x00'],
  ['a packet of type 0', '\x00\x00'],
  ['a packet of type 0 that looks like an acknowledgement', '\x00\x02\x00\x00'],
  ['a packet of type 15', '\xf0\x02\x00\x01'],
  ['text of another protocol', 'HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n'],
  ['only zeros', '\x00'.repeat(500)],
  ['only ones', '\xff'.repeat(500)],
  // Flags.
  ['CONNACK with flags [MQTT-2.2.2-2]', '\x22\x02\x00\x00'],
  ['PUBACK with flags [MQTT-2.2.2-2]', '\x42\x02\x00\x01'],
  ['PUBACK with one flag [MQTT-2.2.2-2]', '\x41\x02\x00\x01'],
  ['PUBREC with flags [MQTT-2.2.2-2]', '\x52\x02\x00\x03'],
  ['PUBREC with other flags [MQTT-2.2.2-2]', '\x58\x02\x00\x03'],
  ['PUBREL without flags [MQTT-2.2.2-2] [MQTT-3.6.1-1]', '\x60\x02\x00\x07'],
  ['PUBREL with flags 3 [MQTT-2.2.2-2] [MQTT-3.6.1-1]', '\x63\x02\x00\x07'],
  ['PUBREL with flags 10 [MQTT-2.2.2-2] [MQTT-3.6.1-1]', '\x6a\x02\x00\x07'],
  ['PUBCOMP with flags [MQTT-2.2.2-2]', '\x72\x02\x00\x02'],
  ['SUBACK with flags [MQTT-2.2.2-2]', '\x92\x03\x00\x01\x00'],
  ['UNSUBACK with flags [MQTT-2.2.2-2]', '\xb2\x02\x00\x01'],
  ['PINGRESP with flags [MQTT-2.2.2-2]', '\xd2\x00'],
  ['PINGRESP with one flag [MQTT-2.2.2-2]', '\xd1\x00'],
  ['PUBLISH of QoS 0 with DUP [MQTT-3.3.1-2]', '\x38\x07\x00\x01a\x00\x09xy'],
  ['PUBLISH of QoS 0 with DUP and RETAIN [MQTT-3.3.1-2]', '\x39\x07\x00\x01a\x00\x09xy'],
  // Lengths.
  ['PUBACK without an identifier', '\x40\x00'],
  ['PUBACK with half an identifier', '\x40\x01\x00'],
  ['PUBACK with one byte too many', '\x40\x03\x00\x01\x00'],
  ['PUBREC with half an identifier', '\x50\x01\x00'],
  ['PUBREC with a reason code of MQTT 5.0', '\x50\x03\x00\x03\x00'],
  ['PUBREL with half an identifier', '\x62\x01\x00'],
  ['PUBREL with a reason code of MQTT 5.0', '\x62\x03\x00\x07\x00'],
  ['PUBCOMP without an identifier', '\x70\x00'],
  ['PUBCOMP with one byte too many', '\x70\x03\x00\x02\x00'],
  ['SUBACK without anything', '\x90\x00'],
  ['SUBACK without a return code', '\x90\x02\x00\x01'],
  ['UNSUBACK without an identifier', '\xb0\x00'],
  ['PINGRESP with a body', '\xd0\x01\x00'],
  ['PINGRESP that claims 256 MB', '\xd0\xff\xff\xff\x7f'],
  ['PUBACK that claims 256 MB', '\x40\xff\xff\xff\x7f'],
  ['CONNECT that claims 256 MB', '\x10\xff\xff\xff\x7f'],
  ['a remaining length of five bytes', '\x30\xff\xff\xff\xff\x7f'],
  ['a remaining length of five bytes that says 3', '\x30\x83\x80\x80\x80\x00'],
  ['a remaining length of five bytes in an acknowledgement', '\x40\x82\x80\x80\x80\x00\x00\x01'],
  ['a remaining length that does not end', '\x90' + '\x80'.repeat(50)],
  // Identifiers.
  ['PUBACK of identifier 0 [MQTT-2.3.1-1]', '\x40\x02\x00\x00'],
  ['PUBREC of identifier 0 [MQTT-2.3.1-1]', '\x50\x02\x00\x00'],
  ['PUBREL of identifier 0 [MQTT-2.3.1-1]', '\x62\x02\x00\x00'],
  ['PUBCOMP of identifier 0 [MQTT-2.3.1-1]', '\x70\x02\x00\x00'],
  ['SUBACK of identifier 0 [MQTT-2.3.1-1]', '\x90\x03\x00\x00\x00'],
  ['UNSUBACK of identifier 0 [MQTT-2.3.1-1]', '\xb0\x02\x00\x00'],
  // Steps of an exchange.
  ['PUBREC where PUBACK is due', '\x50\x02\x00\x01'],
  ['PUBCOMP where PUBACK is due', '\x70\x02\x00\x01'],
  ['PUBACK where PUBREC is due', '\x40\x02\x00\x03'],
  ['PUBCOMP where PUBREC is due', '\x70\x02\x00\x03'],
  ['PUBACK where PUBCOMP is due', '\x40\x02\x00\x02'],
];

describe('what breaks the protocol', () => {
  it.each(VIOLATIONS)('%s ends the connection, and the next one goes on [MQTT-4.8.0-1]', (_what, stream) => {
    const good = publish({ topic: 'z', payload: 'x', qos: 0, retain: false, dup: false, id: 0 });
    const chunks: Record<string, string[]> = {
      whole: [stream],
      'byte by byte': [...stream],
      'behind a message': [good + stream],
      'before a message': [stream + good.repeat(3)],
      'in two halves': [stream.slice(0, stream.length >> 1), stream.slice(stream.length >> 1)],
    };
    for (const [way, parts] of Object.entries(chunks)) {
      const rig = busy();
      expect(() => parts.forEach((part) => rig.say(part)), way).not.toThrow();
      expectViolation(rig);
      expectRecovery(rig);
    }
  });

  it('is counted each time, and forgotten by the next connection', () => {
    const rig = createRig();
    for (let i = 1; i <= 20; i++) {
      rig.online();
      // The beginning of a packet that nobody finishes.
      rig.say('\x30\x05\x00\x01\xc0\x00'.slice(0, i % 5) + '\xf0\xff\xff\xff\xff\xff\xff');
      expect(rig.client.counters().violations).toBe(i);
      expect(rig.said.at(-1)).toBe(`offline ${Close.ProtocolError} 0`);
      expect(rig.client.tick(rig.clock.now())).toBeGreaterThan(1_000_000);
    }
  });
});

describe('what is cut off', () => {
  it.each([
    ['CONNACK', '\x20\x02\x00\x00', false],
    ['PUBACK', '\x40\x02\x00\x01', true],
    ['PUBREC', '\x50\x02\x00\x03', true],
    ['PUBLISH', '\x34\x06\x00\x01a\x00\x08y', true],
    ['a long PUBLISH', packet(0x32, `\x00\x01a\x00\x08${'y'.repeat(200)}`), true],
    ['a PUBLISH over the limit', packet(0x32, `\x00\x01a\x00\x08${'y'.repeat(2000)}`), true],
  ])('of %s is forgotten with its connection, wherever that ends', (_what, stream, isOnline) => {
    for (let length = 1; length < stream.length; length += length < 20 ? 1 : 97) {
      const rig = busy();
      if (!isOnline) {
        rig.socket.drop();
        rig.connect();
      }
      rig.say(stream.slice(0, length));
      expect(rig.wrote()).toBe('');
      rig.socket.drop();
      expect(rig.said.at(-1)).toBe(`offline ${Close.Peer} 0`);
      expect(rig.client.counters().violations).toBe(0);
      expectRecovery(rig, !isOnline);
    }
  });

  it('of a header leaves the connection to the keep alive', () => {
    const rig = createRig({ keepAliveSec: 10 });
    rig.online();
    rig.say('\x30');
    rig.pass(60_000);
    expect(rig.said.at(-1)).toBe(`offline ${Close.PingTimeout} 0`);
  });
});

describe('a flood', () => {
  it('of messages, acknowledgements and answers to nothing ends by itself', () => {
    const rig = busy();
    let noise = '';
    for (let i = 0; i < 100; i++) {
      noise += '\xd0\x00' + `\x40\x02${word(2000 + i)}` + `\x62\x02${word(3000 + i)}` + '\x30\x04\x00\x01ax';
    }
    for (let i = 0; i < 50; i++) {
      rig.say(noise);
      rig.wrote();
    }
    expect(rig.client.isOnline()).toBe(true);
    expect(rig.client.counters()).toMatchObject({ strays: 10_000, received: 5001, violations: 0 });
    expect(rig.reports.filter((report) => report.startsWith(`${Event.StrayAck} `))).toHaveLength(5000);
    rig.heard.length = 0;
    rig.heard.push(['a', 'x', 0x34]);
    rig.socket.drop();
    expectRecovery(rig);
  });

  it.each([
    ['PUBREC that comes again', '\x50\x02\x00\x02'],
    ['PUBREL of what is not known', '\x62\x02\x12\x34'],
    ['messages of QoS 1', '\x32\x06\x00\x01a\x00\x08y'],
    ['messages of QoS 2 that come again', '\x3c\x06\x00\x01a\x00\x07x'],
  ])('of %s, from a broker that takes nothing, makes nothing grow', (_what, stream) => {
    const rig = busy();
    rig.publish(rig.topic('t'), 'x'.repeat(900));
    const whole = stream.repeat(Math.floor(536 / stream.length));
    for (let i = 0; i < 100; i++) rig.say(whole);
    // What lies in the socket, one packet of the largest size, and answers behind it that are bounded as well.
    expect(rig.wrote().length).toBeLessThanOrEqual(536 + 1024 + 256);
  });

  it('of messages whose answers leave in time loses none', () => {
    const rig = busy();
    for (let id = 100; id < 2100; id++) {
      rig.say(`\x32\x06\x00\x01a${word(id)}y`);
      expect(rig.wrote()).toBe(`\x40\x02${word(id)}`);
    }
    expect(rig.client.counters()).toMatchObject({ received: 2001, postponed: 0 });
  });
});

describe('a peer that says nothing', () => {
  it('ends with a deadline at every step', () => {
    const rig = createRig();
    rig.client.connect('broker', 1883);
    rig.pass(30_000);
    expect(rig.said).toEqual([`offline ${Close.OpenTimeout} 0`]);
    rig.connect();
    rig.pass(10_000);
    expect(rig.said.at(-1)).toBe(`offline ${Close.ConnackTimeout} 0`);
    rig.online();
    rig.pass(45_000 + 10_000);
    expect(rig.said.at(-1)).toBe(`offline ${Close.PingTimeout} 0`);
    rig.online();
    rig.publish(rig.topic('t'), 'x'.repeat(900));
    rig.pass(20_000);
    expect(rig.said.at(-1)).toBe(`offline ${Close.SendTimeout} 0`);
    expect(rig.publish(rig.topic('t'), 'x')).toBe(Code.Closed);
  });
});

describe('a whole session', () => {
  it('says nothing but MQTT 3.1.1 to a broker that knows nothing else [MQTT-7.0.0-2]', () => {
    const rig = createRig({ username: 'me', password: 'pw' });
    rig.want('a', 2);
    let all = rig.connect();
    const step = (stream: string) => {
      rig.say(stream);
      all += rig.wrote();
    };
    step('\x20\x02\x00\x00');
    step(`\x90\x03${all.slice(-8, -6)}\x02`);
    for (const qos of [0, 1, 2]) rig.publish(rig.topic('t', qos), 'x');
    step('\x40\x02\x00\x01\x50\x02\x00\x02');
    step('\x70\x02\x00\x02');
    step('\x30\x04\x00\x01ax\x32\x06\x00\x01a\x00\x08y\x34\x06\x00\x01a\x00\x09z');
    step('\x62\x02\x00\x09');
    rig.pass(45_000);
    step('');
    step('\xd0\x00');
    rig.client.disconnect();
    all += rig.wrote();
    const types = createReader()
      .feed(all)
      .map(({ first }) => first >> 4);
    // CONNECT, SUBSCRIBE, three PUBLISH, PUBREL, PUBACK, PUBREC, PUBCOMP, PINGREQ, DISCONNECT.
    expect(types).toEqual([1, 8, 3, 3, 3, 6, 4, 5, 7, 12, 14]);
    expect(rig.said).toEqual(['open', 'online 0']);
  });
});
