// The embedded broker of `mote sim`: aedes on 127.0.0.1, alive as long as the command.

import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { Aedes } from 'aedes';
import { ExitCode, MoteError } from '../errors.ts';

export interface EmbeddedBroker {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Start a broker. @param port 0 takes a free one.
 * @throws MoteError when the port is in use or not ours to take.
 */
export async function startBroker(port: number): Promise<EmbeddedBroker> {
  const aedes = await Aedes.createBroker();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    aedes.handle(socket);
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  } catch (error) {
    aedes.close();
    throw portError(error, port);
  }
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
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
