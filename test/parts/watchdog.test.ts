import { expect, it } from 'vitest';
import type { Mote } from '../../src/part.ts';
import { createWatchdog } from '../../src/parts/watchdog.ts';
import type { Power } from '../../src/ports/power.ts';

const MOTE = {} as Mote;

function createPower() {
  const calls: string[] = [];
  const power: Power = {
    canSleep: false,
    watch: (seconds) => void calls.push(`watch ${seconds}`),
    feed: () => void calls.push('feed'),
    sleep: () => void calls.push('sleep'),
    wakeCause: () => 0,
    restart: () => void calls.push('restart'),
  };
  return { power, calls };
}

it('is fed several times in its time', () => {
  const { power, calls } = createPower();
  const part = createWatchdog(power)(MOTE)!;
  // Nothing may run yet: another part may have impossible options.
  expect(calls).toEqual([]);
  expect(part.run(0)).toBe(30_000);
  expect(part.run(0)).toBe(30_000);
  expect(calls).toEqual(['watch 120', 'feed', 'feed']);
});

it.each([60, 0, -1, NaN])('is longer than what the engine may block: not %d s', (seconds) => {
  const { power, calls } = createPower();
  expect(createWatchdog(power, seconds)(MOTE)).toBeNull();
  expect(calls).toEqual([]);
});
