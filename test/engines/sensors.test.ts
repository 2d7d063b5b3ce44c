// Every driver on its simulated chip, in every real engine: true values, the right code for each fault, and nothing left on the heap.

import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { build } from '../../flash/build/build.ts';
import { writeFirmware } from '../flash/build/fixture.ts';
import { CASES } from '../sensors/cases/index.ts';
import { describeEngine } from './describe-engine.ts';
import { ENGINES } from './engines.ts';
import type { Script } from './engines.ts';
import { expectOk, figuresOf, linesOf } from './suite.ts';

const SENSORS = fileURLToPath(new URL('../sensors', import.meta.url));

/** Programs by driver: the whole check, and its memory alone, which has room for itself in the smallest engine. */
const PROGRAMS: Readonly<Record<string, (file: string) => string>> = {
  behaviour: (file) => `
import { checkCase } from '${SENSORS}/check-case.ts';
import { CASE } from '${SENSORS}/cases/${file}.ts';
declare const print: (line: string) => void;
const result = checkCase(CASE);
for (let i = 0; i < result.failures.length; i++) print('FAIL ' + result.failures[i]);
print('ok ' + result.values + ' values, ' + result.faults + ' faults');
print('end');
`,
  memory: (file) => `
import { growthOf } from '${SENSORS}/check-memory.ts';
import { CASE } from '${SENSORS}/cases/${file}.ts';
declare const print: (line: string) => void;
declare const heapUsed: (() => number) | undefined;
declare const allocations: (() => number) | undefined;
declare const process: { memory?: () => { usage: number } } | undefined;
function held(): number {
  if (typeof heapUsed !== 'undefined') return heapUsed();
  if (typeof process !== 'undefined' && process.memory) return process.memory().usage;
  return 0;
}
function allocated(): number {
  return typeof allocations === 'undefined' ? 0 : allocations();
}
const growth = growthOf(CASE, held);
print((growth > 0 ? 'FAIL ' : 'ok ') + 'held after 1000 samples: ' + growth);
if (typeof allocations !== 'undefined') print('allocations ' + growthOf(CASE, allocated));
print('end');
`,
};

const FILES = CASES.map(({ file }) => file);

const built = new Map<string, Promise<Script>>();

function programOf(kind: string, file: string): Promise<Script> {
  const name = `${kind}-${file}`;
  const known = built.get(name);
  if (known !== undefined) return known;
  const script = build({ firmware: writeFirmware({ 'main.ts': PROGRAMS[kind]!(file) }) }).then(
    ({ code }) => ({ name, code }),
  );
  built.set(name, script);
  return script;
}

for (const { name } of ENGINES) {
  describeEngine(name, (engine) => {
    // The whole check has no room in the smallest engine.
    it.runIf(name !== 'espruino-mcu').each(FILES)('%s: right, whatever is wrong', async (file) => {
      expectOk(await linesOf(engine, [await programOf('behaviour', file)]));
    });

    it.each(FILES)('%s: leaves nothing on the heap', async (file) => {
      const lines = await linesOf(engine, [await programOf('memory', file)]);
      expectOk(lines);
      // A few are the engine's own: its call stack, its tables. JerryScript makes an object of each fraction.
      if (name === 'dukhost') expect(figuresOf(lines, 'allocations')[0]).toBeLessThanOrEqual(5);
    });
  });
}
