// With MQTT 5.0 every message comes back with its own properties, and with its age, whatever the power does: the same cuts, bits that turn
// and long random runs as without. What a message has is made of its payload, so that `list` sees what is lost, torn or mixed up.
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../sim/manual.ts';
import { nameOf, type Region } from './bench.ts';
import { flipBits } from './flips.ts';
import { runFuzz } from './fuzz.ts';
import { IS_FULL, told, TIMEOUT_MS } from './settings.ts';
import { sweepAll } from './sweep.ts';

const OPERATIONS = IS_FULL ? 200 : 50;
const NOON = 20454 * 86400 + 43200;

/** Where no wall clock is known, an age is not known over a start: then it is not looked at. */
const STORIES = [
  { seed: 6, wallSec: NOON, lazyAcknowledgements: 0 },
  { seed: 7, wallSec: NOON, lazyAcknowledgements: 3 },
  { seed: 8, wallSec: undefined, lazyAcknowledgements: 0 },
];

const REGIONS: Region[] = [
  { pages: 2, pageBytes: 512, unit: 4, ecc: false },
  { pages: 3, pageBytes: 512, unit: 8, ecc: false },
  { pages: 3, pageBytes: 512, unit: 8, ecc: true },
];

describe.each(REGIONS)('with properties, $pages pages, unit $unit, ECC $ecc,', (shape) => {
  it(
    'power cuts lose none, and no age',
    () => {
      const share = IS_FULL ? 1 : 0.004;
      const sweeps = STORIES.flatMap(({ seed, wallSec, lazyAcknowledgements }) => {
        const clock = createManualClock();
        if (wallSec !== undefined) clock.setWall(wallSec);
        // Four messages together have to fit into one record.
        const region = { ...shape, recordMax: 220, options: { clock, lazyAcknowledgements } };
        const hasState = lazyAcknowledgements === 0 && wallSec !== undefined;
        const options = {
          region,
          clock,
          hasState,
          operations: OPERATIONS,
          togetherShare: 0.3,
          nestedShare: 0.01,
        };
        return [
          { ...options, seed, share },
          { ...options, seed: seed + 10, share: IS_FULL ? 1 : 0.04, isUnsure: true },
        ];
      });
      const { violations, ...total } = sweepAll(sweeps);
      told(`cuts with properties, ${nameOf(shape)}`, {
        seeds: '6 to 8, 16 to 18',
        operations: OPERATIONS,
        ...total,
        violations: violations.length,
      });
      expect(violations).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'one bit that turns is mended in them as elsewhere',
    () => {
      const every = IS_FULL ? 1 : 97;
      const { flips, held, violations } = flipBits({ ...shape, pages: 3 }, 8, every);
      told(`bits turned with properties, ${nameOf(shape)}`, {
        seed: 8,
        flips,
        held,
        violations: violations.length,
      });
      expect(violations).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

it(
  'a long random run beside a plain queue mixes none up',
  () => {
    const seeds = Array.from({ length: IS_FULL ? 20 : 6 }, (_, i) => 2001 + i);
    const steps = IS_FULL ? 50_000 : 400;
    const runs = seeds.map((seed) => runFuzz(seed, steps));
    const violations = runs.flatMap(({ violation }) => violation ?? []);
    const accepted = runs.reduce((sum, { figures }) => sum + figures.accepted, 0);
    told('fuzz with properties', { seeds: `2001 to ${seeds.at(-1)}`, steps: steps * seeds.length, accepted });
    expect(violations).toEqual([]);
    expect(accepted).toBeGreaterThan(steps / 10);
  },
  TIMEOUT_MS,
);
