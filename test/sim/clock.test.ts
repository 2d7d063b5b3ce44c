import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../sim/clock.ts';
import { createRandom } from '../../sim/network/random.ts';

describe('virtual clock', () => {
  it('jumps from deadline to deadline and ends where it was told to', () => {
    const clock = createVirtualClock();
    const seen: [string, number][] = [];
    clock.setTimer(20, () => seen.push(['b', clock.now()]));
    clock.setTimer(10, () => seen.push(['a', clock.now()]));
    clock.setTimer(99, () => seen.push(['late', clock.now()]));
    clock.run(50);
    expect(seen).toEqual([
      ['a', 10],
      ['b', 20],
    ]);
    expect(clock.now()).toBe(50);
    expect(clock.pending()).toBe(1);
  });

  it('fires deadlines of the same instant in the order of setting', () => {
    const clock = createVirtualClock();
    const seen: number[] = [];
    for (let i = 0; i < 100; i++) clock.setTimer(5, () => seen.push(i));
    clock.run(5);
    expect(seen).toEqual([...Array(100).keys()]);
  });

  it('fires what a deadline sets within the same run', () => {
    const clock = createVirtualClock();
    const seen: number[] = [];
    const again = () => {
      seen.push(clock.now());
      clock.setTimer(10, again);
    };
    again();
    clock.run(35);
    expect(seen).toEqual([0, 10, 20, 30]);
  });

  it('takes a deadline back', () => {
    const clock = createVirtualClock();
    let fired = 0;
    const handle = clock.setTimer(1, () => fired++);
    clock.clearTimer(handle);
    clock.clearTimer(handle);
    expect(clock.pending()).toBe(0);
    clock.run(10);
    expect(fired).toBe(0);
  });

  it('keeps its order while most deadlines are taken back', () => {
    const clock = createVirtualClock();
    const seen: number[] = [];
    for (let i = 0; i < 1000; i++) {
      const handle = clock.setTimer(1000 - (i % 100), () => seen.push(clock.now()));
      if (i % 10 !== 0) clock.clearTimer(handle);
    }
    expect(clock.pending()).toBe(100);
    clock.run(1000);
    expect(seen.length).toBe(100);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  it('counts microseconds without drift', () => {
    const clock = createVirtualClock();
    let count = 0;
    const again = () => {
      count++;
      clock.setTimer(0.1, again);
    };
    clock.setTimer(0.1, again);
    clock.run(1000);
    expect(count).toBe(10000);
  });

  it('runs until a condition holds, and says when it never did', () => {
    const clock = createVirtualClock();
    let count = 0;
    const again = () => {
      count++;
      clock.setTimer(10, again);
    };
    again();
    expect(clock.runUntil(() => count === 3, 1000)).toBe(true);
    expect(clock.now()).toBe(20);
    expect(clock.runUntil(() => count === 1000, 100)).toBe(false);
    expect(clock.now()).toBe(120);
  });

  it('keeps the order of any set of deadlines', () => {
    const seed = Date.now() % 0x7fffffff;
    const random = createRandom(seed);
    const clock = createVirtualClock();
    const seen: number[] = [];
    for (let i = 0; i < 2000; i++) clock.setTimer(random.integer(0, 500), () => seen.push(clock.now()));
    while (clock.step());
    expect(seen.length, `seed ${seed}`).toBe(2000);
    expect(
      seen.every((time, i) => i === 0 || seen[i - 1]! <= time),
      `seed ${seed}`,
    ).toBe(true);
  });
});

describe('seeded random', () => {
  it('gives the same sequence for the same seed and another for another', () => {
    const draw = (seed: number) => {
      const random = createRandom(seed);
      return Array.from({ length: 8 }, () => random.integer(0, 999));
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('spreads evenly', () => {
    const random = createRandom(1);
    const counts = Array(10).fill(0) as number[];
    for (let i = 0; i < 100000; i++) counts[random.integer(0, 9)]!++;
    for (const count of counts) expect(Math.abs(count - 10000)).toBeLessThan(500);
  });

  it('forks into a sequence that does not depend on later draws', () => {
    const a = createRandom(3);
    const b = createRandom(3);
    const forkA = a.fork();
    const forkB = b.fork();
    a.next();
    expect(forkA.next()).toBe(forkB.next());
  });
});
