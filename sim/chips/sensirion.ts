// The words of two bytes and a CRC that Sensirion's chips send. Bit by bit as their datasheets have it, while the drivers'
// helper is written another way: neither can hide the other's mistake. ES5 subset: runs in engines.

/** CRC-8 of a word: polynomial x^8 + x^5 + x^4 + 1, begins with 0xFF; 0xBEEF gives 0x92. */
export function sensirionCrc(high: number, low: number): number {
  let register = 0xff;
  for (let bit = 15; bit >= 0; bit--) {
    const next = bit > 7 ? (high >> (bit - 8)) & 1 : (low >> bit) & 1;
    const out = register >> 7;
    register = (register << 1) & 0xff;
    if (out !== next) register ^= 0x31;
  }
  return register;
}

/** Put a word with its CRC into `into`; what does not fit is left out. @param badCrc a bit of it is wrong. */
export function putWord(into: Uint8Array, at: number, word: number, badCrc: boolean): void {
  const high = (word >> 8) & 0xff;
  const low = word & 0xff;
  if (at < into.length) into[at] = high;
  if (at + 1 < into.length) into[at + 1] = low;
  if (at + 2 < into.length) into[at + 2] = sensirionCrc(high, low) ^ (badCrc ? 0x10 : 0);
}

/** @returns `value` as a code of `span` steps from `min` to `max`, cut at its ends. */
export function codeOf(value: number, min: number, max: number, span: number): number {
  const code = Math.floor(((value - min) / (max - min)) * span + 0.5);
  return code < 0 ? 0 : code > span ? span : code;
}
