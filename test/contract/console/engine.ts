// A console session on a real Espruino: a directory of its own, pipes, killed at the end. A step is over when nothing came
// for a while.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Session } from './sessions.ts';
import { contentOf, flashFor, flashHash, POWER } from './transcript.ts';
import type { Result, Step } from './transcript.ts';

const START_MS = 600;

/** Versions of development builds have a number of their own. */
const released = (text: string) => text.replaceAll(/\b(\d+v\d+)\.\d+/g, '$1');

export interface EngineSession {
  /** Type, and wait for what it says. */
  type(text: string): Promise<string>;
  /** What it said when it started. */
  readonly started: string;
  /** Kill it. @returns the content of its flash file. */
  end(): Promise<Uint8Array>;
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
  const file = join(cwd, 'espruino.flash');
  if (flash !== undefined) writeFileSync(file, flash);
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
      const content = existsSync(file) ? readFileSync(file) : new Uint8Array();
      rmSync(cwd, { recursive: true, force: true });
      return content;
    },
  };
}

/** @returns what the engine said at each step. */
export async function runOnEngine(binary: string, session: Session): Promise<Result> {
  const engine = await startEngineSession(binary, { flash: contentOf(flashFor(session)) });
  const steps: Step[] = [{ typed: POWER, said: engine.started }];
  for (const typed of session.steps) steps.push({ typed, said: await engine.type(typed) });
  return { steps, flash: flashHash(await engine.end()) };
}
