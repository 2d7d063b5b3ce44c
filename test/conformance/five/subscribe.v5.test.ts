// SUBSCRIBE and UNSUBSCRIBE with the options of MQTT 5.0, filters and shares (sections 3.8 to 3.11, 4.7, 4.8).

import { describe, expect, it } from 'vitest';
import { Code, Event } from '../../../src/ports/codes.ts';
import { SubscriptionOption } from '../../../src/mqtt/subscriptions.ts';
import { createWorld5, type World5 } from '../../mqtt/five/world.ts';
import { ack, BAD_TEXTS, byte, field, grant, list, names, packet, utf8 } from './rig.ts';

const nothing = () => {};

/** @returns identifier of the one packet that was just sent. */
function idOf(world: World5): number {
  const [sent, ...more] = world.sent();
  expect(more).toEqual([]);
  return sent!.messageId!;
}

describe('SUBSCRIBE', () => {
  it('has flags 2, an identifier, a property length of 0 and each filter with its options [MQTT-2.1.3-1] [MQTT-2.2.1-3] [MQTT-2.2.2-1] [MQTT-3.8.1-1] [MQTT-3.8.3-1] [MQTT-3.8.3-2] [MQTT-3.8.3-5]', () => {
    const world = createWorld5();
    world.subscribe('a/b', 0);
    world.subscribe('+/\xc3\xa9/#', 1);
    world.subscribe('c', 2);
    world.online();
    const bytes = world.flush();
    const id = bytes.slice(2, 4);
    expect(id).not.toBe('\x00\x00');
    expect(bytes).toBe(
      packet(0x82, `${id}\x00${field('a/b')}\x00${field('+/\xc3\xa9/#')}\x01${field('c')}\x02`),
    );
  });

  const OPTIONS: [string, number, number][] = [
    ['nothing', 0, 0x00],
    ['No Local', SubscriptionOption.NoLocal, 0x04],
    ['Retain As Published', SubscriptionOption.RetainAsPublished, 0x08],
    ['Retain Handling 1', SubscriptionOption.RetainIfNew, 0x10],
    ['Retain Handling 2', SubscriptionOption.RetainNever, 0x20],
    [
      'everything',
      SubscriptionOption.NoLocal + SubscriptionOption.RetainAsPublished + SubscriptionOption.RetainNever,
      0x2c,
    ],
  ];

  it.each(OPTIONS)(
    'says %s in the bits for it, and leaves the others 0 [MQTT-3.8.3-5]',
    (_what, options, bits) => {
      for (const qos of [0, 1, 2]) {
        const world = createWorld5();
        world.client.subscription('a', qos, nothing, undefined, options);
        world.online();
        const bytes = world.flush();
        expect(bytes).toBe(packet(0x82, `${bytes.slice(2, 4)}\x00${field('a')}${byte(bits | qos)}`));
      }
    },
  );

  it.each([
    [
      'Retain Handling 3 [MQTT-3.8.3-5]',
      'a',
      SubscriptionOption.RetainIfNew + SubscriptionOption.RetainNever,
    ],
    ['what is no option [MQTT-3.8.3-5]', 'a', 128],
    ['a QoS among options [MQTT-3.8.3-5]', 'a', 1],
    ['options below 0 [MQTT-3.8.3-5]', 'a', -1],
    ['No Local on a share [MQTT-3.8.3-4]', '$share/s/a', SubscriptionOption.NoLocal],
  ])('is not possible with %s', (_what, filter, options) => {
    const world = createWorld5();
    expect(world.client.subscription(filter, 1, nothing, undefined, options)).toBeNull();
    world.online();
    expect(world.flush()).toBe('');
  });

  it.each([3, -1, 0.5, NaN])('is not possible with QoS %d [MQTT-3.8.3-5]', (qos) => {
    expect(createWorld5().client.subscription('a', qos, nothing)).toBeNull();
  });

  it('of an identified subscription is alone, with its number', () => {
    const world = createWorld5();
    world.subscribe('a', 0);
    world.client.subscription('b', 1, nothing, undefined, SubscriptionOption.Identified);
    world.subscribe('c', 2);
    world.online();
    const asked: string[] = [];
    for (let i = 0; i < 3; i++) {
      const bytes = world.flush();
      asked.push(bytes.slice(4));
      const count = i === 1 ? 1 : bytes.split('\x00\x01').length - 1;
      world.socket.deliver(packet(0x90, bytes.slice(2, 4) + '\x00' + '\x00'.repeat(count)));
    }
    expect(asked.join('')).toBe(
      `\x00${field('a')}\x00${list('\x0b\x02')}${field('b')}\x01\x00${field('c')}\x02`,
    );
  });

  it('and UNSUBSCRIBE are never without a filter, and nothing is asked for twice [MQTT-3.8.3-2] [MQTT-3.10.3-2]', () => {
    const world = createWorld5();
    world.online();
    expect(world.flush()).toBe('');
    const one = world.subscribe('a', 1);
    world.reconnect();
    expect(names(grant(world, 1))).toHaveLength(1);
    world.reconnect();
    expect(world.flush()).toBe('');
    world.client.unsubscribe(one);
    expect(names(grant(world, 0))).toHaveLength(1);
    world.client.unsubscribe(one);
    expect(world.flush()).toBe('');
  });

  it('is not for what a broker has not got', () => {
    const world = createWorld5();
    for (const filter of ['plain', 'with/+', '$share/s/x']) world.subscribe(filter, 0);
    world.client.subscription('known', 0, nothing, undefined, SubscriptionOption.Identified);
    world.open();
    world.said.length = 0;
    world.socket.deliver(packet(0x20, `\x00\x00${list('\x28\x00\x29\x00\x2a\x00')}`));
    const bytes = world.flush();
    expect(bytes).toBe(packet(0x82, `${bytes.slice(2, 4)}\x00${field('plain')}\x00${field('known')}\x00`));
    expect(world.said).toEqual([
      'online false',
      `report ${Event.Subscribed} ${1 * 256 + 0xa2}`,
      `report ${Event.Subscribed} ${2 * 256 + 0x9e}`,
    ]);
  });
});

describe('UNSUBSCRIBE', () => {
  it('has flags 2, an identifier, a property length of 0 and each filter [MQTT-2.1.3-1] [MQTT-2.2.1-3] [MQTT-2.2.2-1] [MQTT-3.10.1-1] [MQTT-3.10.3-1] [MQTT-3.10.3-2]', () => {
    const world = createWorld5();
    const one = world.subscribe('a/+', 1);
    const two = world.subscribe('\xc3\xa9', 2);
    world.online();
    grant(world, 1, 2);
    world.client.unsubscribe(one);
    const bytes = world.flush();
    expect(bytes).toBe(packet(0xa2, `${bytes.slice(2, 4)}\x00${field('a/+')}`));
    expect(bytes.slice(2, 4)).not.toBe('\x00\x00');
    expect(world.client.unsubscribe(two)).toBe(Code.Ok);
    world.socket.deliver(packet(0xb0, `${bytes.slice(2, 4)}\x00\x00`));
    const next = world.flush();
    expect(next).toBe(packet(0xa2, `${next.slice(2, 4)}\x00${field('\xc3\xa9')}`));
  });
});

describe('SUBACK', () => {
  const CODES = [0, 1, 2, 0x80, 0x83, 0x87, 0x8f, 0x91, 0x97, 0x9e, 0xa1, 0xa2];

  it('gives each filter its code, in their order [MQTT-3.9.3-1]', () => {
    for (const code of CODES) {
      const world = createWorld5();
      const made = ['a', 'b', 'c'].map((filter) => world.subscribe(filter, 2));
      world.online();
      const id = idOf(world);
      world.socket.deliver(ack(0x90, id, list(`\x1f${field('why')}`), `\x02${byte(code)}\x01`));
      expect(made.map(({ granted }) => granted)).toEqual([2, code, 1]);
      expect(world.said.slice(-3)).toEqual(
        [2, 256 + code, 513].map((detail) => `report ${Event.Subscribed} ${detail}`),
      );
      expect(world.client.isOnline()).toBe(true);
    }
  });

  it.each([
    ['one code too few [MQTT-3.9.3-1]', '\x00\x00\x00'],
    ['one code too many [MQTT-3.9.3-1]', '\x00\x00\x00\x00\x00'],
    ['no code [MQTT-3.9.3-1]', '\x00'],
  ])('with %s is an error; all are asked for again [MQTT-4.13.1-1]', (_what, rest) => {
    const world = createWorld5();
    for (const filter of ['a', 'b', 'c']) world.subscribe(filter, 2);
    world.online();
    const id = idOf(world);
    world.socket.deliver(ack(0x90, id, rest));
    expect(world.socket.take()).toBe('\xe0\x01\x82');
    expect(world.client.counters().violations).toBe(1);
    world.online({}, true);
    const bytes = world.flush();
    expect(bytes.slice(4)).toBe(`\x00${field('a')}\x02${field('b')}\x02${field('c')}\x02`);
  });

  it('with a code that it may not have is an error [MQTT-4.13.1-1]', () => {
    const world = createWorld5();
    world.subscribe('a', 2);
    let count = 0;
    for (let code = 3; code < 256; code++) {
      if (CODES.includes(code)) continue;
      world.socket.drop();
      world.online({}, count > 0);
      world.socket.deliver(ack(0x90, idOf(world), `\x00${byte(code)}`));
      expect(world.socket.take()).toBe('\xe0\x01\x82');
      expect(world.client.counters().violations).toBe(++count);
    }
  });
});

describe('UNSUBACK', () => {
  const CODES = [0, 0x11, 0x80, 0x83, 0x87, 0x8f, 0x91];

  /** @returns a client whose UNSUBSCRIBE is under way, and its identifier. */
  function leaving(): [World5, number] {
    const world = createWorld5();
    const made = world.subscribe('a', 2);
    world.online();
    grant(world, 2);
    world.client.unsubscribe(made);
    return [world, idOf(world)];
  }

  it('with each code that it may have is the end of a subscription', () => {
    for (const code of CODES) {
      const [world, id] = leaving();
      world.socket.deliver(ack(0xb0, id, `\x00${byte(code)}`));
      expect(world.said.at(-1)).toBe(`report ${Event.Subscribed} 255`);
      world.reconnect();
      expect(world.flush()).toBe('');
    }
  });

  it.each([
    ['without properties', '', 0x81],
    ['without a code', '\x00', 0x82],
    ['with two codes for one filter', '\x00\x00\x00', 0x82],
    ['with a code that it may not have', '\x00\x12', 0x82],
    ['with a code of SUBACK', '\x00\x02', 0x82],
    ['with properties that are cut off', '\x05\x1f\x00', 0x81],
  ])('%s is an error; the filter is left on the next connection [MQTT-4.13.1-1]', (_what, rest, reason) => {
    const [world, id] = leaving();
    world.socket.deliver(ack(0xb0, id, rest));
    expect(world.socket.take()).toBe(`\xe0\x01${byte(reason)}`);
    expect(world.client.counters().violations).toBe(1);
    world.online({}, true);
    expect(world.flush().slice(4)).toBe(`\x00${field('a')}`);
  });
});

describe('a filter', () => {
  it.each([
    ['of no character [MQTT-4.7.3-1]', ''],
    ['with # before its end [MQTT-4.7.1-1]', 'a/#/b'],
    ['with # behind a character [MQTT-4.7.1-1]', 'a#'],
    ['with # twice [MQTT-4.7.1-1]', '#/#'],
    ['with + and a character [MQTT-4.7.1-2]', 'a/b+/c'],
    ['with + twice in a level [MQTT-4.7.1-2]', '++'],
    ['longer than its length field [MQTT-4.7.3-3]', 'a'.repeat(65536)],
    ['of a share without a name [MQTT-4.8.2-1]', '$share//a'],
    ['of a share without a filter [MQTT-4.8.2-2]', '$share/s'],
    ['of a share with a filter of no character [MQTT-4.8.2-2]', '$share/s/'],
    ['of a share with + in its name [MQTT-4.8.2-2]', '$share/s+/a'],
    ['of a share with # in its name [MQTT-4.8.2-2]', '$share/#/a'],
    ['of a share that is +, [MQTT-4.8.2-2]', '$share/+/a'],
    ['of a share with a filter that is none [MQTT-4.7.1-1]', '$share/s/a#'],
  ])('%s is none', (_what, filter) => {
    const world = createWorld5();
    expect(world.client.subscription(filter, 1, nothing)).toBeNull();
    world.online();
    expect(world.flush()).toBe('');
  });

  it.each(BAD_TEXTS)(
    'that %s is none [MQTT-1.5.4-1] [MQTT-1.5.4-2] [MQTT-3.8.3-1] [MQTT-3.10.3-1] [MQTT-4.7.3-2]',
    (_what, bad) => {
      const world = createWorld5();
      for (const filter of [bad, `${bad}/#`, `$share/${bad}/x`, `$share/s/${bad}`]) {
        expect(world.client.subscription(filter, 1, nothing)).toBeNull();
      }
    },
  );

  it.each([
    ['# [MQTT-4.7.1-1]', '#', ['a', 'a/b', '/']],
    ['a/# [MQTT-4.7.1-1]', 'a/#', ['a', 'a/b', 'a/b/c']],
    ['+ [MQTT-4.7.1-2]', '+', ['a']],
    ['+/b/+ [MQTT-4.7.1-2]', '+/b/+', ['a/b/', 'a/b/c']],
    ['a share [MQTT-4.8.2-1] [MQTT-4.8.2-2]', '$share/name/a/+', ['a/b', 'a/']],
    ['a share of everything [MQTT-4.8.2-1]', '$share/n/#', ['a', 'a/b', 'a/b/', 'a/', '/', 'b', 'a/b/c']],
    ['a mark of the byte order [MQTT-1.5.4-3]', utf8('\ufeff'), [utf8('\ufeff')]],
  ])('%s is asked for as it is, and takes what it is for', (_what, filter, topics) => {
    const world = createWorld5();
    world.subscribe(filter, 1);
    world.online();
    const bytes = world.flush();
    expect(bytes.slice(4)).toBe(`\x00${field(filter)}\x01`);
    for (const topic of ['a', 'a/b', 'a/b/', 'a/b/c', 'a/', '/', 'b', '$SYS/b', utf8('\ufeff')]) {
      world.socket.deliver(packet(0x30, `${field(topic)}\x00x`));
    }
    const taken = world.got.map((line) => line.split(' ')[0]);
    for (const topic of topics) expect(taken).toContain(topic);
    expect(taken).not.toContain('$SYS/b');
  });
});
