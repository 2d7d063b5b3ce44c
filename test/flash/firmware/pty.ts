// A serial port that is none: one end of a pty that socat holds, the other a stream in this process.

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inPath } from '../../engines/engines.ts';

export const SOCAT = inPath('socat');

export interface Pty {
  /** Name of the port. */
  readonly path: string;
  send(bytes: Uint8Array | string): void;
  onData: (bytes: Uint8Array) => void;
  /** The cable is pulled: the port is gone. */
  pull(): Promise<void>;
  close(): Promise<void>;
}

/** @param path of the port; a new one unless it is to come back under its old name. */
export async function openPty(path?: string): Promise<Pty> {
  const folder = mkdtempSync(join(tmpdir(), 'mote-pty-'));
  const link = path ?? join(folder, 'tty');
  const server = createServer();
  const connected = new Promise<Socket>((resolve) => server.once('connection', resolve));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const socat: ChildProcess = spawn(SOCAT!, [`PTY,link=${link},rawer`, `TCP:127.0.0.1:${port}`], {
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => socat.on('exit', () => resolve()));
  const socket = await connected;
  socket.on('error', () => {});
  const pty: Pty = {
    path: link,
    send: (bytes) => void socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes),
    onData: () => {},
    async pull() {
      socket.destroy();
      await ended;
    },
    async close() {
      socat.kill();
      socket.destroy();
      await ended;
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  socket.on('data', (bytes) => pty.onData(bytes));
  // The link is there before socat connects.
  if (!existsSync(link)) throw new Error(`no pty at ${link}`);
  return pty;
}
