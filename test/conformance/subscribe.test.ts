// SUBSCRIBE and UNSUBSCRIBE with their answers, and which message a filter lets through (MQTT 3.1.1 sections 3.8 to 3.11, 4.7).

import { describe, expect, it } from 'vitest';
import { Code, Event } from '../../src/ports/codes.ts';
import { createReader, publish, readFilters } from '../fuzz/wire.ts';
import { createRig, expectViolation, utf8 } from './rig.ts';

/** The identifier in a packet of this test's client, which has a remaining length of one byte. */
const idIn = (packet: string) => packet.slice(2, 4);
const nothing = () => {};

describe('SUBSCRIBE', () => {
  it('asks for all filters in one packet, each with its QoS [MQTT-2.2.2-1] [MQTT-2.3.1-1] [MQTT-3.8.1-1] [MQTT-3.8.3-3] [MQTT-3.8.3-4]', () => {
    const rig = createRig();
    rig.want('a/b', 0);
    rig.want('+/c', 1);
    rig.want('#', 2);
    const packet = rig.online();
    expect(idIn(packet)).not.toBe('\x00\x00');
    expect(packet).toBe(`\x82\x12${idIn(packet)}\x00\x03a/b\x00\x00\x03+/c\x01\x00\x01#\x02`);
  });

  it('is not sent where nothing is wanted [MQTT-3.8.3-3]', () => {
    expect(createRig().online()).toBe('');
  });

  it('holds filters of any characters [MQTT-3.8.3-1]', () => {
    const rig = createRig();
    const filter = utf8('é/€/+/\u{1f4a7}/\ufeff');
    rig.want(filter, 1);
    const [packet] = createReader().feed(rig.online());
    expect(readFilters(packet!)).toEqual([{ filter, qos: 1 }]);
  });

  it('is sent again when the session is lost, and not when it goes on', () => {
    const rig = createRig();
    rig.want('a', 1);
    const first = rig.online();
    rig.say(`\x90\x03${idIn(first)}\x01`);
    rig.socket.drop();
    expect(rig.online(true)).toBe('');
    rig.socket.drop();
    const again = rig.online(false);
    expect(again).toBe(`\x82\x06${idIn(again)}\x00\x01a\x01`);
  });

  it('is sent again when its answer was lost with the connection', () => {
    const rig = createRig();
    rig.want('a', 1);
    rig.online();
    rig.socket.drop();
    const again = rig.online(true);
    expect(again).toBe(`\x82\x06${idIn(again)}\x00\x01a\x01`);
  });

  it('waits for the answer to the one before, so that no two are taken for each other [MQTT-3.8.4-2]', () => {
    const rig = createRig();
    rig.client.subscription('a', 1, nothing);
    const first = rig.online();
    const second = rig.client.subscription('b', 2, nothing)!;
    expect(rig.client.subscribe(second)).toBe(Code.Ok);
    rig.pass(1000);
    expect(rig.wrote()).toBe('');
    rig.say(`\x90\x03${idIn(first)}\x01`);
    expect(second.granted).toBe(-1);
    const packet = rig.wrote();
    expect(idIn(packet)).not.toBe(idIn(first));
    expect(packet).toBe(`\x82\x06${idIn(packet)}\x00\x01b\x02`);
    // The former answer once more is not the answer to this one.
    rig.say(`\x90\x03${idIn(first)}\x01`);
    expect(second.granted).toBe(-1);
    rig.say(`\x90\x03${idIn(packet)}\x02`);
    expect(second.granted).toBe(2);
  });

  it('takes identifiers that no message in flight has [MQTT-2.3.1-2]', () => {
    const rig = createRig();
    rig.want('a');
    const topic = rig.topic('t', 1);
    for (let i = 0; i < 8; i++) rig.publish(topic, 'x');
    const ids = createReader()
      .feed(rig.online())
      .map(({ first, body }) => (first === 0x82 ? body.slice(0, 2) : body.slice(3, 5)));
    expect(ids).toHaveLength(9);
    expect(new Set(ids).size).toBe(9);
  });
});

describe('SUBACK', () => {
  it('answers the filters one by one, in their order [MQTT-3.8.4-5] [MQTT-3.9.3-1] [MQTT-3.9.3-2]', () => {
    const rig = createRig();
    const wanted = ['a', 'b', 'c', 'd'].map((filter) => rig.client.subscription(filter, 2, nothing)!);
    expect(wanted.map(({ granted }) => granted)).toEqual([-1, -1, -1, -1]);
    rig.say(`\x90\x06${idIn(rig.online())}\x00\x80\x02\x01`);
    expect(wanted.map(({ granted }) => granted)).toEqual([0, 128, 2, 1]);
    expect(rig.reports).toEqual([
      `${Event.Subscribed} 0`,
      `${Event.Subscribed} ${256 + 128}`,
      `${Event.Subscribed} ${512 + 2}`,
      `${Event.Subscribed} ${768 + 1}`,
    ]);
  });

  it('for another identifier answers nothing, and is counted [MQTT-3.8.4-2]', () => {
    const rig = createRig();
    const wanted = rig.client.subscription('a', 1, nothing)!;
    const id = idIn(rig.online());
    rig.say('\x90\x03\x12\x34\x01');
    expect(wanted.granted).toBe(-1);
    expect(rig.client.counters().strays).toBe(1);
    expect(rig.client.isOnline()).toBe(true);
    rig.say(`\x90\x03${id}\x01`);
    expect(wanted.granted).toBe(1);
    // Once more, it answers nothing either.
    rig.say(`\x90\x03${id}\x00`);
    expect(wanted.granted).toBe(1);
    expect(rig.client.counters().strays).toBe(2);
  });

  it.each([
    ['too few return codes [MQTT-3.8.4-5]', '\x90\x03', '\x00'],
    ['too many return codes [MQTT-3.8.4-5]', '\x90\x05', '\x00\x00\x00'],
    ['no return code [MQTT-3.8.4-5]', '\x90\x02', ''],
    ['return code 3 [MQTT-3.9.3-2]', '\x90\x04', '\x00\x03'],
    ['return code 127 [MQTT-3.9.3-2]', '\x90\x04', '\x7f\x00'],
    ['return code 129 [MQTT-3.9.3-2]', '\x90\x04', '\x00\x81'],
    ['flags of PUBREL [MQTT-2.2.2-2]', '\x92\x04', '\x00\x00'],
    ['the type of UNSUBACK', '\xb0\x02', ''],
  ])('with %s is a violation', (_what, head, codes) => {
    const rig = createRig();
    const [one, two] = [rig.client.subscription('a', 1, nothing)!, rig.client.subscription('b', 1, nothing)!];
    const id = idIn(rig.online());
    rig.say(head + id + codes);
    expectViolation(rig);
    // It granted nothing, so they are asked for again.
    expect([one.granted, two.granted]).toEqual([-1, -1]);
    expect(rig.online(true).slice(4)).toBe('\x00\x01a\x01\x00\x01b\x01');
  });

  it('of identifier 0, without a SUBSCRIBE, is a violation [MQTT-2.3.1-1]', () => {
    const rig = createRig();
    rig.online();
    rig.say('\x90\x03\x00\x00\x00');
    expectViolation(rig);
  });

  it('that refuses is final for the session: the filter is not asked for again and again', () => {
    const rig = createRig();
    const wanted = rig.client.subscription('a', 1, nothing)!;
    rig.say(`\x90\x03${idIn(rig.online())}\x80`);
    expect(wanted.granted).toBe(128);
    rig.pass(40_000);
    rig.socket.drop();
    expect(rig.online(true)).toBe('');
  });
});

describe('UNSUBSCRIBE', () => {
  it('names the filters that are given up, and UNSUBACK ends it [MQTT-2.2.2-1] [MQTT-2.3.1-1] [MQTT-3.10.1-1] [MQTT-3.10.3-1] [MQTT-3.10.3-2]', () => {
    const rig = createRig();
    const filter = utf8('é/#');
    const wanted = rig.client.subscription(filter, 1, nothing)!;
    rig.say(`\x90\x03${idIn(rig.online())}\x01`);
    expect(rig.client.unsubscribe(wanted)).toBe(Code.Ok);
    const packet = rig.wrote();
    expect(idIn(packet)).not.toBe('\x00\x00');
    expect(packet).toBe(`\xa2\x08${idIn(packet)}\x00\x04${filter}`);
    rig.reports.length = 0;
    rig.say(`\xb0\x02${idIn(packet)}`);
    expect(rig.reports).toEqual([`${Event.Subscribed} 255`]);
    expect(wanted.granted).toBe(-1);
    expect(rig.wrote()).toBe('');
  });

  it('is not sent for what the broker does not have [MQTT-3.10.3-2]', () => {
    const rig = createRig();
    const wanted = rig.client.subscription('a', 1, nothing)!;
    expect(rig.client.unsubscribe(wanted)).toBe(Code.Ok);
    expect(rig.online()).toBe('');
  });

  it('waits for the answer to what is under way', () => {
    const rig = createRig();
    const wanted = rig.client.subscription('a', 1, nothing)!;
    const asked = rig.online();
    expect(rig.client.unsubscribe(wanted)).toBe(Code.Busy);
    expect(rig.client.subscribe(wanted)).toBe(Code.Busy);
    rig.say(`\x90\x03${idIn(asked)}\x01`);
    expect(rig.client.unsubscribe(wanted)).toBe(Code.Ok);
    const given = rig.wrote();
    expect(rig.client.subscribe(wanted)).toBe(Code.Busy);
    rig.say(`\xb0\x02${idIn(given)}`);
    expect(rig.client.subscribe(wanted)).toBe(Code.Ok);
    expect(rig.wrote().slice(4)).toBe('\x00\x01a\x01');
  });

  it('goes on over a lost connection, and is done with when the session is lost', () => {
    for (const present of [true, false]) {
      const rig = createRig();
      const wanted = rig.client.subscription('a', 1, nothing)!;
      rig.say(`\x90\x03${idIn(rig.online())}\x01`);
      rig.client.unsubscribe(wanted);
      rig.socket.drop();
      const packet = rig.online(present);
      expect(packet).toBe(present ? `\xa2\x05${idIn(packet)}\x00\x01a` : '');
    }
  });

  it.each([
    ['one byte', '\xb0\x01\x00'],
    ['three bytes', '\xb0\x03\x00\x01\x00'],
    ['flags of PUBREL [MQTT-2.2.2-2]', '\xb2\x02\x00\x01'],
  ])('has no UNSUBACK with %s', (_what, stream) => {
    const rig = createRig();
    rig.online();
    rig.say(stream);
    expectViolation(rig);
  });

  it('has its UNSUBACK told by its identifier', () => {
    const rig = createRig();
    rig.online();
    rig.say('\xb0\x02\x12\x34');
    expect(rig.client.counters().strays).toBe(1);
    expect(rig.client.isOnline()).toBe(true);
  });
});

describe('filters', () => {
  it.each([
    ['', 'of no character [MQTT-4.7.3-1]'],
    ['a#', 'with # behind a name [MQTT-4.7.1-2]'],
    ['#a', 'with a name behind # [MQTT-4.7.1-2]'],
    ['a/#/b', 'with # before its end [MQTT-4.7.1-2]'],
    ['#/', 'with a slash behind # [MQTT-4.7.1-2]'],
    ['##', 'with two # [MQTT-4.7.1-2]'],
    ['+#', 'with + and # in one level [MQTT-4.7.1-2] [MQTT-4.7.1-3]'],
    ['a+', 'with + behind a name [MQTT-4.7.1-3]'],
    ['a/+b/c', 'with a name behind + [MQTT-4.7.1-3]'],
    ['++', 'with two + in a level [MQTT-4.7.1-3]'],
    ['a\x00', 'with U+0000 [MQTT-1.5.3-2] [MQTT-4.7.3-2]'],
    ['\xc0\x80', 'with an overlong character [MQTT-3.8.3-1] [MQTT-3.10.3-1]'],
    ['a/\xff', 'that are no UTF-8 [MQTT-3.8.3-1] [MQTT-3.10.3-1]'],
    ['\xed\xb0\x80', 'with half a surrogate pair [MQTT-3.8.3-1]'],
    ['a'.repeat(65536), 'longer than their length field [MQTT-4.7.3-3]'],
    ['$share//a', 'of a share without a name'],
    ['$share/+/a', 'of a share with a wildcard in its name'],
    ['$share/n#/a', 'of a share with # in its name'],
    ['$share/\xff/a', 'of a share whose name is no UTF-8 [MQTT-3.8.3-1]'],
    ['$share/\x00/a', 'of a share with U+0000 in its name [MQTT-1.5.3-2] [MQTT-4.7.3-2]'],
    ['$share/n', 'of a share without a filter'],
    ['$share/n/', 'of a share with an empty filter'],
    ['$share/n/a#', 'of a share with a filter that is none [MQTT-4.7.1-2]'],
  ])('%j is refused: %s', (filter) => {
    const rig = createRig();
    expect(rig.client.subscription(filter, 0, nothing)).toBeNull();
    expect(rig.online()).toBe('');
  });

  it.each([
    'a',
    '/',
    '#',
    '+',
    '+/#',
    '/#',
    'a/#',
    '+/+',
    '/+',
    ' ',
    '$SYS/#',
    '$share',
    '$share/n/a',
    '$share/n/#',
  ])('%j is taken, and sent as it is', (filter) => {
    const rig = createRig();
    expect(rig.client.subscription(filter, 1, nothing)).not.toBeNull();
    const [packet] = createReader().feed(rig.online());
    expect(readFilters(packet!)).toEqual([{ filter, qos: 1 }]);
  });

  it.each([-1, 3, 0.5, NaN])('with QoS %d are refused [MQTT-3.8.3-4]', (qos) => {
    const rig = createRig();
    expect(rig.client.subscription('a', qos, nothing)).toBeNull();
    expect(rig.online()).toBe('');
  });

  it.each([
    ['a/b', ['a/b'], ['a', 'a/', 'a/b/', '/a/b', 'a/B', 'b']],
    ['#', ['a', '/', 'a/b/c', ' '], ['$SYS', '$SYS/a']],
    ['+', ['a', ' '], ['/', 'a/', '/a', 'a/b', '$SYS']],
    ['a/#', ['a', 'a/', 'a/b', 'a//c'], ['ab', 'b', '/a']],
    ['a/+', ['a/', 'a/b'], ['a', 'a/b/', 'a/b/c']],
    ['a/+/c', ['a/b/c', 'a//c'], ['a/c', 'a/b/d', 'a/b/b/c', 'a/b/cc']],
    ['+/+', ['/', 'a/b', '/b', 'a/'], ['a', 'a/b/c', '$a/b']],
    ['+/#', ['a', '/', 'a/b/c'], ['$SYS/a']],
    ['/+', ['/a', '/'], ['a', '/a/b']],
    ['+/b/#', ['a/b', '/b', 'a/b/c'], ['b', 'a/c', '$a/b']],
    ['$SYS/#', ['$SYS', '$SYS/a'], ['$SYSa', 'SYS']],
    ['$share/n/a/+', ['a/b'], ['$share/n/a/b', 'n/a/b', 'a']],
    ['$share/n/#', ['a', 'a/b'], ['$SYS/a']],
    [utf8('é/+'), [utf8('é/€')], [utf8('e/€')]],
  ])('%j lets through what it should [MQTT-4.7.2-1]', (filter, through, others) => {
    const rig = createRig();
    rig.want(filter);
    rig.online();
    for (const topic of [...through, ...others, ...others, ...through]) {
      rig.say(publish({ topic, payload: 'x', qos: 0, retain: false, dup: false, id: 0 }));
    }
    expect(rig.heard.map(([topic]) => topic)).toEqual([...through, ...through]);
    expect(rig.client.counters().unwanted).toBe(2 * others.length);
  });
});
