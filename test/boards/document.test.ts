// docs/boards.md says what the data say.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { boardsDocument } from '../../bench/board-docs.ts';

it('is up to date: npm run docs:boards', async () => {
  expect(readFileSync('docs/boards.md', 'utf8')).toBe(await boardsDocument());
});
