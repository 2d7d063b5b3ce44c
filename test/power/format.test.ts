// A format that is cut comes to its end at the next start, or has not begun.
import { describe, expect, it } from 'vitest';
import type { Region } from './bench.ts';
import { sweepFormat, type Content } from './format.ts';
import { IS_FULL, told, TIMEOUT_MS } from './settings.ts';

const SEED = 9;

const REGIONS: Region[] = [
  { pages: 2, pageBytes: 512, unit: 4, ecc: false },
  { pages: 4, pageBytes: 512, unit: 8, ecc: false },
  { pages: 3, pageBytes: 512, unit: 8, ecc: true },
];
const CONTENTS: Content[] = ['blank', 'foreign', 'few', 'log'];

describe.each(REGIONS)('a format that is cut, $pages pages, unit $unit, ECC $ecc', (region) => {
  it.each(CONTENTS)(
    'of a flash with content: %s',
    (content) => {
      let cuts = 0;
      const violations: string[] = [];
      for (let seed = SEED; seed < SEED + (IS_FULL ? 50 : 2); seed++) {
        const result = sweepFormat(region, content, seed, IS_FULL ? 1 : 0.5);
        cuts += result.cuts;
        violations.push(...result.violations.map((text) => `seed ${seed}, ${text}`));
      }
      const name = `${region.pages} pages, unit ${region.unit}${region.ecc ? ', ECC' : ''}, ${content}`;
      told(`cuts in a format, ${name}`, { seed: SEED, cuts, violations: violations.length });
      expect(violations).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
