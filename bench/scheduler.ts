// What the scheduler of sensors costs on a real Espruino, and how late it is: `npm run bench:scheduler`. Writes
// bench/results/scheduler.json, from which the table of docs/sensors.md takes its figures.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../flash/build/build.ts';
import { PACKAGE_ROOT } from '../flash/build/firmware.ts';
import { reportError } from '../flash/cli/output.ts';
import { countInstructions, engineVersion, findEngines, runFilesBeside } from './espruino.ts';

const RESULT = join(PACKAGE_ROOT, 'bench', 'results', 'scheduler.json');
const FEW = 100;
const MANY = 600;
const LATE_SAMPLES = 200;

export interface SchedulerResult {
  readonly engine: string;
  /** Instructions for a sample, start and end together, by the number of sensors. */
  readonly perSample: Readonly<Record<string, number>>;
  /** Ten sensors in the engine's own time. */
  readonly samples: number;
  readonly runs: number;
  readonly worstMs: number;
  readonly meanMs: number;
}

async function main(): Promise<void> {
  const engines = findEngines();
  const { code } = await build({ firmware: join(PACKAGE_ROOT, 'bench', 'device', 'scheduler.ts') });
  const script = (job: string, rounds: number, sensors: number) =>
    `var job="${job}",rounds=${rounds},sensors=${sensors};\n${code}\n`;
  const perSample: Record<string, number> = {};
  for (const sensors of [1, 10, 40]) {
    const few = countInstructions(engines, script('cost', FEW, sensors)).instructions;
    const many = countInstructions(engines, script('cost', MANY, sensors)).instructions;
    perSample[sensors] = Math.round((many - few) / (MANY - FEW));
  }
  const marks = await runFilesBeside(engines, { 'main.js': script('late', LATE_SAMPLES, 10) });
  const [samples, runs, worstMs, sum] = marks.split(' ').map(Number) as [number, number, number, number];
  const meanMs = Math.round((100 * sum) / runs) / 100;
  const result: SchedulerResult = {
    engine: engineVersion(engines),
    perSample,
    samples,
    runs,
    worstMs,
    meanMs,
  };
  mkdirSync(join(PACKAGE_ROOT, 'bench', 'results'), { recursive: true });
  writeFileSync(RESULT, `${JSON.stringify(result, null, 2)}\n`);
  console.log(JSON.stringify(result));
}

main().catch((error: unknown) => {
  process.exitCode = reportError(error);
});
