import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../sim/environment/random.ts';
import { createAnalogInput, createBouncing, createEdgeInput } from '../../../sim/rig/inputs.ts';
import { HELD_MAX_US } from '../../../src/ports/gpio.ts';

/** An input and what it told. */
function createWatched() {
  const input = createEdgeInput(1);
  const edges: number[][] = [];
  input.watch((level, heldUs) => void edges.push([level, heldUs]));
  return { input, edges };
}

describe('simulated edge input', () => {
  it('tells how long each level was there, and nothing where nothing changes', () => {
    const { input, edges } = createWatched();
    input.drive(1, 50, 0);
    input.drive(0, 100, 0);
    input.drive(0, 101, 0);
    expect(input.read()).toBe(0);
    input.drive(1, 102, 250);
    input.drive(0, 102, 900);
    input.drive(1, 134102, 900);
    input.drive(0, 500000, 0);
    expect(edges).toEqual([
      [0, HELD_MAX_US],
      [1, 2250],
      [0, 650],
      [1, 134000000],
      [0, HELD_MAX_US],
    ]);
  });

  it('keeps what happens while the event loop stands, as far as its queue goes', () => {
    const { input, edges } = createWatched();
    input.hold();
    for (let i = 0; i < 70; i++) input.drive(i & 1, 100 + i, 0);
    expect([edges.length, input.read()]).toEqual([0, 1]);
    input.release();
    expect(edges).toHaveLength(64);
    expect(edges[63]).toEqual([1, 1000]);
    input.drive(0, 200, 0);
    expect(edges).toHaveLength(65);
  });
});

describe('bouncing contact', () => {
  it('opens and closes again after each change, and comes to rest where it was going', () => {
    const { input, edges } = createWatched();
    const bouncing = createBouncing(input, 5, createRandom(1));
    bouncing.tick(100, 1);
    expect(edges).toEqual([]);
    for (let time = 101; time < 130; time++) {
      bouncing.tick(time, 0);
      expect(input.read()).toBe(0);
    }
    // One of the change, two in each of the milliseconds until it rests.
    expect(edges).toHaveLength(9);
    expect(edges.slice(1).every(([, heldUs]) => heldUs! < 1500)).toBe(true);
  });
});

describe('simulated converter', () => {
  it('has steps, noise and ends', () => {
    let truth = 1000;
    let time = 0;
    const quiet = createAnalogInput(
      () => truth,
      () => time,
      0,
      createRandom(1),
    );
    expect([quiet.read(), quiet.reads()]).toEqual([1000, 1]);
    truth = 4000;
    expect(quiet.read()).toBe(3599);
    expect(quiet.read()).toBeGreaterThanOrEqual(quiet.maxMv);
    truth = -5;
    expect(quiet.read()).toBe(0);
    const noisy = createAnalogInput(
      (now) => 1000 + now,
      () => time,
      10,
      createRandom(1),
    );
    time = 500;
    const values = Array.from({ length: 300 }, () => noisy.read());
    expect(Math.min(...values)).toBeGreaterThanOrEqual(1489);
    expect(Math.min(...values)).toBeLessThan(1494);
    expect(Math.max(...values)).toBeGreaterThan(1506);
    expect(Math.max(...values)).toBeLessThanOrEqual(1511);
  });
});
