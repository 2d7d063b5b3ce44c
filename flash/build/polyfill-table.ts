// Which builtins a build brings along for engines that lack them, and where in src/polyfills each is. Data.

/** A function or constant of a file of src/polyfills. */
export interface Filling {
  readonly file: string;
  readonly name: string;
}

/** Members of built-in objects. JerryScript with its whole profile lacks none of them. */
export const STATICS: Readonly<Record<string, Filling>> = {
  'Math.trunc': { file: 'math-trunc', name: 'trunc' },
  'Math.imul': { file: 'math-imul', name: 'imul' },
  'Math.clz32': { file: 'math-clz32', name: 'clz32' },
  'Math.log2': { file: 'math-log2', name: 'log2' },
  'Math.log10': { file: 'math-log10', name: 'log10' },
  'Math.hypot': { file: 'math-hypot', name: 'hypot' },
  'Number.isInteger': { file: 'number-tests', name: 'isInteger' },
  'Number.isSafeInteger': { file: 'number-tests', name: 'isSafeInteger' },
  'Number.isFinite': { file: 'number-tests', name: 'isFiniteNumber' },
  'Number.isNaN': { file: 'number-tests', name: 'isNaNumber' },
  'Number.MAX_SAFE_INTEGER': { file: 'number-limits', name: 'MAX_SAFE_INTEGER' },
  'Number.MIN_SAFE_INTEGER': { file: 'number-limits', name: 'MIN_SAFE_INTEGER' },
  'Number.EPSILON': { file: 'number-limits', name: 'EPSILON' },
};

export type Kind = 'array' | 'string';

/** Methods, by the kind of value that they are called on; one that takes one argument less may be another function. */
export const METHODS: Readonly<Record<string, { kind: Kind; by: Readonly<Record<number, Filling>> }>> = {
  lastIndexOf: {
    kind: 'array',
    by: {
      1: { file: 'array-last-index-of', name: 'lastIndexOf' },
      2: { file: 'array-last-index-of', name: 'lastIndexFrom' },
    },
  },
  reduceRight: {
    kind: 'array',
    by: {
      1: { file: 'array-reduce-right', name: 'reduceRightFromLast' },
      2: { file: 'array-reduce-right', name: 'reduceRight' },
    },
  },
  trimStart: { kind: 'string', by: { 0: { file: 'string-trim', name: 'trimStart' } } },
  trimEnd: { kind: 'string', by: { 0: { file: 'string-trim', name: 'trimEnd' } } },
};

/** What is brought along, as a person writes it. */
export const FILLED: readonly string[] = [
  ...Object.keys(STATICS),
  ...Object.entries(METHODS).map(([name, { kind }]) => `${kind}.${name}`),
];

/** Of a text that has none of these names, nothing has to be looked at. */
export const MENTION = new RegExp(
  `\\b(${[...Object.keys(STATICS).map((path) => path.split('.')[1]), ...Object.keys(METHODS)].join('|')})\\b`,
);
