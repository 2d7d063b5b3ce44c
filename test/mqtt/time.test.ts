// What a client does when time passes: keep alive, deadlines, a peer that reads nothing, a session that is taken over.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLOCK_PERIOD_MS, NEVER_MS } from '../../src/ports/clock.ts';
import { Close, Code } from '../../src/ports/codes.ts';
import { createSource, createWorld, type Setup, type World } from './client.ts';
import { ack, connack, message, PINGREQ, PINGRESP, PUBACK, PUBREL, suback } from './wire.ts';

const PING_TIMEOUT = `offline ${Close.PingTimeout} 0`;
const SEND_TIMEOUT = `offline ${Close.SendTimeout} 0`;

function createSession(setup: Setup = {}): World {
  const world = createWorld(setup);
  world.subscribe('a', 2);
  world.online();
  world.grant(2);
  world.said.length = 0;
  return world;
}

/** Times around the wrap of the clock, and far from it. */
const STARTS = [
  0,
  1,
  0x4000000,
  CLOCK_PERIOD_MS - 1,
  CLOCK_PERIOD_MS - 30000,
  CLOCK_PERIOD_MS - 45001,
  0x3ffffff,
];

describe.each(STARTS)('keep alive, from time %i on', (startMs) => {
  it('pings at three quarters of it while nothing happens, and takes the answer', () => {
    const world = createSession({ startMs });
    for (let i = 0; i < 5; i++) {
      world.pass(44999);
      expect(world.socket.take()).toBe('');
      world.pass(1);
      expect(world.socket.take()).toBe(PINGREQ);
      world.socket.drain();
      world.socket.deliver(PINGRESP);
    }
    expect(world.said).toEqual([]);
  });

  it('notices a dead link ten seconds after an unanswered ping', () => {
    const world = createSession({ startMs });
    world.pass(45000);
    world.socket.drain();
    world.pass(9999);
    expect(world.said).toEqual([]);
    world.pass(1);
    expect(world.said).toEqual([PING_TIMEOUT]);
    expect(world.socket.isOpen()).toBe(false);
  });

  it('counts send and receive apart: what comes in does not stand for what goes out [MQTT-3.1.2-23]', () => {
    const world = createSession({ startMs });
    for (let i = 0; i < 44; i++) {
      world.pass(1000);
      world.socket.deliver(message('a', 'x'));
    }
    world.pass(999);
    expect(world.socket.take()).toBe('');
    world.pass(1);
    expect(world.socket.take()).toBe(PINGREQ);
  });

  it('pings a peer that says nothing, however much goes out', () => {
    const world = createSession({ startMs });
    const topic = world.topic('t');
    for (let i = 0; i < 45; i++) {
      world.pass(1000);
      world.publish(topic, 'x');
      world.socket.drain();
    }
    expect(world.sent().filter((line) => line === 'pingreq')).toHaveLength(1);
  });

  it('does not ping while both sides talk', () => {
    const world = createSession({ startMs });
    const topic = world.topic('t', 1);
    for (let i = 1; i <= 100; i++) {
      world.pass(10000);
      world.publish(topic, 'x');
      world.socket.drain();
      world.socket.deliver(ack(PUBACK, i));
    }
    expect(world.sent().filter((line) => line === 'pingreq')).toEqual([]);
  });

  it.each<[string, string]>([
    ['a message of QoS 0', message('a', 'x')],
    ['a message of QoS 1', message('a', 'x', 2, 7)],
    ['a message of QoS 2', message('a', 'x', 4, 7)],
    ['a message that nobody wants', message('nobody', 'x')],
    ['a large message', message('nobody', 'x'.repeat(1100))],
    ['an acknowledgement', ack(PUBACK, 99)],
    ['PUBREL', ack(PUBREL, 99)],
    ['PINGRESP', PINGRESP],
    ['SUBACK', suback(99, 1)],
  ])('hears %s', (_name, bytes) => {
    const world = createSession({ startMs });
    const topic = world.topic('t');
    const talk = (): void => {
      world.publish(topic, 'x');
      expect(world.sent()).not.toContain('pingreq');
    };
    world.pass(30000);
    for (let left = bytes; left.length > 0; left = left.substr(500)) {
      world.socket.deliver(left.substr(0, 500));
    }
    talk();
    world.pass(30000);
    talk();
    world.pass(14999);
    talk();
    world.pass(1);
    // 45 s after it was heard.
    expect(world.sent()).toEqual(['pingreq']);
  });
});

describe('keep alive', () => {
  it('of 0 never pings', () => {
    const world = createSession({ keepAliveSec: 0 });
    expect(world.client.tick(world.clock.now())).toBe(NEVER_MS);
    world.pass(CLOCK_PERIOD_MS);
    expect(world.sent()).toEqual([]);
  });

  it('of a second, and of the longest kind', () => {
    for (const keepAliveSec of [1, 65535]) {
      const world = createSession({ keepAliveSec });
      expect(world.client.tick(world.clock.now())).toBe(keepAliveSec * 750);
      world.pass(keepAliveSec * 750);
      expect(world.sent()).toEqual(['pingreq']);
    }
  });

  it('of a few seconds is kept while nothing happens, although the answer to a ping may take longer', () => {
    const world = createSession({ keepAliveSec: 4 });
    const pings: number[] = [];
    for (let second = 1; second <= 30; second++) {
      world.pass(1000);
      if (!world.sent().includes('pingreq')) continue;
      pings.push(second);
      world.socket.deliver(PINGRESP);
    }
    expect(pings).toEqual([3, 6, 9, 12, 15, 18, 21, 24, 27, 30]);
  });

  it('of a few seconds asks to be looked at in time', () => {
    const world = createSession({ keepAliveSec: 4 });
    world.clock.advance(world.client.tick(world.clock.now()));
    expect(world.client.tick(world.clock.now())).toBe(3000);
    expect(world.sent()).toEqual(['pingreq']);
    world.socket.deliver(PINGRESP);
    world.clock.advance(3000);
    world.client.tick(world.clock.now());
    expect(world.sent()).toEqual(['pingreq']);
  });

  it('does not put off the end of a dead link by pinging again', () => {
    const world = createSession({ keepAliveSec: 8 });
    world.pass(6000);
    world.socket.drain();
    world.pass(9999);
    expect(world.sent()).toEqual(['pingreq']);
    world.pass(1);
    expect(world.said).toEqual([PING_TIMEOUT]);
  });

  it('leaves the connection alone when PINGRESP comes in the last moment, or another packet does not help', () => {
    const world = createSession();
    world.pass(45000);
    world.socket.drain();
    world.pass(9999);
    world.socket.deliver(PINGRESP);
    world.pass(1);
    expect(world.said).toEqual([]);
    const other = createSession();
    other.pass(45000);
    other.socket.drain();
    other.socket.deliver(message('a', 'x'));
    other.pass(10000);
    expect(other.said).toEqual([PING_TIMEOUT]);
  });

  it('tells the round-trip time of the last ping', () => {
    for (const rtt of [25, 0, 9000]) {
      const world = createSession({ startMs: CLOCK_PERIOD_MS - 45010 });
      expect(world.client.rttMs()).toBe(-1);
      world.pass(45000);
      world.clock.advance(rtt);
      world.socket.deliver(PINGRESP);
      expect(world.client.rttMs()).toBe(rtt);
      world.reconnect();
      expect(world.client.rttMs()).toBe(rtt);
    }
  });

  it('is late when its owner is, and not lost', () => {
    const world = createSession();
    world.clock.advance(59000);
    world.client.tick(world.clock.now());
    expect(world.written()).toEqual(['pingreq']);
  });

  it('does not ping where not even two bytes fit: there is a deadline already', () => {
    const world = createSession({ keepAliveSec: 20 });
    expect(world.publish(world.topic('t'), 'x'.repeat(529))).toBe(Code.Ok);
    world.pass(15000);
    expect(world.written()).toHaveLength(1);
    world.pass(5000);
    expect(world.said).toEqual([SEND_TIMEOUT]);
  });
});

describe('a half-open link', () => {
  /** Ping interval and ping deadline with a keep alive of 4 s. */
  const BOUND_MS = 13000;
  /** Longer than any of these links takes. */
  const END = { what: 3, wait: 60000, isRead: false };

  it('is noticed in the time of a ping where no ping can leave', () => {
    const world = createSession({ keepAliveSec: 4 });
    expect(world.publish(world.topic('t'), 'x'.repeat(529))).toBe(Code.Ok);
    world.pass(BOUND_MS - 1);
    expect(world.said).toEqual([]);
    world.pass(1);
    expect(world.said).toEqual([SEND_TIMEOUT]);
  });

  it('has time for its answer once what stood before the ping has left', () => {
    const world = createSession({ keepAliveSec: 4 });
    world.publish(world.topic('t'), 'x'.repeat(529));
    world.pass(BOUND_MS - 1);
    world.flush();
    world.pass(1);
    expect(world.sent()).toEqual(['pingreq']);
    world.socket.deliver(PINGRESP);
    world.pass(2999);
    expect(world.said).toEqual([]);
  });

  it('is not mistaken for a living one because its owner looks late at what came before', () => {
    const world = createSession({ keepAliveSec: 30 });
    const topic = world.topic('t', 1);
    world.publish(topic, '1');
    world.socket.drain();
    world.client.tick(world.clock.now());
    // The last that ever comes, and nobody looks for 20 s.
    world.socket.deliver(ack(PUBACK, 1));
    world.clock.advance(20000);
    world.publish(topic, '2');
    world.socket.drain();
    world.pass(12499);
    expect(world.said).toEqual([]);
    world.pass(1);
    expect(world.said).toEqual([PING_TIMEOUT]);
  });

  it('is noticed within ping interval and ping deadline, whenever it begins and whatever goes out', () => {
    const act = fc.record({ what: fc.nat(3), wait: fc.nat(25000), isRead: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(act, { minLength: 30, maxLength: 30 }),
        fc.nat(15),
        fc.constantFrom(4, 10, 30),
        (acts, dead, keepAliveSec) => {
          const world = createSession({ keepAliveSec, places: 50 });
          const zero = world.topic('zero');
          const one = world.topic('one', 1);
          let now = 0;
          let deadAt = -1;
          // As the mote does: tick when that is due, and after what it has published.
          let due = world.client.tick(world.clock.now());
          const answer = (isRead: boolean): void => {
            // The engine of a dead peer may go on taking bytes for a while.
            if (deadAt >= 0 && !isRead) return;
            const sent = world.sent();
            if (deadAt >= 0) return;
            for (const line of sent) {
              const id = /^publish 1#(\d+)/.exec(line)?.[1];
              if (id !== undefined) world.socket.deliver(ack(PUBACK, Number(id)));
              if (line === 'pingreq') world.socket.deliver(PINGRESP);
            }
          };
          for (const [index, { what, wait, isRead }] of [...acts, END].entries()) {
            if (index === dead) deadAt = now;
            if (what === 0) world.publish(zero, 'x'.repeat(100));
            if (what === 1) world.publish(one, 'x');
            if (what < 2) due = now + world.client.tick(world.clock.now());
            answer(isRead);
            if (deadAt < 0 && what === 2) world.socket.deliver(message('a', 'x'));
            for (let left = wait; left > 0 && world.client.isOnline();) {
              const step = Math.min(left, due - now);
              world.clock.advance(step);
              now += step;
              left -= step;
              if (now === due) due = now + world.client.tick(world.clock.now());
              answer(isRead);
            }
            if (!world.client.isOnline()) break;
          }
          expect(world.client.isOnline()).toBe(false);
          expect(deadAt).toBeGreaterThanOrEqual(0);
          expect(now - deadAt).toBeLessThanOrEqual(keepAliveSec * 750 + 10000);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a peer that reads nothing', () => {
  it('is left after 20 s, counted from the first byte that does not leave', () => {
    const world = createSession({ keepAliveSec: 0 });
    world.publish(world.topic('t'), '1');
    world.pass(5000);
    world.publish(world.topic('t'), '2');
    world.pass(14999);
    expect(world.said).toEqual([]);
    world.pass(1);
    expect(world.said).toEqual([SEND_TIMEOUT]);
  });

  it('has time for each piece of a large packet', () => {
    const world = createSession({ keepAliveSec: 0 });
    world.publish(world.topic('t'), 'y'.repeat(1000));
    world.pass(19000);
    world.socket.drain();
    world.pass(19000);
    world.socket.drain();
    world.pass(100000);
    expect(world.said).toEqual([]);
  });

  it('makes nothing grow: what waits is bounded, all else is refused', () => {
    const world = createSession({ places: 5, keepAliveSec: 0 });
    const zero = world.topic('zero');
    const one = world.topic('one', 1);
    const codes = new Set<number>();
    for (let i = 0; i < 1000; i++) {
      codes.add(world.publish(zero, 'z'.repeat(50)));
      codes.add(world.publish(one, 'o'.repeat(50)));
      world.client.stream(zero, 10, createSource('0123456789'));
      world.socket.deliver(message('a', 'x', 2, 1 + i));
    }
    expect([...codes].sort()).toEqual([Code.Ok, Code.Busy, Code.Full].sort());
    expect(world.outbox.count()).toBe(5);
    expect(world.flush().length).toBeLessThan(2 * (536 + 1280));
  });
});

describe('tick', () => {
  it('does nothing without a connection', () => {
    const world = createWorld();
    expect(world.client.tick(world.clock.now())).toBe(NEVER_MS);
    world.online();
    world.client.disconnect();
    expect(world.client.tick(world.clock.now())).toBe(NEVER_MS);
    world.online();
    world.socket.drop();
    expect(world.client.tick(world.clock.now())).toBe(NEVER_MS);
    expect(world.sent()).toEqual([]);
  });

  it('says when it is needed next: the nearest of all deadlines', () => {
    const world = createSession();
    const tick = () => world.client.tick(world.clock.now());
    expect(tick()).toBe(45000);
    world.clock.advance(44000);
    expect(tick()).toBe(1000);
    world.publish(world.topic('t'), 'x');
    // Nothing was heard for 44 s; in 20 s the byte has to have left.
    expect(tick()).toBe(1000);
    world.clock.advance(1000);
    expect(tick()).toBe(10000);
    expect(world.written()).toEqual(['publish 0 t x', 'pingreq']);
    world.socket.drain();
    world.socket.deliver(PINGRESP);
    expect(tick()).toBe(45000);
  });

  it('is never needed later than it said, whatever happens in between', () => {
    const act = fc.record({ what: fc.nat(5), wait: fc.nat(30000) });
    fc.assert(
      fc.property(fc.constantFrom(...STARTS), fc.array(act, { maxLength: 40 }), (startMs, acts) => {
        const world = createSession({ startMs });
        const topic = world.topic('t');
        let sentAt = 0;
        let now = 0;
        for (const { what, wait } of acts) {
          if (what === 0) world.publish(topic, 'x');
          if (what === 1) world.socket.deliver(message('a', 'x', 2, 7));
          if (what === 2) world.socket.deliver(PINGRESP);
          // A peer that reads, and answers pings at once.
          const answer = (): void => {
            const sent = world.sent();
            if (sent.length > 0) sentAt = now;
            if (sent.includes('pingreq')) world.socket.deliver(PINGRESP);
          };
          answer();
          for (let left = wait; left > 0;) {
            const step = Math.min(left, world.client.tick(world.clock.now()));
            answer();
            const pass = step === 0 ? 0 : Math.min(step, left);
            world.clock.advance(pass);
            now += pass;
            left -= pass;
            world.client.tick(world.clock.now());
            answer();
            // The broker must hear from us within the keep alive.
            expect(now - sentAt).toBeLessThan(60000);
          }
        }
        expect(world.said).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a session that another client takes over', () => {
  const PEER = `offline ${Close.Peer} 0`;
  const TAKEN_OVER = `offline ${Close.TakenOver} 0`;

  /** A session that lasts `ms` and is then closed by the peer. @returns what was said. */
  function last(world: World, ms: number): string | undefined {
    world.online();
    world.clock.advance(ms);
    world.socket.drop();
    return world.said.at(-1);
  }

  it('is named when three in a row are closed within five seconds', () => {
    const world = createWorld();
    expect([last(world, 0), last(world, 4999), last(world, 1000), last(world, 1)]).toEqual([
      PEER,
      PEER,
      TAKEN_OVER,
      TAKEN_OVER,
    ]);
    expect(world.socket.isOpen()).toBe(false);
  });

  it('is not suspected when one in between lasts', () => {
    const world = createWorld();
    expect([last(world, 0), last(world, 0), last(world, 5000), last(world, 0), last(world, 0)]).toEqual([
      PEER,
      PEER,
      PEER,
      PEER,
      PEER,
    ]);
  });

  it('is not suspected when it is us who ended one in between', () => {
    const world = createWorld();
    last(world, 0);
    last(world, 0);
    world.online();
    world.pass(45000);
    world.socket.drain();
    world.pass(10000);
    expect(world.said).toEqual([PING_TIMEOUT]);
    expect(last(world, 0)).toBe(PEER);
    last(world, 0);
    world.online();
    world.client.disconnect();
    expect(last(world, 0)).toBe(PEER);
  });

  it('is not forgotten over connections that never became a session', () => {
    const world = createWorld();
    last(world, 0);
    last(world, 0);
    world.client.connect('broker', 1883);
    world.socket.accept();
    world.socket.drop();
    expect(world.said.at(-1)).toBe(PEER);
    expect(last(world, 0)).toBe(TAKEN_OVER);
  });

  it('over the wrap of the clock', () => {
    const world = createWorld({ startMs: CLOCK_PERIOD_MS - 2000 });
    expect([last(world, 1500), last(world, 1500), last(world, 1500)]).toEqual([PEER, PEER, TAKEN_OVER]);
  });
});

it('has deadlines of the connection before the session that do not outlive it', () => {
  const world = createWorld();
  world.client.connect('broker', 1883);
  world.socket.accept();
  world.socket.drain();
  world.socket.deliver(connack());
  world.pass(10000);
  expect(world.said).toEqual(['open', 'online false']);
});

describe('keep alive', () => {
  it('hears a message on the topic of the last one', () => {
    const world = createSession();
    world.socket.deliver(message('a', 'first'));
    world.pass(40_000);
    world.publish(world.topic('t'), 'x');
    world.socket.drain();
    world.socket.deliver(message('a', 'x'));
    world.socket.take();
    world.pass(44_999);
    expect(world.socket.take()).toBe('');
    world.pass(1);
    expect(world.socket.take()).toBe(PINGREQ);
  });

  it('counts from what was sent, not from when it left', () => {
    const world = createSession();
    world.pass(1000);
    world.publish(world.topic('t'), 'x');
    world.pass(19_000);
    world.socket.take();
    world.socket.drain();
    world.pass(10_000);
    world.socket.deliver(message('a', 'x'));
    world.pass(15_999);
    expect(world.socket.take()).toBe('');
    world.pass(1);
    expect(world.socket.take()).toBe(PINGREQ);
  });

  it('counts an answer from when it may have gone out, not from the next look at the clock [MQTT-3.1.2-23]', () => {
    for (const packets of [message('a', 'x', 2, 1), message('a', 'x', 4, 1)]) {
      const world = createSession();
      world.pass(1000);
      world.socket.deliver(packets);
      expect(world.sent()).toHaveLength(1);
      world.socket.drain();
      // Something else looks sooner than was asked for.
      world.clock.advance(20_000);
      world.client.tick(world.clock.now());
      world.pass(24_999);
      expect(world.socket.take()).toBe('');
      world.pass(1);
      expect(world.socket.take()).toBe(PINGREQ);
    }
  });

  it('hears an acknowledgement, and nothing after it', () => {
    const world = createSession();
    const zero = world.topic('t');
    world.pass(40_000);
    world.publish(world.topic('t', 1), 'x');
    world.sent();
    world.socket.deliver(ack(PUBACK, 1));
    // What goes out does not stand for what comes in.
    for (let i = 0; i < 44; i++) {
      world.pass(1000);
      world.publish(zero, 'x');
      expect(world.sent()).toEqual(['publish 0 t x']);
    }
    world.pass(999);
    expect(world.socket.take()).toBe('');
    world.pass(1);
    expect(world.socket.take()).toBe(PINGREQ);
  });
});
