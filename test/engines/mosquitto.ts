// A real Mosquitto for a test: its own configuration, a free port of 127.0.0.1, ended by its handle.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accepts, freePort, inPath } from '../../bench/programs.ts';

/** What has to be done so that `mosquitto()` finds the programs. */
export const MOSQUITTO_ENABLE = 'install the Debian packages mosquitto and mosquitto-clients';

/** @returns the paths of broker and subscriber, undefined when one is absent. */
export function findMosquitto(): { broker: string; subscriber: string } | undefined {
  const broker = inPath('mosquitto');
  const subscriber = inPath('mosquitto_sub');
  return broker === undefined || subscriber === undefined ? undefined : { broker, subscriber };
}

export interface Mosquitto {
  readonly port: number;
  /** Of the listener for TLS, 0 without one. */
  readonly tlsPort: number;
  /** Run `mosquitto_sub` on all topics. @param onMessage topic and payload, once for each message. */
  subscribe(onMessage: (topic: string, payload: string) => void): void;
  close(): Promise<void>;
}

/** Settles when something accepts connections on `port`. */
function listening(port: number, failed: Promise<never>): Promise<void> {
  const retry = async (): Promise<void> => {
    while (!(await accepts(port))) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  return Promise.race([retry(), failed]);
}

/** Where encrypted connections are taken, too: files in PEM, and what else the configuration says of that listener. */
export interface EncryptedListener {
  readonly cert: string;
  readonly key: string;
  readonly lines?: readonly string[];
}

/** @param encrypted adds a listener for TLS. */
export async function startMosquitto(encrypted?: EncryptedListener): Promise<Mosquitto> {
  const programs = findMosquitto();
  if (programs === undefined) throw new Error(MOSQUITTO_ENABLE);
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'mote-mosquitto-'));
  const configuration = join(directory, 'mosquitto.conf');
  const tlsPort = encrypted === undefined ? 0 : await freePort();
  const lines = [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'persistence false'];
  if (encrypted !== undefined) {
    const { cert, key, lines: more = [] } = encrypted;
    lines.push(`listener ${tlsPort} 127.0.0.1`, `certfile ${cert}`, `keyfile ${key}`, ...more);
  }
  writeFileSync(configuration, `${lines.join('\n')}\n`);

  const daemon = spawn(programs.broker, ['-c', configuration], { stdio: ['ignore', 'ignore', 'pipe'] });
  const children: ChildProcess[] = [daemon];
  let complaint = '';
  daemon.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const failed = new Promise<never>((_, reject) => {
    daemon.once('exit', (code) => reject(new Error(`mosquitto ended with ${code}: ${complaint}`)));
  });
  // It also ends when the test is over.
  failed.catch(() => {});
  await listening(port, failed);

  return {
    port,
    tlsPort,
    subscribe(onMessage) {
      const parameters = ['-h', '127.0.0.1', '-p', String(port), '-t', '#', '-F', '%t %p'];
      const child = spawn(programs.subscriber, parameters, { stdio: ['ignore', 'pipe', 'ignore'] });
      children.push(child);
      let rest = '';
      child.stdout.setEncoding('latin1').on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const space = line.indexOf(' ');
          onMessage(line.slice(0, space), line.slice(space + 1));
        }
      });
    },
    async close() {
      for (const child of children.reverse()) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        await ended;
      }
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
