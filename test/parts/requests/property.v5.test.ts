// Requests through late answers, connections that break, brokers that lose sessions and lives that begin anew: each ends exactly once, no later
// than its deadline, and never with the answer to another.

import { expect, it } from 'vitest';
import { createRandom } from '../../../sim/network/random.ts';
import { constant, toText, type Bytes } from '../../../src/bytes/bytes.ts';
import { createRequests } from '../../../src/parts/requests.ts';
import { createResponses } from '../../../src/parts/responses.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createExchange } from './world.ts';

const text = (bytes: Bytes) => toText(bytes, 0, bytes.length);
const RUNS = 6;
const STEPS = 250;
const ENDS: readonly number[] = [Code.Ok, Code.Timeout, Code.Closed, Code.Rejected];
/** Of anything that is set for a moment. */
const LATE_MS = 1;

interface Asked {
  readonly name: string;
  readonly until: number;
  end: number | undefined;
}

/** @returns how often each end came. */
function run(seed: number): Map<number, number> {
  const random = createRandom(seed);
  const world = createExchange(() => random.integer(0, 40));
  const lamp = world.join('lamp', random.chance(0.7) ? 5 : 4);
  const responses = createResponses(lamp.host, { places: 3 })!;
  const open: { request: number; payload: string }[] = [];
  responses.serve('echo', (payload, request) => {
    const said = text(payload);
    // At once, later, or never.
    if (random.chance(0.5)) responses.answer(request, constant(`re ${said}`));
    else open.push({ request, payload: said });
  });
  const askers = [0, 1].map((index) => {
    const player = world.join(`m${index}`, lamp.client.responses!() === null || random.chance(0.5) ? 4 : 5, {
      numbers: [0x7ff, 0xffff - random.integer(0, 20)],
    });
    const requests = player.add(createRequests(player.host, { places: random.integer(1, 6) }));
    return { player, requests, target: requests.prepare('echo')! };
  });
  const all: Asked[] = [];
  const players = [lamp, ...askers.map(({ player }) => player)];
  for (const player of players) player.start();

  const ask = (again: boolean) => {
    const { player, requests, target } = askers[random.integer(0, 1)]!;
    const deadlineMs = random.integer(1, 400);
    const asked: Asked = {
      name: `${player.id} ${all.length}`,
      until: world.time.now() + deadlineMs,
      end: undefined,
    };
    const code = requests.ask(target, constant(asked.name), deadlineMs, (end, payload) => {
      expect(asked.end, `${asked.name} ends twice`).toBeUndefined();
      asked.end = end;
      expect(ENDS).toContain(end);
      expect(text(payload)).toBe(end === Code.Ok ? `re ${asked.name}` : '');
      if (end === Code.Timeout) expect(world.time.now()).toBeGreaterThan(asked.until - 1);
      expect(world.time.now()).toBeLessThan(asked.until + 1 + LATE_MS);
      if (again && random.chance(0.3)) ask(false);
    });
    if (code === Code.Ok) all.push(asked);
    else expect([Code.Busy, Code.Closed]).toContain(code);
  };

  /** Somebody answers who guesses numbers, which none of the requests has. */
  const guess = () => {
    const number = `${0x7ffffff - random.integer(100, 200)}`;
    const id = `m${random.integer(0, 1)}`;
    const message = { payload: 'guessed', qos: 0, retain: random.chance(0.2) };
    world.broker.publish(
      random.chance(0.5)
        ? { ...message, topic: `${id}/response`, properties: { correlationData: number } }
        : { ...message, topic: `${id}/response/${number}` },
    );
  };

  for (let step = 0; step < STEPS; step++) {
    const what = random.next();
    const player = players[random.integer(0, 2)]!;
    if (what < 0.6) ask(true);
    else if (what < 0.8 && open.length > 0) {
      const [{ request, payload }] = open.splice(random.integer(0, open.length - 1), 1) as [(typeof open)[0]];
      responses.answer(request, constant(`re ${payload}`));
    } else if (what < 0.83) player.cut();
    else if (what < 0.85) world.broker.disconnect(player.id, 0x97);
    else if (what < 0.86) world.broker.restart(random.chance(0.5));
    else if (what < 0.87) player.isMute = !player.isMute;
    else guess();
    world.pass(random.integer(0, 60));
  }
  for (const player of players) player.isMute = false;
  world.pass(1000);
  const ends = new Map<number, number>();
  for (const { name, end } of all) {
    expect(end, `${name} never ends`).toBeDefined();
    ends.set(end!, (ends.get(end!) ?? 0) + 1);
  }
  for (const { requests } of askers) {
    expect(requests.isBusy!()).toBe(false);
    expect(requests.counters().failed).toBe(0);
  }
  expect(world.broker.violations).toEqual([]);
  return ends;
}

it('each request ends exactly once, and never with the answer to another', () => {
  const base = 8800;
  const sums = new Map<number, number>();
  for (let seed = base; seed < base + RUNS; seed++) {
    try {
      for (const [end, count] of run(seed)) sums.set(end, (sums.get(end) ?? 0) + count);
    } catch (error) {
      throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
    }
  }
  console.log(`requests: seeds ${base} to ${base + RUNS - 1}, ends ${JSON.stringify([...sums])}`);
  for (const end of ENDS) expect(sums.get(end) ?? 0, `end ${end}`).toBeGreaterThan(5);
});
