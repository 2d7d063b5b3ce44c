// Messages over the limit: in pieces to whom takes pieces, passed over otherwise; acknowledged either way, kept never.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Close, Event } from '../../src/ports/codes.ts';
import { SEND_WINDOW } from '../../src/ports/socket.ts';
import { createWorld, text, type Setup, type World } from './client.ts';
import { ack, message, packet, PUBREL, word } from './wire.ts';

const PAYLOAD = Array.from({ length: 600 }, (_, i) => `${1000 + i};`).join('');

/** A session with a filter that takes pieces, one that does not, and one with a wildcard that does. */
function createSession(setup: Setup = {}): World {
  const world = createWorld({ receiveMax: 200, ...setup });
  world.subscribe('pieces', 2, true);
  world.subscribe('whole', 2);
  world.subscribe('+/wild', 2, true);
  world.online();
  world.grant(2, 2, 2);
  world.said.length = 0;
  return world;
}

/** Deliver as a socket does: at most SEND_WINDOW bytes at a time, cut where `cuts` says. */
function deliver(world: World, all: string, cuts: readonly number[] = []): void {
  let left = all;
  for (const cut of cuts) {
    world.socket.deliver(left.substr(0, cut));
    left = left.substr(cut);
  }
  for (; left.length > 0; left = left.substr(SEND_WINDOW)) world.socket.deliver(left.substr(0, SEND_WINDOW));
}

/** @returns the messages that came in pieces, put together; throws when a piece is missing, or one comes twice. */
function assemble(got: readonly string[]): string[] {
  const found: string[] = [];
  let soFar = '';
  for (const line of got) {
    const [topic, place, chunk, first] = line.split(' ') as [string, string, string, string];
    const [offset, total] = place.split('/').map(Number) as [number, number];
    if (offset !== soFar.length) throw new Error(`a piece at ${offset} behind ${soFar.length}`);
    soFar += chunk;
    if (soFar.length === total) {
      found.push(`${topic} ${soFar} ${first}`);
      soFar = '';
    }
  }
  if (soFar.length > 0) throw new Error('the last message has no end');
  return found;
}

describe('in pieces', () => {
  it.each([
    ['QoS 0', 0, []],
    ['QoS 0, retained', 1, []],
    ['QoS 1', 2, ['puback #7']],
    ['QoS 1, again', 10, ['puback #7']],
    ['QoS 2', 4, ['pubrec #7']],
  ] as const)('comes whole, and is acknowledged at its end: %s', (_name, flags, answers) => {
    const world = createSession();
    const bytes = message('pieces', PAYLOAD, flags, 7);
    deliver(world, bytes.slice(0, -1));
    expect(world.sent()).toEqual([]);
    deliver(world, bytes.slice(-1));
    expect(world.sent()).toEqual(answers);
    expect(assemble(world.got)).toEqual([`pieces ${PAYLOAD} ${(0x30 | flags).toString(16)}`]);
    expect(world.client.counters()).toMatchObject({ received: 1, oversize: 0, violations: 0 });
    expect(world.said).toEqual([]);
  });

  it('comes the same however it is cut, with others around it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 40 }),
        fc.integer({ min: 180, max: 700 }),
        fc.integer({ min: 16, max: 400 }),
        (cuts, length, receiveMax) => {
          const world = createSession({ receiveMax });
          const payload = PAYLOAD.slice(0, length);
          const all =
            message('whole', 'a') +
            message('pieces', payload, 2, 7) +
            message('whole', 'b', 2, 8) +
            message('x/wild', payload, 4, 9) +
            message('pieces', 'short');
          deliver(world, all, cuts);
          const got = world.got.map((line) =>
            /^\S+ \d+\/\d+ /.test(line)
              ? line
              : line.replace(/^(\S+) (\S+) /, `$1 0/${line.split(' ')[1]!.length} $2 `),
          );
          expect(assemble(got)).toEqual([
            'whole a 30',
            `pieces ${payload} 32`,
            'whole b 32',
            `x/wild ${payload} 34`,
            'pieces short 30',
          ]);
          expect(world.sent()).toEqual(['puback #7', 'puback #8', 'pubrec #9']);
          expect(world.client.counters()).toMatchObject({ received: 5, oversize: 0, postponed: 0 });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('gives no empty pieces', () => {
    const world = createSession();
    const bytes = message('pieces', PAYLOAD, 2, 7);
    const header = bytes.length - PAYLOAD.length;
    deliver(world, bytes, [header, 0, 1, 0]);
    expect(world.got.filter((line) => line.split(' ')[2] === '')).toEqual([]);
    expect(assemble(world.got)).toHaveLength(1);
  });

  it('begins when its topic is there, however late', () => {
    const world = createSession();
    const bytes = message('pieces', PAYLOAD, 2, 7);
    const header = bytes.length - PAYLOAD.length;
    for (const byte of bytes.slice(0, header)) world.socket.deliver(byte);
    expect(world.got).toEqual([]);
    deliver(world, bytes.slice(header));
    expect(assemble(world.got)).toHaveLength(1);
  });

  it('may have no payload, only a long topic', () => {
    const name = 'n'.repeat(195);
    const world = createWorld({ receiveMax: 200 });
    world.subscribe(name, 1, true);
    world.online();
    world.grant(1);
    const bytes = message(name, '', 2, 7);
    expect(bytes.length).toBeGreaterThan(200);
    for (const cuts of [[], [1, 1, 1, 100], [150, 50]]) {
      world.got.length = 0;
      deliver(world, bytes, cuts);
      expect(world.got).toEqual([`${name} 0/0  32`]);
      expect(world.sent()).toEqual(['puback #7']);
    }
  });

  it('names its topic in each piece, however long that is', () => {
    const name = 'n'.repeat(80);
    const world = createWorld({ receiveMax: 64 });
    world.subscribe(name, 1, true);
    world.online();
    world.grant(1);
    deliver(world, message(name, PAYLOAD, 2, 7));
    expect(assemble(world.got)).toEqual([`${name} ${PAYLOAD} 32`]);
    expect(world.sent()).toEqual(['puback #7']);
  });

  it('is told apart from the next', () => {
    const world = createSession();
    const a = PAYLOAD.slice(0, 300);
    const b = PAYLOAD.slice(300, 600);
    deliver(world, message('pieces', a) + message('pieces', b) + message('x/wild', a) + message('y/wild', b));
    expect(assemble(world.got)).toEqual([
      `pieces ${a} 30`,
      `pieces ${b} 30`,
      `x/wild ${a} 30`,
      `y/wild ${b} 30`,
    ]);
  });

  it('of QoS 2 comes once, until PUBREL', () => {
    const world = createSession();
    const bytes = message('pieces', PAYLOAD, 4, 7);
    deliver(world, bytes);
    deliver(world, message('pieces', PAYLOAD, 12, 7));
    expect(world.sent()).toEqual(['pubrec #7', 'pubrec #7']);
    expect(assemble(world.got)).toHaveLength(1);
    expect(world.client.counters()).toMatchObject({ received: 1, repeated: 1 });
    world.socket.deliver(ack(PUBREL, 7));
    deliver(world, bytes);
    expect(assemble(world.got)).toHaveLength(2);
  });

  it('begins anew when the connection breaks in its middle', () => {
    const world = createSession();
    deliver(world, message('pieces', PAYLOAD, 4, 7).slice(0, 1000));
    world.reconnect();
    expect(world.sent()).toEqual([]);
    world.got.length = 0;
    deliver(world, message('whole', 'x') + message('pieces', PAYLOAD, 12, 7));
    expect(world.got.shift()).toBe('whole x 30');
    expect(assemble(world.got)).toHaveLength(1);
    expect(world.client.counters().repeated).toBe(0);
  });
});

describe('passed over', () => {
  it.each([
    ['QoS 0', 0, []],
    ['QoS 1', 2, ['puback #7']],
    ['QoS 2', 4, ['pubrec #7']],
  ] as const)(
    'is counted, reported and acknowledged where nobody takes pieces: %s',
    (_name, flags, answers) => {
      for (const topic of ['whole', 'nobody']) {
        const world = createSession();
        const bytes = message(topic, PAYLOAD, flags, 7);
        deliver(world, bytes.slice(0, -1));
        expect(world.sent()).toEqual([]);
        deliver(world, `${bytes.slice(-1)}${message('whole', 'next')}`);
        expect(world.sent()).toEqual(answers);
        expect(world.said).toHaveLength(1);
        const [event, size] = world.said[0]!.split(' ').slice(1).map(Number);
        expect(event).toBe(Event.Oversize);
        expect(Math.abs(size! - bytes.length)).toBeLessThan(6);
        expect(world.got).toEqual(['whole next 30']);
        expect(world.client.counters()).toMatchObject({
          received: 1,
          oversize: 1,
          unwanted: 0,
          violations: 0,
        });
      }
    },
  );

  it.each([0, 2, 4])('is one whose topic alone is over the limit (flags %i)', (flags) => {
    for (const cuts of [
      [],
      [3, 100, 100, 50],
      [204],
      [205, 1],
      [206, 1, 1],
      [207, 1],
      [208],
      [1, 1, 1, 1, 1, 1],
    ]) {
      const world = createSession();
      deliver(world, message('t'.repeat(200), PAYLOAD, flags, 0x1234) + message('whole', 'next'), cuts);
      expect(world.got).toEqual(['whole next 30']);
      expect(world.client.counters()).toMatchObject({ oversize: 1, violations: 0 });
      expect(world.sent()).toEqual(flags === 0 ? [] : [flags === 2 ? 'puback #4660' : 'pubrec #4660']);
    }
  });

  it('is one whose topic fills all of it', () => {
    for (const length of [300, 5000]) {
      for (let cut = 195; cut < 320; cut++) {
        const world = createSession();
        deliver(world, message('t'.repeat(length), '', 2, 0x1234) + message('whole', 'next'), [cut]);
        expect(world.got).toEqual(['whole next 30']);
        expect(world.sent()).toEqual(['puback #4660']);
      }
    }
  });

  it('is the largest packet there can be, as far as it comes', () => {
    const world = createSession();
    const total = 268435455;
    world.socket.deliver(`\x30\xff\xff\xff\x7f\0\x06pieces`);
    for (let i = 0; i < 20; i++) world.socket.deliver('z'.repeat(SEND_WINDOW));
    expect(world.got.at(-1)).toMatch(new RegExp(`^pieces ${19 * SEND_WINDOW}/${total - 8} z+ 30$`));
    expect(world.client.isOnline()).toBe(true);
  });
});

describe('what MQTT forbids', () => {
  const body = 'x'.repeat(2000);

  it.each([
    ['no topic', message('', body)],
    ['a topic with a wildcard', message('a/+', body)],
    ['a topic that is not UTF-8', message('a\xff', body)],
    ['identifier 0 with QoS 1', message('pieces', body, 2, 0)],
    ['identifier 0 with QoS 2', message('nobody', body, 4, 0)],
    ['identifier 0 behind a topic over the limit', message('t'.repeat(700), body, 2, 0)],
    ['QoS 3', message('pieces', body, 6)],
    ['DUP with QoS 0', message('pieces', body, 8)],
    ['a topic that is longer than the packet', packet(0x30, word(0x7d0) + 'x'.repeat(1500))],
    ['a topic that leaves no room for the identifier', packet(0x32, word(1500) + 'x'.repeat(1501))],
    ['CONNACK', packet(0x20, body)],
    ['PUBACK', packet(0x40, body)],
    ['SUBSCRIBE', packet(0x82, body)],
    ['PINGRESP', packet(0xd0, body)],
  ])('closes: %s', (_name, bytes) => {
    for (const cuts of [[], [1, 1, 1, 1, 1, 1, 1]]) {
      const world = createSession();
      deliver(world, bytes, cuts);
      expect(world.said.at(-1)).toBe(`offline ${Close.ProtocolError} 0`);
      expect(world.client.counters().violations).toBe(1);
      expect(world.got).toEqual([]);
      expect(world.socket.take()).toBe('');
    }
  });
});

describe('a handler of pieces', () => {
  it.each([
    ['at the first', 0],
    ['in the middle', 700],
    ['at the last', PAYLOAD.length - 1],
  ])('that throws %s gets no more of it, and it is not acknowledged', (_name, from) => {
    for (const flags of [0, 2, 4]) {
      const world = createWorld({ receiveMax: 200 });
      const offsets: number[] = [];
      let failed = false;
      world.client.subscription('a', 2, world.onMessage, (chunk, offset) => {
        offsets.push(offset);
        if (failed || offset + chunk.length <= from) return;
        failed = true;
        throw new Error('handler');
      });
      world.online();
      world.grant(2);
      world.said.length = 0;
      deliver(world, message('a', PAYLOAD, flags, 7) + message('a', 'next'));
      expect(world.said).toEqual([`report ${Event.HandlerFailed} 0`]);
      expect(world.client.counters()).toMatchObject({ postponed: 1, violations: 0 });
      expect(world.got).toEqual(['a next 30']);
      expect(world.sent()).toEqual([]);
      const count = offsets.length;
      // Of QoS 2 it was not taken, so it comes again and is not called repeated.
      deliver(world, message('a', PAYLOAD, flags | 8, 7).replace(/^\x38/, '\x30'));
      expect(offsets.length).toBeGreaterThan(count);
      expect(world.sent()).toHaveLength(flags > 0 ? 1 : 0);
      expect(world.client.counters().repeated).toBe(0);
    }
  });

  it.each<[string, (world: World) => void]>([
    ['ends the connection', (world) => world.client.disconnect()],
    ['opens another', (world) => world.client.connect('other', 1)],
  ])('may do what it likes: it %s', (_name, act) => {
    for (const throws of [false, true]) {
      const world: World = createWorld({ receiveMax: 200 });
      world.client.subscription('a', 2, world.onMessage, (chunk) => {
        world.got.push(text(chunk));
        act(world);
        if (throws) throw new Error('handler');
      });
      world.online();
      world.grant(2);
      world.said.length = 0;
      expect(() => deliver(world, message('a', PAYLOAD, 4, 7))).not.toThrow();
      expect(world.got).toHaveLength(1);
      expect(world.written()).toEqual(['disconnect']);
      expect(world.said.filter((line) => line.startsWith('offline'))).toEqual([]);
      // The next connection knows nothing of it.
      world.online(true);
      world.socket.deliver(message('a', 'x'));
      expect(world.got.at(-1)).toBe('a x 30');
    }
  });

  it('may change what is wanted, and fail later', () => {
    const world: World = createWorld({ receiveMax: 200 });
    const other = world.subscribe('b');
    world.client.subscription('a', 2, world.onMessage, (_chunk, offset) => {
      if (offset === 0) world.client.unsubscribe(other);
      else throw new Error('handler');
    });
    world.online();
    world.grant(1, 2);
    expect(() => deliver(world, message('a', PAYLOAD, 2, 7) + message('a', 'next'))).not.toThrow();
    expect(world.client.counters().postponed).toBe(1);
    expect(world.got).toEqual(['a next 30']);
  });
});

describe('inside its report', () => {
  it('the connection may end', () => {
    const world: World = createWorld({
      receiveMax: 200,
      on: {
        onReport(event) {
          if (event === Event.Oversize) world.client.disconnect();
        },
      },
    });
    world.online();
    deliver(world, message('a', PAYLOAD, 4, 7));
    expect(world.written()).toEqual(['disconnect']);
    world.online(true);
    // It was not acknowledged, so it is new.
    deliver(world, message('a', 'x', 12, 7));
    expect(world.client.counters().repeated).toBe(0);
  });
});

describe('bounds', () => {
  it('holds at most 32 of QoS 2 open, large or not, whatever their topics are', () => {
    for (const topic of ['pieces', 'whole', 't'.repeat(300), 't'.repeat(700)]) {
      const world = createSession();
      const answers: string[] = [];
      for (let id = 1; id <= 40; id++) {
        deliver(world, message(topic, PAYLOAD, 4, id));
        answers.push(...world.sent());
      }
      expect(answers).toHaveLength(32);
      if (topic.length < SEND_WINDOW) expect(world.client.counters().postponed).toBe(8);
      world.socket.deliver(ack(PUBREL, 3));
      deliver(world, message(topic, PAYLOAD, 12, 40));
      expect(world.sent()).toEqual(['pubcomp #3', 'pubrec #40']);
    }
  });

  it('leaves one whose acknowledgement has no room to the next connection', () => {
    const world = createSession();
    world.publish(world.topic('big'), 'y'.repeat(1000));
    for (let id = 1; id <= 300; id++) deliver(world, message('whole', 'x', 2, id));
    const { postponed } = world.client.counters();
    expect(postponed).toBeGreaterThan(0);
    world.got.length = 0;
    deliver(world, message('pieces', PAYLOAD, 2, 999));
    expect(world.client.counters().postponed).toBe(postponed + 1);
    expect(world.got).toEqual([]);
    expect(world.sent()).not.toContain('puback #999');
  });
});

it.each([200, 536, 1024])(
  'of which just less than the limit is there goes on with the largest chunk: %i',
  (receiveMax) => {
    for (const total of [2000, 20_000]) {
      const topic = 'n'.repeat(receiveMax - 5);
      const bytes = message(topic, 'x'.repeat(total - topic.length - 4), 2, 7);
      for (let cut = receiveMax - 4; cut <= receiveMax + 4; cut++) {
        const world = createWorld({ receiveMax });
        world.subscribe('#', 1, true);
        world.online();
        world.grant(1);
        deliver(world, bytes, [cut]);
        expect(world.said.slice(1), `${total} bytes, cut at ${cut}`).toEqual([]);
        expect(world.sent()).toEqual(['puback #7']);
      }
    }
  },
);
