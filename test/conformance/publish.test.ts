// Messages to the broker: QoS 0, 1 and 2, over lost connections and lost sessions (MQTT 3.1.1 sections 3.3 to 3.7, 4.3, 4.4, 4.6).

import { describe, expect, it } from 'vitest';
import { Code, Event } from '../../src/ports/codes.ts';
import { SEQUENCE_MAX } from '../../src/ports/outbox.ts';
import { bytes } from '../fuzz/bytes.ts';
import { createReader, readPublish, wordAt } from '../fuzz/wire.ts';
import { createRig, expectViolation } from './rig.ts';

const word = (value: number) => String.fromCharCode(value >> 8, value & 255);
const PUBACK = '\x40\x02';
const PUBREC = '\x50\x02';
const PUBREL = '\x62\x02';
const PUBCOMP = '\x70\x02';

describe('PUBLISH of QoS 0', () => {
  it('has flags, topic and payload, and nothing else [MQTT-2.3.1-5] [MQTT-3.3.1-2] [MQTT-3.3.2-1] [MQTT-4.3.1-1]', () => {
    const rig = createRig();
    rig.online();
    expect(rig.publish(rig.topic('a/b'), '')).toBe(Code.Ok);
    expect(rig.publish(rig.topic('a/b', 0, false), '1')).toBe(Code.Ok);
    expect(rig.publish(rig.topic('a/b', 0, true), '\x00\xff')).toBe(Code.Ok);
    expect(rig.wrote()).toBe('\x30\x05\x00\x03a/b\x30\x06\x00\x03a/b1\x31\x07\x00\x03a/b\x00\xff');
  });

  it.each([
    [122, '\x7f'],
    [123, '\x80\x01'],
    [500, '\xf9\x03'],
    [1016, '\xfd\x07'],
  ])('of %i payload bytes has its length in the fewest bytes', (size, length) => {
    const rig = createRig();
    rig.online();
    const payload = 'x'.repeat(size);
    expect(rig.publish(rig.topic('a/b'), payload)).toBe(Code.Ok);
    expect(rig.wrote()).toBe(`\x30${length}\x00\x03a/b${payload}`);
  });

  it('is not sent again, and not kept', () => {
    const rig = createRig();
    rig.online();
    rig.publish(rig.topic('t'), '1');
    rig.socket.drop();
    expect(rig.online(true)).toBe('');
    expect(rig.outbox.count()).toBe(0);
  });
});

describe('PUBLISH of QoS 1', () => {
  it('has a new identifier and DUP 0, and is kept until its PUBACK [MQTT-2.2.2-1] [MQTT-2.3.1-1] [MQTT-3.3.1-3] [MQTT-4.3.2-1]', () => {
    const rig = createRig();
    rig.online();
    const topic = rig.topic('t', 1);
    rig.publish(topic, '1');
    rig.publish(rig.topic('t', 1, true), '2');
    rig.publish(topic, '');
    expect(rig.wrote()).toBe(
      '\x32\x06\x00\x01t\x00\x011' + '\x33\x06\x00\x01t\x00\x022' + '\x32\x05\x00\x01t\x00\x03',
    );
    expect(rig.outbox.count()).toBe(3);
    rig.say(`${PUBACK}\x00\x02`);
    expect(rig.outbox.count()).toBe(2);
    rig.say(`${PUBACK}\x00\x01${PUBACK}\x00\x03`);
    expect(rig.outbox.count()).toBe(0);
    expect(rig.client.counters().delivered).toBe(3);
    expect(rig.wrote()).toBe('');
  });

  it('is not sent twice on one connection, however long its PUBACK takes', () => {
    const rig = createRig({ keepAliveSec: 0 });
    rig.online();
    rig.publish(rig.topic('t', 1), '1');
    rig.wrote();
    rig.pass(50_000_000);
    expect(rig.wrote()).toBe('');
    rig.say(`${PUBACK}\x00\x01`);
    expect(rig.outbox.count()).toBe(0);
  });

  it('takes no more than eight into flight, and the next with each PUBACK', () => {
    const rig = createRig({}, 20);
    rig.online();
    const topic = rig.topic('t', 1);
    for (let i = 0; i < 12; i++) expect(rig.publish(topic, 'x')).toBe(Code.Ok);
    const sent = createReader().feed(rig.wrote()).map(readPublish);
    expect(sent.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    rig.say(`${PUBACK}\x00\x05`);
    expect(rig.wrote()).toBe('\x32\x06\x00\x01t\x00\x09x');
  });

  it('accepted without a connection is sent on the next one', () => {
    const rig = createRig();
    const topic = rig.topic('t', 1);
    expect(rig.publish(topic, '1')).toBe(Code.Ok);
    expect(rig.online()).toBe('\x32\x06\x00\x01t\x00\x011');
  });
});

describe('PUBLISH of QoS 2', () => {
  it('goes PUBLISH, PUBREC, PUBREL, PUBCOMP under one identifier [MQTT-2.2.2-1] [MQTT-2.3.1-6] [MQTT-3.6.1-1] [MQTT-4.3.3-1]', () => {
    const rig = createRig();
    rig.online();
    rig.publish(rig.topic('t', 2), '1');
    expect(rig.wrote()).toBe('\x34\x06\x00\x01t\x00\x011');
    rig.say(`${PUBREC}\x00\x01`);
    expect(rig.wrote()).toBe(`${PUBREL}\x00\x01`);
    expect(rig.outbox.count()).toBe(1);
    rig.say(`${PUBCOMP}\x00\x01`);
    expect(rig.outbox.count()).toBe(0);
    expect(rig.wrote()).toBe('');
    expect(rig.client.counters()).toMatchObject({ delivered: 1, strays: 0 });
  });

  it('answers PUBREC with PUBREL in the order of the PUBRECs [MQTT-4.6.0-4]', () => {
    const rig = createRig();
    rig.online();
    const topic = rig.topic('t', 2);
    for (const payload of ['1', '2', '3']) rig.publish(topic, payload);
    rig.wrote();
    rig.say(`${PUBREC}\x00\x03${PUBREC}\x00\x01${PUBREC}\x00\x02`);
    expect(rig.wrote()).toBe(`${PUBREL}\x00\x03${PUBREL}\x00\x01${PUBREL}\x00\x02`);
  });

  it('answers PUBREC with PUBREL in that order while the socket is full, too [MQTT-4.6.0-4]', () => {
    const rig = createRig();
    rig.online();
    const topic = rig.topic('t', 2);
    for (const payload of ['1', '2', '3']) rig.publish(topic, payload);
    rig.wrote();
    rig.publish(rig.topic('t'), 'x'.repeat(528));
    rig.say(`${PUBREC}\x00\x02`);
    rig.say(`${PUBREC}\x00\x03${PUBREC}\x00\x01`);
    expect(rig.wrote().slice(-12)).toBe(`${PUBREL}\x00\x02${PUBREL}\x00\x03${PUBREL}\x00\x01`);
  });

  it('says PUBREL again when PUBREC comes again', () => {
    const rig = createRig();
    rig.online();
    rig.publish(rig.topic('t', 2), '1');
    rig.wrote();
    rig.say(`${PUBREC}\x00\x01`);
    rig.say(`${PUBREC}\x00\x01`);
    expect(rig.wrote()).toBe(`${PUBREL}\x00\x01${PUBREL}\x00\x01`);
    rig.say(`${PUBCOMP}\x00\x01`);
    expect(rig.outbox.count()).toBe(0);
    expect(rig.client.isOnline()).toBe(true);
  });

  it('has flags 2 in PUBREL only [MQTT-2.2.2-1] [MQTT-3.6.1-1]', () => {
    const rig = createRig();
    rig.want('a', 2);
    rig.say(`\x90\x03${rig.online().slice(2, 4)}\x02`);
    rig.publish(rig.topic('t', 2), '1');
    rig.say(`${PUBREC}\x00\x01\x34\x06\x00\x01a\x00\x07x\x62\x02\x00\x07\x32\x06\x00\x01a\x00\x08x`);
    const flags = createReader()
      .feed(rig.wrote())
      .map(({ first }) => first);
    expect(flags).toEqual([0x34, 0x62, 0x50, 0x70, 0x40]);
  });
});

describe('a session that goes on', () => {
  it('sends again what had no answer: PUBLISH with DUP and PUBREL, each as it was [MQTT-2.3.1-3] [MQTT-3.1.2-4] [MQTT-3.3.1-1] [MQTT-4.1.0-1] [MQTT-4.4.0-1] [MQTT-4.6.0-1]', () => {
    const rig = createRig();
    rig.online();
    const once = rig.topic('o', 1);
    const exactly = rig.topic('e', 2, true);
    rig.publish(once, '1');
    rig.publish(exactly, '2');
    rig.publish(exactly, '3');
    rig.publish(once, '4');
    rig.wrote();
    rig.say(`${PUBREC}\x00\x02`);
    rig.wrote();
    for (let i = 0; i < 3; i++) {
      rig.socket.drop();
      expect(rig.online(true)).toBe(
        '\x3a\x06\x00\x01o\x00\x011' +
          `${PUBREL}\x00\x02` +
          '\x3d\x06\x00\x01e\x00\x033' +
          '\x3a\x06\x00\x01o\x00\x044',
      );
    }
    rig.say(`${PUBACK}\x00\x01${PUBCOMP}\x00\x02${PUBREC}\x00\x03${PUBCOMP}\x00\x03${PUBACK}\x00\x04`);
    expect(rig.wrote()).toBe(`${PUBREL}\x00\x03`);
    expect(rig.outbox.count()).toBe(0);
    expect(rig.client.counters()).toMatchObject({ delivered: 4, strays: 0 });
  });

  it('never sends PUBLISH behind PUBREL, wherever the connection is lost [MQTT-4.3.3-1]', () => {
    for (let step = 0; step < 4; step++) {
      const rig = createRig();
      rig.online();
      rig.publish(rig.topic('t', 2), '1');
      if (step > 0) expect(rig.wrote()).toBe('\x34\x06\x00\x01t\x00\x011');
      if (step > 1) rig.say(`${PUBREC}\x00\x01`);
      if (step > 2) expect(rig.wrote()).toBe(`${PUBREL}\x00\x01`);
      rig.socket.take();
      rig.socket.drop();
      expect(rig.online(true)).toBe(step < 2 ? '\x3c\x06\x00\x01t\x00\x011' : `${PUBREL}\x00\x01`);
      rig.socket.drop();
      expect(rig.online(true)).toBe(step < 2 ? '\x3c\x06\x00\x01t\x00\x011' : `${PUBREL}\x00\x01`);
      if (step < 2) {
        rig.say(`${PUBREC}\x00\x01`);
        rig.socket.drop();
        expect(rig.online(true)).toBe(`${PUBREL}\x00\x01`);
      }
      rig.say(`${PUBCOMP}\x00\x01`);
      expect(rig.outbox.count()).toBe(0);
    }
  });

  it('has DUP 0 on what was never sent before [MQTT-3.3.1-1] [MQTT-4.3.2-1]', () => {
    const rig = createRig({}, 20);
    rig.online();
    const topic = rig.topic('t', 1);
    for (let i = 0; i < 10; i++) rig.publish(topic, 'x');
    expect(createReader().feed(rig.wrote())).toHaveLength(8);
    rig.socket.drop();
    rig.publish(topic, 'y');
    const reader = createReader();
    const again = reader.feed(rig.online(true)).map(readPublish);
    expect(again.map(({ id, dup }) => [id, dup])).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((id) => [id, true]));
    rig.say([1, 2, 3, 4].map((id) => PUBACK + word(id)).join(''));
    const later = reader.feed(rig.wrote()).map(readPublish);
    expect(later.map(({ id, dup }) => [id, dup])).toEqual([
      [9, false],
      [10, false],
      [11, false],
    ]);
  });

  it('keeps the session while the connection stands, whatever goes wrong on it [MQTT-4.1.0-2]', () => {
    const rig = createRig({ keepAliveSec: 0 });
    rig.online();
    const topic = rig.topic('t', 2);
    rig.publish(topic, '1');
    rig.publish(topic, '2');
    rig.wrote();
    rig.say(`${PUBREC}\x00\x01`);
    expect(rig.wrote()).toBe(`${PUBREL}\x00\x01`);
    rig.say(`${PUBACK}\x12\x34${PUBREC}\x12\x35${PUBCOMP}\x12\x36`);
    rig.pass(100_000_000);
    rig.say(`${PUBCOMP}\x00\x01${PUBREC}\x00\x02`);
    expect(rig.wrote()).toBe(`${PUBREL}\x00\x02`);
    expect(rig.outbox.count()).toBe(1);
  });

  it('takes an acknowledgement only of what was sent on this connection', () => {
    const rig = createRig();
    rig.online();
    rig.publish(rig.topic('t', 1), '1');
    rig.wrote();
    rig.socket.drop();
    rig.client.connect('broker', 1883);
    rig.socket.accept();
    // CONNECT has not left yet: nothing could have been sent again.
    rig.say(`\x20\x02\x01\x00${PUBACK}\x00\x01`);
    expect(rig.reports).toEqual([`${Event.StrayAck} 1`]);
    expect(rig.outbox.count()).toBe(1);
    rig.socket.take();
    rig.socket.drain();
    expect(rig.wrote()).toBe('\x3a\x06\x00\x01t\x00\x011');
    rig.say(`${PUBACK}\x00\x01`);
    expect(rig.outbox.count()).toBe(0);
  });

  it('survives refusals, silence and violations in between [MQTT-3.1.2-4]', () => {
    const rig = createRig();
    rig.online();
    rig.publish(rig.topic('t', 2), '1');
    rig.wrote();
    rig.say(`${PUBREC}\x00\x01`);
    rig.wrote();
    rig.say('\xf0\x00');
    rig.connect();
    rig.say('\x20\x02\x00\x05');
    rig.connect();
    rig.pass(10_000);
    rig.client.connect('broker', 1883);
    rig.client.disconnect();
    expect(rig.online(true)).toBe(`${PUBREL}\x00\x01`);
  });
});

describe('a session that is lost', () => {
  it('publishes anew, with DUP 0, what the broker has not taken [MQTT-3.1.2-6]', () => {
    const rig = createRig();
    rig.online();
    rig.publish(rig.topic('o', 1), '1');
    rig.publish(rig.topic('e', 2), '2');
    rig.publish(rig.topic('e', 2), '3');
    rig.wrote();
    rig.say(`${PUBREC}\x00\x03`);
    rig.wrote();
    rig.socket.drop();
    expect(rig.online(false)).toBe('\x32\x06\x00\x01o\x00\x011' + '\x34\x06\x00\x01e\x00\x022');
    rig.say(`${PUBACK}\x00\x01${PUBREC}\x00\x02${PUBCOMP}\x00\x02`);
    expect(rig.outbox.count()).toBe(0);
  });

  it('is every session of a client that wants a clean one [MQTT-3.1.2-6]', () => {
    const rig = createRig({ cleanSession: true });
    rig.online();
    rig.publish(rig.topic('o', 1), '1');
    rig.wrote();
    for (let i = 0; i < 3; i++) {
      rig.socket.drop();
      expect(rig.online()).toBe('\x32\x06\x00\x01o\x00\x011');
    }
  });
});

describe('packet identifiers', () => {
  it('run through their range and start again, never 0 and never one in flight [MQTT-2.3.1-1] [MQTT-2.3.1-2]', () => {
    const rig = createRig();
    rig.online();
    const topic = rig.topic('t', 1);
    const held: number[] = [];
    const reader = createReader();
    let sent = 0;
    let least = 65535;
    let most = 0;
    const acknowledge = (at: number) => rig.say(PUBACK + word(held.splice(at, 1)[0]!));
    while (sent < 70_000) {
      while (rig.publish(topic, 'x') === Code.Ok) sent++;
      for (const packet of reader.feed(rig.wrote())) {
        const { id } = readPublish(packet);
        if (id === 0 || held.includes(id)) expect.fail(`identifier ${id} while ${held} are in flight`);
        least = Math.min(least, id);
        most = Math.max(most, id);
        held.push(id);
      }
      // In any order, but for the oldest, which has to go some time.
      while (held.length > 3) acknowledge((sent * 7) % held.length);
      acknowledge(0);
    }
    expect([least, most]).toEqual([1, SEQUENCE_MAX]);
  });

  it('of streamed messages are not those of other packets in flight, however many come and go [MQTT-2.3.1-1] [MQTT-2.3.1-2]', () => {
    const rig = createRig();
    rig.want('a');
    const reader = createReader();
    // Three that are not answered: a SUBSCRIBE, a stored message, and a streamed one that was given up.
    const held = [wordAt(reader.feed(rig.online())[0]!.body, 0)];
    rig.publish(rig.topic('t', 1), 'x');
    const topic = rig.topic('s', 1);
    const source = { read: () => bytes('x'), onEnd() {} };
    const next = () => readPublish(reader.feed(rig.wrote())[0]!).id;
    held.push(next());
    expect(rig.client.stream(topic, 1, source)).toBe(Code.InFlight);
    held.push(next());
    rig.client.abandon();
    const seen = new Set<number>();
    for (let i = 0; i < 66_000; i++) {
      expect(rig.client.stream(topic, 1, source)).toBe(Code.InFlight);
      const id = next();
      if (id === 0 || held.includes(id)) expect.fail(`identifier ${id} while ${held} are in flight`);
      seen.add(id);
      rig.say(PUBACK + word(id));
    }
    expect(seen.size).toBeGreaterThan(32_000);
    expect(Math.min(...seen)).toBeGreaterThan(32_767);
  });
});

describe('acknowledgements', () => {
  it.each([
    ['PUBACK', PUBACK],
    ['PUBREC', PUBREC],
    ['PUBCOMP', PUBCOMP],
  ])('%s of what is not in flight is counted and reported, and ends nothing', (_what, head) => {
    const rig = createRig();
    rig.online();
    rig.publish(rig.topic('t', 1), '1');
    rig.wrote();
    rig.say(`${head}\x00\x09`);
    expect(rig.reports).toEqual([`${Event.StrayAck} 9`]);
    expect(rig.client.counters().strays).toBe(1);
    expect(rig.client.isOnline()).toBe(true);
    expect(rig.outbox.count()).toBe(1);
  });

  it.each([
    ['PUBREC for QoS 1', 1, `${PUBREC}\x00\x01`],
    ['PUBCOMP for QoS 1', 1, `${PUBCOMP}\x00\x01`],
    ['PUBACK for QoS 2', 2, `${PUBACK}\x00\x01`],
    ['PUBCOMP before PUBREC', 2, `${PUBCOMP}\x00\x01`],
    ['PUBACK behind PUBREC', 2, `${PUBREC}\x00\x01${PUBACK}\x00\x01`],
  ])('%s are a violation, and the message is not lost [MQTT-4.8.0-1]', (_what, qos, stream) => {
    const rig = createRig();
    rig.online();
    rig.publish(rig.topic('t', qos), '1');
    rig.wrote();
    rig.say(stream);
    rig.socket.take();
    expectViolation(rig);
    expect(rig.outbox.count()).toBe(1);
    expect(rig.online(true)).toBe(
      stream.length > 4 ? `${PUBREL}\x00\x01` : `${qos === 1 ? '\x3a' : '\x3c'}\x06\x00\x01t\x00\x011`,
    );
  });

  it('of a message counts once', () => {
    const rig = createRig();
    rig.online();
    const topic = rig.topic('t', 1);
    rig.publish(topic, '1');
    rig.publish(topic, '2');
    rig.wrote();
    rig.say(`${PUBACK}\x00\x01${PUBACK}\x00\x01`);
    expect(rig.outbox.count()).toBe(1);
    expect(rig.client.counters()).toMatchObject({ delivered: 1, strays: 1 });
  });
});

describe('a streamed message', () => {
  it('is the same packet as any other, and starts anew with DUP on the next connection [MQTT-2.3.1-3] [MQTT-3.3.1-1]', () => {
    const rig = createRig();
    rig.online();
    const ends: number[] = [];
    const payload = 'abcdefghij'.repeat(300);
    const source = {
      read: (offset: number, max: number) => bytes(payload.slice(offset, offset + max)),
      onEnd: (code: number) => void ends.push(code),
    };
    expect(rig.client.stream(rig.topic('s', 1), payload.length, source)).toBe(Code.InFlight);
    const first = rig.wrote();
    const id = first.slice(6, 8);
    expect(first).toBe(`\x32\xbd\x17\x00\x01s${id}${payload}`);
    rig.socket.drop();
    expect(rig.online(true)).toBe(`\x3a\xbd\x17\x00\x01s${id}${payload}`);
    expect(ends).toEqual([]);
    rig.say(PUBACK + id);
    expect(ends).toEqual([Code.Ok]);
    expect(rig.outbox.count()).toBe(0);
  });

  it('of QoS 2 goes on with PUBREL [MQTT-4.3.3-1]', () => {
    const rig = createRig();
    rig.online();
    const ends: number[] = [];
    const source = { read: () => bytes('x'), onEnd: (code: number) => void ends.push(code) };
    rig.client.stream(rig.topic('s', 2), 1, source);
    const id = rig.wrote().slice(5, 7);
    rig.say(PUBREC + id);
    expect(rig.wrote()).toBe(PUBREL + id);
    rig.socket.drop();
    expect(rig.online(true)).toBe(PUBREL + id);
    rig.say(PUBCOMP + id);
    expect(ends).toEqual([Code.Ok]);
  });
});
