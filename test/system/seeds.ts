// A share of the seeds, for one worker: no violation, and enough of what can happen in each of them.

import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { buildSystem } from '../../bench/system/bundle.ts';
import { runSystem } from '../../sim/system/run.ts';
import { FAULTS_MIN, KINDS_MIN, drawSchedule, writeSchedule } from '../../sim/system/schedule.ts';
import { shrink } from '../../sim/system/shrink.ts';
import { SEEDS, SHARDS, TIMEOUT_MS, addRun, createTally } from './settings.ts';

const HOUR = 3_600_000;
/** Failing seeds that are shrunk: more would take long and say the same. */
const SHRUNK_MAX = 3;
const OUT = new URL('../../out/system/', import.meta.url);

/** @param shard from 0. */
export function testShard(shard: number): void {
  it(
    `seeds ${shard + 1}, ${shard + 1 + SHARDS}, … to ${SEEDS}: no violation`,
    async () => {
      const bundleOf = await buildSystem();
      const tally = createTally();
      let shrunk = 0;
      for (let seed = shard + 1; seed <= SEEDS; seed += SHARDS) {
        const bundle = bundleOf(seed);
        const schedule = drawSchedule(seed);
        const run = runSystem({ bundle, seed, schedule });
        addRun(tally, run);
        expect(run.virtualMs).toBeGreaterThanOrEqual(HOUR);
        if (run.violations.length === 0 || shrunk++ >= SHRUNK_MAX) continue;
        const fails = (shorter: typeof schedule) =>
          runSystem({ bundle, seed, schedule: shorter }).violations.length > 0;
        const minimal = shrink(schedule, (shorter) => fails([...shorter]));
        console.log(
          `seed ${seed}: ${run.violations[0]}\nfails with these faults alone:\n${writeSchedule(minimal)}`,
        );
        console.log(`npm run replay ${seed}, or npm run replay ${seed} -- --schedule FILE with these in it`);
      }
      mkdirSync(fileURLToPath(OUT), { recursive: true });
      writeFileSync(new URL(`${shard}.json`, OUT), JSON.stringify(tally));
      console.log(`shard ${shard}: ${JSON.stringify({ ...tally, violations: tally.violations.length })}`);
      expect(tally.violations).toEqual([]);
      expect(tally.faultsLeast).toBeGreaterThanOrEqual(FAULTS_MIN);
      expect(tally.kindsLeast).toBeGreaterThanOrEqual(KINDS_MIN);
      expect(tally.cutsLeast).toBeGreaterThanOrEqual(1);
    },
    TIMEOUT_MS,
  );
}
