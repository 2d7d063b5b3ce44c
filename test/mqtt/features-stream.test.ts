// The client of a firmware built without streaming: large messages are passed over, none are sent.
import { expect, it, vi } from 'vitest';

vi.mock('../../src/features.ts', async (original) => ({
  ...(await original<object>()),
  STREAM: false,
}));

const { Code, Event } = await import('../../src/ports/codes.ts');
const { createSource, createWorld } = await import('./client.ts');
const { ack, message, PUBACK, PUBREC } = await import('./wire.ts');

function createSession() {
  const world = createWorld({ receiveMax: 200 });
  world.subscribe('a', 2, true);
  world.online();
  world.grant(2);
  world.said.length = 0;
  return world;
}

it('refuses to stream', () => {
  const world = createSession();
  const source = createSource('x');
  expect(world.client.stream(world.topic('s', 1), 1, source)).toBe(Code.BadTopic);
  world.client.abandon();
  expect(source.ends).toEqual([]);
  expect(world.client.counters().refused).toBe(1);
});

it.each([
  ['QoS 0', 0, []],
  ['QoS 1', 2, ['puback #7']],
  ['QoS 2', 4, ['pubrec #7']],
] as const)('passes over what is too large, and acknowledges it: %s', (_name, flags, answers) => {
  const world = createSession();
  const bytes = message('a', 'x'.repeat(500), flags, 7);
  world.socket.deliver(bytes.slice(0, 300));
  world.socket.deliver(bytes.slice(300) + message('a', 'next'));
  expect(world.got).toEqual(['a next 30']);
  expect(world.said.map((line) => line.slice(0, 10))).toEqual([`report ${Event.Oversize} `]);
  expect(world.sent()).toEqual(answers);
});

it('delivers with every QoS as ever, over a lost connection and a lost session', () => {
  const world = createSession();
  for (const qos of [0, 1, 2] as const) world.publish(world.topic('t', qos), `${qos}`);
  world.publish(world.topic('t', 1), 'L'.repeat(900));
  expect(world.sent()).toHaveLength(4);
  world.socket.deliver(ack(PUBREC, 2));
  world.reconnect();
  expect(world.sent().map((line) => line.slice(0, 16))).toEqual([
    'publish 1 #1 dup',
    'pubrel #2',
    'publish 1 #3 dup',
  ]);
  world.reconnect(false);
  expect(world.sent().map((line) => line.slice(0, 15))).toEqual([
    'subscribe #6553',
    'publish 1 #1 t ',
    'publish 1 #3 t ',
  ]);
  world.socket.deliver(ack(PUBACK, 1));
  world.socket.deliver(ack(PUBACK, 3));
  expect(world.client.counters()).toMatchObject({ delivered: 2, finished: 1, strays: 0 });
  world.client.disconnect();
  expect(world.outbox.count()).toBe(0);
});
