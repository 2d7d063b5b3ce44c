// Seeds for one worker, which builds once for all of them: no violation, and enough of what can happen in each.

import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { buildSystem } from '../../bench/system/bundle.ts';
import { FAULT_KINDS } from '../../sim/system/faults.ts';
import { runSystem } from '../../sim/system/run.ts';
import { FAULTS_MIN, KINDS_MIN, drawSchedule, writeSchedule } from '../../sim/system/schedule.ts';
import { shrink } from '../../sim/system/shrink.ts';
import { SEEDS, SHARDS, TIMEOUT_MS, addRun, createTally } from './settings.ts';
import type { Tally } from './settings.ts';

const HOUR = 3_600_000;
/** Failing seeds that are shrunk: more would take long and say the same. */
const SHRUNK_MAX = 3;
const OUT = new URL('../../out/system/', import.meta.url);

/** @param onEnd told what came of them, before anything is expected of it. */
export function testSeeds(what: string, seeds: readonly number[], onEnd: (tally: Tally) => void): void {
  it(
    `${what}: no violation`,
    async () => {
      const bundleOf = await buildSystem();
      const tally = createTally();
      let shrunk = 0;
      for (const seed of seeds) {
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
      console.log(`${what}: ${JSON.stringify({ ...tally, violations: tally.violations.length })}`);
      onEnd(tally);
      expect(tally.violations).toEqual([]);
      expect(tally.faultsLeast).toBeGreaterThanOrEqual(FAULTS_MIN);
      expect(tally.kindsLeast).toBeGreaterThanOrEqual(KINDS_MIN);
      expect(tally.cutsLeast).toBeGreaterThanOrEqual(1);
      // Each kind struck, also those that may miss.
      for (const kind of Object.keys(FAULT_KINDS)) expect(tally.faults[kind] ?? 0, kind).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
}

/** A share of all seeds. @param shard from 0. */
export function testShard(shard: number): void {
  const seeds = Array.from({ length: SEEDS }, (_, i) => i + 1).filter(
    (seed) => seed % SHARDS === (shard + 1) % SHARDS,
  );
  testSeeds(`seeds ${seeds[0]}, ${seeds[1]}, … to ${SEEDS}`, seeds, (tally) => {
    mkdirSync(fileURLToPath(OUT), { recursive: true });
    writeFileSync(new URL(`${shard}.json`, OUT), JSON.stringify(tally));
  });
}
