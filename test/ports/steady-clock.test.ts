// A wall clock that is set back: a little, and times wait; by more, and they follow and say so. Also over days, and over 2038.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../sim/manual.ts';
import { wallSeconds, type WallTime } from '../../src/ports/clock.ts';
import { createSteadyClock, HOLD_MS } from '../../src/ports/steady-clock.ts';

function make(seconds?: number) {
  const clock = createManualClock();
  const said: number[] = [];
  const steady = createSteadyClock(clock, (minutes) => said.push(minutes));
  const wall: WallTime = { day: 0, ms: 0 };
  if (seconds !== undefined) clock.setWall(seconds);
  const read = () => {
    steady.wall(wall);
    return wall.day < 0 ? -1 : wallSeconds(wall);
  };
  return { clock, steady, said, read };
}

const NOON = 1_800_000_000;
const MIDNIGHT = Math.floor(NOON / 86_400) * 86_400;

describe('a steady clock', () => {
  it('knows no time before the engine does, and then what the engine does', () => {
    const { clock, read, steady, said } = make();
    expect(read()).toBe(-1);
    clock.setWall(NOON);
    expect(read()).toBe(NOON);
    clock.advance(5000);
    expect(read()).toBe(NOON + 5);
    expect(steady.now()).toBe(clock.now());
    clock.setWall(NOON + 1e6);
    expect(read()).toBe(NOON + 1e6);
    expect(said).toEqual([]);
  });

  it.each([
    ['by day', NOON],
    ['over midnight', MIDNIGHT + 60],
    ['in 2038, over the end of 31 bits', 2 ** 31 + 100],
    ['in 2100', 4_102_444_800],
  ])('waits when it is set back by up to 15 minutes, %s', (_when, from) => {
    const { clock, read, said } = make(from);
    expect(read()).toBe(from);
    clock.setWall(from - HOLD_MS / 1000);
    expect(read()).toBe(from);
    clock.advance(HOLD_MS - 1000);
    expect(read()).toBe(from);
    clock.advance(3000);
    expect(read()).toBe(from + 2);
    expect(said).toEqual([]);
  });

  it.each([
    ['16 minutes', NOON, 16 * 60, 16],
    ['16 minutes over midnight', MIDNIGHT + 60, 16 * 60, 16],
    ['a day', NOON, 86_400, 1440],
    ['30 years', NOON + 946_080_000, 946_080_000, 15_768_000],
  ])('follows when it is set back by %s, and says so once', (_how, from, back, minutes) => {
    const { clock, read, said } = make(from);
    read();
    clock.setWall(from - back);
    expect(read()).toBe(from - back);
    expect(said).toEqual([minutes]);
    clock.advance(1000);
    expect(read()).toBe(from - back + 1);
    expect(said).toHaveLength(1);
  });

  it('is held by no sum of small steps back', () => {
    const { clock, read, said } = make(NOON);
    read();
    for (let i = 1; i <= 4; i++) {
      clock.setWall(NOON - i * 300);
      expect(read()).toBe(i < 4 ? NOON : NOON - 1200);
    }
    expect(said).toEqual([20]);
  });

  it('goes backwards only when it says so, and is never more than 15 minutes off, whatever is done to it', () => {
    const step = fc.record({
      by: fc.integer({ min: -200_000, max: 200_000 }),
      ms: fc.integer({ min: 0, max: 3_600_000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { clock, read, said } = make(NOON);
        let truth = NOON * 1000;
        let last = read();
        for (const { by, ms } of steps) {
          truth += by * 1000;
          clock.setWall(truth / 1000);
          clock.advance(ms);
          truth += ms;
          const before = said.length;
          const seen = read();
          if (said.length === before) expect(seen).toBeGreaterThanOrEqual(last);
          expect(Math.abs(seen - Math.floor(truth / 1000))).toBeLessThanOrEqual(HOLD_MS / 1000);
          last = seen;
        }
      }),
    );
  });
});
