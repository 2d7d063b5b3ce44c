// The reconnect storm: ten thousand virtual motes lose their broker. `npm run bench:storm` writes bench/results/storm.json, docs/storm.md,
// docs/storm.svg and docs/scale.md; it takes some minutes and 3 GB of memory.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { build } from '../flash/build/build.ts';
import { PACKAGE_ROOT } from '../flash/build/firmware.ts';
import { writeScale } from './fleet/page.ts';
import { runStorm } from './storm/fleet.ts';
import type { Outage, StormOptions, StormResult } from './storm/fleet.ts';
import { writeStorm } from './storm/page.ts';
import type { StormRun } from './storm/page.ts';

/** Storms at a time. */
const THREADS = 2;
const MOTES = Number(process.argv[2] ?? 10_000);
const RESULT = join(PACKAGE_ROOT, 'bench', 'results', 'storm.json');

/** What fails, seconds, seed, and connections a second afterwards, 0: all. */
const SCENARIOS: readonly (readonly [Outage, number, number, number])[] = [
  ['process', 60, 1, 0],
  ['process', 60, 2, 0],
  ['process', 60, 3, 0],
  ['power', 60, 1, 0],
  ['wifi', 60, 1, 0],
  ['process', 10, 1, 0],
  ['process', 600, 1, 0],
  ['process', 60, 1, 200],
];

/** Run one storm in a thread of its own. */
function runInThread(options: StormOptions): Promise<StormResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: options,
      resourceLimits: { maxOldGenerationSizeMb: 4096 },
    });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

async function main(): Promise<void> {
  const { code } = await build({ firmware: join(PACKAGE_ROOT, 'bench', 'device', 'storm.ts') });
  const runs: StormRun[] = [];
  let next = 0;

  async function work(): Promise<void> {
    for (let index = next++; index < SCENARIOS.length; index = next++) {
      const [outage, outageSec, seed, acceptsPerSec] = SCENARIOS[index]!;
      const options = { code, motes: MOTES, seed, outage, outageSec };
      const result = await runInThread(acceptsPerSec > 0 ? { ...options, acceptsPerSec } : options);
      const name = `${outage}, ${outageSec} s, seed ${seed}${acceptsPerSec > 0 ? `, ${acceptsPerSec} a second` : ''}`;
      if (result.faults.length > 0) throw new Error(`${name}: ${result.faults[0]}`);
      console.log(
        `${name}: worst second ${result.worst} (number ${result.worstAt}), anywhere ${result.worstAnywhere}, ` +
          `all back after ${result.allBackSec} s`,
      );
      // Only the first is plotted.
      const attempts = index === 0 ? result.attempts : [];
      runs[index] = { outage, outageSec, acceptsPerSec, seed, ...result, attempts };
    }
  }

  await Promise.all(Array.from({ length: THREADS }, work));
  const figures = { motes: MOTES, bundleBytes: code.length, runs };
  mkdirSync(join(PACKAGE_ROOT, 'bench', 'results'), { recursive: true });
  writeFileSync(RESULT, `${JSON.stringify(figures, null, 1)}\n`);
  await writeStorm(figures);
  await writeScale();
}

if (isMainThread) await main();
else parentPort!.postMessage(runStorm(workerData as StormOptions));
