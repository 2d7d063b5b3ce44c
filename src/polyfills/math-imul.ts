// Math.imul, for engines that have none: 16 bits at a time, since a product of two 32-bit integers has more bits than a number holds.

/** @returns the low 32 bits of the product, as a signed integer. */
export function imul(a: number, b: number): number {
  const low = b & 0xffff;
  return ((a & 0xffff) * low + ((((a >>> 16) * low + (a & 0xffff) * (b >>> 16)) & 0xffff) << 16)) | 0;
}
