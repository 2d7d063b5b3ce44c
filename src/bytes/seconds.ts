// Seconds since 1970 as decimal text, in both forms of bytes, from two parts: JerryScript allocates for each number beyond 2^27,
// and to write one takes many.

import { joinInteger, type Bytes } from './bytes.ts';

/** @returns `head`, with `units` * 128 + `rest` in decimal behind what it held. @param units below 2^25. @param rest below 128. */
export function joinSeconds(head: Bytes, units: number, rest: number): Bytes {
  if (units === 0) return joinInteger(head, rest);
  // 25 units are 32 hundreds.
  const few = units % 25;
  const left = few * 128 + rest;
  const last = left % 100;
  const one = left % 10;
  const hundreds = ((units - few) / 25) * 32 + (left - last) / 100;
  return joinInteger(joinInteger(joinInteger(head, hundreds), (last - one) / 10), one);
}
