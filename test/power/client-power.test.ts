// A client is cut at every program and erase of its outbox: what publish took comes to the broker, as often as its QoS says, and
// so does a message of QoS 2 that the broker has to its handler.
import { describe, expect, it } from 'vitest';
import { nameOf, type Region } from './bench.ts';
import { sweepClient } from './client-sweep.ts';
import { IS_FULL, told, TIMEOUT_MS } from './settings.ts';

const SEED = 201;
const STEPS = 100;
/** With more that happens a flash of two pages is full at times. */
const STEPS_SUBSCRIBED = 160;

const SHAPES: Region[] = [
  // Too small at times.
  { pages: 2, pageBytes: 512, unit: 4, ecc: false, recordMax: 200 },
  { pages: 4, pageBytes: 512, unit: 4, ecc: false, recordMax: 200 },
  { pages: 4, pageBytes: 512, unit: 8, ecc: false, recordMax: 200 },
  { pages: 4, pageBytes: 512, unit: 8, ecc: true, recordMax: 200 },
];

const whatOf = (region: Region, isSerial: boolean, isSubscribed: boolean) =>
  `cuts under a client${isSubscribed ? ' that subscribes' : ''}${isSerial ? ', one message at a time' : ''}, ${nameOf(region)}`;

const share = IS_FULL ? 1 : 0.015;
const nestedShare = IS_FULL ? 0.006 : 0.003;
const options = { seed: SEED, share, nestedShare };

describe.each([false, true])('power cuts under a client, one message at a time %s', (isSerial) => {
  it.each(SHAPES)(
    '$pages pages, unit $unit, ECC $ecc: lose and double nothing',
    (region) => {
      const result = sweepClient({ region, ...options, steps: STEPS, isSerial, isSubscribed: false });
      const { violations, published, operations, cuts, nested, repeated } = result;
      const figures = { published, operations, cuts, nested, repeated };
      told(whatOf(region, isSerial, false), { seed: SEED, ...figures, violations: violations.length });
      expect(violations).toEqual([]);
      // With nothing that comes again there would be nothing to see.
      expect(repeated).toBeGreaterThanOrEqual(isSerial ? 1 : 4);
    },
    TIMEOUT_MS,
  );
});

describe.each([false, true])(
  'power cuts under a client that subscribes, one message at a time %s',
  (isSerial) => {
    it.each(SHAPES)(
      '$pages pages, unit $unit, ECC $ecc: each message is seen once, but for one at each cut',
      (region) => {
        const result = sweepClient({
          region,
          ...options,
          steps: STEPS_SUBSCRIBED,
          nestedShare: IS_FULL ? 0.003 : 0.006,
          isSerial,
          isSubscribed: true,
        });
        const { violations, ...figures } = result;
        told(whatOf(region, isSerial, true), { seed: SEED, ...figures, violations: violations.length });
        expect(violations).toEqual([]);
        expect(figures.twice).toBeGreaterThanOrEqual(1);
        // More than one key has room for.
        if (!isSerial) expect(figures.openMost).toBeGreaterThan(16);
      },
      TIMEOUT_MS,
    );
  },
);
