// A client is cut at every program and erase of its outbox: what publish took comes to the broker, as often as its QoS says.
import { describe, expect, it } from 'vitest';
import type { Region } from './bench.ts';
import { sweepClient } from './client-sweep.ts';
import { IS_FULL, told, TIMEOUT_MS } from './settings.ts';

const SEED = 201;
const STEPS = 100;

const SHAPES: Region[] = [
  // Too small at times.
  { pages: 2, pageBytes: 512, unit: 4, ecc: false, recordMax: 200 },
  { pages: 4, pageBytes: 512, unit: 4, ecc: false, recordMax: 200 },
  { pages: 4, pageBytes: 512, unit: 8, ecc: false, recordMax: 200 },
  { pages: 4, pageBytes: 512, unit: 8, ecc: true, recordMax: 200 },
];

const nameOf = ({ pages, unit, ecc }: Region, isSerial: boolean) =>
  `cuts under a client${isSerial ? ', one message at a time' : ''}, ${pages} pages, unit ${unit}${ecc ? ', ECC' : ''}`;

describe.each([false, true])('power cuts under a client, one message at a time %s', (isSerial) => {
  it.each(SHAPES)(
    '$pages pages, unit $unit, ECC $ecc: lose and double nothing',
    (region) => {
      const share = IS_FULL ? 1 : 0.015;
      const nestedShare = IS_FULL ? 0.006 : 0.003;
      const result = sweepClient({ region, seed: SEED, steps: STEPS, share, nestedShare, isSerial });
      const { violations, ...figures } = result;
      told(nameOf(region, isSerial), { seed: SEED, ...figures, violations: violations.length });
      expect(violations).toEqual([]);
      // With nothing that comes again there would be nothing to see.
      expect(figures.repeated).toBeGreaterThanOrEqual(isSerial ? 1 : 4);
    },
    TIMEOUT_MS,
  );
});
