// docs/sensors and docs/write-a-driver.md are what cases, comments and measurements say. `npm run docs:sensors` writes them.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { CASES } from './cases/index.ts';
import { checkCase } from './check-case.ts';
import { introOf, optionsOf, overview, page } from './document.ts';
import type { ExampleFigures, Measured, SchedulerFigures } from './document.ts';

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

async function markdown(path: string, text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(path)), parser: 'markdown' });
}

const result = (name: string): unknown =>
  JSON.parse(readFileSync(root(`bench/results/${name}.json`), 'utf8'));

describe('the pages of sensors', () => {
  it.each(CASES)('has one for $file', async (driverCase) => {
    const path = root(`docs/sensors/${driverCase.file}.md`);
    await expect(await markdown(path, page(driverCase))).toMatchFileSnapshot(path);
  });

  it('has the options of every driver explained', () => {
    const silent = CASES.flatMap(({ file }) =>
      optionsOf(file)
        .filter(({ meaning }) => meaning === '')
        .map(({ name }) => `${file} ${name}`),
    );
    expect(silent).toEqual([]);
  });

  it('has a table of all', async () => {
    const path = root('docs/sensors.md');
    const figures = result('sensors') as Record<string, Measured>;
    const rows = CASES.map((driverCase) => {
      const { values, faults, longest, longestMs } = checkCase(driverCase);
      return { driverCase, values, faults, longest, longestMs, measured: figures[driverCase.file] ?? {} };
    });
    await expect(
      await markdown(
        path,
        overview(
          introOf(path),
          rows,
          result('examples') as ExampleFigures[],
          result('scheduler') as SchedulerFigures,
        ),
      ),
    ).toMatchFileSnapshot(path);
  });

  it('shows the code of the driver that explains how to write one', async () => {
    const path = root('docs/write-a-driver.md');
    const text = readFileSync(path, 'utf8').replace(
      /<!-- code: (\S+) -->(\n\n```ts\n[\s\S]*?\n```)?/g,
      (_all, file: string) =>
        `<!-- code: ${file} -->\n\n\`\`\`ts\n${readFileSync(root(file), 'utf8').trim()}\n\`\`\``,
    );
    await expect(await markdown(path, text)).toMatchFileSnapshot(path);
  });
});
