// CRC-32 (ISO 3309), and which single bit is wrong where it does not fit. Written for this reader alone: what it says of a
// flash is worth something because it shares nothing with the firmware that wrote it.

const POLYNOMIAL = 0xedb88320;
/** Longest body of a record: 12 bits. */
const LONGEST = 4095;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value;
});

/** What a wrong bit does to the checksum depends only on how many bits come after it: from the one to the other. */
const DISTANCES = new Map<number, number>();
for (let distance = 0, effect = POLYNOMIAL; distance < LONGEST * 8; distance++) {
  DISTANCES.set(effect, distance);
  effect = (effect & 1 ? (effect >>> 1) ^ POLYNOMIAL : effect >>> 1) >>> 0;
}

/** @returns checksum of `seed` and `bytes` behind it. */
export function checksum(seed: Uint8Array, bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const part of [seed, bytes]) {
    for (const byte of part) sum = (sum >>> 8) ^ TABLE[(sum ^ byte) & 0xff]!;
  }
  return ~sum >>> 0;
}

export interface Sound {
  /** As they were written: a copy where a bit was wrong. */
  readonly bytes: Uint8Array;
  /** Number of the bit of `bytes`, or of the checksum, that was wrong. */
  readonly wrongBit?: number;
  readonly wrongSumBit?: number;
}

/** @returns `bytes` as they were when `sum` was made of `seed` and them; undefined when more than one bit is wrong. */
export function verify(sum: number, seed: Uint8Array, bytes: Uint8Array): Sound | undefined {
  const wrong = (checksum(seed, bytes) ^ sum) >>> 0;
  if (wrong === 0) return { bytes };
  if ((wrong & (wrong - 1)) === 0) return { bytes, wrongSumBit: 31 - Math.clz32(wrong) };
  const bit = bytes.length * 8 - 1 - (DISTANCES.get(wrong) ?? Infinity);
  if (bit < 0) return undefined;
  const mended = bytes.slice();
  mended[bit >> 3]! ^= 1 << (bit & 7);
  return { bytes: mended, wrongBit: bit };
}
