// One bit of the flash is the other way round: nothing is lost, altered, acknowledged or brought back by that.
import { describe, expect, it } from 'vitest';
import type { Region } from './bench.ts';
import { flipBits } from './flips.ts';
import { IS_FULL, told, TIMEOUT_MS } from './settings.ts';

const SEED = 5;

const REGIONS: Region[] = [
  { pages: 4, pageBytes: 512, unit: 4, ecc: false },
  { pages: 4, pageBytes: 512, unit: 8, ecc: false },
  { pages: 4, pageBytes: 512, unit: 8, ecc: true },
];

describe.each(REGIONS)('a bit that turns, unit $unit, ECC $ecc', (region) => {
  it(
    'does no harm, whichever it is',
    () => {
      const { flips, held, violations } = flipBits(region, SEED, IS_FULL ? 1 : 31);
      told(`bits turned, ${region.pages} pages, unit ${region.unit}${region.ecc ? ', ECC' : ''}`, {
        seed: SEED,
        held,
        flips,
        violations: violations.length,
      });
      expect(violations).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
