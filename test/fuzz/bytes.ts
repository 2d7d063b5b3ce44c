// Bytes of whichever form is built in, from text and back: one character a byte.

import { constant, toText, type Bytes } from '../../src/bytes/bytes.ts';

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
