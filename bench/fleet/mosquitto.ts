// Mosquitto for a fleet: on a free port of 127.0.0.1, its database on disk, with as many open files as this process. It ends with the run.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accepts, freePort, inPath } from '../programs.ts';

const config = (folder: string, port: number) => `
listener ${port} 127.0.0.1
user root
allow_anonymous true
max_connections -1
max_queued_messages 0
max_inflight_messages 100
persistence true
persistence_location ${folder}/
autosave_interval 60
log_type error
`;

const START_MS = 10_000;

export interface FleetMosquitto {
  readonly port: number;
  /** Resident memory, bytes. */
  memory(): number;
  close(): Promise<void>;
}

export async function startMosquitto(): Promise<FleetMosquitto> {
  const program = inPath('mosquitto');
  if (program === undefined) throw new Error('no mosquitto: apt-get install mosquitto');
  const folder = mkdtempSync(join(tmpdir(), 'fleet-mosquitto-'));
  const port = await freePort();
  const file = join(folder, 'mosquitto.conf');
  writeFileSync(file, config(folder, port));
  const child = spawn(program, ['-c', file], { stdio: 'ignore' });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const until = performance.now() + START_MS;
  while (!(await accepts(port))) {
    if (performance.now() > until) throw new Error('Mosquitto does not listen');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    port,
    memory() {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
    },
    async close() {
      child.kill();
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
