// Bytes as the array form holds them (JerryScript, Node): a piece of a Uint8Array, in a view that is made once and moved.
// The string form (Espruino) has strings instead, one character a byte. Both have a `length`.

/** `length` bytes of `data` from `from` on. Whoever is given one may read it until it returns, not keep it. */
export interface ByteView {
  data: Uint8Array;
  from: number;
  length: number;
}

/** @returns a view of the whole of `data`. */
export function viewOf(data: Uint8Array): ByteView {
  return { data, from: 0, length: data.length };
}
