// Requests and responses of firmwares that speak 3.1.1 only, and of those that have none of it.

import { expect, it, vi } from 'vitest';

const features = vi.hoisted(() => ({ REQUESTS: true }));
vi.mock('../../../src/features.ts', async (original) => ({
  ...(await original<object>()),
  get REQUESTS() {
    return features.REQUESTS;
  },
}));

const { constant, toText } = await import('../../../src/bytes/bytes.ts');
const { V5 } = await import('../../../src/features.ts');
const { createRequests } = await import('../../../src/parts/requests.ts');
const { createResponses } = await import('../../../src/parts/responses.ts');
const { Code } = await import('../../../src/ports/codes.ts');
const { createExchange } = await import('./world.ts');

it('asks and answers by topics, short and long, over the wrap of numbers', () => {
  expect(V5).toBe(false);
  const world = createExchange();
  const me = world.join('me', 4);
  const lamp = world.join('lamp', 4);
  const responses = createResponses(lamp.host, { places: 2 })!;
  const heard: string[] = [];
  const long = `lamp/${'x'.repeat(140)}`;
  for (const topic of ['lamp/set', long]) {
    responses.serve(topic, (payload, request) => {
      heard.push(toText(payload, 0, payload.length));
      expect(responses.answer(request, payload)).toBe(Code.Ok);
    });
  }
  const requests = me.add(createRequests(me.host, { places: 4 }));
  const targets = [requests.prepare('lamp/set'), requests.prepare(long)];
  me.start();
  lamp.start();
  world.pass(200);
  const ends: string[] = [];
  for (let i = 0; i < 8; i++) {
    const code = requests.ask(targets[i % 2]!, constant(`${i}`), 1000, (end, payload, why) => {
      ends.push(`${end} ${toText(payload, 0, payload.length)} ${why}`);
    });
    expect(code).toBe(Code.Ok);
    world.pass(50);
  }
  expect(heard).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
  expect(ends).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((i) => `0 ${i} 0`));
  expect(requests.counters()).toEqual({ strays: 0, failed: 0 });
  expect(world.broker.violations).toEqual([]);
});

it('asks at once where a former start subscribed, and the broker still knows', () => {
  const world = createExchange();
  const before = world.join('me', 4);
  createRequests(before.host, { places: 1 });
  before.start();
  world.pass(200);
  before.leave();
  world.pass(200);
  const me = world.join('me', 4, { numbers: [1, 2] });
  const requests = me.add(createRequests(me.host, { places: 1 }));
  me.client.assumeSubscribed();
  me.start();
  world.pass(200);
  const ends: number[] = [];
  const target = requests.prepare('t');
  expect(requests.ask(target, constant('x'), 100, (code) => ends.push(code))).toBe(Code.Ok);
  world.broker.publish({ topic: 'me/response/65539', payload: 'y', qos: 0, retain: false });
  world.pass(50);
  expect(ends).toEqual([Code.Ok]);
  // Where the session is lost it takes the broker's word first.
  world.broker.restart(true);
  world.pass(62);
  expect(requests.ask(target, constant('x'), 100, (code) => ends.push(code))).toBe(Code.Closed);
  world.pass(100);
  expect(requests.ask(target, constant('x'), 100, (code) => ends.push(code))).toBe(Code.Ok);
});

it('is impossible where it is not built in', () => {
  features.REQUESTS = false;
  const player = createExchange().join('me', 4);
  expect(createRequests(player.host, { places: 1 })).toBeNull();
  expect(createResponses(player.host, { places: 1 })).toBeNull();
});
