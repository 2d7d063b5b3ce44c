import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLOCK_PERIOD_MS, elapsed, NEVER_MS } from '../../../src/ports/clock.ts';
import type { Clock, CreateTimer } from '../../../src/ports/clock.ts';
import { clockContract } from '../contract.ts';
import { createFakeTime, type FakeTime } from './fake-time.ts';
import { installEngine, loadPort, removeEngine } from './engine.ts';

const { createClock } = await loadPort<{ createClock(): Clock }>('clock');
const { createTimer } = await loadPort<{ createTimer: CreateTimer }>('timer');

let time: FakeTime;

beforeEach(() => {
  time = createFakeTime();
  installEngine(time.globals);
});

afterEach(removeEngine);

clockContract(() => ({
  clock: createClock(),
  createTimer,
  async until(done) {
    for (let ms = 0; !done(); ms++) {
      if (ms === 1000) throw new Error('what the test waits for does not happen');
      time.pass(1);
    }
  },
  setWall: (ms) => time.set(ms),
}));

describe('clock on Espruino', () => {
  it('has no wall-clock time until somebody has set it', () => {
    const clock = createClock();
    const wall = { day: 5, ms: 5 };
    time.set(86_400_000 * 3);
    clock.wall(wall);
    expect(wall).toEqual({ day: -1, ms: 0 });
    time.set(Date.UTC(2025, 11, 31, 23, 59, 59, 999));
    clock.wall(wall);
    expect(wall.day).toBe(-1);
    time.set(Date.UTC(2026, 0, 1));
    clock.wall(wall);
    expect(wall).toEqual({ day: 20454, ms: 0 });
  });

  it('loses no part of a millisecond, however often it is asked', () => {
    const clock = createClock();
    const start = clock.now();
    for (let i = 0; i < 1000; i++) {
      time.pass(0.3);
      clock.now();
    }
    expect(elapsed(start, clock.now())).toBeGreaterThanOrEqual(299);
    expect(elapsed(start, clock.now())).toBeLessThanOrEqual(300);
  });

  it('wraps to 0 at the end of its period', () => {
    const clock = createClock();
    let passed = 0;
    for (; passed < CLOCK_PERIOD_MS; passed += NEVER_MS / 3) {
      time.pass(NEVER_MS / 3);
      clock.now();
    }
    expect(clock.now()).toBe(passed - CLOCK_PERIOD_MS);
  });

  it('stands still while the wall clock is set back and runs on from there', () => {
    time.set(Date.UTC(2031, 0, 1));
    const clock = createClock();
    time.pass(500);
    expect(clock.now()).toBe(500);
    time.set(Date.UTC(2030, 0, 1));
    expect(clock.now()).toBe(500);
    time.pass(70);
    expect(clock.now()).toBe(570);
  });

  it('counts a step forwards as time that passed, up to what a deadline can be away', () => {
    const clock = createClock();
    time.pass(NEVER_MS);
    expect(clock.now()).toBe(NEVER_MS);
  });

  it('leaves out the step from 1970 to now', () => {
    time.set(0);
    const clock = createClock();
    time.pass(250);
    expect(clock.now()).toBe(250);
    time.set(Date.UTC(2031, 0, 1));
    expect(clock.now()).toBe(250);
    time.pass(9);
    expect(clock.now()).toBe(259);
  });
});
