// `npm run replay SEED [-- --schedule FILE]`: one seed of the system simulation again, told line by line: faults, what the mote says on its
// console, logins and messages. A file holds another schedule than that of the seed, as a test prints it when it fails.
// `--shrink`: look for the shortest schedule that fails too, and print that.

import { readFileSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { decodeLogLine } from '../flash/codes.ts';
import type { Fault } from '../sim/system/faults.ts';
import { runSystem } from '../sim/system/run.ts';
import { drawSchedule, readSchedule, writeSchedule } from '../sim/system/schedule.ts';
import { shrink } from '../sim/system/shrink.ts';
import { buildSystem } from './system/bundle.ts';

const USAGE = 'usage: npm run replay SEED [-- --schedule FILE] [--shrink]';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { schedule: { type: 'string' }, shrink: { type: 'boolean', default: false } },
});
const seed = Number(positionals[0]);
if (positionals.length !== 1 || !Number.isInteger(seed)) {
  console.error(`a seed is a whole number\n${USAGE}`);
  process.exit(2);
}

const MOTE = 'mote: ';

/** What a person reads: the sentence behind the number that the mote prints. */
function sentence(what: string): string {
  if (!what.startsWith(MOTE)) return what;
  const text = decodeLogLine(what.slice(MOTE.length));
  return text === undefined ? what : `${MOTE}${text}`;
}

/** At once: a run that does not end has told so far how it came there. */
const say = (line: string) => void writeSync(1, `${line}\n`);

const bundle = (await buildSystem())(seed);
let schedule: readonly Fault[] =
  values.schedule === undefined ? drawSchedule(seed) : readSchedule(readFileSync(values.schedule, 'utf8'));
if (values.shrink) {
  schedule = shrink(schedule, (shorter) => {
    const { violations } = runSystem({ bundle, seed, schedule: shorter });
    say(`${shorter.length} faults: ${violations[0] ?? 'no violation'}`);
    return violations.length > 0;
  });
}
const run = runSystem({
  bundle,
  seed,
  schedule,
  onTrace: (ms, what) => say(`${(ms / 1000).toFixed(3).padStart(9)}  ${sentence(what)}`),
});
say(`schedule of ${schedule.length} faults:\n${writeSchedule(schedule)}`);
say(
  JSON.stringify({
    ...run.figures,
    commands: run.commands,
    boots: run.boots,
    attemptsMost: run.attemptsMost,
    gauges: run.gauges,
  }),
);
for (const violation of run.violations) say(`violation: ${violation}`);
say(run.violations.length === 0 ? 'no violation' : `${run.violations.length} violations`);
process.exitCode = run.violations.length === 0 ? 0 : 1;
