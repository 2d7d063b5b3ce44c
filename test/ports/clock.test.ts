import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  after,
  CLOCK_PERIOD_MS,
  elapsed,
  NEVER_MS,
  remaining,
  sooner,
  wallRest,
  wallSeconds,
  wallUnits,
} from '../../src/ports/clock.ts';

const instant = fc.integer({ min: 0, max: CLOCK_PERIOD_MS - 1 });
const delay = fc.integer({ min: 0, max: NEVER_MS });

describe('instants of a clock that wraps', () => {
  it('lie within its period', () => {
    fc.assert(
      fc.property(instant, delay, (now, ms) => {
        const deadline = after(now, ms);
        return Number.isInteger(deadline) && deadline >= 0 && deadline < CLOCK_PERIOD_MS;
      }),
    );
  });

  it('are as far apart as they were set', () => {
    fc.assert(fc.property(instant, delay, (now, ms) => elapsed(now, after(now, ms)) === ms));
  });

  it('come nearer as time passes, and have passed from then on', () => {
    fc.assert(
      fc.property(instant, delay, delay, (now, ms, passed) => {
        expect(remaining(after(now, passed), after(now, ms))).toBe(Math.max(0, ms - passed));
      }),
    );
  });

  it('have passed for half a period', () => {
    expect(remaining(5, 5)).toBe(0);
    expect(remaining(after(5, NEVER_MS), 5)).toBe(0);
    expect(remaining(after(0, NEVER_MS), 0)).toBe(0);
    expect(remaining(CLOCK_PERIOD_MS - 1, 0)).toBe(1);
  });
});

it('the smaller of two delays is sooner', () => {
  fc.assert(fc.property(delay, delay, (a, b) => sooner(a, b) === Math.min(a, b)));
});

describe('seconds since 1970', () => {
  // Up to 2^32 seconds, in the year 2106.
  const day = fc.integer({ min: 0, max: 49709 });
  const ms = fc.integer({ min: 0, max: 86_399_999 });

  it('in two parts are those in one', () => {
    fc.assert(
      fc.property(day, ms, (d, m) => {
        const time = { day: d, ms: m };
        const seconds = d * 86400 + Math.floor(m / 1000);
        expect([wallUnits(time), wallRest(time)]).toEqual([Math.floor(seconds / 128), seconds % 128]);
        expect(wallSeconds(time)).toBe(seconds);
      }),
    );
  });
});
