import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createVirtualWorld } from '../../sim/board/world.ts';
import { createNetwork } from '../../sim/network/network.ts';
import type { Paced } from '../../sim/paced.ts';
import { createPaced } from '../../sim/paced.ts';

const open: Paced[] = [];

/** A world, and the real clock in the test's hands. */
function setUp(speed?: number) {
  const world = createVirtualWorld({ seed: 1, network: createNetwork() });
  const paced = createPaced(world, speed);
  open.push(paced);
  return { world, paced };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  for (const paced of open.splice(0)) paced.stop();
  vi.useRealTimers();
});

describe('a paced world', () => {
  it('goes with the real clock', () => {
    const { world, paced } = setUp();
    const at: number[] = [];
    for (const ms of [100, 250, 1000]) world.setTimer(ms, () => at.push(performance.now()));
    const start = performance.now();
    vi.advanceTimersByTime(99);
    expect(at).toEqual([]);
    vi.advanceTimersByTime(901);
    paced.sync();
    expect(world.now()).toBeCloseTo(1000, 3);
    // It looks at the clock every few milliseconds.
    expect(at.map((real) => real - start)).toEqual([
      expect.closeTo(100, -1),
      expect.closeTo(250, -1),
      expect.closeTo(1000, -1),
    ]);
  });

  it('goes at a multiple of it, stands still, and goes on from where it stood', () => {
    const { world, paced } = setUp(100);
    vi.advanceTimersByTime(1000);
    paced.sync();
    expect(world.now()).toBeCloseTo(100_000, 0);
    expect(paced.actual()).toBeCloseTo(100, 0);
    paced.setSpeed(0);
    const stood = world.now();
    vi.advanceTimersByTime(5000);
    paced.sync();
    expect(world.now()).toBe(stood);
    expect([paced.speed(), paced.actual()]).toEqual([0, 0]);
    paced.setSpeed(2);
    vi.advanceTimersByTime(1000);
    paced.sync();
    expect(world.now()).toBeCloseTo(stood + 2000, 0);
  });

  it('steps from one thing to the next, while it stands still and not otherwise', () => {
    const { world, paced } = setUp(0);
    const seen: number[] = [];
    for (const ms of [7, 3000]) world.setTimer(ms, () => seen.push(world.now()));
    expect(paced.step()).toBe(true);
    expect(paced.step()).toBe(true);
    expect(paced.step()).toBe(false);
    expect(seen).toEqual([7, 3000]);
    world.setTimer(5, () => seen.push(-1));
    paced.setSpeed(1);
    expect(paced.step()).toBe(false);
    expect(seen).toEqual([7, 3000]);
  });

  it('is late and skips nothing when the computer cannot keep up, and lets others run meanwhile', () => {
    const { world, paced } = setUp();
    let count = 0;
    // Ten milliseconds of work each millisecond.
    const work = () => {
      count++;
      vi.advanceTimersByTime(10);
      world.setTimer(1, work);
    };
    world.setTimer(1, work);
    const others: number[] = [];
    const other = setInterval(() => others.push(count), 20);
    vi.advanceTimersByTime(2000);
    clearInterval(other);
    expect(count).toBeGreaterThan(10);
    expect(world.now()).toBe(count);
    expect(others.length).toBeGreaterThan(20);
    paced.stop();
  });

  it('takes no call from inside of what it runs', () => {
    const { world, paced } = setUp();
    const seen: number[] = [];
    world.setTimer(10, () => {
      paced.sync();
      seen.push(world.now());
    });
    world.setTimer(11, () => seen.push(world.now()));
    vi.advanceTimersByTime(100);
    expect(seen).toEqual([10, 11]);
  });

  it('stands still at once when what it runs says so', () => {
    const { world, paced } = setUp(1000);
    const seen: number[] = [];
    world.setTimer(100, () => paced.setSpeed(0));
    world.setTimer(101, () => seen.push(world.now()));
    vi.advanceTimersByTime(1000);
    expect([world.now(), ...seen]).toEqual([100]);
    paced.setSpeed(1);
    vi.advanceTimersByTime(10);
    expect(seen).toEqual([101]);
  });

  it('is over once it is stopped, from inside of it too', () => {
    const { world, paced } = setUp();
    let count = 0;
    const again = () => {
      if (++count === 3) paced.stop();
      world.setTimer(0.1, again);
    };
    world.setTimer(0.1, again);
    vi.advanceTimersByTime(1000);
    paced.sync();
    paced.setSpeed(5);
    expect(paced.step()).toBe(false);
    vi.advanceTimersByTime(1000);
    expect(count).toBe(3);
    expect(vi.getTimerCount()).toBe(0);
  });
});
