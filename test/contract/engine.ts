// The contract suite on a real Espruino: file mode, a directory of its own, a silent input, killed when it takes too long.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConsoleReader, START_MARK } from '../../sim/engine/console.ts';
import { startTcpPeer } from './peer.ts';
import { suiteProgram, transcriptLines } from './suite.ts';

const ENGINE_MARK = '@@engine ';

export interface EngineRun {
  /** Version and commit, as the engine gives them. */
  readonly engine: string;
  readonly lines: readonly string[];
}

/** Run the suite. @param binary a Linux Espruino. @throws Error when the suite does not reach its end. */
export async function runSuiteOnEspruino(binary: string, timeoutMs: number): Promise<EngineRun> {
  const peer = await startTcpPeer();
  const cwd = mkdtempSync(join(tmpdir(), 'mote-contract-'));
  const about = `print(${JSON.stringify(START_MARK)});print(${JSON.stringify(ENGINE_MARK)}+process.version+' '+process.env.GIT_COMMIT);`;
  writeFileSync(join(cwd, 'suite.js'), `${about}\n${suiteProgram(peer.ports)}`);
  const lines: string[] = [];
  const reader = createConsoleReader({
    onStart: () => undefined,
    onLine: (line) => lines.push(line),
    onMemory: () => undefined,
    onFailure: () => undefined,
  });
  // An input that stays silent: one that is at its end fills the engine's event queue, now and then beyond its limit.
  const child = spawn(binary, ['suite.js'], { cwd, stdio: ['pipe', 'pipe', 'ignore'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  child.stdout.setEncoding('latin1').on('data', (chunk: string) => reader.feed(chunk));
  try {
    await new Promise<void>((resolve, reject) => child.on('error', reject).on('close', () => resolve()));
  } finally {
    clearTimeout(timer);
    await peer.close();
    rmSync(cwd, { recursive: true, force: true });
  }
  reader.end();
  const about0 = lines.find((line) => line.startsWith(ENGINE_MARK)) ?? ENGINE_MARK;
  const kept = transcriptLines(lines.filter((line) => !line.startsWith(ENGINE_MARK)));
  if (kept.at(-1) !== '@@end reached') {
    throw new Error(
      `the suite did not reach its end on ${binary}; its last lines:\n${lines.slice(-20).join('\n')}`,
    );
  }
  return { engine: about0.slice(ENGINE_MARK.length), lines: kept };
}
