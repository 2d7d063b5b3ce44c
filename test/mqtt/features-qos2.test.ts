// The client of a firmware built without QoS 2: it offers none, and what comes of it is a violation.
import { describe, expect, it, vi } from 'vitest';

vi.mock('../../src/features.ts', async (original) => ({
  ...(await original<object>()),
  QOS2: false,
}));

const { Close, Code, Event } = await import('../../src/ports/codes.ts');
const { createSource, createWorld } = await import('./client.ts');
const { ack, message, PUBACK, PUBCOMP, PUBREC, PUBREL } = await import('./wire.ts');

const VIOLATION = `offline ${Close.ProtocolError} 0`;

function createSession() {
  const world = createWorld({ receiveMax: 200 });
  world.subscribe('a', 1, true);
  world.online();
  world.grant(1);
  world.said.length = 0;
  return world;
}

it('has no topics and filters of QoS 2', () => {
  const world = createSession();
  expect(world.client.topic('t', 2)).toBeNull();
  expect(world.client.subscription('t', 2, () => {})).toBeNull();
});

it('publishes and receives with QoS 0 and 1 as ever', () => {
  const world = createSession();
  world.publish(world.topic('t'), '0');
  world.publish(world.topic('t', 1), '1');
  world.socket.deliver(message('a', 'x') + message('a', 'y', 2, 7) + message('a', 'z', 10, 8));
  expect(world.got).toEqual(['a x 30', 'a y 32', 'a z 3a']);
  expect(world.sent()).toEqual(['publish 0 t 0', 'publish 1 #1 t 1', 'puback #7', 'puback #8']);
  world.reconnect();
  expect(world.sent()).toEqual(['publish 1 #1 dup t 1']);
  world.socket.deliver(ack(PUBACK, 1));
  world.socket.deliver(ack(PUBACK, 1));
  expect(world.client.counters()).toMatchObject({ delivered: 1, strays: 1, violations: 0 });
  expect(world.said).toEqual([`report ${Event.StrayAck} 1`]);
  world.reconnect(false);
  expect(world.outbox.count()).toBe(0);
});

it('streams with QoS 1', () => {
  const world = createSession();
  const source = createSource('x'.repeat(1000));
  expect(world.client.stream(world.topic('s', 1), 1000, source)).toBe(Code.InFlight);
  const [line] = world.sent();
  world.socket.deliver(message('a', 'y'.repeat(1000), 2, 7).slice(0, 500));
  world.socket.deliver(message('a', 'y'.repeat(1000), 2, 7).slice(500));
  expect(world.sent()).toEqual(['puback #7']);
  world.socket.deliver(ack(PUBACK, Number(/#(\d+)/.exec(line!)![1])));
  expect(source.ends).toEqual([Code.Ok]);
});

describe('closes', () => {
  it.each([
    ['on a message of QoS 2', message('a', 'x', 4, 7)],
    ['on a message of QoS 2 that comes again', message('a', 'x', 12, 7)],
    ['on a large message of QoS 2', message('a', 'x'.repeat(500), 4, 7)],
    ['on PUBREC', ack(PUBREC, 1)],
    ['on PUBREL', ack(PUBREL, 1)],
    ['on PUBCOMP', ack(PUBCOMP, 1)],
    ['on identifier 0', ack(PUBACK, 0)],
  ])('%s', (_name, bytes) => {
    for (const cut of [bytes.length, 2]) {
      const world = createSession();
      world.publish(world.topic('t', 1), '1');
      world.socket.take();
      world.socket.deliver(bytes.slice(0, cut));
      if (cut < bytes.length) world.socket.deliver(bytes.slice(cut));
      expect(world.said).toEqual([VIOLATION]);
      expect(world.got).toEqual([]);
      expect(world.socket.take()).toBe('');
      expect(world.outbox.count()).toBe(1);
    }
  });
});

it('has an outbox that knows of no PUBREC', () => {
  const world = createSession();
  world.publish(world.topic('t', 1), '1');
  expect(world.outbox.receive(1)).toBe(Code.Unknown);
  world.outbox.restart();
  expect(world.outbox.count()).toBe(1);
});
