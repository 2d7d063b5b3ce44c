// How large the pages of a region are, when nobody says so.

import { inspectRegion } from './layout.ts';

/** What most parts have comes first: it is taken when nothing speaks for another. Half of a right one looks right as well. */
const SIZES = [4096, 2048, 1024, 512, 256, 8192, 16384, 32768, 65536];

/** @returns the size at which most pages and records can be read: at a wrong one they stand in the wrong places. */
export function findPageSize(region: Uint8Array): number {
  let best = SIZES[0]!;
  let most = 0;
  for (const size of SIZES) {
    if (region.length % size !== 0 || region.length < 2 * size) continue;
    const { pages, records } = inspectRegion(region, size);
    const readable = pages.filter(({ sequence }) => sequence !== undefined).length;
    const found = readable + records.filter(({ sequence }) => sequence !== null).length;
    if (found <= most) continue;
    most = found;
    best = size;
  }
  return best;
}
