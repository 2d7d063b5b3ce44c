// Every program and erase of a scenario is cut in many ways.
import { describe, expect, it } from 'vitest';
import type { Region } from './bench.ts';
import { IS_FULL, told, TIMEOUT_MS } from './settings.ts';
import { sweep } from './sweep.ts';

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
      const share = IS_FULL ? 1 : 0.05;
      const nestedShare = IS_FULL ? 0.1 : 0.02;
      const result = sweep({ region, seed: SEED, operations: OPERATIONS, share, nestedShare });
      const { cuts, nested, violations } = result;
      told(`cuts, ${region.pages} pages, unit ${region.unit}${region.ecc ? ', ECC' : ''}`, {
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
});
