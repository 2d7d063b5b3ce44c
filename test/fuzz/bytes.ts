// Bytes of whichever form is built in, from text and back: one character a byte.

import { constant, toText, type Bytes } from '../../src/bytes/bytes.ts';
import { SEND_WINDOW } from '../../src/ports/socket.ts';

const CHUNKS = [1, 2, 3, 5, 17, 60, 200, SEND_WINDOW];

/** @returns bytes that stay. */
export function bytes(text: string): Bytes {
  return constant(text);
}

/** @returns what `value` holds now. */
export function text(value: Bytes): string {
  return toText(value, 0, value.length);
}

/** Make something else of bytes that were only lent: who kept a view of them finds that. Strings stay what they are. */
export function spoil(lent: Bytes): void {
  const view: unknown = lent;
  if (typeof view !== 'string') (view as { data: Uint8Array }).data.fill(0xee);
}

/** @returns what says how large the next piece is of what is delivered: all one size, or any, as `pattern` wants it. */
export function createCuts(pattern: number): () => number {
  let turn = pattern;
  return () => {
    turn = (turn * 25173 + 13849) & 0xffff;
    return pattern % 3 === 0 ? SEND_WINDOW : CHUNKS[(turn >> 5) % CHUNKS.length]!;
  };
}
