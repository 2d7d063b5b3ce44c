import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createBuffer, joinText, toText } from '../../src/bytes/bytes.ts';
import { joinSeconds } from '../../src/bytes/seconds.ts';

const textOf = (seconds: number) => {
  const head = joinText(createBuffer(20), 't=');
  const bytes = joinSeconds(head, Math.floor(seconds / 128), seconds % 128);
  return toText(bytes, 0, bytes.length);
};

it.each([0, 7, 99, 127, 128, 200, 207, 65_535, 65_536, 3_199, 3_200, 1_795_651_200, 4_294_967_295])(
  'writes %i as it is',
  (seconds) => expect(textOf(seconds)).toBe(`t=${seconds}`),
);

it('writes all as they are', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_294_967_295 }), (seconds) => {
      expect(textOf(seconds)).toBe(`t=${seconds}`);
    }),
  );
});
