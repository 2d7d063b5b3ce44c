// Every polyfill against what it stands for. The seed of a failure is printed by fast-check.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastIndexFrom, lastIndexOf } from '../../src/polyfills/array-last-index-of.ts';
import { reduceRight, reduceRightFromLast } from '../../src/polyfills/array-reduce-right.ts';
import { clz32 } from '../../src/polyfills/math-clz32.ts';
import { hypot } from '../../src/polyfills/math-hypot.ts';
import { imul } from '../../src/polyfills/math-imul.ts';
import { log10 } from '../../src/polyfills/math-log10.ts';
import { log2 } from '../../src/polyfills/math-log2.ts';
import { trunc } from '../../src/polyfills/math-trunc.ts';
import { EPSILON, MAX_SAFE_INTEGER, MIN_SAFE_INTEGER } from '../../src/polyfills/number-limits.ts';
import { isFiniteNumber, isInteger, isNaNumber, isSafeInteger } from '../../src/polyfills/number-tests.ts';
import { trimEnd, trimStart } from '../../src/polyfills/string-trim.ts';

const RUNS = { numRuns: 2000 };
const EDGES = [
  0,
  -0,
  0.5,
  -0.5,
  1,
  -1,
  2 ** 31,
  -(2 ** 31),
  2 ** 32,
  2 ** 53,
  -(2 ** 53),
  5e-324,
  1.7976931348623157e308,
];
const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(...EDGES, NaN, Infinity, -Infinity));
const holey = fc.array(fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined })).map((items) => {
  const copy = [...items];
  items.forEach((item, at) => {
    if (item === 3) delete copy[at];
  });
  return copy;
});

/** As far apart as rounding may put two ways to the same number: among the smallest, each of two roundings is a whole step. */
function expectClose(actual: number, expected: number): void {
  if (Number.isFinite(expected) && expected !== 0) {
    const most = Math.max(Math.abs(expected) * 4e-15, 2 * Number.MIN_VALUE);
    expect(Math.abs(actual - expected)).toBeLessThanOrEqual(most);
  } else expect(actual).toBe(expected);
}

describe('Math', () => {
  it('trunc, imul and clz32 are what they are natively', () => {
    fc.assert(
      fc.property(number, number, (a, b) => {
        expect(trunc(a)).toBe(Math.trunc(a));
        expect(imul(a, b)).toBe(Math.imul(a, b));
        expect(clz32(a)).toBe(Math.clz32(a));
      }),
      RUNS,
    );
  });

  it('log2, log10 and hypot come as close as rounding lets them', () => {
    fc.assert(
      fc.property(number, number, number, (a, b, c) => {
        expectClose(log2(a), Math.log2(a));
        expectClose(log10(a), Math.log10(a));
        expectClose(hypot(a, b), Math.hypot(a, b));
        // Two finite numbers whose hypotenuse is none are to those after them what Infinity is: it hides NaN.
        const hides = Number.isFinite(a) && Number.isFinite(b) && hypot(a, b) === Infinity;
        expectClose(hypot(hypot(a, b), c), hides ? Infinity : Math.hypot(a, b, c));
      }),
      {
        ...RUNS,
        examples: [
          [-3e300, -Number.MAX_VALUE, NaN],
          [-2.5e-323, -2e-323, 3e-323],
        ],
      },
    );
  });

  it('log2 and log10 are whole for powers', () => {
    for (let power = -1074; power < 1024; power++) expect(log2(2 ** power)).toBe(power);
    for (let power = 0; power <= 22; power++) expect(log10(Number(`1e${power}`))).toBe(power);
    expect([log2(0), log2(-1), log10(0), log10(-1)]).toEqual([-Infinity, NaN, -Infinity, NaN]);
  });
});

describe('Number', () => {
  it('tests as natively, whatever it is given', () => {
    const value = fc.oneof(number, fc.anything());
    fc.assert(
      fc.property(value, (any) => {
        expect(isInteger(any)).toBe(Number.isInteger(any));
        expect(isSafeInteger(any)).toBe(Number.isSafeInteger(any));
        expect(isFiniteNumber(any)).toBe(Number.isFinite(any));
        expect(isNaNumber(any)).toBe(Number.isNaN(any));
      }),
      RUNS,
    );
  });

  it('has its limits', () => {
    expect([MAX_SAFE_INTEGER, MIN_SAFE_INTEGER, EPSILON]).toEqual([
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
      Number.EPSILON,
    ]);
  });
});

describe('arrays', () => {
  it('lastIndexOf finds what it finds natively, from anywhere, and over holes', () => {
    const from = fc.oneof(
      fc.integer({ min: -12, max: 12 }),
      fc.double({ min: -12, max: 12, noNaN: true }),
      fc.constantFrom(NaN, Infinity, -Infinity),
    );
    fc.assert(
      fc.property(
        holey,
        fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
        from,
        (items, item, at) => {
          expect(lastIndexOf(items, item)).toBe(items.lastIndexOf(item));
          expect(lastIndexFrom(items, item, at)).toBe(items.lastIndexOf(item, at));
        },
      ),
      RUNS,
    );
    expect(lastIndexOf(new Uint8Array([1, 2, 1]), 1)).toBe(2);
    expect(lastIndexFrom([1, 2], 1, NaN)).toBe(0);
  });

  it('reduceRight goes the same way, with the same arguments', () => {
    const step = (result: string, item: number | undefined, index: number) => `${result}/${item}@${index}`;
    fc.assert(
      fc.property(holey, (items) => {
        expect(reduceRight(items, step, '')).toBe(items.reduceRight(step, ''));
        const sum = (a: unknown, b: unknown, index: number) => `${String(a)}+${String(b)}@${index}`;
        const own = () => reduceRightFromLast<unknown>(items, sum);
        const native = () => (items as unknown[]).reduceRight(sum);
        if (Object.keys(items).length > 0) expect(own()).toBe(native());
        else {
          expect(native).toThrow(TypeError);
          expect(own).toThrow(TypeError);
        }
      }),
      RUNS,
    );
  });
});

describe('texts', () => {
  it('trimStart and trimEnd take away the spaces of ASCII', () => {
    const ascii = fc.string({ unit: fc.constantFrom(...' \t\n\v\f\rab\x00\x1f\x7f\xa0') });
    fc.assert(
      fc.property(ascii, (text) => {
        // A byte that natively is a space, too, is part of a letter here.
        const natively = (trimmed: (text: string) => string) =>
          trimmed(text.replaceAll('\xa0', '~')).replaceAll('~', '\xa0');
        expect(trimStart(text)).toBe(natively((plain) => plain.trimStart()));
        expect(trimEnd(text)).toBe(natively((plain) => plain.trimEnd()));
      }),
      RUNS,
    );
  });
});
