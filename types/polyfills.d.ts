// What `mote build` brings along for engines that lack it (docs/polyfills.md), for the editor of a firmware. In programs that are not
// built by it, these do not exist on Espruino.

interface Math {
  trunc(x: number): number;
  imul(a: number, b: number): number;
  clz32(x: number): number;
  log2(x: number): number;
  log10(x: number): number;
  hypot(...values: number[]): number;
}

interface NumberConstructor {
  isInteger(value: unknown): boolean;
  isSafeInteger(value: unknown): boolean;
  isFinite(value: unknown): boolean;
  isNaN(value: unknown): boolean;
  readonly MAX_SAFE_INTEGER: number;
  readonly MIN_SAFE_INTEGER: number;
  readonly EPSILON: number;
}

interface String {
  trimStart(): string;
  trimEnd(): string;
}
