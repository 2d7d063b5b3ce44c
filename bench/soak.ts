// The soak: a mote in a real Espruino and a real Mosquitto, cut apart again and again; what was accepted must arrive, and memory
// stays flat. `npm run soak -- --minutes 15 [--cut-every-sec 30] [--seed N] [--write]`; with --write the result is kept for the docs.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PACKAGE_ROOT } from '../flash/build/firmware.ts';
import { reportError } from '../flash/cli/output.ts';
import { ExitCode, MoteError } from '../flash/errors.ts';
import { writeSoakPage } from './soak/page.ts';
import { runSoak } from './soak/run.ts';

const RESULT = join(PACKAGE_ROOT, 'bench', 'results', 'soak.json');

/** @returns a whole number that an option gives. */
function whole(name: string, value: string, least: number, most: number): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  const what = `${JSON.stringify(value)} is not a whole number from ${least} to ${most}`;
  throw new MoteError(what, 'correct it', `--${name}`, ExitCode.Usage);
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '15' },
      'cut-every-sec': { type: 'string', default: '30' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      write: { type: 'boolean', default: false },
    },
  });
  const binary = process.env['ESPRUINO'];
  if (binary === undefined || binary === '') {
    const fix = 'set it to the path of an Espruino built for Linux';
    throw new MoteError('ESPRUINO is not set', fix, undefined, ExitCode.Environment);
  }
  return {
    binary,
    minutes: whole('minutes', values.minutes, 1, 30 * 24 * 60),
    // A cut may last five seconds, and the engine takes some to start.
    cutEverySec: whole('cut-every-sec', values['cut-every-sec'], 10, 3600),
    seed: whole('seed', values.seed, 0, 0x7fffffff),
    write: values.write,
  };
}

async function main(): Promise<void> {
  const { write, ...options } = readOptions();
  const { minutes, cutEverySec, seed } = options;
  console.log(`${minutes} minutes, a cut every ${cutEverySec} s, seed ${seed}`);
  const result = await runSoak({ ...options, onLine: (line) => console.log(line) });
  const { kept, ...figures } = result;
  console.log(JSON.stringify({ ...figures, lives: figures.lives.length, kept }, null, 2));
  if (result.faults.length > 0) {
    process.exitCode = 1;
  } else if (write) {
    const date = new Date().toISOString().slice(0, 10);
    mkdirSync(join(PACKAGE_ROOT, 'bench', 'results'), { recursive: true });
    const soak = { minutes, cutEverySec, seed, date, ...figures };
    writeFileSync(RESULT, `${JSON.stringify(soak, null, 2)}\n`);
    await writeSoakPage(soak);
  }
}

try {
  await main();
} catch (error) {
  process.exitCode = reportError(error);
}
