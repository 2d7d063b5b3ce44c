// The counter program as a process of its own, as others start it.

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** As long as a loaded machine may take for anything. */
const PATIENCE_MS = 60_000;

export interface Received {
  ev: 'recv';
  topic: string;
  payload: string;
}

/** What it prints of MQTT 5.0. */
export type Told =
  | { ev: 'rejected'; n: number; reason: number }
  | { ev: 'closed'; reason: number }
  | { ev: 'property'; packet: number; id: number; name?: string; value: string };

export interface CounterProcess {
  readonly child: ChildProcess;
  /** Every line of standard output so far, parsed: all are JSON. */
  readonly lines: ({ ev: 'queued'; n: number } | Received | Told)[];
  readonly errors: () => string;
  queued(): number[];
  received(): Received[];
  /** Wait until `condition`; rejects when the program ends before. */
  until(condition: () => boolean): Promise<void>;
  /** Settles when all of its output is here. */
  readonly done: Promise<{ code: number | null; signal: string | null }>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

const running = new Set<ChildProcess>();
const directories: string[] = [];

afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  await Promise.all([...running].map((child) => new Promise((resolve) => child.once('close', resolve))));
  for (const directory of directories.splice(0)) await remove(directory);
});

/** Remove a directory, into which the engine of a program that was killed writes until it notices, a second later. */
async function remove(directory: string): Promise<void> {
  for (let left = 50; ; left--) {
    try {
      // Its own retries would not look again for what is new there.
      rmSync(directory, { recursive: true, force: true });
      return;
    } catch (error) {
      if (left === 0) throw error;
      await delay(100);
    }
  }
}

/** @returns a directory that goes after the test. */
export function stateDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'mote-counter-'));
  directories.push(directory);
  return directory;
}

/** Start the counter. @param how as `npm run -s counter`, or what that starts. */
export function startProgram(
  environment: Record<string, string | number>,
  how: 'npm' | 'node' = 'node',
): CounterProcess {
  const [command, ...parameters] =
    how === 'npm'
      ? ['npm', 'run', '-s', 'counter']
      : [process.execPath, join(ROOT, 'flash/counter/launch.mjs')];
  const env = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, String(value)]));
  const child = spawn(command!, parameters, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const lines: CounterProcess['lines'] = [];
  let rest = '';
  let errors = '';
  let look = () => {};
  child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
    const whole = (rest + chunk).split('\n');
    rest = whole.pop() ?? '';
    lines.push(...whole.map((line) => JSON.parse(line) as CounterProcess['lines'][number]));
    look();
  });
  child.stderr!.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
  const done = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
  return {
    child,
    lines,
    errors: () => errors,
    queued: () => lines.flatMap((line) => (line.ev === 'queued' ? [line.n] : [])),
    received: () => lines.flatMap((line) => (line.ev === 'recv' ? [line] : [])),
    until(condition) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`not in ${PATIENCE_MS} ms: ${errors}`)), PATIENCE_MS);
        const poll = setInterval(() => look(), 20);
        const finish = (settle: () => void) => {
          clearTimeout(timer);
          clearInterval(poll);
          look = () => {};
          settle();
        };
        look = () => {
          if (condition()) finish(resolve);
        };
        void done.then(({ code }) => {
          if (condition()) finish(resolve);
          else finish(() => reject(new Error(`ended with ${code}: ${errors}`)));
        });
        look();
      });
    },
    done,
    async kill(signal) {
      child.kill(signal);
      await done;
    },
  };
}

/** @returns the numbers from the first to the last of `seen` that are missing. */
export function gaps(seen: Iterable<number>): number[] {
  const all = new Set(seen);
  const missing: number[] = [];
  const last = Math.max(...all);
  for (let n = Math.min(...all); n <= last; n++) if (!all.has(n)) missing.push(n);
  return missing;
}
