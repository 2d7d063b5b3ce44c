import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decimalText } from '../../src/bytes/decimal.ts';
import { DECIMAL_VECTORS } from './decimal-vectors.ts';

it.each(DECIMAL_VECTORS)('$value with $decimals decimals is $text', ({ value, decimals, text }) => {
  expect(decimalText(value, decimals)).toBe(text);
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
