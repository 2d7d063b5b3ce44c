// The built command, as a process of its own.

import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { afterEach } from 'vitest';

const MOTE = resolve('dist/flash/mote.js');

export interface Outcome {
  stdout: string;
  stderr: string;
  /** Exit code, null when a signal ended it. */
  code: number | null;
}

export interface Running {
  readonly child: ChildProcess;
  readonly done: Promise<Outcome>;
  /** Resolves when stdout and stderr together have shown `text` so often; rejects when the process ends before. */
  shown(text: string, times?: number): Promise<void>;
}

const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** Start `mote` with these arguments. */
export function start(
  args: readonly string[],
  options: { cwd?: string; node?: readonly string[] } = {},
): Running {
  const child = spawn(process.execPath, [...(options.node ?? []), MOTE, ...args], {
    cwd: options.cwd ?? process.cwd(),
    env: { ...process.env, MOTE_DEBUG: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const outcome: Outcome = { stdout: '', stderr: '', code: null };
  let onOutput = () => {};
  child.stdout.on('data', (chunk) => {
    outcome.stdout += String(chunk);
    onOutput();
  });
  child.stderr.on('data', (chunk) => {
    outcome.stderr += String(chunk);
    onOutput();
  });
  const done = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      running.delete(child);
      resolve({ ...outcome, code });
      onOutput();
    });
  });
  const shown = (text: string, times = 1) =>
    new Promise<void>((resolve, reject) => {
      onOutput = () => {
        if ((outcome.stdout + outcome.stderr).split(text).length > times) resolve();
        else if (!running.has(child)) reject(new Error(`never showed ${text}: ${outcome.stderr}`));
      };
      onOutput();
    });
  return { child, done, shown };
}

/** Run `mote` to its end. */
export function mote(
  args: readonly string[],
  options: { cwd?: string; node?: readonly string[] } = {},
): Promise<Outcome> {
  return start(args, options).done;
}
