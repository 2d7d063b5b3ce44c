import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createFixedRandom } from '../../sim/manual.ts';
import { BACKOFF_BASE_MS, BACKOFF_MAX_MS, backoffMs } from '../../src/link/backoff.ts';

it('doubles with every failure up to the maximum', () => {
  const least = createFixedRandom(0);
  const delays = [1, 2, 3, 4, 5, 6, 7, 8, 1000].map((failures) => backoffMs(failures, least));
  expect(delays).toEqual([250, 500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
});

it('spreads over the upper half of the step', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100000 }),
      fc.integer({ min: 0, max: 65535 }),
      (failures, random) => {
        const step = Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** (failures - 1));
        const delay = backoffMs(failures, createFixedRandom(random));
        expect(Number.isInteger(delay)).toBe(true);
        expect(delay).toBeGreaterThanOrEqual(Math.floor(step / 2));
        expect(delay).toBeLessThan(step);
      },
    ),
  );
  expect(backoffMs(7, createFixedRandom(65535))).toBeGreaterThan(BACKOFF_MAX_MS * 0.99);
});
