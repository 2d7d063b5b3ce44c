// The power goes away at flash operations of an upload, and leaves of them what it likes. The old program or the new one starts, Storage
// is not erased, and the next upload is as good as any. Here a sample; `npm run test:upload` cuts at every operation in every way.
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../sim/network/random.ts';
import { tornWays } from '../../../sim/torn.ts';
import { baseImage, cutUpload, operationsOf } from './cuts.ts';

const SEED = Number(process.env['SEED'] ?? 78);
const isFull = process.env['MODE'] === 'full';
/** Of all cuts, the first one: to look at some. */
const FROM = Number(process.env['FROM'] ?? 0);
/** Of a fixed sample. */
const SAMPLE = 10;

describe('an upload whose power goes away', () => {
  it(
    `leaves the old program or the new one (seed ${SEED})`,
    { timeout: isFull ? 3_600_000 : 60_000 },
    async () => {
      const random = createRandom(SEED);
      const image = await baseImage();
      const operations = await operationsOf(image);
      expect(operations.every(({ kind }) => kind === 'program')).toBe(true);
      const cases = operations.flatMap((operation, i) => [
        { at: i + 1, way: undefined },
        ...tornWays(operation, 4, random.fork()).map((way) => ({ at: i + 1, way })),
      ]);
      const step = isFull ? 1 : Math.floor(cases.length / SAMPLE);
      const seen = { old: 0, new: 0 };
      const faults: string[] = [];
      for (let i = FROM; i < cases.length; i += step) {
        const { at, way } = cases[i]!;
        try {
          seen[(await cutUpload(image, at, way)) as 'old' | 'new']++;
        } catch (error) {
          faults.push(String(error));
          if (isFull) console.log(`case ${i}: ${error}`);
        }
        if (isFull && i % 50 === 0) console.log(`${i} of ${cases.length}, ${faults.length} faults`);
      }
      if (isFull)
        console.log(`${operations.length} operations, ${cases.length} cuts: ${JSON.stringify(seen)}`);
      expect(faults).toEqual([]);
      if (isFull) expect(seen.new).toBeGreaterThan(0);
      expect(seen.old).toBeGreaterThan(0);
    },
  );
});
