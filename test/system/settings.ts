// Which seeds the system simulation runs: a sample in `npm test`, 200 with `npm run test:system`, 10,000 with `-- --mode full`, which also
// keeps what was done for the docs.

import type { FaultKind } from '../../sim/system/faults.ts';
import type { Run } from '../../sim/system/run.ts';

export const IS_FULL = process.env['MODE'] === 'full';
/** `npm run test:system`, and not one of many tests in `npm test`. */
export const HAS_TIME = process.env['MOTE_SYSTEM'] !== undefined;
/** Workers share the seeds. */
export const SHARDS = 4;
export const SEEDS = IS_FULL ? 10_000 : 200;
/** One of them (40) has much to say, as the last two; the last ones have shown mistakes, of the oracles too, that few others show. */
export const SAMPLE = [
  ...Array.from({ length: 60 }, (_, i) => i + 1),
  334,
  427,
  2001,
  2796,
  2898,
  7520,
  9320,
  11043,
  11360,
  // With MQTT 5.0.
  ...Array.from({ length: 12 }, (_, i) => i + 20_001),
];
/** Time that a shard may take. */
export const TIMEOUT_MS = IS_FULL ? 7_200_000 : 300_000;

/** What came of many runs. */
export interface Tally {
  seeds: number;
  violations: string[];
  faults: Record<string, number>;
  faultsLeast: number;
  kindsLeast: number;
  cutsLeast: number;
  virtualHours: number;
  accepted: number;
  refused: number;
  repeated: number;
  repeatedExactlyOnce: number;
  /** Readings whose power went while they were accepted; of those, kept. */
  torn: number;
  tornKept: number;
  heldMost: number;
  attemptsMost: number;
  joinsMost: number;
  commands: number;
  commandsTwice: number;
  commandsLost: number;
}

const ADDED = [
  'seeds',
  'virtualHours',
  'accepted',
  'refused',
  'repeated',
  'repeatedExactlyOnce',
  'torn',
  'tornKept',
  'commands',
  'commandsTwice',
  'commandsLost',
] as const;
const MOST = ['heldMost', 'attemptsMost', 'joinsMost'] as const;
const LEAST = ['faultsLeast', 'kindsLeast', 'cutsLeast'] as const;

export function createTally(): Tally {
  return {
    seeds: 0,
    violations: [],
    faults: {},
    faultsLeast: Infinity,
    kindsLeast: Infinity,
    cutsLeast: Infinity,
    virtualHours: 0,
    accepted: 0,
    refused: 0,
    repeated: 0,
    repeatedExactlyOnce: 0,
    torn: 0,
    tornKept: 0,
    heldMost: 0,
    attemptsMost: 0,
    joinsMost: 0,
    commands: 0,
    commandsTwice: 0,
    commandsLost: 0,
  };
}

const total = (felt: ReadonlyMap<FaultKind, number>) =>
  [...felt.values()].reduce((sum, count) => sum + count, 0);

/** Put a run to those before it. */
export function addRun(tally: Tally, run: Run): void {
  const { figures, felt } = run;
  tally.seeds++;
  for (const violation of run.violations) tally.violations.push(`seed ${run.seed}: ${violation}`);
  for (const [kind, count] of felt) tally.faults[kind] = (tally.faults[kind] ?? 0) + count;
  tally.faultsLeast = Math.min(tally.faultsLeast, total(felt));
  tally.kindsLeast = Math.min(tally.kindsLeast, felt.size);
  tally.cutsLeast = Math.min(tally.cutsLeast, run.boots - 1);
  tally.virtualHours += run.virtualMs / 3_600_000;
  tally.accepted += figures.accepted;
  tally.refused += figures.refused;
  tally.repeated += figures.repeated;
  tally.repeatedExactlyOnce += figures.repeatedExactlyOnce;
  tally.torn += figures.unsure;
  tally.tornKept += figures.unsureTaken;
  tally.heldMost = Math.max(tally.heldMost, figures.heldMost);
  tally.attemptsMost = Math.max(tally.attemptsMost, run.attemptsMost);
  tally.joinsMost = Math.max(tally.joinsMost, run.joinsMost);
  tally.commands += run.commands.sent;
  tally.commandsTwice += run.commands.twice;
  tally.commandsLost += run.commands.lost;
}

/** @returns the tally of all workers. */
export function joinTallies(tallies: readonly Tally[]): Tally {
  const sum = createTally();
  for (const tally of tallies) {
    for (const [kind, count] of Object.entries(tally.faults)) {
      sum.faults[kind] = (sum.faults[kind] ?? 0) + count;
    }
    sum.violations.push(...tally.violations);
    for (const name of ADDED) sum[name] += tally[name];
    for (const name of MOST) sum[name] = Math.max(sum[name], tally[name]);
    for (const name of LEAST) sum[name] = Math.min(sum[name], tally[name]);
  }
  return sum;
}
