// Messages that are read while they are sent: whole on the wire whatever happens around them, resent from their first byte,
// and ended exactly once.
import { describe, expect, it } from 'vitest';
import { EMPTY } from '../../src/bytes/bytes.ts';
import { Close, Code } from '../../src/ports/codes.ts';
import { SEND_WINDOW } from '../../src/ports/socket.ts';
import { bytes, createSource, createWorld, type World } from './client.ts';
import {
  ack,
  lines,
  message,
  packet,
  PINGREQ,
  PINGRESP,
  PUBACK,
  PUBCOMP,
  PUBREC,
  suback,
  word,
} from './wire.ts';

/** Different everywhere, so that no piece can be mistaken for another. */
const PAYLOAD = Array.from({ length: 600 }, (_, i) => `${1000 + i};`).join('');
const TOTAL = PAYLOAD.length;

function createSession(): World {
  const world = createWorld();
  world.online();
  return world;
}

function start(world: World, qos: 0 | 1 | 2, source = createSource(PAYLOAD), total = TOTAL) {
  expect(world.client.stream(world.topic('s', qos), total, source)).toBe(Code.InFlight);
  return source;
}

/** The identifier in what was written of a streamed message to `s`. */
function idIn(sent: string): number {
  return Number(/publish \d #(\d+)/.exec(sent)?.[1]);
}

describe('a streamed message', () => {
  it.each([
    ['as much as is asked for', Infinity],
    ['a byte at a time', 1],
    ['little by little', 7],
  ])('leaves in one packet when its source gives %s', (_name, most) => {
    const world = createSession();
    const payload = PAYLOAD.slice(0, 1300);
    const source = start(world, 0, createSource(payload, most), 1300);
    expect(world.sent()).toEqual([`publish 0 s ${payload}`]);
    expect(source.ends).toEqual([Code.Ok]);
    expect(source.reads).toEqual([...new Set(source.reads)].sort((a, b) => a - b));
    expect(source.reads[0]).toBe(0);
  });

  it('never has more unsent than the window, and asks for no more than that', () => {
    const world = createSession();
    const asked: number[] = [];
    world.client.stream(world.topic('s'), TOTAL, {
      read(offset, max) {
        asked.push(max);
        return bytes(PAYLOAD.substr(offset, max));
      },
      onEnd() {},
    });
    // The socket of these tests throws when there is more.
    expect(world.sent()).toEqual([`publish 0 s ${PAYLOAD}`]);
    expect(asked).toEqual([536, 536, 536, 536, 536, 320]);
  });

  it.each([0, 1, 2] as const)('of no bytes at all, QoS %i', (qos) => {
    const world = createSession();
    const source = start(world, qos, createSource(''), 0);
    const [line] = world.sent();
    expect(line).toMatch(/^publish \d( #\d+)? s $/);
    expect(source.reads).toEqual([]);
    expect(source.ends).toEqual(qos === 0 ? [Code.Ok] : []);
    if (qos === 1) world.socket.deliver(ack(PUBACK, idIn(line!)));
    if (qos === 2) world.socket.deliver(ack(PUBREC, idIn(line!)));
    if (qos === 2) world.socket.deliver(ack(PUBCOMP, idIn(line!)));
    expect(source.ends).toEqual([Code.Ok]);
    world.publish(world.topic('t', 1), 'next');
    world.socket.drain();
    expect(world.sent().at(-1)).toBe('publish 1 #1 t next');
  });

  it('of QoS 1 ends with PUBACK, is counted, and is not in the outbox', () => {
    const world = createSession();
    const source = start(world, 1);
    const [line] = world.sent();
    expect(line).toBe(`publish 1 #${idIn(line!)} s ${PAYLOAD}`);
    expect(idIn(line!)).toBeGreaterThan(32767);
    expect(source.ends).toEqual([]);
    expect(world.outbox.count()).toBe(0);
    world.socket.deliver(ack(PUBACK, idIn(line!)));
    expect(source.ends).toEqual([Code.Ok]);
    expect(world.client.counters().delivered).toBe(1);
  });

  it('of QoS 2 ends with PUBCOMP', () => {
    const world = createSession();
    const source = start(world, 2);
    const id = idIn(world.sent()[0]!);
    world.socket.deliver(ack(PUBREC, id));
    expect(world.sent()).toEqual([`pubrel #${id}`]);
    expect(source.ends).toEqual([]);
    world.socket.deliver(ack(PUBCOMP, id));
    expect(source.ends).toEqual([Code.Ok]);
    expect(world.client.counters()).toMatchObject({ delivered: 1, strays: 0 });
  });

  it('carries RETAIN, and a topic of the longest kind', () => {
    const world = createSession();
    const name = 'n'.repeat(SEND_WINDOW - 9);
    const source = createSource('xyz');
    expect(world.client.stream(world.topic(name, 1, true), 3, source)).toBe(Code.InFlight);
    expect(world.sent()).toEqual([`publish 1 #32769 retain ${name} xyz`]);
  });
});

describe('its turn', () => {
  it('comes behind what was sent before it, in front of what comes after it', () => {
    const world = createSession();
    const one = world.topic('one', 1);
    world.publish(one, 'before');
    start(world, 1);
    world.publish(one, 'after');
    expect(world.sent().map((line) => line.split(' ')[3])).toEqual(['one', 's', 'one']);
    // And stays there on the next connection.
    world.reconnect();
    const again = world.sent();
    expect(again.map((line) => line.split(' ')[4])).toEqual(['one', 's', 'one']);
    expect(again.every((line) => line.includes(' dup '))).toBe(true);
  });

  it('lets nothing else between its pieces: not messages, not acknowledgements, not pings, not subscriptions', () => {
    const world = createSession();
    const inbox = world.subscribe('in');
    world.client.subscribe(inbox);
    world.grant(1);
    const source = start(world, 1, createSource(PAYLOAD, 500));
    const parts = [world.socket.take()];
    for (let i = 0; i < 8 && source.reads.length < 6; i++) {
      expect(world.publish(world.topic('zero'), 'no')).toBe(Code.Busy);
      world.publish(world.topic('one', 1), `${i}`);
      world.socket.deliver(message('in', 'x', 2, 100 + i));
      if (i === 0) world.client.subscribe(inbox);
      world.clock.advance(10000);
      world.client.tick(world.clock.now());
      world.socket.drain();
      parts.push(world.socket.take());
    }
    world.socket.drain();
    const sent = lines(parts.join('') + world.flush());
    expect(sent[0]).toBe(`publish 1 #32769 s ${PAYLOAD}`);
    expect(sent.slice(1, 7)).toEqual([100, 101, 102, 103, 104, 105].map((id) => `puback #${id}`));
    expect(sent.filter((line) => line.startsWith('subscribe'))).toHaveLength(1);
    expect(sent.filter((line) => line.includes(' one '))).toHaveLength(6);
    expect(world.client.isOnline()).toBe(true);
  });

  it('waits for an empty socket, and for a place among the messages in flight', () => {
    const world = createSession();
    world.publish(world.topic('zero'), 'x');
    const source = start(world, 1);
    expect(world.written()).toEqual(['publish 0 zero x']);
    world.socket.drain();
    expect(world.socket.take()).toHaveLength(1 + 2 + 3 + 2);
    world.socket.drain();
    world.flush();
    world.socket.deliver(ack(PUBACK, 32769));
    expect(source.ends).toEqual([Code.Ok]);

    for (let i = 0; i < 8; i++) world.publish(world.topic('one', 1), `${i}`);
    world.sent();
    start(world, 1);
    expect(world.sent()).toEqual([]);
    world.socket.deliver(ack(PUBACK, 1));
    expect(world.sent()).toEqual([`publish 1 #32770 s ${PAYLOAD}`]);
  });

  it('waits while eight that were given up may still be acknowledged', () => {
    const world = createSession();
    for (let i = 0; i < 8; i++) {
      start(world, 1);
      world.sent();
      world.client.abandon();
    }
    start(world, 1);
    expect(world.sent()).toEqual([]);
    world.socket.deliver(ack(PUBACK, 32771));
    expect(world.sent()).toEqual([`publish 1 #32777 s ${PAYLOAD}`]);
  });

  it('lets a large stored message, and acknowledgements behind it, leave first', () => {
    const world = createSession();
    world.publish(world.topic('one', 1), 'L'.repeat(1000));
    start(world, 0);
    expect(world.sent().map((line) => line.slice(0, 12))).toEqual(['publish 1 #1', 'publish 0 s ']);
  });
});

describe('one at a time', () => {
  it('refuses a second', () => {
    const world = createSession();
    start(world, 1);
    const other = createSource('x');
    expect(world.client.stream(world.topic('o'), 1, other)).toBe(Code.Busy);
    world.sent();
    expect(world.client.stream(world.topic('o'), 1, other)).toBe(Code.Busy);
    world.socket.deliver(ack(PUBACK, 32769));
    expect(world.client.stream(world.topic('o'), 1, other)).toBe(Code.InFlight);
    expect(other.ends).toEqual([]);
  });

  it('may start the next from within the end of the last', () => {
    const world = createSession();
    const second = createSource('second');
    world.client.stream(world.topic('s'), 5, {
      read: () => bytes('first'),
      onEnd() {
        expect(world.client.stream(world.topic('s'), 6, second)).toBe(Code.InFlight);
      },
    });
    expect(world.sent()).toEqual(['publish 0 s first', 'publish 0 s second']);
    expect(second.ends).toEqual([Code.Ok]);
  });
});

describe('refused before the first byte', () => {
  it.each<[string, (world: World) => number, Code]>([
    ['without a session', (world) => (world.client.disconnect(), stream(world, 5)), Code.Closed],
    ['a negative length', (world) => stream(world, -1), Code.BadPayload],
    ['no number', (world) => stream(world, NaN), Code.BadPayload],
    ['a fraction', (world) => stream(world, 1.5), Code.BadPayload],
    ['more than a packet can say', (world) => stream(world, 268435455 - 4), Code.TooLong],
    ['a topic that leaves no room for a piece', (world) => stream(world, 1, 'x'.repeat(530)), Code.TooLong],
    ['no topic', (world) => world.client.stream(null, 1, createSource('x')), Code.BadTopic],
    [
      'a topic that is none',
      (world) => world.client.stream({} as never, 1, createSource('x')),
      Code.BadTopic,
    ],
  ])('%s', (_name, act, code) => {
    const world = createSession();
    expect(act(world)).toBe(code);
    expect(world.client.counters().refused).toBe(1);
    expect(world.socket.take().replace('\xe0\0', '')).toBe('');
    if (code === Code.TooLong) expect(world.client.counters().needed).toBeGreaterThan(SEND_WINDOW);
    if (code !== Code.Closed) start(world, 0);
  });

  function stream(world: World, total: number, name = 's'): number {
    return world.client.stream(world.topic(name, 1), total, createSource('x'));
  }
});

describe('a reconnect', () => {
  it.each([1, 2] as const)(
    'starts it again at its first byte, with its identifier and DUP (QoS %i)',
    (qos) => {
      const world = createSession();
      const source = start(world, qos);
      const begun = world.socket.take();
      world.socket.drain();
      world.reconnect();
      expect(source.ends).toEqual([]);
      const [line] = world.sent();
      expect(line).toBe(`publish ${qos} #32769 dup s ${PAYLOAD}`);
      expect(begun.startsWith(`${String.fromCharCode(0x30 | (qos << 1))}`)).toBe(true);
      expect(source.reads.filter((offset) => offset === 0)).toHaveLength(2);
    },
  );

  it('sends it again, all of it, when it was sent and not acknowledged', () => {
    const world = createSession();
    start(world, 1);
    world.sent();
    world.reconnect();
    expect(world.sent()).toEqual([`publish 1 #32769 dup s ${PAYLOAD}`]);
    world.reconnect(false);
    expect(world.sent()).toEqual([`publish 1 #32769 s ${PAYLOAD}`]);
  });

  it('sends what had not had its turn without DUP', () => {
    const world = createSession();
    world.publish(world.topic('zero'), 'x');
    const source = start(world, 0);
    world.reconnect();
    expect(world.sent()).toEqual([`publish 0 s ${PAYLOAD}`]);
    expect(source.ends).toEqual([Code.Ok]);
  });

  it('goes on with PUBREL when PUBREC has come', () => {
    const world = createSession();
    const source = start(world, 2);
    world.sent();
    world.socket.deliver(ack(PUBREC, 32769));
    world.reconnect();
    expect(world.sent()).toEqual(['pubrel #32769']);
    world.reconnect(false);
    expect(world.sent()).toEqual([`publish 2 #32769 s ${PAYLOAD}`]);
    world.socket.deliver(ack(PUBREC, 32769));
    world.socket.deliver(ack(PUBCOMP, 32769));
    expect(source.ends).toEqual([Code.Ok]);
  });

  it('ends it with Closed when it is of QoS 0 and was begun', () => {
    const world = createSession();
    const source = start(world, 0);
    world.socket.drain();
    world.reconnect();
    expect(source.ends).toEqual([Code.Closed]);
    expect(world.sent()).toEqual([]);
    start(world, 0);
  });

  it('comes after disconnect too, and the rest of the packet is not sent on', () => {
    const world = createSession();
    const source = start(world, 1);
    world.client.disconnect();
    expect(world.socket.take()).toHaveLength(8);
    expect(source.ends).toEqual([]);
    world.online(true);
    expect(world.sent()).toEqual([`publish 1 #32769 dup s ${PAYLOAD}`]);
  });

  it('waits for what was in front of it', () => {
    const world = createSession();
    for (let i = 0; i < 3; i++) world.publish(world.topic('one', 1), `${i}`.repeat(200));
    // The third waits for the socket: the stream comes in front of it.
    start(world, 1);
    const order = (sent: string[]) => sent.map((line) => /#(\d+)/.exec(line)?.[1]);
    const first = order(world.sent());
    world.reconnect();
    expect(order(world.sent())).toEqual(first);
    expect(first).toEqual(['1', '2', '32769', '3']);
  });
});

describe('giving up', () => {
  it('before its turn says nothing to the broker', () => {
    const world = createSession();
    world.publish(world.topic('zero'), 'x');
    const source = start(world, 1);
    world.client.abandon();
    expect(source.ends).toEqual([Code.Abandoned]);
    expect(world.sent()).toEqual(['publish 0 zero x']);
    expect(world.client.isOnline()).toBe(true);
  });

  it.each([0, 1] as const)(
    'in the middle ends the connection, since the packet cannot end (QoS %i)',
    (qos) => {
      const world = createSession();
      const source = start(world, qos);
      world.socket.drain();
      world.client.abandon();
      expect(source.ends).toEqual([Code.Abandoned]);
      expect(world.said).toEqual([`offline ${Close.Local} 0`]);
      expect(world.socket.isOpen()).toBe(false);
      world.socket.take();
      world.online(true);
      expect(world.sent()).toEqual([]);
    },
  );

  it('after it was sent leaves its acknowledgement to nobody', () => {
    const world = createSession();
    const first = start(world, 1);
    world.sent();
    world.client.abandon();
    const second = start(world, 1);
    const id = idIn(world.sent()[0]!);
    world.socket.deliver(ack(PUBACK, 32769));
    expect(first.ends).toEqual([Code.Abandoned]);
    expect(second.ends).toEqual([]);
    expect(id).not.toBe(32769);
    world.socket.deliver(ack(PUBACK, id));
    expect(second.ends).toEqual([Code.Ok]);
    expect(world.client.counters().strays).toBe(0);
  });

  it('after it was sent with QoS 2 finishes the exchange all the same', () => {
    const world = createSession();
    start(world, 2);
    world.sent();
    world.client.abandon();
    const second = start(world, 2);
    world.socket.deliver(ack(PUBREC, 32769));
    expect(world.sent().at(-1)).toBe('pubrel #32769');
    world.reconnect();
    // The second has seen no PUBREC of its own.
    expect(world.sent()).toEqual([`publish 2 #32770 dup s ${PAYLOAD}`]);
    world.socket.deliver(ack(PUBREC, 32770) + ack(PUBCOMP, 32770));
    expect(second.ends).toEqual([Code.Ok]);
  });

  it('without a message is no matter', () => {
    const world = createSession();
    world.client.abandon();
    world.publish(world.topic('one', 1), 'x');
    world.client.abandon();
    world.socket.deliver(ack(PUBACK, 1));
    expect(world.client.counters().delivered).toBe(1);
    expect(world.said).toEqual([]);
  });
});

describe('a source that fails', () => {
  it.each<[string, (offset: number, max: number) => unknown]>([
    [
      'throws',
      () => {
        throw new Error('source');
      },
    ],
    ['gives nothing', () => EMPTY],
    ['gives too much', (_offset, max) => bytes('x'.repeat(max + 1))],
    ['gives null', () => null],
    ['gives no bytes', () => 5],
  ])('ends message and connection: it %s', (_name, read) => {
    for (const qos of [0, 1] as const) {
      const world = createSession();
      const ends: number[] = [];
      world.client.stream(world.topic('s', qos), 10, {
        read: read as never,
        onEnd: (code) => ends.push(code),
      });
      world.socket.drain();
      expect(ends).toEqual([Code.BadPayload]);
      expect(world.said).toEqual([`offline ${Close.Local} 0`]);
      world.socket.take();
      world.online(true);
      expect(world.sent()).toEqual([]);
    }
  });

  it('may disconnect in its end: no event follows that', () => {
    const world = createSession();
    world.client.stream(world.topic('s'), 10, {
      read: () => EMPTY,
      onEnd() {
        world.said.push('end');
        world.client.connect('other', 1);
      },
    });
    world.socket.drain();
    expect(world.said).toEqual([`offline ${Close.Local} 0`, 'end']);
    world.socket.accept();
    expect(world.socket.isOpen()).toBe(true);
  });

  it('is none at all', () => {
    const world = createSession();
    expect(world.client.stream(world.topic('s'), 10, null as never)).toBeLessThanOrEqual(Code.InFlight);
    expect(() => world.socket.drain()).not.toThrow();
    world.client.disconnect();
    world.online();
    start(world, 0);
  });

  it('throws in its end', () => {
    const world = createSession();
    world.client.stream(world.topic('s'), 1, {
      read: () => bytes('x'),
      onEnd() {
        throw new Error('end');
      },
    });
    expect(world.sent()).toEqual(['publish 0 s x']);
    start(world, 0);
  });
});

describe('from inside its source', () => {
  function readingTo(act: (world: World) => void): { world: World; ends: number[]; sent: () => string } {
    const world = createSession();
    const ends: number[] = [];
    world.client.stream(world.topic('s', 1), 1200, {
      read(offset, max) {
        act(world);
        return bytes(PAYLOAD.slice(offset, Math.min(offset + max, 1200)));
      },
      onEnd: (code) => ends.push(code),
    });
    return { world, ends, sent: () => world.flush() };
  }

  const WHOLE = packet(0x32, `\0\x01s${word(32769)}${PAYLOAD.slice(0, 1200)}`);

  it('a publish of QoS 0 is busy, one of QoS 1 waits', () => {
    const codes: number[] = [];
    const { sent } = readingTo((world) => {
      codes.push(world.publish(world.topic('zero'), 'x'), world.publish(world.topic('one', 1), 'y'));
    });
    const all = sent();
    expect(all.startsWith(WHOLE)).toBe(true);
    expect(codes).toEqual([Code.Busy, Code.Ok, Code.Busy, Code.Ok, Code.Busy, Code.Ok]);
    expect(lines(all.slice(WHOLE.length))).toEqual([
      'publish 1 #1 one y',
      'publish 1 #2 one y',
      'publish 1 #3 one y',
    ]);
  });

  it('a subscription waits', () => {
    const { sent } = readingTo((world) => {
      if (world.got.length === 0) world.client.subscribe(world.subscribe('a'));
      world.got.push('asked');
    });
    const all = sent();
    expect(all.startsWith(WHOLE)).toBe(true);
    expect(lines(all.slice(WHOLE.length))).toEqual(['subscribe #65534 a:1']);
  });

  it('the connection may end', () => {
    const { world, ends, sent } = readingTo((w) => w.client.disconnect());
    sent();
    expect(ends).toEqual([]);
    expect(world.said).toEqual([]);
    expect(world.client.isOnline()).toBe(false);
  });

  it('it may be given up', () => {
    const { world, ends, sent } = readingTo((w) => w.client.abandon());
    sent();
    expect(ends).toEqual([Code.Abandoned]);
    expect(world.said).toEqual([`offline ${Close.Local} 0`]);
  });
});

describe('time', () => {
  it('gives each piece its own deadline', () => {
    const world = createSession();
    world.pass(1000);
    const source = start(world, 1, createSource(PAYLOAD, 100));
    for (let i = 0; i < 20; i++) {
      world.socket.take();
      world.pass(19000);
      world.socket.drain();
      if (i === 1) world.socket.deliver(PINGRESP);
    }
    expect(world.said).toEqual([]);
    world.pass(20000);
    expect(world.said).toEqual([`offline ${Close.SendTimeout} 0`]);
    expect(source.ends).toEqual([]);
  });

  it('pings behind it when the peer was silent', () => {
    const world = createSession();
    start(world, 0, createSource(PAYLOAD, 100));
    let all = '';
    for (let i = 0; i < 50; i++) {
      all += world.socket.take();
      world.pass(1000);
      world.socket.drain();
    }
    all += world.flush();
    expect(lines(all)[0]).toBe(`publish 0 s ${PAYLOAD}`);
    expect(all.endsWith(PINGREQ)).toBe(true);
  });
});

it('keeps a SUBACK that comes meanwhile', () => {
  const world = createSession();
  const made = world.subscribe('a');
  world.client.subscribe(made);
  const [line] = world.sent();
  start(world, 0);
  world.socket.deliver(suback(Number(/#(\d+)/.exec(line!)![1]), 1));
  expect(made.granted).toBe(1);
  expect(world.sent()).toEqual([`publish 0 s ${PAYLOAD}`]);
});

it('may be followed by the next one from the end of the last, though that throws', () => {
  const world = createSession();
  const next = createSource('y'.repeat(20));
  const ends: number[] = [];
  world.client.stream(world.topic('s', 1), 3, {
    read: () => bytes('abc'),
    onEnd(code) {
      ends.push(code);
      expect(world.client.stream(world.topic('s', 1), 20, next)).toBe(Code.InFlight);
      throw new Error('owner');
    },
  });
  world.socket.deliver(ack(PUBACK, idIn(world.sent()[0] ?? '')));
  const [line = ''] = world.sent();
  expect(line).toMatch(/^publish 1 #\d+ s y{20}$/);
  world.publish(world.topic('q'), 'hello');
  expect(world.sent()).toEqual(['publish 0 q hello']);
  world.socket.deliver(ack(PUBACK, idIn(line)));
  expect([ends, next.ends]).toEqual([[Code.Ok], [Code.Ok]]);
});
