// Every program and erase of a scenario is cut in many ways.
import { describe, expect, it } from 'vitest';
import { nameOf, type Region } from './bench.ts';
import { IS_FULL, told, TIMEOUT_MS } from './settings.ts';
import { sweep, sweepAll } from './sweep.ts';

const SEED = 1;
const OPERATIONS = 200;

const REGIONS: Region[] = [
  { pages: 2, pageBytes: 512, unit: 4, ecc: false },
  { pages: 3, pageBytes: 512, unit: 4, ecc: false },
  { pages: 2, pageBytes: 512, unit: 8, ecc: false },
  { pages: 3, pageBytes: 512, unit: 8, ecc: false },
  { pages: 2, pageBytes: 512, unit: 8, ecc: true },
  { pages: 3, pageBytes: 512, unit: 8, ecc: true },
];

describe.each(REGIONS)('power cuts, $pages pages, unit $unit, ECC $ecc', (region) => {
  it(
    'lose nothing that was accepted',
    () => {
      const share = IS_FULL ? 1 : 0.04;
      const nestedShare = IS_FULL ? 0.06 : 0.02;
      const result = sweep({ region, seed: SEED, operations: OPERATIONS, share, nestedShare });
      const { cuts, nested, violations } = result;
      told(`cuts, ${nameOf(region)}`, {
        seed: SEED,
        operations: OPERATIONS,
        cuts,
        nested,
        violations: violations.length,
      });
      expect(violations).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'lose no state that was accepted',
    () => {
      const share = IS_FULL ? 1 : 0.03;
      const nestedShare = IS_FULL ? 0.02 : 0.02;
      const options = { region, operations: OPERATIONS, hasState: true };
      const result = sweep({ ...options, seed: 2, share, nestedShare });
      const unsure = sweep({ ...options, seed: 3, share: IS_FULL ? 1 : 0.3, nestedShare, isUnsure: true });
      const violations = [...result.violations, ...unsure.violations];
      told(`cuts with state beside the messages, ${nameOf(region)}`, {
        seeds: '2, 3',
        operations: OPERATIONS,
        cuts: result.cuts + unsure.cuts,
        nested: result.nested + unsure.nested,
        violations: violations.length,
      });
      expect(violations).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'lose nothing that was taken together, and no more comes again than was said',
    () => {
      const share = IS_FULL ? 1 : 0.03;
      const nestedShare = IS_FULL ? 0.03 : 0.02;
      const stories = [
        { seed: 4, lazyAcknowledgements: 0 },
        { seed: 5, lazyAcknowledgements: 3 },
      ];
      const { violations, ...total } = sweepAll(
        stories.flatMap(({ seed, lazyAcknowledgements }) => {
          const shape = { ...region, options: { lazyAcknowledgements } };
          const options = { region: shape, seed, operations: OPERATIONS, nestedShare, togetherShare: 0.4 };
          return [
            { ...options, share },
            { ...options, share: IS_FULL ? 1 : 0.3, isUnsure: true },
          ];
        }),
      );
      told(`cuts with messages taken together and acknowledgements written later, ${nameOf(region)}`, {
        seeds: '4, 5',
        operations: OPERATIONS,
        ...total,
        violations: violations.length,
      });
      expect(violations).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'that leave bits between 0 and 1 lose nothing either',
    () => {
      const seeds = Array.from({ length: IS_FULL ? 6 : 2 }, (_, i) => 101 + i);
      const nestedShare = IS_FULL ? 0.06 : 0.01;
      const options = { region, operations: OPERATIONS, share: 1, nestedShare, isUnsure: true };
      const { violations, ...total } = sweepAll(seeds.map((seed) => ({ ...options, seed })));
      told(`cuts that leave bits between 0 and 1, ${nameOf(region)}`, {
        seeds: `${seeds[0]} to ${seeds.at(-1)}`,
        operations: OPERATIONS,
        ...total,
        violations: violations.length,
      });
      expect(violations).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
