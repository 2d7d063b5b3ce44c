// What the README shows must be true.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withTables } from '../bench/tables.ts';
import { build } from '../flash/build/build.ts';
import { writeFirmware } from './flash/build/fixture.ts';

const README = readFileSync('README.md', 'utf8');
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

describe('README', () => {
  it('shows a firmware of at most 30 lines that builds', { timeout: 60_000 }, async () => {
    const [program] = [...README.matchAll(/```ts\n([^]*?)```/g)].map((match) => match[1]!);
    expect(program!.trim().split('\n').length).toBeLessThanOrEqual(30);
    const folder = writeFirmware({ 'main.ts': program! });
    const { code } = await build({ firmware: join(folder, 'main.ts') });
    expect(code).toContain('balcony');
  });

  it('shows the numbers that were measured: npm run docs:tables', async () => {
    expect(await withTables(README)).toBe(README);
  });

  it('names scripts and files that exist', () => {
    for (const [, script] of README.matchAll(/npm run ([\w:]+)/g)) expect(scripts).toHaveProperty([script!]);
    for (const [, file] of README.matchAll(/\]\(([\w/.-]+)\)/g)) {
      expect(() => readFileSync(file!)).not.toThrow();
    }
  });
});
