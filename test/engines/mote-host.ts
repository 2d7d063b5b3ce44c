// The C host for Linux (boards/jerryscript/) as a process of a test: its lines, what it counts, and its ends.

import { spawn, type ChildProcess } from 'node:child_process';
import type { Command } from '../../bench/host.ts';

/** What the host's engine took so far. */
export interface Heap {
  readonly allocations: number;
  readonly bytes: number;
  readonly used: number;
  readonly peak: number;
}

export interface MoteHost {
  /** Lines of its console, in order. */
  readonly lines: string[];
  /** What it complained of. */
  readonly complaints: string[];
  /** Ask a host that counts. */
  heap(): Promise<Heap>;
  /** Settles when it has ended, with exit code or signal. */
  readonly ended: Promise<number | string>;
  /** Read its console no longer, as a pipe whose reader went away. */
  leaveConsole(): void;
  /** As a power cut: nothing is said and nothing is saved. */
  kill(): Promise<void>;
  /** Let it end by itself. @returns its exit code. */
  stop(): Promise<number | string>;
}

/** Split what a stream says into lines. */
function onLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('latin1');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(onLine);
  });
}

export function runMoteHost([program, ...first]: Command, parameters: readonly string[]): MoteHost {
  const child: ChildProcess = spawn(program, [...first, ...parameters], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const complaints: string[] = [];
  const asked: ((heap: Heap) => void)[] = [];
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'gone'));
  });
  onLines(child.stdout!, (line) => lines.push(line));
  onLines(child.stderr!, (line) => {
    const [, allocations, bytes, used, peak] = /^@@heap (\d+) (\d+) (\d+) (\d+)$/.exec(line) ?? [];
    if (peak === undefined) complaints.push(line);
    else {
      asked.shift()?.({
        allocations: Number(allocations),
        bytes: Number(bytes),
        used: Number(used),
        peak: Number(peak),
      });
    }
  });

  return {
    lines,
    complaints,
    ended,
    heap: () =>
      new Promise((resolve) => {
        asked.push(resolve);
        child.kill('SIGUSR1');
      }),
    leaveConsole() {
      child.stdout!.destroy();
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
