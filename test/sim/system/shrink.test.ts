import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shrink } from '../../../sim/system/shrink.ts';

it('leaves what is needed, and nothing else', () => {
  const sets = fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { minLength: 0, maxLength: 6 });
  fc.assert(
    fc.property(sets, (needed) => {
      const items = Array.from({ length: 41 }, (_, i) => i);
      const fails = (some: readonly number[]) => needed.every((item) => some.includes(item));
      expect([...shrink(items, fails)].sort((a, b) => a - b)).toEqual([...needed].sort((a, b) => a - b));
    }),
  );
});

it('gives a list of which no item can be left out, where there are several', () => {
  const fails = (some: readonly number[]) => some.filter((item) => item % 3 === 0).length >= 4;
  const items = Array.from({ length: 50 }, (_, i) => i);
  const minimal = shrink(items, fails);
  expect(minimal).toHaveLength(4);
  for (const item of minimal) expect(fails(minimal.filter((other) => other !== item))).toBe(false);
});
