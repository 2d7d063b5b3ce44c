// The figures of the outbox are those of the outbox as it is now, and the page says them.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { functionsOf, memoryBundles, type MemoryResult } from '../../bench/outbox-memory.ts';
import { measureOutbox, memoryRows, withOutboxTable, type OutboxRow } from '../../bench/outbox.ts';

const read = <T>(name: string) => JSON.parse(readFileSync(`bench/results/${name}.json`, 'utf8')) as T;
const rows = read<OutboxRow[]>('outbox');
const memory = read<MemoryResult>('outbox-memory');

it('are counted again: npm run bench:outbox', { timeout: 120_000 }, async () => {
  expect(await measureOutbox()).toEqual(rows);
});

it('stand in docs/outbox.md', async () => {
  const page = readFileSync('docs/outbox.md', 'utf8');
  expect(await withOutboxTable(page, [...rows, ...memoryRows(memory)])).toBe(page);
});

it(
  'in memory are of the bundles that are built now: npm run bench:outbox, with ESPRUINO_MCU',
  { timeout: 120_000 },
  async () => {
    const built = await Promise.all(
      memoryBundles().map(async ({ name, pages, bundle }) => ({ name, pages, hash: (await bundle).hash })),
    );
    expect(memory.rows.map(({ name, pages, hash }) => ({ name, pages, hash }))).toEqual(built);
  },
);

it('in memory do not count functions', () => {
  const program = `!function(){function a(){return b}var b=[1,2],c=function(){a()},d={e:a,f:7};b.push(3);for(var g=0;g<2;g++)b[g]=0;expose(d,c)}();`;
  expect(functionsOf(program)).toBe(
    '!function(){function a(){return b}var c=function(){a()};var d={e:a};expose(d,c);}();',
  );
});
