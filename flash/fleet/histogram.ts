// Times by how often they came: in buckets that are a sixteenth of an octave wide, so a percentile is right within 4.5 percent, whatever the
// count. Plain numbers, so that several threads can be added up.

/** Buckets an octave. */
const PARTS = 16;
/** Of the first bucket, milliseconds: nothing is told apart below. */
const LEAST_MS = 0.01;
/** Up to about three hours. */
const BUCKETS = 30 * PARTS;

export interface Histogram {
  add(ms: number): void;
  /** How often each bucket was hit, to be added to another histogram. */
  counts(): number[];
  addAll(counts: readonly number[]): void;
  count(): number;
  /** @param share 0 to 1. @returns milliseconds; the upper end of a bucket; 0 when nothing was added. */
  percentile(share: number): number;
  max(): number;
}

export function createHistogram(): Histogram {
  const buckets = new Array<number>(BUCKETS).fill(0);
  let count = 0;

  const upperEnd = (bucket: number) => LEAST_MS * 2 ** ((bucket + 1) / PARTS);
  const percentile = (share: number) => {
    let left = Math.max(1, Math.ceil(count * share));
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      left -= buckets[bucket]!;
      if (left <= 0) return upperEnd(bucket);
    }
    return 0;
  };

  return {
    add(ms) {
      const bucket = Math.floor(Math.log2(Math.max(ms, LEAST_MS) / LEAST_MS) * PARTS);
      buckets[Math.min(bucket, BUCKETS - 1)]!++;
      count++;
    },
    counts: () => [...buckets],
    addAll(counts) {
      counts.forEach((more, bucket) => {
        buckets[bucket]! += more;
        count += more;
      });
    },
    count: () => count,
    percentile: (share) => (count === 0 ? 0 : percentile(share)),
    max: () => (count === 0 ? 0 : percentile(1)),
  };
}
