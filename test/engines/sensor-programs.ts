// Programs that run drivers on their simulated chips in an engine.

import { fileURLToPath } from 'node:url';
import { build } from '../../flash/build/build.ts';
import { writeFirmware } from '../flash/build/fixture.ts';
import type { Script } from './engines.ts';

const SENSORS = fileURLToPath(new URL('../sensors', import.meta.url));

const imports = (files: readonly string[]) =>
  files.map((file, i) => `import { CASE as CASE_${i} } from '${SENSORS}/cases/${file}.ts';`).join('\n') +
  `\nconst CASES = [${files.map((_file, i) => `CASE_${i}`).join(', ')}];\ndeclare const print: (line: string) => void;\n`;

/** The whole check: `FAIL <what>`, `ok <what>`. */
const BEHAVIOUR = `
import { checkCase } from '${SENSORS}/check-case.ts';
for (let i = 0; i < CASES.length; i++) {
  const result = checkCase(CASES[i]);
  for (let j = 0; j < result.failures.length; j++) print('FAIL ' + result.failures[j]);
  print('ok ' + CASES[i].file + ': ' + result.values + ' values, ' + result.faults + ' faults');
}
print('end');
`;

/** What stays on the heap, and where an engine can tell what was allocated: \`allocations-<file> <in 1000 samples>\`. */
const MEMORY = `
import { allocationsOf, growthOf, peakGrowthOf } from '${SENSORS}/check-memory.ts';
declare const heapUsed: (() => number) | undefined;
declare const allocations: (() => number) | undefined;
declare const heapPeak: (() => number) | undefined;
declare const process: { memory?: () => { usage: number } } | undefined;
function held(): number {
  if (typeof heapUsed !== 'undefined') return heapUsed();
  if (typeof process !== 'undefined' && process.memory) return process.memory().usage;
  return 0;
}
function allocated(): number {
  return typeof allocations === 'undefined' ? 0 : allocations();
}
for (let i = 0; i < CASES.length; i++) {
  const growth = growthOf(CASES[i], held);
  print((growth > 0 ? 'FAIL ' : 'ok ') + CASES[i].file + ' held after 1000 samples: ' + growth);
  if (typeof heapPeak !== 'undefined') {
    const peak = peakGrowthOf(CASES[i], heapPeak);
    print((peak > 0 ? 'FAIL ' : 'ok ') + CASES[i].file + ' peak after 1000 samples: ' + peak);
  }
  if (typeof allocations !== 'undefined') print('allocations-' + CASES[i].file + ' ' + allocationsOf(CASES[i], allocated));
}
print('end');
`;

const PROGRAMS = { behaviour: BEHAVIOUR, memory: MEMORY };

const built = new Map<string, Promise<Script>>();

/** @param files of test/sensors/cases. */
export function sensorProgram(kind: keyof typeof PROGRAMS, files: readonly string[]): Promise<Script> {
  const name = `${kind}-${files.length === 1 ? files[0]! : 'all'}`;
  const known = built.get(name);
  if (known !== undefined) return known;
  const firmware = writeFirmware({ 'main.ts': imports(files) + PROGRAMS[kind] });
  const script = build({ firmware }).then(({ code }) => ({ name, code }));
  built.set(name, script);
  return script;
}
