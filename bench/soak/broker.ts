// A Mosquitto that may be killed and started again on the same port, with what it has kept.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireMosquitto } from '../broker.ts';
import { accepts, freePort } from '../programs.ts';

export interface RestartableBroker {
  readonly port: number;
  start(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

const LOOK_MS = 20;

/** Start a broker that writes down each change at once: what it has acknowledged it still knows when it was killed. */
export async function startRestartable(): Promise<RestartableBroker> {
  const program = requireMosquitto();
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'mote-soak-broker-'));
  // Started by root it becomes a user of its own.
  chmodSync(directory, 0o777);
  const configuration = join(directory, 'mosquitto.conf');
  const settings = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'persistence true',
    `persistence_location ${directory}/`,
    'autosave_on_changes true',
    'autosave_interval 1',
    'max_queued_messages 0',
  ];
  writeFileSync(configuration, `${settings.join('\n')}\n`);
  let daemon: ChildProcess | undefined;

  async function start(): Promise<void> {
    const child = spawn(program, ['-c', configuration], { stdio: 'ignore' });
    daemon = child;
    while (!(await accepts(port))) {
      if (child.exitCode !== null) throw new Error(`mosquitto ended with ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  async function kill(): Promise<void> {
    const child = daemon;
    daemon = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  await start();
  return {
    port,
    start,
    kill,
    async close() {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
