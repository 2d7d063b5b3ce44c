import { describe, expect, it } from 'vitest';
import { createPirChip } from '../../sim/chips/pir.ts';
import type { PirChipOptions } from '../../sim/chips/pir.ts';
import { createEdgeInput } from '../../sim/rig/inputs.ts';
import { Code } from '../../src/ports/codes.ts';
import { createPir } from '../../src/sensors/pir.ts';
import type { PirOptions } from '../../src/sensors/pir.ts';
import { createPinBench } from './pin-bench.ts';

/** An output that a test drives itself. */
function createOutput(options: PirOptions = {}, isAttached = true) {
  const input = createEdgeInput(0);
  let now = 0;
  const bench = createPinBench((rig) => {
    rig.onTick((time) => void (now = time));
    return createPir(input, options);
  }, isAttached);
  bench.sample();
  bench.log.splice(0);
  /** Levels with how long each lasts. */
  const play = (...levels: [number, number][]) => {
    for (const [level, ms] of levels) {
      input.drive(level, now, 1);
      bench.pass(ms);
    }
  };
  return { input, play, ...bench };
}

const valuesOf = (log: readonly string[]) => log.map((line) => Number(line.split(': ')[1]));
const timesOf = (log: readonly string[]) => log.map((line) => Number(line.split(': ')[0]));

describe('motion sensor', () => {
  it('tells of motion and of its end at once', () => {
    const { play, log } = createOutput();
    play([1, 2000], [0, 2000]);
    expect(valuesOf(log)).toEqual([1, 0]);
    const [on, off] = timesOf(log);
    expect(on).toBeLessThan(90);
    expect(off! - on!).toBe(2000);
    expect(log).toHaveLength(2);
  });

  it('holds as long as it is told to, and tells of the end by itself', () => {
    const { play, log } = createOutput({ holdMs: 5000 });
    play([1, 2000], [0, 10000]);
    expect(valuesOf(log)).toEqual([1, 1, 0]);
    const [, end, off] = timesOf(log);
    expect(off! - end!).toBeGreaterThanOrEqual(5000);
    expect(off! - end!).toBeLessThan(5010);
  });

  it('begins the hold time anew with each motion', () => {
    const { play, log } = createOutput({ holdMs: 5000 });
    play([1, 1000], [0, 4000], [1, 1000], [0, 4000], [1, 1000], [0, 8000]);
    expect(valuesOf(log).filter((value) => value === 0)).toHaveLength(1);
    expect(timesOf(log).at(-1)).toBeGreaterThan(16000);
  });

  it('counts it from the first motion where it is told to', () => {
    const { play, log } = createOutput({ holdMs: 5000, retrigger: false });
    play([1, 1000], [0, 3000], [1, 500], [0, 6000]);
    expect(valuesOf(log).at(-1)).toBe(0);
    expect(timesOf(log).at(-1)).toBeGreaterThan(5000);
    expect(timesOf(log).at(-1)).toBeLessThan(5200);
  });

  it('does not end while the sensor sees motion, however short the hold time', () => {
    const { play, log, sample, out } = createOutput({ holdMs: 300, retrigger: false });
    play([1, 4000]);
    sample();
    expect(out.values[0]).toBe(1);
    play([0, 1000]);
    expect(valuesOf(log).slice(-1)).toEqual([0]);
  });

  it('tells with the next sample of motion that nobody asked for, once', () => {
    const { play, out, sample } = createOutput({}, false);
    play([1, 400], [0, 9000]);
    sample();
    expect(out.values[0]).toBe(1);
    sample();
    expect(out.values[0]).toBe(0);
  });

  it('takes no short pulse for motion', () => {
    const { play, log, out, sample } = createOutput({ debounceMs: 30 });
    for (let i = 0; i < 9; i++) play([1, 2], [0, 700]);
    expect(valuesOf(log).every((value) => value === 0)).toBe(true);
    sample();
    expect(out.values[0]).toBe(0);
  });

  it('may have an output that is low when somebody moves', () => {
    const { play, log, out, sample } = createOutput({ inverted: true });
    sample();
    expect(out.values[0]).toBe(1);
    play([1, 500]);
    expect(valuesOf(log).at(-1)).toBe(0);
  });

  it('wants a minute before it is believed, or as long as is said', () => {
    const warmUpOf = (options?: PirOptions) => createPir(createEdgeInput(0), options).warmUpMs;
    expect(warmUpOf()).toBe(60000);
    expect(warmUpOf({ warmUpMs: 15000 })).toBe(15000);
    for (const warmUpMs of [-1, 600001, 0.5]) {
      const driver = createPir(createEdgeInput(0), { warmUpMs });
      expect(driver.start(0)).toBe(Code.BadOptions);
    }
  });

  it('forgets what it saw while the sensor warmed up', () => {
    const chip = createPirChip({ motion: () => 0 }, true);
    const bench = createPinBench((rig) => {
      rig.onTick(chip.tick);
      return createPir(chip.input);
    });
    bench.pass(60000);
    expect([bench.log, bench.asked]).toEqual([[], []]);
    bench.sample();
    expect(bench.out.values[0]).toBe(0);
  });
});

describe('simulated HC-SR501', () => {
  const room = { moving: 0 };
  /** @returns milliseconds at which the output changes. */
  function edgesOf(options: Partial<PirChipOptions>, story: [number, number][], isCold = false) {
    const chip = createPirChip({ motion: () => room.moving, ...options }, isCold);
    const edges: number[] = [];
    let now = 0;
    chip.input.watch(() => void edges.push(now));
    for (const [moving, ms] of story) {
      room.moving = moving;
      for (let i = 0; i < ms; i++, now++) chip.tick(now);
    }
    return { edges, chip };
  }

  it('gives false alarms until it is warm, whatever happens', () => {
    const { edges, chip } = edgesOf({}, [[0, 70000]], true);
    expect(edges).toHaveLength(6);
    expect(edges.at(-1)).toBeLessThan(60000);
    const { edges: again } = edgesOf({}, [[1, 60001]], true);
    expect(again).toHaveLength(7);
    chip.brownOut(70000);
    let changes = 0;
    chip.input.watch(() => void changes++);
    for (let now = 70000; now < 129000; now++) chip.tick(now);
    expect(changes).toBe(6);
  });

  it('holds its output, and is blind after that', () => {
    expect(
      edgesOf({}, [
        [1, 1],
        [0, 3000],
        [1, 4000],
      ] as [number, number][]).edges,
    ).toEqual([0, 2500, 5000]);
  });

  it('prolongs its alarm while somebody moves, or does not', () => {
    const story: [number, number][] = [[1, 6000], [0, 6000]]; // prettier-ignore
    expect(edgesOf({}, story).edges).toEqual([0, 8499]);
    expect(edgesOf({ isSingle: true }, story).edges).toEqual([0, 2500, 5000, 7500]);
  });
});
