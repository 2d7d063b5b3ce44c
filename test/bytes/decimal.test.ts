import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decimalText } from '../../src/bytes/decimal.ts';

it.each([
  [0, 0, '0'],
  [-7, 0, '-7'],
  [0, 3, '0.000'],
  [5, 2, '0.05'],
  [-5, 2, '-0.05'],
  [21534, 3, '21.534'],
  [-100, 2, '-1.00'],
  [134217727, 6, '134.217727'],
])('%i with %i decimals is %s', (value, decimals, expected) => {
  expect(decimalText(value, decimals)).toBe(expected);
});

it('reads back as the same number', () => {
  fc.assert(
    fc.property(fc.integer({ min: -134217727, max: 134217727 }), fc.nat(6), (value, decimals) => {
      const text = decimalText(value, decimals);
      expect(Number(text.replace('.', ''))).toBe(value === 0 ? 0 : value);
      expect(text).toMatch(new RegExp(`^-?\\d+${decimals === 0 ? '' : `\\.\\d{${decimals}}`}$`));
    }),
  );
});
