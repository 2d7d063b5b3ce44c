// The embedded broker of `mote sim`: aedes on 127.0.0.1, alive as long as the command. It can be stopped and started again on its port with
// its sessions and retained messages kept, as one with persistence.

import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { Aedes } from 'aedes';
import { ExitCode, MoteError } from '../errors.ts';

export interface EmbeddedBroker {
  readonly port: number;
  /** All connections end, and the port refuses. Nothing happens when it is stopped. */
  stop(): Promise<void>;
  /** On the same port again. @throws MoteError when somebody else has it. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Start a broker. @param port 0 takes a free one.
 * @throws MoteError when the port is in use or not ours to take.
 */
export async function startBroker(port: number): Promise<EmbeddedBroker> {
  const aedes = await Aedes.createBroker();
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let taken = port;

  const start = async () => {
    if (server !== undefined) return;
    const next = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      aedes.handle(socket);
    });
    try {
      await new Promise<void>((resolve, reject) => {
        next.once('error', reject);
        next.listen(taken, '127.0.0.1', resolve);
      });
    } catch (error) {
      throw portError(error, taken);
    }
    server = next;
    taken = (next.address() as AddressInfo).port;
  };

  const stop = async () => {
    const former = server;
    server = undefined;
    for (const socket of sockets) socket.destroy();
    if (former !== undefined) await new Promise<void>((resolve) => former.close(() => resolve()));
  };

  try {
    await start();
  } catch (error) {
    aedes.close();
    throw error;
  }
  return {
    port: taken,
    stop,
    start,
    async close() {
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      await stop();
    },
  };
}

function portError(error: unknown, port: number): MoteError {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  const what: Record<string, string> = {
    EADDRINUSE: 'the port is in use',
    EACCES: 'no permission to take the port',
  };
  return new MoteError(
    what[code] ?? `cannot listen (${code})`,
    'leave --port out to take a free one, or use the broker that is there with --broker',
    `127.0.0.1:${port}`,
    ExitCode.Environment,
  );
}
