// docs/check-rules.md says what the rules say, and what was recorded.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { rulesDocument, UNSEEN } from '../../../bench/check-rules.ts';
import { readRecording } from './pairs.ts';

it('is up to date: npm run docs:check-rules', async () => {
  const file = new URL('../../../docs/check-rules.md', import.meta.url);
  expect(readFileSync(file, 'utf8')).toBe(await rulesDocument());
});

it('has a recording for each difference that no rule sees', () => {
  expect(Object.keys(readRecording('espruino').unseen ?? {})).toEqual(
    UNSEEN.map(({ expression }) => expression),
  );
});
