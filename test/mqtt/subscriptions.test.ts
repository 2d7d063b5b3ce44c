// Subscriptions: what is asked for and when, what the broker says to it, and what a lost connection or session changes.
import { describe, expect, it } from 'vitest';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import { Close, Code, Event } from '../../src/ports/codes.ts';
import { createWorld, type World } from './client.ts';
import { SEND_WINDOW } from '../../src/ports/socket.ts';
import { ack, connack, message, PUBACK, suback, UNSUBACK, utf8 } from './wire.ts';

/** @returns the event that says what was granted to subscription `number`; 255: it was left. */
function answered(number: number, granted: number): string {
  return `report ${Event.Subscribed} ${number * 256 + granted}`;
}

function idOf(line: string | undefined): number {
  return Number(/#(\d+)/.exec(line ?? '')?.[1]);
}

/** What was sent, without identifiers. */
function asked(world: World): string[] {
  return world.sent().map((line) => line.replace(/ #\d+/, ''));
}

describe('subscribing', () => {
  it('asks for all filters in one packet as soon as there is a session', () => {
    const world = createWorld();
    const made = [world.subscribe('a', 0), world.subscribe('b/+', 1), world.subscribe('$share/g/c/#', 2)];
    expect(made.map((one) => one.granted)).toEqual([-1, -1, -1]);
    world.online();
    const sent = world.sent();
    expect(sent).toEqual([`subscribe #${idOf(sent[0])} a:0 b/+:1 $share/g/c/#:2`]);
    expect(idOf(sent[0])).toBeGreaterThan(32767);
    world.socket.deliver(suback(idOf(sent[0]), 0, 128, 1));
    expect(made.map((one) => one.granted)).toEqual([0, 128, 1]);
    expect(world.said).toEqual([answered(0, 0), answered(1, 128), answered(2, 1)]);
    expect(world.sent()).toEqual([]);
  });

  it('goes out in front of what the outbox holds', () => {
    const world = createWorld();
    world.subscribe('a');
    world.publish(world.topic('t', 1), '1');
    world.online();
    expect(asked(world)).toEqual(['subscribe a:1', 'publish 1 t 1']);
  });

  it.each(['b', 'b/+'])('asks for %s, made while there is a session, with the next that leaves', (filter) => {
    const world = createWorld({ outbox: createRamOutbox(9, 1024) });
    world.online();
    const topic = world.topic('t', 1);
    for (let i = 1; i <= 9; i++) world.publish(topic, `${i}`);
    world.sent();
    world.subscribe(filter, 1);
    expect(world.sent()).toEqual([]);
    world.socket.deliver(ack(PUBACK, 1));
    expect(asked(world)).toEqual([`subscribe ${filter}:1`, 'publish 1 t 9']);
  });

  it('takes a filter without wildcards from where its topic went before', () => {
    const world = createWorld();
    const got: string[] = [];
    world.client.subscription('+', 0, () => got.push('+'));
    world.online();
    world.grant(0);
    world.socket.deliver(message('a', 'x'));
    world.client.subscription('a', 0, () => got.push('a'));
    world.socket.deliver(message('a', 'x'));
    expect(got).toEqual(['+', 'a']);
  });

  it('takes a SUBACK however it is cut', () => {
    const world = createWorld();
    const made = world.subscribe('a');
    world.online();
    for (const byte of suback(idOf(world.sent()[0]), 1)) world.socket.deliver(byte);
    expect(made.granted).toBe(1);
  });

  it('takes a SUBACK of as many codes as one SUBSCRIBE can ask for', () => {
    const world = createWorld();
    const made = [];
    for (;;) {
      const one = world.client.subscription(String.fromCharCode(33 + (made.length % 2)), 0, world.onMessage);
      if (!one) break;
      made.push(one);
    }
    expect(made.length).toBeGreaterThan(200);
    world.online();
    const sent = world.flush();
    expect(sent.length).toBeLessThanOrEqual(1024);
    world.socket.deliver(suback(sent.charCodeAt(3) * 256 + sent.charCodeAt(4), ...made.map((_, i) => i % 3)));
    expect(made.map((one) => one.granted)).toEqual(made.map((_, i) => i % 3));
  });

  it('may be answered with messages first', () => {
    const world = createWorld();
    world.subscribe('a');
    world.online();
    world.socket.deliver(message('a', 'x'));
    world.grant(1);
    expect(world.got).toEqual(['a x 30']);
  });

  it('is possible later too, and then goes out with whatever comes next', () => {
    const world = createWorld();
    world.online();
    const late = world.subscribe('late');
    expect(world.client.subscribe(late)).toBe(Code.Ok);
    expect(asked(world)).toEqual(['subscribe late:1']);
  });

  it('waits for room in the socket', () => {
    const world = createWorld();
    world.online();
    world.publish(world.topic('t'), 'x'.repeat(900));
    world.client.subscribe(world.subscribe('a'));
    expect(asked(world)).toEqual([`publish 0 t ${'x'.repeat(900)}`, 'subscribe a:1']);
  });

  it('leaves in pieces when it is large', () => {
    const world = createWorld();
    for (let i = 0; i < 5; i++) world.subscribe(`${i}`.repeat(180));
    world.online();
    expect(asked(world)).toEqual([
      `subscribe ${[0, 1, 2, 3, 4].map((i) => `${`${i}`.repeat(180)}:1`).join(' ')}`,
    ]);
  });
});

describe('filters', () => {
  it.each(['a', '/', '+', '#', '+/+/#', '/#', 'a/+', '$SYS/#', '$share/g/+', '$share/g//', utf8('ü/+')])(
    'may be %s',
    (filter) => {
      const made = createWorld().client.subscription(filter, 0, () => {});
      expect(made).toMatchObject({ filter, qos: 0, granted: -1, number: 0 });
    },
  );

  it.each([
    '',
    'a+',
    '+a',
    'a/+b',
    '#/',
    'a/#/b',
    'a#',
    '##',
    '++',
    'a\0',
    '\xff',
    '\ud841',
    '\u0141',
    '$share/',
    '$share//a',
    '$share/g',
    '$share/g/',
    '$share/+/a',
    '$share/#/a',
    '$share/g#/a',
    '$share/g/a#',
    '$share/\xff/a',
    '$share/a\0b/a',
    'x'.repeat(1100),
  ])('may not be %j', (filter) => {
    expect(createWorld().client.subscription(filter, 0, () => {})).toBeNull();
  });

  it.each([-1, 3, 0.5, NaN])('have no QoS %d', (qos) => {
    expect(createWorld().client.subscription('a', qos, () => {})).toBeNull();
  });

  it('that are refused take nothing from those that are not', () => {
    const world = createWorld();
    for (const filter of ['x'.repeat(600) + '#', 'y'.repeat(2000), 'z'.repeat(600) + '+']) {
      expect(world.client.subscription(filter, 1, () => {})).toBeNull();
    }
    world.subscribe('v'.repeat(900));
    world.online();
    expect(asked(world)).toEqual([`subscribe ${'v'.repeat(900)}:1`]);
  });

  it('end where one SUBSCRIBE is full', () => {
    const world = createWorld();
    world.subscribe('v'.repeat(900));
    expect(world.client.subscription('w'.repeat(200), 1, () => {})).toBeNull();
    world.subscribe('w'.repeat(50));
    world.online();
    expect(world.flush().length).toBeLessThanOrEqual(1024);
  });
});

describe('an answer that does not fit', () => {
  it.each([
    ['has a code too few', (id: number) => suback(id, 1)],
    ['has a code too many', (id: number) => suback(id, 1, 1, 1)],
    ['has a reserved code [MQTT-3.9.3-2]', (id: number) => suback(id, 1, 3)],
    ['has another reserved code', (id: number) => suback(id, 127, 1)],
    ['is an UNSUBACK', (id: number) => ack(UNSUBACK, id)],
  ])('closes: it %s', (_what, answer) => {
    const world = createWorld();
    world.subscribe('a');
    world.subscribe('b');
    world.online();
    world.socket.deliver(answer(idOf(world.sent()[0])));
    expect(world.said.at(-1)).toBe(`offline ${Close.ProtocolError} 0`);
    // Nothing of it counts: all is asked again.
    world.online(true);
    expect(asked(world)).toEqual(['subscribe a:1 b:1']);
  });

  it('closes: a SUBACK to UNSUBSCRIBE', () => {
    const world = createWorld();
    const made = world.subscribe('a');
    world.online();
    world.grant(1);
    world.client.unsubscribe(made);
    world.socket.deliver(suback(idOf(world.sent()[0]), 0));
    expect(world.said.at(-1)).toBe(`offline ${Close.ProtocolError} 0`);
  });

  it('is passed over: one with another identifier', () => {
    const world = createWorld();
    const made = world.subscribe('a');
    world.online();
    const id = idOf(world.sent()[0]);
    world.socket.deliver(suback(id - 1, 1));
    expect(made.granted).toBe(-1);
    expect(world.client.counters().strays).toBe(1);
    world.socket.deliver(suback(id, 2));
    expect(made.granted).toBe(2);
  });
});

describe('unsubscribing', () => {
  function createSubscribed() {
    const world = createWorld();
    const a = world.subscribe('a');
    const b = world.subscribe('b/+', 2);
    world.online();
    world.grant(1, 2);
    world.said.length = 0;
    return { world, a, b };
  }

  it('asks, and messages reach the handler until the broker has answered', () => {
    const { world, a } = createSubscribed();
    expect(world.client.unsubscribe(a)).toBe(Code.Ok);
    const [line] = world.sent();
    expect(line).toBe(`unsubscribe #${idOf(line)} a`);
    world.socket.deliver(message('a', 'still'));
    world.socket.deliver(ack(UNSUBACK, idOf(line)));
    expect(a.granted).toBe(-1);
    expect(world.said).toEqual([answered(0, 255)]);
    world.socket.deliver(message('a', 'late'));
    expect(world.got).toEqual(['a still 30']);
    expect(world.client.counters().unwanted).toBe(1);
  });

  it('is no matter before there is a session, nor twice', () => {
    const world = createWorld();
    const a = world.subscribe('a');
    expect(world.client.unsubscribe(a)).toBe(Code.Ok);
    expect(world.client.unsubscribe(a)).toBe(Code.Ok);
    world.online();
    expect(world.sent()).toEqual([]);
    expect(world.client.unsubscribe(a)).toBe(Code.Ok);
    expect(world.sent()).toEqual([]);
  });

  it('is refused while an answer is under way', () => {
    const { world, a, b } = createSubscribed();
    expect(world.client.subscribe(a)).toBe(Code.Ok);
    expect(world.client.unsubscribe(a)).toBe(Code.Busy);
    expect(world.client.subscribe(a)).toBe(Code.Busy);
    world.grant(1);
    expect(world.client.unsubscribe(b)).toBe(Code.Ok);
    expect(world.client.unsubscribe(b)).toBe(Code.Busy);
    expect(world.client.subscribe(b)).toBe(Code.Busy);
  });

  it('waits for the answer to what was asked before, one packet at a time, UNSUBSCRIBE first', () => {
    const { world, a, b } = createSubscribed();
    const c = world.subscribe('c');
    world.client.subscribe(c);
    const first = world.sent();
    expect(first[0]).toMatch(/^subscribe #\d+ c:1$/);
    world.client.unsubscribe(b);
    world.client.subscribe(a);
    expect(world.sent()).toEqual([]);
    world.socket.deliver(suback(idOf(first[0]), 1));
    const [leave] = world.sent();
    expect(leave).toMatch(/^unsubscribe #\d+ b\/\+$/);
    world.socket.deliver(ack(UNSUBACK, idOf(leave)));
    expect(asked(world)).toEqual(['subscribe a:1']);
  });

  it('may be taken back before it was sent, and after', () => {
    const { world, a, b } = createSubscribed();
    world.client.subscribe(b);
    const [line] = world.sent();
    world.client.unsubscribe(a);
    expect(world.client.subscribe(a)).toBe(Code.Ok);
    expect(world.client.unsubscribe(a)).toBe(Code.Ok);
    expect(world.client.subscribe(a)).toBe(Code.Ok);
    world.socket.deliver(suback(idOf(line), 2));
    world.grant(0);
    expect([a.granted, b.granted]).toEqual([0, 2]);
    world.client.unsubscribe(a);
    world.socket.deliver(ack(UNSUBACK, idOf(world.sent()[0])));
    world.client.subscribe(a);
    expect(asked(world)).toEqual(['subscribe a:1']);
  });

  it('takes many in one packet', () => {
    const { world, a, b } = createSubscribed();
    world.publish(world.topic('t'), 'x'.repeat(900));
    world.client.unsubscribe(b);
    world.client.unsubscribe(a);
    const line = world.sent().at(-1);
    expect(line).toMatch(/^unsubscribe #\d+ a b\/\+$/);
    world.socket.deliver(ack(UNSUBACK, idOf(line)));
    expect(world.said).toEqual([answered(0, 255), answered(1, 255)]);
  });
});

describe('what a former start has asked for', () => {
  it('is not asked for again, nor is what nobody wants any more', () => {
    const world = createWorld();
    world.subscribe('a');
    expect(world.client.unsubscribe(world.subscribe('b'))).toBe(Code.Ok);
    world.client.assumeSubscribed();
    const described: string[] = [];
    world.client.describe({ text: (what) => void described.push(what) });
    expect(described).toEqual(['a1']);
    world.online(true);
    expect(world.sent()).toEqual([]);
    world.socket.deliver(message('a', 'x'));
    expect(world.got).toEqual(['a x 30']);
    // The broker may have forgotten.
    world.reconnect(false);
    expect(world.sent().map((line) => line.replace(/#\d+/, '#'))).toEqual(['subscribe # a:1']);
  });
});

describe('a reconnect', () => {
  it('with the session asks for nothing again', () => {
    const world = createWorld();
    world.subscribe('a');
    world.online();
    world.grant(1);
    world.reconnect(true);
    expect(world.sent()).toEqual([]);
    world.socket.deliver(message('a', 'x'));
    expect(world.got).toEqual(['a x 30']);
  });

  it('without the session asks for all again, refused ones too', () => {
    const world = createWorld();
    world.subscribe('a');
    world.subscribe('b');
    world.online();
    world.grant(1, 128);
    world.reconnect(false);
    expect(asked(world)).toEqual(['subscribe a:1 b:1']);
  });

  it.each([true, false])('asks again for what was not answered (session present: %s)', (present) => {
    const world = createWorld();
    const a = world.subscribe('a');
    world.online();
    const [line] = world.sent();
    world.reconnect(present);
    const [again] = world.sent();
    expect(again).toMatch(/^subscribe #\d+ a:1$/);
    // The answer to the former one counts for nothing.
    world.socket.deliver(suback(idOf(line), 0));
    expect(a.granted).toBe(-1);
    world.socket.deliver(suback(idOf(again), 1));
    expect(a.granted).toBe(1);
  });

  it('asks again where a CONNACK never came: the session that is there now may be one that was begun then', () => {
    const world = createWorld();
    world.subscribe('a');
    const b = world.subscribe('b');
    world.online();
    world.grant(1, 1);
    world.client.unsubscribe(b);
    world.sent();
    world.socket.drop();
    // CONNECT goes out, and the connection breaks before the answer.
    world.client.connect('broker', 1883);
    world.socket.accept();
    world.socket.drain();
    world.socket.drop();
    world.online(true);
    // In a session of before b is still subscribed.
    const [leave] = world.sent();
    expect(leave).toMatch(/^unsubscribe #\d+ b$/);
    world.socket.deliver(ack(UNSUBACK, idOf(leave)));
    const [again] = world.sent();
    expect(again).toMatch(/^subscribe #\d+ a:1$/);
    world.socket.deliver(suback(idOf(again), 1));
    // From then on it is known which session there is.
    world.reconnect(true);
    expect(asked(world)).toEqual([]);
  });

  it('asks again where the broker refused in between, and not where it had only refused', () => {
    for (const isLost of [true, false]) {
      const world = createWorld();
      world.subscribe('a');
      world.online();
      world.grant(1);
      world.socket.drop();
      if (isLost) {
        world.client.connect('broker', 1883);
        world.socket.accept();
        world.socket.drop();
      }
      world.client.connect('broker', 1883);
      world.socket.accept();
      world.socket.drain();
      world.socket.deliver(connack(3));
      world.online(true);
      expect(asked(world)).toEqual(isLost ? ['subscribe a:1'] : []);
    }
  });

  it('with the session leaves what was not answered again; without it there is nothing to leave', () => {
    for (const present of [true, false]) {
      const world = createWorld();
      const a = world.subscribe('a');
      const b = world.subscribe('b');
      world.online();
      world.grant(1, 1);
      world.client.unsubscribe(a);
      world.sent();
      world.socket.drop();
      world.client.unsubscribe(b);
      world.online(present);
      expect(asked(world)).toEqual(present ? ['unsubscribe a b'] : []);
    }
  });

  it('may change what is wanted while there is no connection', () => {
    const world = createWorld();
    const a = world.subscribe('a');
    world.online();
    world.grant(1);
    world.socket.drop();
    world.client.unsubscribe(a);
    world.client.subscribe(a);
    world.online(true);
    expect(asked(world)).toEqual(['subscribe a:1']);
  });
});

describe('two subscriptions of one topic', () => {
  it('serve the first that is wanted', () => {
    const world = createWorld();
    const got: number[] = [];
    const first = world.client.subscription('a', 1, () => got.push(1))!;
    world.client.subscription('a', 1, () => got.push(2));
    world.client.subscription('+', 1, () => got.push(3));
    world.online();
    world.grant(1, 1, 1);
    world.socket.deliver(message('a', 'x'));
    world.client.unsubscribe(first);
    world.socket.deliver(ack(UNSUBACK, idOf(world.sent()[0])));
    world.socket.deliver(message('a', 'x'));
    expect(got).toEqual([1, 2]);
  });
});

describe('inside the report of an answer', () => {
  it('the connection may be ended', () => {
    const world: World = createWorld({
      on: {
        onReport(event) {
          if (event === Event.Subscribed) world.client.disconnect();
        },
      },
    });
    world.subscribe('a');
    world.subscribe('b');
    world.online();
    world.grant(1, 1);
    expect(world.client.isOnline()).toBe(false);
    expect(world.written()).toEqual(['disconnect']);
    expect(world.client.counters().violations).toBe(0);
  });

  it('what was granted may be given up', () => {
    const world: World = createWorld({
      on: {
        onReport(event, detail) {
          if (event === Event.Subscribed && detail === 1) world.client.unsubscribe(made);
        },
      },
    });
    const made = world.subscribe('a');
    world.subscribe('b');
    world.online();
    world.grant(1, 1);
    expect(asked(world)).toEqual(['unsubscribe a']);
    expect(world.client.isOnline()).toBe(true);
  });
});

it('are asked for behind an answer that comes while the socket is full to the last byte', () => {
  const world = createWorld();
  const a = world.subscribe('a');
  const b = world.subscribe('b');
  world.client.unsubscribe(b);
  world.online();
  world.grant(1);
  world.client.unsubscribe(a);
  const leave = idOf(world.sent()[0]);
  world.client.subscribe(b);
  const topic = world.topic('t');
  for (let left = SEND_WINDOW; left > 0; left -= 67) {
    expect(world.publish(topic, 'x'.repeat(67 - 5))).toBe(Code.Ok);
  }
  world.socket.deliver(ack(UNSUBACK, leave));
  expect(world.sent().slice(8)).toEqual([expect.stringMatching(/^subscribe #\d+ b:1$/)]);
});
