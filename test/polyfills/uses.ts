// A program that uses everything that a build brings along, and what it has to say: in Node, and from a bundle in any engine.

/** Expressions, each a number, a text or true and false; the same in every engine but for the last digits. */
export const USES: readonly string[] = [
  'Math.trunc(-1.5)',
  'Math.trunc(2147483649.7)',
  'Math.imul(-5, 12)',
  'Math.imul(0xffffffff, 0xfffffffe)',
  'Math.imul(123456789, 987654321)',
  'Math.clz32(1)',
  'Math.clz32(0)',
  'Math.clz32(-1)',
  'Math.log2(8)',
  'Math.log2(536870912)',
  'Math.log2(0.25)',
  'Math.log2(10)',
  'Math.log2(1048577)',
  'Math.log10(1000)',
  'Math.log10(1000000000000000)',
  'Math.log10(2)',
  'Math.hypot(3, 4)',
  'Math.hypot(2, 3, 6)',
  'Math.hypot(-7)',
  'Number.isInteger(5)',
  'Number.isInteger(5.5)',
  'Number.isInteger("5")',
  'Number.isSafeInteger(9007199254740992)',
  'Number.isSafeInteger(-5)',
  'Number.isFinite(1 / 0)',
  'Number.isFinite("1")',
  'Number.isNaN(0 / 0)',
  'Number.isNaN("x")',
  'Number.MAX_SAFE_INTEGER / 1000000 | 0',
  'Number.MIN_SAFE_INTEGER < -9e15',
  '1 + Number.EPSILON > 1',
  'numbers.lastIndexOf(2)',
  'numbers.lastIndexOf(2, 2)',
  'numbers.lastIndexOf(2, -4)',
  'numbers.lastIndexOf(1, NaN)',
  'numbers.lastIndexOf(9)',
  'bytes.lastIndexOf(7)',
  'numbers.reduceRight((text, item) => text + item, "")',
  'numbers.reduceRight((difference, item) => difference - item)',
  '" \\t\\r\\n a b ".trimStart()',
  '" a b \\n ".trimEnd()',
  '"abcb".lastIndexOf("b")',
  'numbers.map(Math.trunc).join()',
];

/** What it works on. */
export const VALUES = `const numbers: number[] = [1, 2, 3, 2, 1];
const bytes = new Uint8Array([7, 7, 1]);
`;

/** @returns a firmware that gives each value to \`say\`. */
export function usesProgram(): string {
  return VALUES + USES.map((use) => `say(${use});\n`).join('');
}

/** @returns whether an engine's value, as text, is what it is natively, but for the last digits of a fraction. */
export function isSame(said: string, natively: unknown): boolean {
  if (typeof natively !== 'number' || Number.isInteger(natively)) return said === String(natively);
  return Math.abs(Number(said) - natively) <= 1e-9 * Math.abs(natively);
}
