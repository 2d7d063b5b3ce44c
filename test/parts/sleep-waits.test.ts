// How a mote that sleeps counts its wakes to the next session: also where flash is full and cannot count them, and where they are many.

import { expect, it } from 'vitest';
import { createRandom } from '../../sim/network/random.ts';
import { constant } from '../../src/bytes/bytes.ts';
import { Code } from '../../src/ports/codes.ts';
import { StateKey } from '../../src/ports/outbox.ts';
import { WakeCause } from '../../src/ports/power.ts';
import { createFlash, createRig, type Mode, type Rig, type RigOptions } from './commands/rig.ts';
import { topics } from '../power/bench.ts';

const SEED = Date.now() % 0x7fffffff;
/** Never due by number or age. */
const NEVER = { sendCount: 1000, sendAgeMs: 604_800_000 };

/** @returns a mote that starts again and again with the flash of the former start, until it sleeps. */
function createWakes(options: RigOptions, mode: Mode = 'up') {
  const nor = createFlash();
  const random = createRandom(SEED);
  const brokers = new Map<string, Mode>([['own:1883', mode]]);
  return {
    brokers,
    start: () => createRig({ nor, isPlain: true, ...options }, brokers),
    /** @param number the only random one; left out, they are all different. */
    wake(cause = WakeCause.Timer, number?: number): Rig {
      const numbers = Array.from({ length: 9 }, () => number ?? random.integer(0, 65_535));
      const rig = createRig({ nor, isPlain: true, cause, random: numbers, ...options }, brokers);
      rig.pass(120_000);
      expect(rig.asleep()).toBeGreaterThan(0);
      return rig;
    },
  };
}

it('sends in the end where a full flash cannot count to the next session', () => {
  const wakes = createWakes({ qos: 1, sleep: NEVER });
  let rig = wakes.wake();
  for (let i = 0; i < 500 && rig.opened.length === 0; i++) rig = wakes.wake();
  expect(rig.opened, `seed ${SEED}`).toEqual(['own:1883']);
  expect(rig.outbox.count()).toBe(0);
});

it('does not try at each wake where a full flash says that a wait is over', () => {
  const wakes = createWakes({ qos: 1, sleep: { sendCount: 1 } }, 'silent');
  const { outbox } = wakes.start();
  // The longest wait, and nothing left of it.
  expect(outbox.remember(StateKey.Sleep, constant(`\0\0\xff\0${'\0'.repeat(28)}`))).toBe(Code.Ok);
  while (outbox.append(topics[1]!, constant('x'.repeat(60))) > 0);
  for (let i = 0; outbox.remember(11, constant(`x${i}`)) === Code.Ok; i++);
  let tries = 0;
  for (let i = 0; i < 60; i++) tries += wakes.wake().opened.length > 0 ? 1 : 0;
  expect(tries, `seed ${SEED}`).toBeGreaterThan(0);
  expect(tries, `seed ${SEED}`).toBeLessThan(35);
  // Power-on is somebody who wants to know; how often it tries before it sleeps again is a matter of chance.
  expect(wakes.wake(WakeCause.PowerOn).opened[0], `seed ${SEED}`).toBe('own:1883');
});

it('waits as long as it is to, however many wakes that is', () => {
  const wakes = createWakes(
    { sleep: { intervalMs: 1000, ...NEVER, backoff: { windowMs: 600_000, maxMs: 600_000 } } },
    'refuses',
  );
  // Ten minutes, of which each second is a wake.
  wakes.wake(WakeCause.PowerOn, 65_535);
  let count = 0;
  while (wakes.wake().opened.length === 0) count++;
  expect(count).toBeGreaterThan(400);
  expect(count).toBeLessThan(800);
});
