// A broker's program as the tests hold it: started in a folder of its own, killed without warning, gone at the end in any case.
// Nothing here ends a process that it did not start.

import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { accepts } from '../../bench/programs.ts';

/** Most of the brokers' own words that a failure shows. */
const LOG_TAIL = 2000;
const POLL_MS = 50;

export interface Launch {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Running {
  /** End it and what it started with SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Send a signal to all of it. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
}

const live = new Set<ChildProcess>();

/** Each program leads a process group of its own: a start script's children go with it. */
function killGroup(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // All of it has ended already.
  }
}

process.on('exit', () => live.forEach((child) => killGroup(child)));

/**
 * Start a program, and wait until something listens on `port`. Its output goes to output.log in `folder`.
 * @throws with the end of that output when the program ends first, or nothing listens after `timeoutMs`.
 */
export async function launch(
  { program, args, env }: Launch,
  folder: string,
  port: number,
  timeoutMs: number,
): Promise<Running> {
  const log = join(folder, 'output.log');
  const child = spawn(program, args, {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin`, HOME: folder, LANG: 'C.UTF-8', ...env },
  });
  live.add(child);
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => {
      // The folder goes when the test ends, perhaps before the last word.
      if (existsSync(folder)) appendFileSync(log, bytes);
    });
  }
  let ended: string | undefined;
  const gone = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      ended = error.message;
      resolve();
    });
    child.on('exit', (code, signal) => {
      ended ??= `ended with ${code ?? signal}`;
      live.delete(child);
      resolve();
    });
  });
  const kill = async () => {
    killGroup(child);
    await gone;
  };
  const until = performance.now() + timeoutMs;
  while (!(await accepts(port))) {
    if (ended === undefined && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      continue;
    }
    const reason = ended ?? `nothing listens on port ${port} after ${timeoutMs} ms`;
    await kill();
    const said = existsSync(log) ? readFileSync(log, 'utf8').slice(-LOG_TAIL) : '';
    throw new Error(`${program}: ${reason}\n${said}`);
  }
  return { kill, signal: (name) => killGroup(child, name) };
}
