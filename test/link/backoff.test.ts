import { expect, it } from 'vitest';
import fc from 'fast-check';
import { createFixedRandom } from '../../sim/manual.ts';
import {
  BACKOFF_MAX_MS,
  BACKOFF_TOP_MS,
  BACKOFF_WINDOW_MS,
  backoffMs,
  ceilingMs,
} from '../../src/link/backoff.ts';
import { NEVER_MS } from '../../src/ports/clock.ts';

const LEAST = createFixedRandom(0);
const MOST = createFixedRandom(65535);

/** Up to what the random bits leave out. */
const nearly = (ms: number, of = ms) => [ms - of / 64 - 256, ms] as const;

it('spreads the first try over the whole window', () => {
  expect(backoffMs(0, {}, LEAST)).toBe(1);
  const [low, high] = nearly(BACKOFF_WINDOW_MS);
  expect(backoffMs(0, {}, MOST)).toBeGreaterThan(low);
  expect(backoffMs(0, {}, MOST)).toBeLessThanOrEqual(high);
});

it('then waits at least half of it, and at most three times as long as before', () => {
  expect(backoffMs(1, {}, LEAST)).toBe(BACKOFF_WINDOW_MS / 2);
  expect(backoffMs(10_000, { windowMs: 2000 }, LEAST)).toBe(1000);
  const [low, high] = nearly(30_000);
  expect(backoffMs(10_000, { windowMs: 2000 }, MOST)).toBeGreaterThan(low);
  expect(backoffMs(10_000, { windowMs: 2000 }, MOST)).toBeLessThanOrEqual(high);
});

it('never waits longer than it may, nor shorter than a millisecond', () => {
  fc.assert(
    fc.property(
      fc.record({
        windowMs: fc.integer({ min: 0, max: 0x7ffffff }),
        maxMs: fc.integer({ min: 0, max: 0x7ffffff }),
      }),
      fc.integer({ min: 0, max: 65535 }),
      fc.integer({ min: 0, max: BACKOFF_TOP_MS }),
      (options, random, previous) => {
        const wait = backoffMs(previous, options, createFixedRandom(random));
        expect(Number.isInteger(wait)).toBe(true);
        expect(wait).toBeGreaterThanOrEqual(1);
        expect(wait).toBeLessThanOrEqual(Math.max(1, Math.min(options.maxMs, BACKOFF_TOP_MS)));
        // From half of the window to three times the wait before; the first anywhere in the window.
        const windowMs = Math.min(options.windowMs, BACKOFF_TOP_MS);
        const longest = Math.min(options.maxMs, BACKOFF_TOP_MS);
        const high = previous === 0 ? windowMs : 3 * Math.max(previous, windowMs >> 1);
        const low = previous === 0 ? 0 : windowMs >> 1;
        expect(wait).toBeGreaterThanOrEqual(Math.min(low, longest));
        expect(wait).toBeLessThanOrEqual(Math.max(1, Math.min(high, longest)));
      },
    ),
  );
  expect(backoffMs(BACKOFF_MAX_MS, {}, MOST)).toBeLessThanOrEqual(BACKOFF_MAX_MS);
});

it('is spread evenly', () => {
  const counts = new Array<number>(10).fill(0);
  for (let random = 0; random < 65536; random++) {
    counts[Math.floor((backoffMs(0, { windowMs: 51_200 }, createFixedRandom(random)) - 1) / 5120)]!++;
  }
  for (const count of counts) expect(Math.abs(count - 6553.6)).toBeLessThan(100);
});

it('rests as long as keeps the mean current below the ceiling', () => {
  expect(ceilingMs(5000, {})).toBe(0);
  expect(ceilingMs(5000, { ceilingUa: 50 })).toBe(5000 * 2400);
  expect(ceilingMs(5000, { ceilingUa: 1000, radioMa: 80 })).toBe(5000 * 80);
  expect(ceilingMs(60_000, { ceilingUa: 1 })).toBe(NEVER_MS);
  expect(ceilingMs(5000, { ceilingUa: 1_000_000 })).toBe(0);
});
