// How much the fuzz tests do, and from which seed: the same small sample each time, unless `npm run fuzz` asks for more.

import { appendFileSync } from 'node:fs';

/** The same number makes the same inputs: `FUZZ_SEED=… npx vitest run test/fuzz`. */
export const SEED = Number(process.env['FUZZ_SEED'] ?? 20261125);
/** Time for each property; undefined: the sample. */
const SECONDS = process.env['FUZZ_SECONDS'] === undefined ? undefined : Number(process.env['FUZZ_SECONDS']);
/** Part of the sample that is enough for mutation tests, which run it again and again and want no shortest example. */
const SHARE = Number(process.env['FUZZ_SHARE'] ?? 1);
/** Time that a test may take. */
export const TIMEOUT_MS = (SECONDS ?? 0) * 1000 + 60_000;

/** fast-check parameters. @param runs inputs of the sample. */
export function amount(runs: number) {
  if (SECONDS === undefined) return { seed: SEED, numRuns: Math.ceil(runs * SHARE), endOnFailure: SHARE < 1 };
  return {
    seed: SEED,
    numRuns: 0x7fffffff,
    interruptAfterTimeLimit: SECONDS * 1000,
    markInterruptAsFailure: false,
  };
}

/** Say what was done, and keep it for the log of a long run. */
export function told(what: string, figures: Readonly<Record<string, number>>): void {
  const list = Object.entries(figures).map(([name, figure]) => `${figure} ${name}`);
  console.log(`SEED=${SEED} ${what}: ${list.join(', ')}`);
  const log = process.env['FUZZ_LOG'];
  if (log !== undefined) appendFileSync(log, `${JSON.stringify({ what, figures })}\n`);
}
