// QoS 1 and 2 on their way out: the window, the order, what a lost connection and a lost session change, identifiers.
import { describe, expect, it } from 'vitest';
import { constant, EMPTY, type Bytes } from '../../src/bytes/bytes.ts';
import { IN_FLIGHT_MAX } from '../../src/mqtt/client.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import { Code } from '../../src/ports/codes.ts';
import { nextSequence, SEQUENCE_MAX, type Outbox } from '../../src/ports/outbox.ts';
import type { Topic } from '../../src/ports/packet-writer.ts';
import { bytes, createSource, createWorld, type World } from './client.ts';
import { ack, message, PINGRESP, PUBACK, PUBCOMP, PUBREC, suback } from './wire.ts';

/** A session, and topics of QoS 1 and 2 to publish to. */
function createSession(places = 20): World & { one: Topic<Bytes>; two: Topic<Bytes> } {
  const world = createWorld({ places });
  world.online();
  return { ...world, one: world.topic('one', 1), two: world.topic('two', 2) };
}

/** An outbox of any size whose first sequence is given: the flash outbox will go on where it was, too. */
function createOutboxFrom(first: number): Outbox<Bytes> {
  const held: { sequence: number; topic: Topic<Bytes>; payload: Bytes; received: boolean }[] = [];
  let next = first;
  return {
    append(topic, payload) {
      const sequence = next;
      next = nextSequence(next);
      held.push({ sequence, topic, payload: constant(String(held.length)), received: false });
      return payload.length >= 0 ? sequence : Code.TooLong;
    },
    peek(sequence, out) {
      const at = sequence === 0 ? 0 : held.findIndex((record) => record.sequence === sequence) + 1;
      const record = held[at];
      if (!record) return Code.Empty;
      Object.assign(out, record);
      return Code.Ok;
    },
    receive(sequence) {
      const record = held.find((one) => one.sequence === sequence);
      if (record) record.received = true;
      return record ? Code.Ok : Code.Unknown;
    },
    restart() {
      const finished = held.filter(({ received }) => received);
      for (const record of finished) held.splice(held.indexOf(record), 1);
      return finished.length;
    },
    acknowledge(sequence) {
      const at = held.findIndex((record) => record.sequence === sequence);
      if (at >= 0) held.splice(at, 1);
      return at >= 0 ? Code.Ok : Code.Unknown;
    },
    count: () => held.length,
    newest: () => held.at(-1)?.sequence ?? 0,
    recall: () => EMPTY,
    remember: () => Code.Ok,
    idle: () => false,
  };
}

describe('QoS 1', () => {
  it('is held until PUBACK comes', () => {
    const world = createSession();
    expect(world.publish(world.one, 'a')).toBe(Code.Ok);
    expect(world.written()).toEqual(['publish 1 #1 one a']);
    expect(world.outbox.count()).toBe(1);
    world.socket.deliver(ack(PUBACK, 1));
    expect(world.outbox.count()).toBe(0);
    expect(world.client.counters()).toMatchObject({ delivered: 1, refused: 0, strays: 0 });
    expect(world.said).toEqual([]);
  });

  it('carries RETAIN, also when it is sent again', () => {
    const world = createSession();
    world.publish(world.topic('r', 1, true), 'a');
    expect(world.written()).toEqual(['publish 1 #1 retain r a']);
    world.reconnect();
    expect(world.written()).toEqual(['publish 1 #1 dup retain r a']);
  });

  it.each([
    ['alone', (bytes: string) => [bytes]],
    ['cut', (bytes: string) => bytes.split('')],
    ['behind something else', (bytes: string) => [PINGRESP + bytes]],
    ['in front of something else', (bytes: string) => [bytes + PINGRESP]],
  ])('takes a PUBACK that comes %s', (_name, cut) => {
    const world = createSession();
    world.publish(world.one, 'a');
    for (const chunk of cut(ack(PUBACK, 1))) world.socket.deliver(chunk);
    expect(world.client.counters()).toMatchObject({ delivered: 1, strays: 0 });
  });

  it('takes acknowledgements in any order', () => {
    const world = createSession();
    for (const payload of ['a', 'b', 'c']) world.publish(world.one, payload);
    world.socket.deliver(ack(PUBACK, 3) + ack(PUBACK, 1));
    expect(world.outbox.count()).toBe(1);
    world.reconnect();
    expect(world.sent()).toEqual(['publish 1 #2 dup one b']);
  });
});

describe('QoS 2', () => {
  it('goes through PUBREC, PUBREL and PUBCOMP', () => {
    const world = createSession();
    world.publish(world.two, 'a');
    expect(world.written()).toEqual(['publish 2 #1 two a']);
    world.socket.deliver(ack(PUBREC, 1));
    expect(world.written()).toEqual(['pubrel #1']);
    expect(world.outbox.count()).toBe(1);
    world.socket.deliver(ack(PUBCOMP, 1));
    expect(world.outbox.count()).toBe(0);
    expect(world.client.counters()).toMatchObject({ delivered: 1, strays: 0 });
  });

  it('takes its acknowledgements cut anywhere and joined to others', () => {
    const world = createSession();
    world.publish(world.two, 'a');
    world.publish(world.two, 'b');
    for (const byte of ack(PUBREC, 2)) world.socket.deliver(byte);
    world.socket.deliver(ack(PUBREC, 1) + ack(PUBCOMP, 2));
    for (const byte of ack(PUBCOMP, 1)) world.socket.deliver(byte);
    expect(world.sent()).toEqual(['publish 2 #1 two a', 'publish 2 #2 two b', 'pubrel #2', 'pubrel #1']);
    expect(world.client.counters()).toMatchObject({ delivered: 2, strays: 0 });
  });

  it('answers a PUBREC that comes again with PUBREL again', () => {
    const world = createSession();
    world.publish(world.two, 'a');
    world.socket.deliver(ack(PUBREC, 1));
    world.sent();
    world.socket.deliver(ack(PUBREC, 1));
    expect(world.sent()).toEqual(['pubrel #1']);
    world.socket.deliver(ack(PUBCOMP, 1));
    expect(world.client.counters()).toMatchObject({ delivered: 1, strays: 1 });
  });

  it('goes on with PUBREL after a reconnect, never with PUBLISH again [MQTT-4.3.3-1]', () => {
    const world = createSession();
    world.publish(world.two, 'a');
    world.publish(world.two, 'b');
    world.socket.deliver(ack(PUBREC, 1));
    world.reconnect();
    expect(world.sent()).toEqual(['pubrel #1', 'publish 2 #2 dup two b']);
    world.reconnect();
    expect(world.sent()).toEqual(['pubrel #1', 'publish 2 #2 dup two b']);
    world.socket.deliver(ack(PUBCOMP, 1));
    expect(world.client.counters().delivered).toBe(1);
  });

  it("is the broker's from PUBREC on, also when the session is lost", () => {
    const world = createSession();
    world.publish(world.two, 'a');
    world.socket.deliver(ack(PUBREC, 1));
    world.reconnect(false);
    expect(world.sent()).toEqual([]);
    expect(world.outbox.count()).toBe(0);
    expect(world.client.counters()).toMatchObject({ finished: 1, delivered: 0 });
  });

  it('starts anew when the session is lost before PUBREC', () => {
    const world = createSession();
    world.publish(world.two, 'a');
    world.sent();
    world.reconnect(false);
    expect(world.sent()).toEqual(['publish 2 #1 two a']);
    world.socket.deliver(ack(PUBREC, 1));
    expect(world.sent()).toEqual(['pubrel #1']);
  });
});

describe('the in-flight window', () => {
  it('holds eight; the next goes out with each acknowledgement, in order', () => {
    const world = createSession();
    for (let i = 1; i <= 12; i++) expect(world.publish(i % 2 ? world.one : world.two, `${i}`)).toBe(Code.Ok);
    const sent = world.sent();
    expect(sent).toHaveLength(IN_FLIGHT_MAX);
    expect(sent.map((line) => line.at(-1))).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
    world.socket.deliver(ack(PUBACK, 3));
    expect(world.sent()).toEqual(['publish 1 #9 one 9']);
    world.socket.deliver(ack(PUBREC, 2));
    expect(world.sent()).toEqual(['pubrel #2']);
    world.socket.deliver(ack(PUBCOMP, 2) + ack(PUBACK, 1));
    expect(world.sent()).toEqual(['publish 2 #10 two 10', 'publish 1 #11 one 11']);
  });

  it('is refused beyond the outbox, and nothing is lost by that', () => {
    const world = createSession(3);
    expect(['a', 'b', 'c', 'd'].map((payload) => world.publish(world.one, payload))).toEqual([
      0,
      0,
      0,
      Code.Full,
    ]);
    expect(world.client.counters().refused).toBe(1);
    world.socket.deliver(ack(PUBACK, 1));
    expect(world.publish(world.one, 'd')).toBe(Code.Ok);
    expect(world.sent().map((line) => line.at(-1))).toEqual(['a', 'b', 'c', 'd']);
  });

  it('waits for the socket to drain, and for whole packets', () => {
    const world = createSession();
    for (let i = 0; i < 6; i++) world.publish(world.one, `${i}`.repeat(200));
    expect(world.written()).toHaveLength(2);
    world.socket.drain();
    expect(world.written()).toHaveLength(2);
    // An acknowledgement makes no room in the socket.
    world.socket.deliver(ack(PUBACK, 1));
    expect(world.written()).toEqual([]);
    world.socket.drain();
    expect(world.written()).toHaveLength(2);
    expect(world.outbox.count()).toBe(5);
  });

  it('sends what is larger than the window in pieces, in order with the others', () => {
    const world = createSession();
    world.publish(world.one, 'small');
    world.publish(world.one, 'L'.repeat(1000));
    world.publish(world.one, 'after');
    world.publish(world.topic('zero'), 'not now');
    expect(world.sent()).toEqual([
      'publish 1 #1 one small',
      // Handed over while the large one waited for its turn, which needs an empty socket.
      'publish 0 zero not now',
      `publish 1 #2 one ${'L'.repeat(1000)}`,
      'publish 1 #3 one after',
    ]);
  });

  it('has room for PUBREL before anything new', () => {
    const world = createSession();
    for (let i = 0; i < 10; i++) world.publish(world.two, `${i}`);
    world.sent();
    for (let id = 1; id <= 8; id++) world.socket.deliver(ack(PUBREC, id));
    world.reconnect();
    const sent = world.sent();
    expect(sent).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((id) => `pubrel #${id}`));
    world.socket.deliver(ack(PUBCOMP, 1));
    expect(world.sent()).toEqual(['publish 2 #9 two 8']);
  });

  it('sends a PUBREL later when not even that fits', () => {
    const world = createSession();
    world.publish(world.one, 'x'.repeat(524));
    world.publish(world.two, 'b');
    world.sent();
    world.socket.deliver(ack(PUBREC, 2));
    world.sent();
    // The large one first: it leaves less than the four bytes a PUBREL takes.
    world.reconnect();
    expect(world.written()).toEqual([`publish 1 #1 dup one ${'x'.repeat(524)}`]);
    world.socket.drain();
    expect(world.written()).toEqual(['pubrel #2']);
  });
});

describe('before a session', () => {
  it('accepts, and sends with the next one, without DUP', () => {
    const world = createWorld();
    const topic = world.topic('one', 1);
    expect(world.publish(topic, 'before connect')).toBe(Code.Ok);
    world.client.connect('broker', 1883);
    expect(world.publish(topic, 'while it opens')).toBe(Code.Ok);
    world.socket.accept();
    expect(world.publish(topic, 'before CONNACK')).toBe(Code.Ok);
    world.online();
    expect(world.sent().map((line) => line.slice(10))).toEqual([
      '#1 one before connect',
      '#2 one while it opens',
      '#3 one before CONNACK',
    ]);
    world.client.disconnect();
    expect(world.publish(topic, 'after disconnect')).toBe(Code.Ok);
    world.socket.take();
    world.online(true);
    expect(world.sent().at(-1)).toBe('publish 1 #4 one after disconnect');
  });
});

describe('after a reconnect with the session present', () => {
  it('sends all that is not acknowledged again: same identifiers, DUP, same order, once [MQTT-4.4.0-1]', () => {
    const world = createSession();
    world.publish(world.one, 'a');
    world.publish(world.two, 'b');
    world.publish(world.one, 'c');
    world.socket.deliver(ack(PUBACK, 1));
    world.reconnect();
    world.publish(world.one, 'd');
    expect(world.sent()).toEqual(['publish 2 #2 dup two b', 'publish 1 #3 dup one c', 'publish 1 #4 one d']);
    expect(world.sent()).toEqual([]);
    world.socket.drain();
    world.socket.deliver(ack(PUBACK, 3));
    expect(world.sent()).toEqual([]);
  });

  it('sets DUP for what was sent before only', () => {
    const world = createSession();
    for (let i = 1; i <= 12; i++) world.publish(world.one, `${i}`);
    world.sent();
    world.socket.drop();
    // A connection that never becomes a session changes nothing.
    world.client.connect('broker', 1883);
    world.socket.accept();
    world.socket.drop();
    world.online(true);
    for (let i = 1; i <= 8; i++) world.socket.deliver(ack(PUBACK, i));
    expect(world.sent().map((line) => line.includes('dup'))).toEqual([
      ...Array.from({ length: 8 }, () => true),
      ...Array.from({ length: 4 }, () => false),
    ]);
  });

  it('keeps DUP over connections on which less was sent', () => {
    const world = createSession();
    for (let i = 1; i <= 6; i++) world.publish(world.one, `${i}`.repeat(200));
    world.sent();
    world.reconnect();
    // Two fit into the socket, and the connection breaks again.
    expect(world.written()).toHaveLength(2);
    world.reconnect();
    expect(world.sent().every((line) => line.includes(' dup '))).toBe(true);
    world.socket.drop();
    expect(world.outbox.count()).toBe(6);
  });

  it('takes no acknowledgement for what was not sent on this connection yet', () => {
    const world = createSession();
    for (let i = 1; i <= 6; i++) world.publish(world.one, `${i}`.repeat(200));
    world.sent();
    world.reconnect();
    expect(world.written()).toHaveLength(2);
    world.socket.deliver(ack(PUBACK, 5));
    expect(world.outbox.count()).toBe(6);
    expect(world.client.counters()).toMatchObject({ delivered: 0, strays: 1 });
  });

  it('counts what was acknowledged', () => {
    const world = createSession();
    world.publish(world.one, 'a');
    world.reconnect();
    world.socket.deliver(ack(PUBACK, 1));
    expect(world.client.counters()).toMatchObject({ delivered: 1, strays: 0 });
    world.reconnect();
    expect(world.sent()).toEqual([]);
  });
});

describe('after a reconnect without the session', () => {
  it('publishes anew, in order, without DUP', () => {
    const world = createSession();
    for (const payload of ['a', 'b', 'c']) world.publish(world.one, payload);
    world.socket.deliver(ack(PUBACK, 2));
    world.reconnect(false);
    expect(world.sent()).toEqual(['publish 1 #1 one a', 'publish 1 #3 one c']);
    world.reconnect(true);
    expect(world.sent()).toEqual(['publish 1 #1 dup one a', 'publish 1 #3 dup one c']);
  });
});

describe('a publish from inside a callback', () => {
  it('goes out behind what is sent again', () => {
    const world: World = createWorld({
      on: {
        onOnline() {
          world.publish(world.topic('one', 1), 'new');
          world.publish(world.topic('zero'), 'now');
        },
        onOffline() {
          expect(world.publish(world.topic('zero'), 'lost')).toBe(Code.Closed);
          expect(world.publish(world.topic('one', 1), 'kept')).toBe(Code.Ok);
        },
        onOpen() {
          expect(world.publish(world.topic('zero'), 'too early')).toBe(Code.Closed);
        },
      },
    });
    world.online();
    expect(world.sent()).toEqual(['publish 1 #1 one new', 'publish 0 zero now']);
    world.reconnect();
    expect(world.sent()).toEqual([
      'publish 1 #1 dup one new',
      'publish 1 #2 one kept',
      'publish 1 #3 one new',
      'publish 0 zero now',
    ]);
  });

  it('answers a message before it is acknowledged', () => {
    const world: World = createWorld();
    const topic = world.topic('echo', 1);
    world.client.subscription('a', 1, (payload) => {
      expect(world.client.publish(topic, payload)).toBe(Code.Ok);
    });
    world.online();
    world.grant(1);
    world.socket.deliver(message('a', 'x', 2, 7) + message('a', 'y', 2, 8));
    expect(world.sent()).toEqual(['publish 1 #1 echo x', 'puback #7', 'publish 1 #2 echo y', 'puback #8']);
  });
});

describe('identifiers', () => {
  it('follow the sequence of the outbox, 1 to 32640, and wrap with some still in flight', () => {
    const outbox = createRamOutbox(20, 1024);
    const world = createWorld({ outbox });
    const topic = world.topic('one', 1);
    for (let i = 1; i <= 32637; i++) outbox.acknowledge(outbox.append(topic, EMPTY));
    world.online();
    for (let i = 0; i < 6; i++) world.publish(topic, `${i}`);
    expect(world.sent().map((line) => line.split(' ')[2])).toEqual([
      '#32638',
      '#32639',
      '#32640',
      '#1',
      '#2',
      '#3',
    ]);
    world.socket.deliver(ack(PUBACK, 1));
    world.reconnect();
    expect(world.sent().map((line) => line.slice(10, -6))).toEqual([
      '#32638 dup',
      '#32639 dup',
      '#32640 dup',
      '#2 dup',
      '#3 dup',
    ]);
    for (const id of [32640, 3, 32638, 2, 32639]) world.socket.deliver(ack(PUBACK, id));
    expect(outbox.count()).toBe(0);
    expect(world.client.counters()).toMatchObject({ delivered: 6, strays: 0 });
  });

  it('go on where the sequence starts again', () => {
    const world = createWorld({ outbox: createOutboxFrom(SEQUENCE_MAX - 2) });
    world.online();
    const topic = world.topic('one', 1);
    for (let i = 0; i < 6; i++) world.publish(topic, `${i}`);
    const sent = world.sent();
    expect(sent.map((line) => line.split(' ')[2])).toEqual(['#32638', '#32639', '#32640', '#1', '#2', '#3']);
    world.reconnect();
    expect(world.sent().map((line) => line.replace(' dup', ''))).toEqual(sent);
    world.publish(topic, 'new');
    expect(world.sent()).toEqual(['publish 1 #4 one new']);
    world.reconnect();
    expect(world.sent().every((line) => line.includes('dup'))).toBe(true);
  });

  it('of SUBSCRIBE and UNSUBSCRIBE change, and are never those of messages', () => {
    const world = createWorld();
    const wanted = world.subscribe('wanted');
    world.online();
    world.grant(1);
    const source = createSource('xyz');
    expect(world.client.stream(world.topic('s', 1), 3, source)).toBe(Code.InFlight);
    const seen = [Number(/#(\d+)/.exec(world.sent()[0]!)![1])];
    for (let i = 0; i < 3; i++) {
      world.client.subscribe(wanted);
      const id = Number(/#(\d+)/.exec(world.sent()[0]!)![1]);
      expect(id).toBeGreaterThan(32767);
      expect(id).not.toBe(seen.at(-1));
      expect(id).not.toBe(seen[0]);
      seen.push(id);
      world.socket.deliver(suback(id, 1));
    }
    world.socket.deliver(ack(PUBACK, seen[0]!));
    expect(source.ends).toEqual([Code.Ok]);
  });

  it('of streamed messages wrap, and pass over those that are in flight', () => {
    const world = createWorld();
    world.online();
    const topic = world.topic('s', 1);
    /** @returns its identifier. */
    const stream = (): number => {
      expect(world.client.stream(topic, 1, createSource('x'))).toBe(Code.InFlight);
      world.socket.drain();
      const sent = world.flush();
      return sent.charCodeAt(5) * 256 + sent.charCodeAt(6);
    };
    const first = stream();
    world.socket.deliver(ack(PUBACK, first));
    const kept = [0, 1].map(() => {
      const id = stream();
      world.client.abandon();
      return id;
    });
    // Two stay in flight while all others are used.
    const seen = new Set<number>();
    for (let i = 0; i < 33000; i++) {
      const id = stream();
      seen.add(id);
      world.socket.deliver(ack(PUBACK, id));
    }
    expect(kept.filter((id) => seen.has(id))).toEqual([]);
    expect(Math.min(...seen)).toBe(32768);
    expect(seen.has(first)).toBe(true);
    expect(world.client.counters().strays).toBe(0);
    world.socket.deliver(ack(PUBACK, kept[0]!));
    expect(world.client.counters().strays).toBe(0);
  });
});

describe('a message whose mark in flash reads otherwise than before', () => {
  it('is sent, though it was passed over', () => {
    const outbox = createRamOutbox(4, 100);
    let isHidden = true;
    const world = createWorld({
      outbox: { ...outbox, peek: (after, out) => (isHidden ? Code.Empty : outbox.peek(after, out)) },
    });
    outbox.append(world.client.topic('t', 1)!, bytes('kept'));
    world.online();
    world.client.tick(world.clock.now());
    expect(world.socket.take()).toBe('');
    isHidden = false;
    world.client.tick(world.clock.now());
    expect(world.socket.take()).toContain('kept');
    // Once: it is in flight now.
    world.socket.drain();
    world.client.tick(world.clock.now());
    expect(world.socket.take()).toBe('');
  });
});
