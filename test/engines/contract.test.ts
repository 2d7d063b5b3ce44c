// The port contract on real engines: what was recorded still holds, and where an engine of another build says otherwise,
// that is listed here.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runSuiteOnEspruino } from '../contract/engine.ts';
import { factName, parseTranscript, TRANSCRIPT } from '../contract/suite.ts';
import { describeEngine } from './describe-engine.ts';

const TIMEOUT_MS = 300_000;

/** By engine: facts in which it differs from the recorded one, and why. */
const ENGINES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  espruino: {},
  'espruino-assert': {
    'differs.wideChar': 'built with Unicode support',
    'process.memory.size': 'a heap that grows, of variables for 64 bits',
  },
};

const recorded = parseTranscript(readFileSync(TRANSCRIPT, 'utf8'));

for (const [name, differences] of Object.entries(ENGINES)) {
  const agreed = (lines: readonly string[]) => lines.filter((line) => !(factName(line) in differences));
  const fact = (lines: readonly string[], wanted: string) =>
    lines.filter((line) => factName(line) === wanted);

  describeEngine(name, (engine) => {
    it(
      'says what was recorded in the port contract',
      async () => {
        const { lines } = await runSuiteOnEspruino(engine.find()!, TIMEOUT_MS);
        expect(agreed(lines)).toEqual(agreed(recorded.lines));
        for (const [wanted, why] of Object.entries(differences)) {
          expect(fact(lines, wanted), `${wanted}: ${why}`).not.toEqual(fact(recorded.lines, wanted));
        }
      },
      TIMEOUT_MS,
    );
  });
}
