// Every driver on its simulated chip, in every real engine: true values, the right code for each fault, and nothing left on the
// heap. `npm run bench:sensors` also keeps what was measured for docs/sensors.md.

import { afterAll, describe, expect, it } from 'vitest';
import { build } from '../../flash/build/build.ts';
import { writeFirmware } from '../flash/build/fixture.ts';
import { keep } from '../results.ts';
import type { DriverCase } from '../sensors/case.ts';
import { CASES } from '../sensors/cases/index.ts';
import { creatorOf } from '../sensors/document.ts';
import { describeEngine } from './describe-engine.ts';
import { ENGINES } from './engines.ts';
import { sensorProgram } from './sensor-programs.ts';
import { expectOk, figuresOf, linesOf } from './suite.ts';

const FILES = CASES.map(({ file }) => file);
const SAMPLES = 1000;

/** What is measured of each driver. */
const figures = new Map(FILES.map((file) => [file, {} as Record<string, number>]));
const COUNTING: Readonly<Record<string, string>> = { dukhost: 'duktape', jerryhost: 'jerryscript' };

for (const { name } of ENGINES) {
  describeEngine(name, (engine) => {
    // The whole check has no room in the smallest engine.
    it.runIf(name !== 'espruino-mcu').each(FILES)('%s: right, whatever is wrong', async (file) => {
      expectOk(await linesOf(engine, [await sensorProgram('behaviour', [file])]));
    });

    it.each(FILES)('%s: leaves nothing on the heap', async (file) => {
      const lines = await linesOf(engine, [await sensorProgram('memory', [file])]);
      expectOk(lines);
      const counted = COUNTING[name];
      if (counted === undefined) return;
      const allocations = figuresOf(lines, `allocations-${file}`)[0]!;
      figures.get(file)![counted] = Math.round(allocations / SAMPLES);
      // A few are the engine's own: its call stack, its tables. JerryScript makes an object of each fraction.
      if (name === 'dukhost') expect(allocations).toBeLessThanOrEqual(5);
    });
  });
}

/** What all drivers share, which a firmware has once. */
const SHARED = ['src/sensors/sampler.ts', 'src/sensors/check.ts'];

/** @returns bytes of a driver in a bundle, with the files of its own that it needs, without what all drivers share. */
async function bytesOf(driverCase: DriverCase): Promise<number> {
  const creator = creatorOf(driverCase);
  const text = `import { ${creator} } from 'mote-sdk/sensors/${driverCase.file}';
declare function keep(...all: unknown[]): void;
declare const port: never;
keep((${creator} as (...all: never[]) => unknown)(port, port, port));
`;
  const { sizes } = await build({ firmware: writeFirmware({ 'main.ts': text }) });
  const own = sizes.filter(({ module }) => module.startsWith('src/sensors/') && !SHARED.includes(module));
  return own.reduce((sum, { bytes }) => sum + bytes, 0);
}

describe.runIf(process.env['MODE'] === 'full')('sizes', { timeout: 600_000 }, () => {
  it('are measured', async () => {
    for (const driverCase of CASES) figures.get(driverCase.file)!['bytes'] = await bytesOf(driverCase);
  });
});

afterAll(() => {
  if (process.env['MODE'] !== 'full') return;
  for (const [file, measured] of figures) keep('sensors', file, measured);
});
