// What a program may do wrong: each mistake has a code, the code has a sentence, and nothing else happens.

import { describe, expect, it } from 'vitest';
import { codeText, eventText } from '../../flash/codes.ts';
import { CLOCK_PERIOD_MS } from '../../src/ports/clock.ts';
import { Close, Code, Event } from '../../src/ports/codes.ts';
import type { Topic } from '../../src/ports/packet-writer.ts';
import type { Bytes } from '../../src/bytes/bytes.ts';
import { bytes } from '../fuzz/bytes.ts';
import { publish } from '../fuzz/wire.ts';
import { createRig, utf8, type Rig } from './rig.ts';

const message = (topic: string, payload = 'x') =>
  publish({ topic, payload, qos: 0, retain: false, dup: false, id: 0 });

function expectSentence(code: Code): void {
  expect(codeText(code)).not.toMatch(/unknown code|^$/);
}

const NAMES: [string, string][] = [
  ['of no character [MQTT-4.7.3-1]', ''],
  ['with + [MQTT-3.3.2-2] [MQTT-4.7.1-1]', 'a/+/b'],
  ['with # [MQTT-3.3.2-2] [MQTT-4.7.1-1]', 'a/#'],
  ['with + inside of a level [MQTT-3.3.2-2]', 'a+b'],
  ['with # inside of a level [MQTT-3.3.2-2]', 'a#b'],
  ['with U+0000 [MQTT-1.5.3-2] [MQTT-4.7.3-2]', 'a\x00b'],
  ['longer than its length field [MQTT-4.7.3-3]', 'a'.repeat(65536)],
  ['with the first half of a surrogate pair [MQTT-1.5.3-1]', 'a\ud83d'],
  ['with the second half of a surrogate pair [MQTT-1.5.3-1]', 'a\udc41'],
  ['with half a surrogate pair in UTF-8 [MQTT-1.5.3-1]', 'a\xed\xa0\xbd'],
  ['with a character in place of its bytes', 'a\u0141'],
  ['that is no UTF-8 [MQTT-1.5.3-1] [MQTT-3.3.2-1]', 'a\xff'],
  ['with an overlong character [MQTT-1.5.3-1]', 'a\xc0\xaf'],
  ['with a character that is cut off [MQTT-1.5.3-1]', 'a\xe2\x82'],
  ['with a character beyond Unicode [MQTT-1.5.3-1]', 'a\xf4\x90\x80\x80'],
];

describe('a topic', () => {
  it.each(NAMES)('%s is none, and nothing can be published to it', (_what, name) => {
    const rig = createRig();
    rig.online();
    for (const qos of [0, 1, 2]) {
      const topic = rig.client.topic(name, qos);
      expect(topic).toBeNull();
      expect(rig.client.publish(topic, bytes('x'))).toBe(Code.BadTopic);
      const source = { read: () => bytes('x'), onEnd() {} };
      expect(rig.client.stream(topic, 1, source)).toBe(Code.BadTopic);
    }
    expect(rig.wrote()).toBe('');
    expect(rig.outbox.count()).toBe(0);
    expect(rig.client.counters().refused).toBe(6);
    expectSentence(Code.BadTopic);
  });

  it.each([-1, 3, 4, 0.5, NaN, Infinity])('with QoS %d is none', (qos) => {
    const rig = createRig();
    rig.online();
    expect(rig.client.topic('a', qos)).toBeNull();
    expect(rig.wrote()).toBe('');
  });

  it('of any other characters is one, and is sent as it is [MQTT-1.5.3-1] [MQTT-1.5.3-3] [MQTT-3.3.2-1]', () => {
    const rig = createRig();
    rig.online();
    for (const name of ['/', ' ', '$SYS/x', 'é€\u{1f4a7}', '\ufeffa', '\uffff', '\x01\x7f', '\u{10ffff}'].map(
      utf8,
    )) {
      rig.publish(rig.topic(name), 'x');
      const size = String.fromCharCode(name.length + 3);
      expect(rig.wrote()).toBe(`\x30${size}\x00${String.fromCharCode(name.length)}${name}x`);
    }
  });

  it('that nobody prepared is refused', () => {
    const rig = createRig();
    rig.online();
    for (const wrong of [null, undefined, {}, 'a', 7] as unknown as Topic<Bytes>[]) {
      expect(rig.client.publish(wrong, bytes('x'))).toBe(Code.BadTopic);
    }
    expect(rig.wrote()).toBe('');
    rig.publish(rig.topic('t'), 'x');
    expect(rig.wrote()).toBe('\x30\x04\x00\x01tx');
  });
});

describe('a payload', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['an object', {}],
    ['a list', [1, 2]],
  ])('that is %s is refused', (_what, payload) => {
    const rig = createRig();
    rig.online();
    for (const qos of [0, 1, 2]) {
      expect(rig.client.publish(rig.topic('t', qos), payload as unknown as Bytes)).toBe(Code.BadPayload);
    }
    expect(rig.wrote()).toBe('');
    expect(rig.outbox.count()).toBe(0);
    expectSentence(Code.BadPayload);
  });

  it.each([0, 1, 2])(
    'that makes a packet of QoS %i too long is refused before its first byte, and the sizes are told',
    (qos) => {
      const rig = createRig();
      rig.online();
      const topic = rig.topic('t', qos);
      const most = 1024 - (qos > 0 ? 8 : 6);
      expect(rig.publish(topic, 'x'.repeat(most + 1))).toBe(Code.TooLong);
      expect(rig.client.counters()).toMatchObject({ refused: 1, needed: 1025, available: 1024 });
      expect(rig.wrote()).toBe('');
      expect(rig.publish(topic, 'x'.repeat(most))).toBe(Code.Ok);
      expect(rig.wrote()).toHaveLength(1024);
      expectSentence(Code.TooLong);
    },
  );

  it('that is too long in pieces is refused, and one begun before is forgotten', () => {
    const rig = createRig();
    rig.online();
    const topic = rig.topic('t');
    rig.client.begin(topic);
    for (let i = 0; i < 300; i++) rig.client.text('12345');
    rig.client.integer(67);
    expect(rig.client.end()).toBe(Code.TooLong);
    expect(rig.client.end()).toBe(Code.BadTopic);
    rig.client.begin(topic);
    rig.client.integer(-8);
    expect(rig.client.end()).toBe(Code.Ok);
    expect(rig.wrote()).toBe('\x30\x05\x00\x01t-8');
  });
});

describe('publish', () => {
  it('before connect: QoS 0 is refused, QoS 1 and 2 wait', () => {
    const rig = createRig();
    expect(rig.publish(rig.topic('a', 0), '0')).toBe(Code.Closed);
    expect(rig.publish(rig.topic('b', 1), '1')).toBe(Code.Ok);
    expect(rig.publish(rig.topic('c', 2), '2')).toBe(Code.Ok);
    expect(rig.connect()).not.toContain('\x00\x01b');
    expect(rig.publish(rig.topic('a', 0), '0')).toBe(Code.Closed);
    rig.say('\x20\x02\x00\x00');
    expect(rig.wrote()).toBe('\x32\x06\x00\x01b\x00\x011' + '\x34\x06\x00\x01c\x00\x022');
    expectSentence(Code.Closed);
  });

  it('after disconnect: the same', () => {
    const rig = createRig();
    rig.online();
    rig.client.disconnect();
    rig.wrote();
    expect(rig.publish(rig.topic('a', 0), '0')).toBe(Code.Closed);
    expect(rig.publish(rig.topic('b', 1), '1')).toBe(Code.Ok);
    expect(rig.wrote()).toBe('');
    expect(rig.online(true)).toBe('\x32\x06\x00\x01b\x00\x011');
  });

  it('after a connection was lost: the same', () => {
    const rig = createRig();
    rig.online();
    rig.socket.drop();
    expect(rig.publish(rig.topic('a', 0), '0')).toBe(Code.Closed);
    expect(rig.publish(rig.topic('b', 1), '1')).toBe(Code.Ok);
    expect(rig.online(true)).toBe('\x32\x06\x00\x01b\x00\x011');
  });

  it('to a full outbox is refused, and taken again when a message is done with', () => {
    const rig = createRig({}, 3);
    rig.online();
    const topic = rig.topic('t', 1);
    for (let i = 0; i < 3; i++) expect(rig.publish(topic, `${i}`)).toBe(Code.Ok);
    expect(rig.publish(topic, '3')).toBe(Code.Full);
    rig.say('\x40\x02\x00\x01');
    expect(rig.publish(topic, '4')).toBe(Code.Ok);
    expect(rig.wrote()).toBe(
      [1, 2, 3, 4]
        .map((id) => `\x32\x06\x00\x01t\x00${String.fromCharCode(id)}${id === 4 ? 4 : id - 1}`)
        .join(''),
    );
    expectSentence(Code.Full);
  });

  it('to a full socket is refused at QoS 0, and waits at QoS 1', () => {
    const rig = createRig();
    rig.online();
    const topic = rig.topic('t');
    expect(rig.publish(topic, 'x'.repeat(530))).toBe(Code.Ok);
    expect(rig.publish(topic, 'y')).toBe(Code.Busy);
    expect(rig.publish(rig.topic('u', 1), 'z')).toBe(Code.Ok);
    expect(rig.wrote().slice(536)).toBe('\x32\x06\x00\x01u\x00\x01z');
    expect(rig.publish(topic, 'y')).toBe(Code.Ok);
    expectSentence(Code.Busy);
  });
});

describe('from inside a callback', () => {
  /** Publish with each QoS. */
  function publishAll(rig: Rig, topics: Topic<Bytes>[]): void {
    for (const topic of topics) rig.publish(topic, 'p');
  }

  const PUBLISHED = '\x30\x04\x00\x01tp' + '\x32\x06\x00\x01t\x00\x01p' + '\x34\x06\x00\x01t\x00\x02p';
  const topicsOf = (rig: Rig) => [0, 1, 2].map((qos) => rig.topic('t', qos));

  it('of a message, publish works, and what came behind it is not lost', () => {
    const rig = createRig();
    const topics = topicsOf(rig);
    let left = 1;
    rig.client.subscription('a', 1, () => {
      if (left-- > 0) publishAll(rig, topics);
    });
    rig.want('b');
    const asked = rig.online();
    rig.say(`\x90\x04${asked.slice(2, 4)}\x01\x00`);
    rig.say('\x32\x06\x00\x01a\x00\x07x' + message('b'));
    expect(rig.wrote()).toBe(`${PUBLISHED}\x40\x02\x00\x07`);
    expect(rig.heard).toEqual([['b', 'x', 0x30]]);
  });

  it.each(['online 0', 'offline 1 0', 'open'])(
    'of the event "%s", publish works as it does outside',
    (event) => {
      const rig = createRig();
      const topics = topicsOf(rig);
      rig.onEvent = (happened) => {
        if (happened === event) publishAll(rig, topics);
      };
      let all = rig.connect().slice(18);
      rig.say('\x20\x02\x00\x00');
      all += rig.wrote();
      rig.socket.drop();
      rig.onEvent = () => {};
      // There is a session at this moment or there is not.
      if (event === 'online 0') expect(all).toBe(PUBLISHED);
      else expect(rig.client.counters().refused).toBe(1);
      if (event === 'open') expect(all).toBe(PUBLISHED.slice(6));
      const again = rig.online(true);
      expect(again).toBe(
        event === 'offline 1 0'
          ? PUBLISHED.slice(6)
          : PUBLISHED.slice(6).replace('\x32', '\x3a').replace('\x34', '\x3c'),
      );
    },
  );

  it('of a streamed message, publish works', () => {
    const rig = createRig();
    const topics = topicsOf(rig);
    rig.online();
    const ends: number[] = [];
    let reads = 0;
    const code = rig.client.stream(rig.topic('s'), 600, {
      read(_offset, max) {
        if (reads++ === 0) publishAll(rig, topics);
        return bytes('y'.repeat(Math.min(max, 300)));
      },
      onEnd(end) {
        ends.push(end);
        rig.publish(topics[1]!, 'q');
      },
    });
    expect(code).toBe(Code.InFlight);
    const all = rig.wrote();
    // Nothing stands inside of the streamed packet.
    const streamed = `\x30\xdb\x04\x00\x01s${'y'.repeat(600)}`;
    expect(all.startsWith(streamed)).toBe(true);
    expect(all.slice(streamed.length)).toBe(`${PUBLISHED.slice(6)}\x32\x06\x00\x01t\x00\x03q`);
    expect(ends).toEqual([Code.Ok]);
    expect(rig.client.counters().refused).toBe(1);
  });

  it.each(['disconnect', 'connect', 'tick', 'unsubscribe'] as const)('of a message, %s works', (act) => {
    const rig = createRig();
    let count = 0;
    const subscription = rig.client.subscription('a', 2, () => {
      count++;
      if (act === 'disconnect') rig.client.disconnect();
      if (act === 'connect') rig.client.connect('other', 1884);
      if (act === 'tick') rig.client.tick(rig.clock.now());
      if (act === 'unsubscribe') rig.client.unsubscribe(subscription);
    })!;
    rig.say(`\x90\x03${rig.online().slice(2, 4)}\x02`);
    expect(() => rig.say('\x34\x06\x00\x01a\x00\x07x' + message('a'))).not.toThrow();
    const isClosed = act === 'disconnect' || act === 'connect';
    expect(count).toBe(isClosed ? 1 : 2);
    const wrote = rig.wrote();
    if (isClosed) expect(wrote).toBe('\xe0\x00');
    else expect(wrote).toContain('\x50\x02\x00\x07');
    if (act === 'connect') expect(rig.socket.opened).toEqual(['broker:1883', 'other:1884']);
    // The message was handled: it is answered on the next connection, and not handled again.
    rig.online(true);
    rig.say('\x3c\x06\x00\x01a\x00\x07x');
    expect(count).toBe(isClosed ? 1 : 2);
    expect(rig.wrote()).toContain('\x50\x02\x00\x07');
  });

  it.each(['open', 'online 0', 'offline 5 0', 'offline 1 0'])(
    'of the event "%s", connect and disconnect work',
    (event) => {
      for (const act of ['connect', 'disconnect'] as const) {
        const rig = createRig();
        rig.onEvent = (happened) => {
          if (happened !== event) return;
          rig.onEvent = () => {};
          if (act === 'connect') rig.client.connect('other', 1884);
          else rig.client.disconnect();
        };
        rig.connect();
        rig.say('\x20\x02\x00\x00');
        if (event.startsWith('offline 5')) rig.say('\xf0\x00');
        if (event.startsWith('offline 1')) rig.socket.drop();
        expect(rig.said.at(-1)).toBe(event);
        expect(rig.client.isOnline()).toBe(false);
        expect(rig.socket.opened).toHaveLength(act === 'connect' ? 2 : 1);
        rig.wrote();
        if (act === 'connect') rig.socket.accept();
        else rig.connect();
        rig.wrote();
        rig.say('\x20\x02\x00\x00');
        expect(rig.client.isOnline()).toBe(true);
      }
    },
  );
});

describe('subscriptions', () => {
  it('that are none are refused', () => {
    const rig = createRig();
    rig.online();
    expect(rig.client.subscribe(null)).toBe(Code.BadTopic);
    expect(rig.client.unsubscribe(null)).toBe(Code.BadTopic);
    expect(rig.wrote()).toBe('');
  });

  it('beyond what one SUBSCRIBE can hold are refused', () => {
    const rig = createRig();
    let count = 0;
    while (count < 1000 && rig.client.subscription(`${count}`.padStart(97, 'a'), 1, () => {}) !== null) {
      count++;
    }
    expect(count).toBe(10);
    expect(rig.online()).toHaveLength(5 + 10 * 100);
  });
});

describe('a streamed message', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('as a source may');
      },
    ],
    ['gives nothing', () => bytes('')],
    ['gives too much', () => bytes('x'.repeat(1000))],
  ])('whose source %s ends with its connection, and is told', (_what, read) => {
    const rig = createRig();
    rig.online();
    const ends: number[] = [];
    const source = { read, onEnd: (code: number) => void ends.push(code) };
    expect(rig.client.stream(rig.topic('s', 1), 700, source)).toBe(Code.InFlight);
    expect(() => rig.wrote()).not.toThrow();
    expect(ends).toEqual([Code.BadPayload]);
    expect(rig.said.at(-1)).toBe(`offline ${Close.Local} 0`);
    expect(rig.online(true)).toBe('');
  });

  it.each([-1, 0.5, NaN, 0x10000000])('of %d bytes is refused', (total) => {
    const rig = createRig();
    rig.online();
    const source = { read: () => bytes('x'), onEnd() {} };
    const code = rig.client.stream(rig.topic('s'), total, source);
    expect(code).toBe(total > 1 ? Code.TooLong : Code.BadPayload);
    expect(rig.wrote()).toBe('');
  });

  it('is refused while there is one, and without a session', () => {
    const rig = createRig();
    const source = { read: () => bytes('x'), onEnd() {} };
    expect(rig.client.stream(rig.topic('s', 1), 1, source)).toBe(Code.Closed);
    rig.online();
    expect(rig.client.stream(rig.topic('s', 1), 1, source)).toBe(Code.InFlight);
    expect(rig.client.stream(rig.topic('s', 1), 1, source)).toBe(Code.Busy);
    expectSentence(Code.InFlight);
  });
});

describe('a clock that wraps', () => {
  it.each([1, 999, 30_000, 44_999, 45_001, 60_000])('%i ms after CONNACK changes nothing', (ms) => {
    const rig = createRig();
    rig.clock.advance((2 * CLOCK_PERIOD_MS - ms - rig.clock.now()) % CLOCK_PERIOD_MS);
    rig.online();
    rig.pass(44_999);
    expect(rig.wrote()).toBe('');
    rig.pass(1);
    expect(rig.wrote()).toBe('\xc0\x00');
    rig.pass(9999);
    expect(rig.client.isOnline()).toBe(true);
    rig.say('\xd0\x00');
    expect(rig.client.rttMs()).toBe(9999);
    // The next PINGREQ is due 45 s after the last one.
    rig.pass(35_001 + 9999);
    expect(rig.client.isOnline()).toBe(true);
    rig.pass(1);
    expect(rig.said.at(-1)).toBe(`offline ${Close.PingTimeout} 0`);
    expect(rig.clock.now()).toBeLessThan(CLOCK_PERIOD_MS);
  });

  it('many times over, in one session, changes nothing', () => {
    const rig = createRig({ keepAliveSec: 65_535 });
    rig.online();
    let pings = 0;
    for (let i = 0; i < 40; i++) {
      rig.pass(49_151_250);
      expect(rig.wrote()).toBe('\xc0\x00');
      rig.say('\xd0\x00');
      pings++;
    }
    expect(pings * 49_151_250).toBeGreaterThan(14 * CLOCK_PERIOD_MS);
    expect(rig.said).toEqual(['open', 'online 0']);
  });
});

it('each way in which a connection ends has a sentence of its own', () => {
  const whys = [
    Close.Peer,
    Close.ConnackTimeout,
    Close.PingTimeout,
    Close.Refused,
    Close.ProtocolError,
    Close.Local,
    Close.OpenTimeout,
    Close.SendTimeout,
    Close.TakenOver,
  ];
  const sentences = whys.map((why) => eventText(Event.LinkLost, why));
  for (const sentence of sentences) expect(sentence).not.toContain('unknown');
  expect(new Set(sentences).size).toBe(whys.length);
});
