// A Mosquitto for measurements, on a free port of 127.0.0.1: it queues without limit, so that what is lost was lost before it.

import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ExitCode, MoteError } from '../flash/errors.ts';

export interface Broker {
  readonly port: number;
  /** First line of what it says of itself. */
  readonly version: string;
  close(): Promise<void>;
}

export function findMosquitto(): string {
  // Debian puts daemons where an ordinary user's path does not lead.
  const places = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  const isProgram = (path: string) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  };
  const found = places.map((place) => join(place, 'mosquitto')).find(isProgram);
  if (found !== undefined) return found;
  throw new MoteError('no mosquitto', 'install the broker Mosquitto', undefined, ExitCode.Environment);
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** Start a broker. */
export async function startMosquitto(): Promise<Broker> {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'mote-bench-broker-'));
  const configuration = join(directory, 'mosquitto.conf');
  const settings = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'persistence false',
    'set_tcp_nodelay true',
    'max_inflight_messages 0',
    'max_queued_messages 0',
    'queue_qos0_messages true',
  ];
  writeFileSync(configuration, `${settings.join('\n')}\n`);
  const daemon = spawn(findMosquitto(), ['-c', configuration], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  daemon.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const exited = new Promise<void>((resolve) => daemon.once('exit', () => resolve()));
  for (;;) {
    if (await accepts(port)) break;
    if (daemon.exitCode !== null) throw new Error(`mosquitto ended with ${daemon.exitCode}: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    port,
    version: /mosquitto version (\S+)/.exec(said)?.[1] ?? 'unknown',
    async close() {
      daemon.kill('SIGTERM');
      await exited;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
