// The client of a firmware built without subscriptions. An older firmware of the same name may have left some in the session.
import { describe, expect, it, vi } from 'vitest';

vi.mock('../../src/features.ts', async (original) => ({
  ...(await original<object>()),
  INBOUND: false,
}));

const { Close, Code } = await import('../../src/ports/codes.ts');
const { createSource, createWorld } = await import('./client.ts');
const { ack, message, packet, PINGRESP, PUBACK, PUBCOMP, PUBREC, PUBREL, suback, UNSUBACK } =
  await import('./wire.ts');

const VIOLATION = `offline ${Close.ProtocolError} 0`;

function createSession() {
  const world = createWorld({ receiveMax: 200 });
  world.online();
  return world;
}

it('has no subscriptions', () => {
  const world = createSession();
  expect(world.client.subscription('a', 0, () => {})).toBeNull();
  expect(world.client.subscribe(null)).toBeLessThan(0);
  expect(world.client.unsubscribe({} as never)).toBeLessThan(0);
  expect(world.sent()).toEqual([]);
});

it('delivers with every QoS, streams too', () => {
  const world = createSession();
  const source = createSource('x'.repeat(1000));
  for (const qos of [0, 1, 2] as const) world.publish(world.topic('t', qos), `${qos}`);
  expect(world.client.stream(world.topic('s', 1), 1000, source)).toBe(Code.InFlight);
  expect(world.sent()).toHaveLength(4);
  world.socket.deliver(ack(PUBACK, 1));
  world.socket.deliver(ack(PUBREC, 2));
  world.socket.deliver(ack(PUBCOMP, 2) + ack(PUBACK, 32769) + PINGRESP);
  expect(world.sent()).toEqual(['pubrel #2']);
  expect(world.client.counters()).toMatchObject({ delivered: 3, strays: 0 });
  expect(source.ends).toEqual([Code.Ok]);
  world.reconnect();
  world.pass(45000);
  expect(world.sent()).toEqual(['pingreq']);
});

describe('a message', () => {
  it('of QoS 0 is passed over, whatever its size and however it is cut', () => {
    for (const payload of ['x', 'x'.repeat(500)]) {
      for (const cut of [1, 3, 600]) {
        const world = createSession();
        const bytes = message('left/over', payload);
        world.socket.deliver(bytes.slice(0, cut));
        world.socket.deliver(bytes.slice(cut) + PINGRESP);
        expect(world.client.isOnline()).toBe(true);
        expect(world.sent()).toEqual([]);
        const { unwanted, oversize } = world.client.counters();
        expect(unwanted + oversize).toBe(1);
      }
    }
  });

  it.each([
    ['QoS 1', message('a', 'x', 2, 7)],
    ['QoS 2', message('a', 'x', 4, 7)],
    ['QoS 1 and large', message('a', 'x'.repeat(500), 2, 7)],
    ['QoS 3', message('a', 'x', 6)],
  ])('of %s, which was never asked for, closes', (_name, bytes) => {
    const world = createSession();
    world.socket.deliver(bytes);
    expect(world.said).toEqual([VIOLATION]);
    expect(world.socket.take()).toBe('');
  });

  it('before CONNACK closes', () => {
    const world = createWorld();
    world.client.connect('broker', 1883);
    world.socket.accept();
    world.socket.deliver(message('a', 'x'));
    expect(world.said).toEqual(['open', VIOLATION]);
  });
});

it.each([
  ['SUBACK', suback(65534, 0)],
  ['UNSUBACK', ack(UNSUBACK, 65534)],
  ['PUBREL', ack(PUBREL, 7)],
  ['a large packet of another kind', packet(0x90, 'x'.repeat(500))],
])('closes on %s', (_name, bytes) => {
  const world = createSession();
  world.socket.deliver(bytes);
  expect(world.said).toEqual([VIOLATION]);
});
