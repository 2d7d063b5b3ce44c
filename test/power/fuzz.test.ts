// The outbox beside a plain queue for a long time, with the power going away at random.
import { expect, it } from 'vitest';
import { runFuzz, WINDOW } from './fuzz.ts';
import { IS_FULL, told, TIMEOUT_MS } from './settings.ts';

const SEEDS = Array.from({ length: 20 }, (_, i) => 1001 + i);
const STEPS = IS_FULL ? 50_000 : 1000;

it(
  'loses nothing, keeps the order, and sends no more than a window again',
  () => {
    const total = { accepted: 0, acknowledged: 0, full: 0, starts: 0, cuts: 0, twiceMax: 0 };
    const violations: string[] = [];
    for (const seed of SEEDS) {
      const { region, figures, violation } = runFuzz(seed, STEPS);
      if (violation !== undefined) violations.push(`${JSON.stringify(region)}, ${violation}`);
      for (const key of ['accepted', 'acknowledged', 'full', 'starts', 'cuts'] as const) {
        total[key] += figures[key];
      }
      total.twiceMax = Math.max(total.twiceMax, figures.twiceMax);
    }
    told('fuzz beside a plain queue', {
      seeds: `${SEEDS[0]} to ${SEEDS.at(-1)}`,
      steps: STEPS * SEEDS.length,
      ...total,
      window: WINDOW,
      violations: violations.length,
    });
    expect(violations).toEqual([]);
    expect(total.twiceMax).toBeLessThanOrEqual(WINDOW);
  },
  TIMEOUT_MS,
);
