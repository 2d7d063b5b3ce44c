// The committed mutation scores are those that are promised, each survivor has a reason, and the page says the same.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { mutationDocument } from '../../bench/mutation.ts';

interface Result {
  readonly form: string;
  readonly files: readonly { readonly mutants: number; readonly noticed: number }[];
}
const results = JSON.parse(readFileSync('bench/results/mutation.json', 'utf8')) as Result[];
const page = readFileSync('docs/mutation.md', 'utf8');

it('holds for both forms', () => {
  expect(results.map(({ form }) => form)).toEqual(['string', 'array']);
});

it.each(results)('is at least 90 % in the form $form: npm run mutation', ({ files }) => {
  const sum = (pick: (file: Result['files'][number]) => number) =>
    files.reduce((all, file) => all + pick(file), 0);
  expect(sum(({ mutants }) => mutants)).toBeGreaterThan(300);
  expect(sum(({ noticed }) => noticed) / sum(({ mutants }) => mutants)).toBeGreaterThanOrEqual(0.9);
});

it('stands in the page, with a reason for each that nobody noticed', async () => {
  expect(page).toBe(await mutationDocument());
  expect(page).not.toContain('none yet');
});
