// The figures of the outbox are those of the outbox as it is now, and the page says them.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { measureOutbox, withOutboxTable, type OutboxRow } from '../../bench/outbox.ts';

const rows = JSON.parse(readFileSync('bench/results/outbox.json', 'utf8')) as OutboxRow[];

it('are counted again: npm run bench:outbox', { timeout: 120_000 }, async () => {
  expect(await measureOutbox()).toEqual(rows);
});

it('stand in docs/outbox.md', async () => {
  const page = readFileSync('docs/outbox.md', 'utf8');
  expect(await withOutboxTable(page, rows)).toBe(page);
});
