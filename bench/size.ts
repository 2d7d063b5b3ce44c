// What each useful choice of features costs: `npm run bench:size`. Writes bench/results/size.json and docs/size.md. The row
// that the speed is measured on is the same bundle (`npm run bench:mqtt`).

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../flash/build/firmware.ts';
import { reportError } from '../flash/cli/output.ts';
import { engineVersion, findEngines } from './espruino.ts';
import { findJerryhost, runHost, type Command } from './host.ts';
import { buildMeasured, COMBINATIONS, type Bundle } from './mqtt/bundle.ts';
import { held, loaded } from './mqtt/memory.ts';
import { formatted } from './mqtt/report.ts';
import { jerryScripts } from './mqtt/script.ts';
import { sizePage, type SizeResult, type SizeRow } from './mqtt/size-page.ts';
import { moteSubject } from './mqtt/subjects.ts';

const RESULT = join(PACKAGE_ROOT, 'bench', 'results', 'size.json');
const PAGE = join(PACKAGE_ROOT, 'docs', 'size.md');

/** @returns bytes of JerryScript's heap that program and connected client hold. */
function jerryHeap(host: Command, bundle: Bundle, is5: boolean): number {
  const { lines } = runHost(host, jerryScripts(moteSubject(bundle), is5));
  const [before, after] = lines as [string, string];
  return Number(after) - Number(before);
}

/** @returns variables of a program that is read out of memory, beside its own text; null: there is no room for both. */
function fromRam(
  engines: ReturnType<typeof findEngines>,
  subject: ReturnType<typeof moteSubject>,
): number | null {
  try {
    return loaded(engines, subject, 'ram');
  } catch (error) {
    if (String(error).includes('OUT OF MEMORY')) return null;
    throw error;
  }
}

async function main(): Promise<void> {
  const engines = findEngines();
  const host = findJerryhost();
  if (host === undefined) process.stderr.write('no heap of JerryScript: set JERRY_DIR\n');
  const rows: SizeRow[] = [];
  for (const combination of COMBINATIONS) {
    const bundle = await buildMeasured(combination);
    const subject = moteSubject(bundle);
    const { created, connected } = await held(engines, subject);
    const row: SizeRow = {
      name: combination.name,
      features: [...combination.on],
      hash: bundle.hash,
      bytes: bundle.bytes,
      fromRam: fromRam(engines, subject),
      fromFlash: loaded(engines, subject, 'flash'),
      created,
      connected,
      jerryHeap: host === undefined ? null : jerryHeap(host, bundle, combination.on.includes('V5')),
    };
    process.stderr.write(`${JSON.stringify(row)}\n`);
    rows.push(row);
  }
  const result: SizeResult = { engine: engineVersion(engines), rows };
  mkdirSync(join(PACKAGE_ROOT, 'bench', 'results'), { recursive: true });
  writeFileSync(RESULT, `${JSON.stringify(result, null, 2)}\n`);
  const text = await formatted(PAGE, sizePage(result));
  writeFileSync(PAGE, text);
  console.log(text.slice(text.indexOf('|')));
}

main().catch((error: unknown) => {
  process.exitCode = reportError(error);
});
