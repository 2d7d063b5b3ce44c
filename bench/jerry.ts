// Instructions of a 32-bit JerryScript for what a client does with each message: `npm run bench:jerry` writes
// bench/results/jerry.json. The array form, an empty socket, less an empty loop.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../flash/build/build.ts';
import { PACKAGE_ROOT } from '../flash/build/firmware.ts';
import { reportError } from '../flash/cli/output.ts';
import { ExitCode, MoteError } from '../flash/errors.ts';
import { findJerryhost, runHost } from './host.ts';
import { instructionCounter, readInstructions } from './instructions.ts';

const RESULT = join(PACKAGE_ROOT, 'bench', 'results', 'jerry.json');
const FIRMWARE = join(PACKAGE_ROOT, 'bench', 'device', 'jerry.ts');
/** What the program does besides its rounds is taken out by doing fewer of them; five such messages fill the socket. */
const FEW = 1;
const MANY = 5;

const JOBS = {
  publish1: 'a whole QoS 1 publish of 95 bytes, prepared topic, into the RAM outbox and to the socket',
  publish0: 'a whole QoS 0 publish of 93 bytes, prepared topic',
  receive0: 'a QoS 0 message of 93 bytes, to its handler',
} as const;
type Job = keyof typeof JOBS;
/** Packets written and messages handled in a round, and bytes of the last packet written. */
const EFFECTS: Readonly<Record<Job, readonly [number, number, number]>> = {
  publish1: [1, 0, 95],
  publish0: [1, 0, 93],
  receive0: [0, 1, 93],
};
/** Most instructions of a round. */
const LIMITS: Partial<Record<Job, number>> = { publish1: 40_000 };

export interface JerryResult {
  readonly bundleBytes: number;
  readonly rows: readonly {
    readonly job: Job;
    readonly what: string;
    readonly instructions: number;
    readonly limit: number | undefined;
  }[];
}

function findEngine(): string {
  const command = findJerryhost();
  // An emulator is the counter's business.
  const path = command?.at(-1);
  if (path !== undefined) return path;
  const fix = 'set JERRY_DIR to the include and lib folders of a 32-bit JerryScript 3.0';
  throw new MoteError('no JerryScript to measure on', fix, undefined, ExitCode.Environment);
}

/** @returns instructions of a whole run. Throws when it did not do what was asked. */
function count(engine: string, code: string, job: Job | 'none', rounds: number): number {
  const globals = `var job="${job}",rounds=${rounds};`;
  const { lines, stderr } = runHost([...instructionCounter(), engine], [globals, code]);
  if (job !== 'none') {
    const [packets, handled, bytes] = EFFECTS[job];
    const expected = `@@did ${packets * rounds} ${handled * rounds} ${bytes}`;
    if (lines.join() !== expected) throw new Error(`${job} said ${lines.join('; ')} instead of ${expected}`);
  }
  return readInstructions(stderr);
}

async function main(): Promise<void> {
  const engine = findEngine();
  const { code } = await build({ firmware: FIRMWARE, form: 'array', board: 'jerryscript' });
  const perRound = (job: Job | 'none') =>
    (count(engine, code, job, MANY) - count(engine, code, job, FEW)) / (MANY - FEW);
  const loop = perRound('none');
  const rows = (Object.keys(JOBS) as Job[]).map((job) => ({
    job,
    what: JOBS[job],
    instructions: Math.round(perRound(job) - loop),
    limit: LIMITS[job],
  }));
  const result: JerryResult = { bundleBytes: code.length, rows };
  mkdirSync(join(PACKAGE_ROOT, 'bench', 'results'), { recursive: true });
  writeFileSync(RESULT, `${JSON.stringify(result, null, 2)}\n`);
  console.log(JSON.stringify(result, null, 2));
}

main().catch((error: unknown) => {
  process.exitCode = reportError(error);
});
