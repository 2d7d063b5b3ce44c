// A Mosquitto for measurements, on a free port of 127.0.0.1: it queues without limit, so that what is lost was lost before it.
// It can be killed and started again, and held still so that its connections are half-open.

import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ExitCode, MoteError } from '../flash/errors.ts';
import { accepts, freePort, inPath } from './programs.ts';

export interface Broker {
  readonly port: number;
  /** First line of what it says of itself. */
  readonly version: string;
  /** What it knows of sessions and messages goes to its disk now, so that `start` after `kill` has it. */
  save(): Promise<void>;
  kill(): Promise<void>;
  /** Start it again, on the same port. */
  start(): Promise<void>;
  /** Stop the process: its connections stand, and nothing answers on them. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
}

/** @returns the path of the broker. @throws MoteError where it is not installed. */
export function requireMosquitto(): string {
  const found = inPath('mosquitto');
  if (found !== undefined) return found;
  throw new MoteError('no mosquitto', 'install the broker Mosquitto', undefined, ExitCode.Environment);
}

/** @param keeps sessions and messages, over an orderly end and as `save` says. */
export async function startMosquitto(keeps = false): Promise<Broker> {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'mote-bench-broker-'));
  // Started by root it becomes a user of its own.
  chmodSync(directory, 0o777);
  const configuration = join(directory, 'mosquitto.conf');
  const store = join(directory, 'mosquitto.db');
  const settings = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    `persistence ${keeps}`,
    `persistence_location ${directory}/`,
    'autosave_interval 0',
    'set_tcp_nodelay true',
    'max_inflight_messages 0',
    'max_queued_messages 0',
    'queue_qos0_messages true',
  ];
  writeFileSync(configuration, `${settings.join('\n')}\n`);
  const program = requireMosquitto();
  let said = '';
  let daemon: ChildProcess;
  let exited: Promise<void>;

  async function start(): Promise<void> {
    const child = spawn(program, ['-c', configuration], { stdio: ['ignore', 'ignore', 'pipe'] });
    daemon = child;
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    while (!(await accepts(port))) {
      if (child.exitCode !== null) throw new Error(`mosquitto ended with ${child.exitCode}: ${said}`);
      await delay(20);
    }
  }

  await start();
  return {
    port,
    version: /mosquitto version (\S+)/.exec(said)?.[1] ?? 'unknown',
    async save() {
      rmSync(store, { force: true });
      daemon.kill('SIGUSR1');
      // It is written under another name first.
      while (!existsSync(store)) await delay(10);
    },
    async kill() {
      daemon.kill('SIGKILL');
      await exited;
    },
    start,
    freeze: () => void daemon.kill('SIGSTOP'),
    thaw: () => void daemon.kill('SIGCONT'),
    async close() {
      daemon.kill('SIGCONT');
      daemon.kill('SIGTERM');
      await exited;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
