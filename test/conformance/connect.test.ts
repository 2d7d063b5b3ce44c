// CONNECT and CONNACK, keep alive, DISCONNECT (MQTT 3.1.1 sections 3.1, 3.2, 3.12 to 3.14).

import { describe, expect, it } from 'vitest';
import { Close, Code } from '../../src/ports/codes.ts';
import { ACCEPTED, createRig, expectViolation, utf8 } from './rig.ts';

const PINGREQ = '\xc0\x00';
const PINGRESP = '\xd0\x00';
const DISCONNECT = '\xe0\x00';

const WILL = { topic: 'w', payload: 'gone', qos: 1, retain: false };
const HEAD = '\x00\x04MQTT\x04';

describe('CONNECT', () => {
  it('is the first and only packet before CONNACK, and comes once on each connection [MQTT-3.1.0-1] [MQTT-3.1.0-2]', () => {
    const rig = createRig();
    rig.want('a', 1);
    const kept = rig.topic('t', 1);
    expect(rig.publish(kept, '1')).toBe(Code.Ok);
    const packet = `\x10\x10${HEAD}\x00\x00\x3c\x00\x04mote`;
    expect(rig.connect()).toBe(packet);
    rig.pass(9000);
    rig.publish(kept, '2');
    expect(rig.wrote()).toBe('');
    rig.say(ACCEPTED);
    expect(rig.wrote()).not.toContain('MQTT');
    rig.pass(3_600_000);
    expect(rig.wrote()).not.toContain('MQTT');
    rig.socket.drop();
    expect(rig.connect()).toBe(packet);
  });

  it.each([
    ['a persistent session', { cleanSession: false }, '\x00', ''],
    ['a clean session', { cleanSession: true }, '\x02', ''],
    ['a user name', { username: 'me' }, '\x80', '\x00\x02me'],
    ['an empty user name', { username: '' }, '\x80', '\x00\x00'],
    ['a user name and a password', { username: 'me', password: 'pw' }, '\xc0', '\x00\x02me\x00\x02pw'],
    ['an empty password', { username: 'me', password: '' }, '\xc0', '\x00\x02me\x00\x00'],
    ['a will', { will: { ...WILL, qos: 0 } }, '\x04', '\x00\x01w\x00\x04gone'],
    ['a will of QoS 1', { will: WILL }, '\x0c', '\x00\x01w\x00\x04gone'],
    [
      'a will of QoS 2, retained',
      { will: { ...WILL, qos: 2, retain: true } },
      '\x34',
      '\x00\x01w\x00\x04gone',
    ],
    ['a will of no bytes', { will: { ...WILL, payload: '' } }, '\x0c', '\x00\x01w\x00\x00'],
    [
      'all of it',
      { cleanSession: true, username: 'me', password: 'pw', will: WILL },
      '\xce',
      '\x00\x01w\x00\x04gone\x00\x02me\x00\x02pw',
    ],
  ])(
    'with %s has flags and payload that agree [MQTT-3.1.2-3] [MQTT-3.1.2-9] [MQTT-3.1.2-11] [MQTT-3.1.2-13] [MQTT-3.1.2-15] [MQTT-3.1.2-18] [MQTT-3.1.2-19] [MQTT-3.1.2-20] [MQTT-3.1.2-21] [MQTT-3.1.3-1] [MQTT-3.1.3-3]',
    (_what, options, flags, rest) => {
      const body = `${HEAD}${flags}\x00\x3c\x00\x04mote${rest}`;
      expect(createRig(options).connect()).toBe(`\x10${String.fromCharCode(body.length)}${body}`);
    },
  );

  it('names protocol and level [MQTT-3.1.2-1] [MQTT-3.1.2-2]', () => {
    expect(createRig().connect().slice(2, 9)).toBe('\x00\x04MQTT\x04');
  });

  it('has the keep alive in two bytes', () => {
    expect(createRig({ keepAliveSec: 0xabcd }).connect().slice(10, 12)).toBe('\xab\xcd');
    expect(createRig({ keepAliveSec: 0 }).connect().slice(10, 12)).toBe('\x00\x00');
  });

  it('has the same client identifier on every connection [MQTT-3.1.3-2]', () => {
    const rig = createRig({ clientId: 'the same' });
    const first = rig.connect();
    rig.say(ACCEPTED);
    rig.client.disconnect();
    rig.wrote();
    for (let i = 0; i < 5; i++) {
      expect(rig.connect()).toBe(first);
      rig.socket.drop();
    }
  });

  it('takes text of every length of character [MQTT-3.1.3-4] [MQTT-3.1.3-10] [MQTT-3.1.3-11]', () => {
    const odd = utf8('aé€\u{1f4a7}\ufeff');
    const field = `\x00\x0d${odd}`;
    const rig = createRig({
      clientId: odd,
      username: odd,
      will: { ...WILL, topic: odd, payload: '\x00\xff' },
    });
    expect(rig.connect()).toBe(`\x10\x3b${HEAD}\x8c\x00\x3c${field}${field}\x00\x02\x00\xff${field}`);
  });

  it.each([
    ['no client identifier without a clean session [MQTT-3.1.3-7]', { clientId: '' }],
    ['a client identifier that is no UTF-8 [MQTT-3.1.3-4]', { clientId: '\xff' }],
    ['a client identifier with U+0000 [MQTT-1.5.3-2]', { clientId: 'a\x00' }],
    ['a client identifier of half a surrogate pair [MQTT-1.5.3-1]', { clientId: '\ud83d' }],
    ['a user name of characters that are no bytes', { username: '\u0141\u0142' }],
    ['a user name that is no UTF-8 [MQTT-3.1.3-11]', { username: '\xc3' }],
    ['a user name with U+0000 [MQTT-1.5.3-2]', { username: 'a\x00b' }],
    ['a password without a user name [MQTT-3.1.2-22]', { password: 'pw' }],
    ['a password longer than its length field', { username: 'me', password: 'p'.repeat(65536) }],
    ['a will topic that is no UTF-8 [MQTT-3.1.3-10]', { will: { ...WILL, topic: '\x80' } }],
    ['a will topic with a wildcard [MQTT-4.7.1-1]', { will: { ...WILL, topic: 'a/#' } }],
    ['a will topic of no character [MQTT-4.7.3-1]', { will: { ...WILL, topic: '' } }],
    ['a will of QoS 3 [MQTT-3.1.2-14]', { will: { ...WILL, qos: 3 } }],
    ['a will of QoS -1 [MQTT-3.1.2-14]', { will: { ...WILL, qos: -1 } }],
    ['a will longer than its length field', { will: { ...WILL, payload: 'x'.repeat(65536) } }],
    ['a keep alive longer than its field', { keepAliveSec: 65536 }],
    ['a negative keep alive', { keepAliveSec: -1 }],
    ['a keep alive that is no number', { keepAliveSec: NaN }],
  ])('refuses %s before it opens anything', (_what, options) => {
    const rig = createRig(options);
    expect(rig.client.connect('broker', 1883)).toBe(Code.BadPayload);
    expect(rig.socket.opened).toEqual([]);
    expect(rig.said).toEqual([]);
  });

  it('with no client identifier asks for a clean session [MQTT-3.1.3-7]', () => {
    expect(createRig({ clientId: '', cleanSession: true }).connect()).toBe(
      `\x10\x0c${HEAD}\x02\x00\x3c\x00\x00`,
    );
  });
});

describe('CONNACK', () => {
  it('with return code 0 begins the session', () => {
    const rig = createRig();
    rig.connect();
    expect(rig.client.isOnline()).toBe(false);
    rig.say(ACCEPTED);
    expect(rig.client.isOnline()).toBe(true);
    expect(rig.said).toEqual(['open', 'online 0']);
  });

  it('byte by byte is the same', () => {
    const rig = createRig();
    rig.connect();
    for (const byte of '\x20\x02\x01\x00') rig.say(byte);
    expect(rig.said).toEqual(['open', 'online 1']);
  });

  it.each([1, 2, 3, 4, 5])(
    'with return code %i ends the connection, and nothing more is said on it [MQTT-3.1.2-2] [MQTT-3.1.4-5]',
    (code) => {
      const rig = createRig();
      rig.want('a');
      rig.publish(rig.topic('t', 1), '1');
      rig.connect();
      rig.say(`\x20\x02\x00${String.fromCharCode(code)}${ACCEPTED}\x30\x04\x00\x01ax`);
      expect(rig.said).toEqual(['open', `offline ${Close.Refused} ${code}`]);
      expect(rig.socket.isOpen()).toBe(false);
      expect(rig.wrote()).toBe('');
      expect(rig.heard).toEqual([]);
      expect(rig.client.counters().violations).toBe(0);
    },
  );

  it('that refuses starts nothing, and the session goes on afterwards as it was [MQTT-3.2.2-4]', () => {
    const rig = createRig();
    rig.online();
    rig.publish(rig.topic('t', 1), '1');
    expect(rig.wrote()).toBe('\x32\x06\x00\x01t\x00\x011');
    rig.socket.drop();
    rig.connect();
    rig.say('\x20\x02\x00\x03');
    expect(rig.wrote()).toBe('');
    expect(rig.online(true)).toBe('\x3a\x06\x00\x01t\x00\x011');
  });

  it.each([
    ['a return code that does not exist', '\x20\x02\x00\x06'],
    ['a return code of 255', '\x20\x02\x00\xff'],
    ['reserved acknowledge flags', '\x20\x02\x02\x00'],
    ['all acknowledge flags', '\x20\x02\xff\x00'],
    ['a refusal with a session [MQTT-3.2.2-4]', '\x20\x02\x01\x05'],
    ['one byte', '\x20\x01\x00'],
    ['three bytes', '\x20\x03\x00\x00\x00'],
    ['no body', '\x20\x00'],
    ['flags in its first byte [MQTT-2.2.2-2]', '\x21\x02\x00\x00'],
  ])('with %s is a violation', (_what, packet) => {
    const rig = createRig();
    rig.connect();
    rig.say(packet);
    expectViolation(rig);
  });

  it('with a session, where a clean one was asked for, is a violation [MQTT-3.2.2-1]', () => {
    const rig = createRig({ cleanSession: true });
    rig.connect();
    rig.say('\x20\x02\x01\x00');
    expectViolation(rig);
  });

  it.each([
    ['PUBLISH', '\x30\x04\x00\x01ax'],
    ['PUBLISH of QoS 1', '\x32\x06\x00\x01a\x00\x01x'],
    ['PUBLISH whose topic is longer than the packet', '\x30\x03\xff\xff\xff'],
    ['PUBACK', '\x40\x02\x00\x01'],
    ['PUBREL', '\x62\x02\x00\x01'],
    ['SUBACK', '\x90\x03\x00\x01\x00'],
    ['UNSUBACK', '\xb0\x02\x00\x01'],
    ['PINGRESP', PINGRESP],
    ['CONNECT', '\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00'],
    ['four bytes of nothing', '\x00\x02\x00\x00'],
    ['an HTTP server', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['a TLS alert', '\x15\x03\x01\x00\x02\x02\x46'],
    ['an SSH server', 'SSH-2.0-OpenSSH_9.6\r\n'],
  ])('is what comes first: not %s [MQTT-3.2.0-1]', (_what, stream) => {
    const rig = createRig();
    rig.want('a');
    rig.connect();
    rig.say(stream);
    expectViolation(rig);
    expect(rig.heard).toEqual([]);
  });

  it('comes once', () => {
    const rig = createRig();
    rig.online();
    rig.say(ACCEPTED);
    expectViolation(rig);
  });

  it('has ten seconds to come', () => {
    const rig = createRig();
    rig.connect();
    rig.pass(9999);
    expect(rig.said).toEqual(['open']);
    rig.pass(1);
    expect(rig.said).toEqual(['open', `offline ${Close.ConnackTimeout} 0`]);
    expect(rig.socket.isOpen()).toBe(false);
  });
});

describe('keep alive', () => {
  it('is kept with PINGREQ when nothing else is sent [MQTT-3.1.2-23]', () => {
    const rig = createRig({ keepAliveSec: 10 });
    rig.online();
    let silentMs = 0;
    let pings = 0;
    for (let ms = 0; ms < 100_000; ms += 100) {
      rig.pass(100);
      silentMs += 100;
      const packet = rig.wrote();
      if (packet === '') continue;
      expect(packet).toBe(PINGREQ);
      expect(silentMs).toBeLessThanOrEqual(10_000);
      silentMs = 0;
      pings++;
      rig.say(PINGRESP);
    }
    expect(pings).toBeGreaterThan(9);
    expect(rig.said).toEqual(['open', 'online 0']);
  });

  it('is kept by what is sent, as long as something comes back', () => {
    const rig = createRig({ keepAliveSec: 10 });
    rig.online();
    const topic = rig.topic('t', 1);
    for (let i = 1; i < 50; i++) {
      rig.pass(5000);
      rig.publish(topic, 'x');
      expect(rig.wrote()).toBe(`\x32\x06\x00\x01t\x00${String.fromCharCode(i)}x`);
      rig.say(`\x40\x02\x00${String.fromCharCode(i)}`);
    }
  });

  it('asks a broker that is silent while we are not', () => {
    const rig = createRig({ keepAliveSec: 10 });
    rig.online();
    const topic = rig.topic('t');
    let all = '';
    for (let i = 0; i < 8; i++) {
      rig.pass(1000);
      rig.publish(topic, 'x');
      all += rig.wrote();
    }
    expect(all).toContain(PINGREQ);
  });

  it('of 0 sends nothing', () => {
    const rig = createRig({ keepAliveSec: 0 });
    rig.online();
    rig.pass(10_000_000);
    expect(rig.wrote()).toBe('');
    expect(rig.client.isOnline()).toBe(true);
  });

  it('ends a connection whose PINGREQ is not answered, in seconds whatever the keep alive is [MQTT-3.12.4-1]', () => {
    const rig = createRig({ keepAliveSec: 1000 });
    rig.online();
    rig.pass(750_000);
    expect(rig.wrote()).toBe(PINGREQ);
    rig.pass(9999);
    expect(rig.client.isOnline()).toBe(true);
    rig.pass(1);
    expect(rig.said.at(-1)).toBe(`offline ${Close.PingTimeout} 0`);
    expect(rig.socket.isOpen()).toBe(false);
  });

  it('tells how long a PINGREQ and its answer took', () => {
    const rig = createRig();
    expect(rig.client.rttMs()).toBe(-1);
    rig.online();
    rig.pass(45_000);
    expect(rig.wrote()).toBe(PINGREQ);
    rig.clock.advance(123);
    rig.say(PINGRESP);
    expect(rig.client.rttMs()).toBe(123);
  });
});

describe('DISCONNECT', () => {
  it('is the last packet, and the connection is closed behind it [MQTT-3.14.4-1] [MQTT-3.14.4-2]', () => {
    const rig = createRig();
    rig.online();
    const topic = rig.topic('t');
    rig.publish(topic, '1');
    rig.client.disconnect();
    expect(rig.socket.isOpen()).toBe(false);
    expect(rig.publish(topic, '2')).toBe(Code.Closed);
    expect(rig.publish(rig.topic('t', 1), '3')).toBe(Code.Ok);
    rig.client.disconnect();
    rig.pass(1_000_000);
    expect(rig.wrote()).toBe(`\x30\x04\x00\x01t1${DISCONNECT}`);
    expect(rig.said).toEqual(['open', 'online 0']);
  });

  it('is not said before CONNACK, nor without a connection', () => {
    const rig = createRig();
    rig.client.disconnect();
    rig.connect();
    rig.client.disconnect();
    expect(rig.socket.isOpen()).toBe(false);
    expect(rig.wrote()).toBe('');
  });

  it('ends what comes: nothing is handled, nor answered, behind it', () => {
    const rig = createRig();
    rig.want('a', 1);
    rig.online();
    rig.client.disconnect();
    rig.wrote();
    rig.socket.deliver('\x32\x06\x00\x01a\x00\x01x');
    expect(rig.heard).toEqual([]);
    expect(rig.wrote()).toBe('');
  });

  it('is not put into the middle of a packet', () => {
    const rig = createRig();
    rig.online();
    rig.publish(rig.topic('t'), 'x'.repeat(900));
    rig.client.disconnect();
    expect(rig.wrote()).toHaveLength(536);
    expect(rig.socket.isOpen()).toBe(false);
  });
});

describe('two clients with one identifier', () => {
  it('are named after the third time', () => {
    const rig = createRig();
    for (let i = 0; i < 3; i++) {
      rig.online(i > 0);
      rig.pass(4000);
      rig.socket.drop();
    }
    expect(rig.said.filter((event) => event.startsWith('offline'))).toEqual([
      `offline ${Close.Peer} 0`,
      `offline ${Close.Peer} 0`,
      `offline ${Close.TakenOver} 0`,
    ]);
  });
});
