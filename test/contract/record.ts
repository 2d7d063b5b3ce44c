// `npm run transcript`: run the contract suite on the Espruino that ESPRUINO names, and keep what it says.

import { writeFileSync } from 'node:fs';
import { runSuiteOnEspruino } from './engine.ts';
import { formatTranscript, suiteHash, TRANSCRIPT } from './suite.ts';

const TIMEOUT_MS = 300_000;

const binary = process.env.ESPRUINO;
if (binary === undefined) {
  console.error('no engine to record (set ESPRUINO to the path of a Linux Espruino)');
  process.exitCode = 3;
} else {
  const { engine, lines } = await runSuiteOnEspruino(binary, TIMEOUT_MS);
  writeFileSync(TRANSCRIPT, formatTranscript({ engine, suite: suiteHash(), lines }));
  console.log(`${TRANSCRIPT}: ${lines.length} lines from Espruino ${engine}`);
}
