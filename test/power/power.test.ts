// Every program and erase of a scenario is cut in many ways: the sample that CI runs.
import { describe, expect, it } from 'vitest';
import type { Region } from './bench.ts';
import { sweep } from './sweep.ts';

const REGIONS: Region[] = [
  { pages: 2, pageBytes: 512, unit: 4, ecc: false },
  { pages: 3, pageBytes: 512, unit: 4, ecc: false },
  { pages: 2, pageBytes: 512, unit: 8, ecc: false },
  { pages: 3, pageBytes: 512, unit: 8, ecc: false },
  { pages: 2, pageBytes: 512, unit: 8, ecc: true },
  { pages: 3, pageBytes: 512, unit: 8, ecc: true },
];

describe.each(REGIONS)('power cuts, $pages pages, unit $unit, ECC $ecc', (region) => {
  it('lose nothing that was accepted', () => {
    const result = sweep({ region, seed: 1, operations: 200, share: 0.05, nestedShare: 0.02 });
    console.log(`${result.cuts} cuts, ${result.nested} nested`);
    expect(result.violations).toEqual([]);
  });
});
