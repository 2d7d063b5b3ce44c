// What ES2024 and its usual hosts have and Espruino has not, as recorded on the engine (test/flash/check/recorded). Data:
// names, and what to write instead where there is one answer.

type Fixes = Readonly<Record<string, string>>;

function names(list: string, fix: string): Fixes {
  return Object.fromEntries(list.split(' ').map((name) => [name, fix]));
}

const NO_COLLECTION = 'use an object with string keys';
const OWN_CODE = 'write it out';

/** Globals that are not there. */
export const MISSING_GLOBALS: Fixes = {
  ...names('Map WeakMap Set WeakSet', NO_COLLECTION),
  ...names('Symbol', 'use a string that nobody else uses'),
  ...names('BigInt BigInt64Array BigUint64Array', 'use two integers'),
  ...names('RangeError EvalError URIError AggregateError', 'use Error'),
  ...names('TextEncoder TextDecoder', 'write UTF-8 bytes as \\xNN'),
  ...names('queueMicrotask setImmediate', 'use setTimeout with 0'),
  ...names('encodeURI decodeURI escape unescape', 'use encodeURIComponent or decodeURIComponent'),
  ...names('structuredClone', 'copy field by field'),
  ...names('performance', 'use getTime'),
  ...names(
    'Atomics Buffer FinalizationRegistry Float16Array Intl Iterator Proxy Reflect SharedArrayBuffer URL WeakRef WebAssembly fetch window',
    'do without it',
  ),
};

/** Properties of globals that are not there. */
export const MISSING_STATICS: Fixes = {
  'Math.imul': 'multiply 16 bits at a time',
  'Math.trunc': 'use x | 0, or Math.floor',
  'Math.log2': 'use Math.log(x) / Math.LN2',
  'Math.log10': 'use Math.log(x) / Math.LN10',
  'Math.hypot': 'use Math.sqrt(x * x + y * y)',
  'Math.cbrt': 'use Math.pow(x, 1 / 3)',
  'Math.fround': 'write the value into a Float32Array and read it',
  ...names(
    'Math.clz32 Math.expm1 Math.log1p Math.sinh Math.cosh Math.tanh Math.asinh Math.acosh Math.atanh',
    OWN_CODE,
  ),
  ...names(
    'Object.freeze Object.seal Object.preventExtensions Object.isFrozen Object.isSealed Object.isExtensible',
    'leave it out: nothing can be frozen',
  ),
  'Object.is': 'use ===',
  'Object.hasOwn': 'use o.hasOwnProperty(name)',
  'Object.getOwnPropertySymbols': 'leave it out: there are no symbols',
  'Object.groupBy': OWN_CODE,
  'Array.from': 'use [].slice.call(x), or a loop',
  'Array.of': 'use an array literal',
  'Number.isInteger': 'use (x | 0) === x',
  'Number.isSafeInteger': 'use (x | 0) === x',
  'Number.isFinite': 'use isFinite',
  'Number.isNaN': 'use isNaN',
  'Number.parseFloat': 'use parseFloat',
  'Number.parseInt': 'use parseInt',
  ...names('Number.MAX_SAFE_INTEGER Number.MIN_SAFE_INTEGER Number.EPSILON', 'write the number'),
  'String.fromCodePoint': 'use String.fromCharCode with UTF-8 bytes',
  'String.raw': 'write the string',
  'Date.UTC': 'use new Date(...).getTime()',
  ...names('Promise.allSettled Promise.any Promise.race', OWN_CODE),
  ...names('Error.captureStackTrace Error.stackTraceLimit', 'leave it out'),
  'ArrayBuffer.isView': 'use instanceof',
  ...names(
    'Uint8Array.from Uint8Array.of Int32Array.from Int32Array.of Uint16Array.from Float32Array.from Float64Array.from',
    'use new and an array',
  ),
  ...names(
    'Uint8Array.BYTES_PER_ELEMENT Int8Array.BYTES_PER_ELEMENT Uint16Array.BYTES_PER_ELEMENT Int16Array.BYTES_PER_ELEMENT Uint32Array.BYTES_PER_ELEMENT Int32Array.BYTES_PER_ELEMENT Float32Array.BYTES_PER_ELEMENT Float64Array.BYTES_PER_ELEMENT',
    'write the number',
  ),
};

const ES2023_ARRAY = 'at findLast findLastIndex toReversed toSorted with';

/** Methods that values of a kind do not have. */
export const MISSING_METHODS: Readonly<Record<'array' | 'string' | 'typed' | 'number' | 'object', Fixes>> = {
  array: {
    ...names(
      `${ES2023_ARRAY} copyWithin entries flat flatMap keys lastIndexOf reduceRight toSpliced values`,
      'use a loop',
    ),
  },
  string: {
    codePointAt: 'use charCodeAt',
    localeCompare: 'compare with < and >',
    search: 'use match(r).index',
    at: 'use charAt',
    ...names('trimStart trimEnd trimLeft trimRight', 'use replace with a regular expression'),
    ...names('matchAll normalize toLocaleLowerCase toLocaleUpperCase isWellFormed toWellFormed', OWN_CODE),
  },
  typed: {
    ...names(`${ES2023_ARRAY} copyWithin entries keys lastIndexOf reduceRight values`, 'use a loop'),
    BYTES_PER_ELEMENT: 'write the number',
  },
  number: names('toExponential toPrecision', 'use toFixed'),
  object: {
    propertyIsEnumerable: 'use hasOwnProperty',
    isPrototypeOf: 'use instanceof',
    ...names('__defineGetter__ __defineSetter__', 'use Object.defineProperty'),
  },
};

/** A value of each kind, to ask the engine with. */
export const SAMPLES: Readonly<Record<keyof typeof MISSING_METHODS, string>> = {
  array: '[1]',
  string: '"a"',
  typed: 'new Uint8Array(1)',
  number: '(1)',
  object: '({})',
};

/** Constructors of the language whose prototypes show none of their methods: they are found on values only. */
export const CONSTRUCTORS: ReadonlySet<string> = new Set(
  'Array ArrayBuffer Boolean DataView Date Float32Array Float64Array Function Int16Array Int32Array Int8Array Number Promise RegExp String Uint16Array Uint32Array Uint8Array Uint8ClampedArray'.split(
    ' ',
  ),
);

/** What every prototype shows, because Object.prototype has it. */
export const ON_EVERY_PROTOTYPE: ReadonlySet<string> = new Set(
  'constructor hasOwnProperty toString valueOf __proto__'.split(' '),
);
