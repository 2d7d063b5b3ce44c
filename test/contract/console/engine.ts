// A console session on a real Espruino: a directory of its own, pipes, killed at the end. A step is over when nothing came
// for a while.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { POWER } from './transcript.ts';
import type { Step } from './transcript.ts';

const START_MS = 600;

/** Versions of development builds have a number of their own. */
const released = (text: string) => text.replaceAll(/\b(\d+v\d+)\.\d+/g, '$1');

export interface EngineSession {
  /** Type, and wait for what it says. */
  type(text: string): Promise<string>;
  /** What it said when it started. */
  readonly started: string;
  end(): Promise<void>;
}

/**
 * Start an engine with its console on pipes.
 * @param flash content of its flash file. @param quietMs after which a step is over.
 */
export async function startEngineSession(
  binary: string,
  { flash, quietMs = 150 }: { flash?: Uint8Array; quietMs?: number } = {},
): Promise<EngineSession> {
  const cwd = mkdtempSync(join(tmpdir(), 'mote-console-'));
  if (flash !== undefined) writeFileSync(join(cwd, 'espruino.flash'), flash);
  const child = spawn(binary, [], { cwd, stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.on('error', () => {});
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let said = '';
  let last = Date.now();
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    said += text;
    last = Date.now();
  });
  const quiet = (ms: number) =>
    new Promise<string>((resolve) => {
      last = Date.now();
      const timer = setInterval(() => {
        if (Date.now() - last < ms) return;
        clearInterval(timer);
        const text = said;
        said = '';
        resolve(released(text));
      }, 10);
    });
  const started = await quiet(START_MS);
  return {
    started,
    type(text) {
      child.stdin.write(Buffer.from(text, 'latin1'));
      return quiet(quietMs);
    },
    async end() {
      child.kill('SIGKILL');
      await exited;
      rmSync(cwd, { recursive: true, force: true });
    },
  };
}

/** @returns what the engine said at each step. */
export async function runOnEngine(binary: string, steps: readonly string[]): Promise<Step[]> {
  const session = await startEngineSession(binary);
  const said: Step[] = [{ typed: POWER, said: session.started }];
  for (const typed of steps) said.push({ typed, said: await session.type(typed) });
  await session.end();
  return said;
}
