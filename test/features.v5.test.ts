// The projects `string-v5` and `array-v5` run what they say.
import { expect, test } from 'vitest';
import { V5 } from '../src/features.ts';

test('V5 is on where files named `.v5.test.ts` run', () => {
  expect(V5).toBe(true);
});
