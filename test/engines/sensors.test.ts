// Every driver on its simulated chip, in every real engine: true values, the right code for each fault, and nothing left on the
// heap. `npm run bench:sensors` also keeps what was measured for docs/sensors.md.

import { afterAll, describe, expect, it } from 'vitest';
import { build } from '../../flash/build/build.ts';
import { writeFirmware } from '../flash/build/fixture.ts';
import { keep } from '../results.ts';
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

/** A driver of nothing: what all of them share is in it. */
const NOTHING = `
import { createSampler } from 'mote-sdk/sensors/sampler';
function configure(): number { return 0; }
function setUp(): number { return 0; }
function measure(step: number, now: number, values: Int32Array): number { values[0] = now; return step === 0 ? 5 : 0; }
function sleep(): void {}
const nothing = createSampler({ channels: [{ key: 'a', unit: 'b', deviceClass: 'c', decimals: 1, precision: 1, min: 0, max: 9 }],
  warmUpMs: 1, minIntervalMs: 2, discard: 3, retryMs: 4, patienceMs: 5, configure, setUp, measure, sleep }, {});
declare function keep(...all: unknown[]): void;
`;

async function bytesOf(text: string): Promise<number> {
  const { code } = await build({ firmware: writeFirmware({ 'main.ts': text }) });
  return code.length;
}

describe.runIf(process.env['MODE'] === 'full')('sizes', { timeout: 600_000 }, () => {
  it('are measured, beside a driver that is there already', async () => {
    const empty = await bytesOf(`${NOTHING}keep(nothing);`);
    for (const driverCase of CASES) {
      const creator = creatorOf(driverCase);
      const text = `import { ${creator} } from 'mote-sdk/sensors/${driverCase.file}';\n${NOTHING}keep(nothing, ${creator});`;
      figures.get(driverCase.file)!['bytes'] = (await bytesOf(text)) - empty;
    }
  });
});

afterAll(() => {
  if (process.env['MODE'] !== 'full') return;
  for (const [file, measured] of figures) keep('sensors', file, measured);
});
