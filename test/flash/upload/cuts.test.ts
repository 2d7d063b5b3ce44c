// The power goes away at flash operations of an upload, and leaves of them what it likes. The old program or the new one starts, Storage
// is not erased, and the next upload is as good as any. Here a sample; `npm run test:upload` cuts at every operation in every way.
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../sim/network/random.ts';
import { tornWays } from '../../../sim/torn.ts';
import { baseImage, blankImage, cutUpload, operationsOf, type Image } from './cuts.ts';

const SEED = Number(process.env['SEED'] ?? 78);
const isFull = process.env['MODE'] === 'full';
/** Of all cuts, the first one: to look at some. */
const FROM = Number(process.env['FROM'] ?? 0);
/** Of a fixed sample. */
const SAMPLE = 7;
const FIRST_SAMPLE = 3;
/** Of a first upload: the line that says whose the boot code is was written in part. */
const TORN_LINE = [2527, 2915, 3270, 3368];

/** Cut an upload to `image` at its operations. @returns how often each program ran afterwards, and what was wrong. */
async function sweep(image: Image, sample: number, isFirst: boolean, more: readonly number[] = []) {
  const random = createRandom(SEED);
  const operations = await operationsOf(image);
  expect(operations.every(({ kind }) => kind === 'program')).toBe(true);
  const cases = operations.flatMap((operation, i) => [
    { at: i + 1, way: undefined },
    ...tornWays(operation, 4, random.fork()).map((way) => ({ at: i + 1, way })),
  ]);
  const step = isFull ? 1 : Math.floor(cases.length / sample);
  const seen: Record<string, number> = {};
  const faults: string[] = [];
  const chosen = new Set(isFull ? [] : more);
  for (let i = FROM; i < cases.length; i += step) chosen.add(i);
  for (const i of chosen) {
    const { at, way } = cases[i]!;
    try {
      const name = await cutUpload(image, at, way, isFirst);
      seen[name] = (seen[name] ?? 0) + 1;
    } catch (error) {
      faults.push(String(error));
      if (isFull) console.log(`case ${i}: ${error}`);
    }
    if (isFull && i % 50 === 0) console.log(`${i} of ${cases.length}, ${faults.length} faults`);
  }
  if (isFull) console.log(`${operations.length} operations, ${cases.length} cuts: ${JSON.stringify(seen)}`);
  return { seen, faults };
}

const timeout = isFull ? 3_600_000 : 60_000;

describe('an upload whose power goes away', () => {
  it(`leaves the old program or the new one (seed ${SEED})`, { timeout }, async () => {
    const { seen, faults } = await sweep(await baseImage(), SAMPLE, false);
    expect(faults).toEqual([]);
    expect(seen['old']).toBeGreaterThan(0);
    if (isFull) expect(seen['new']).toBeGreaterThan(0);
  });

  it(`the first one too can be done again (seed ${SEED})`, { timeout }, async () => {
    const { faults } = await sweep(blankImage(), FIRST_SAMPLE, true, TORN_LINE);
    expect(faults).toEqual([]);
  });
});
