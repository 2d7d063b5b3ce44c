// What lies between a mote and its broker: connections that can go dead without anybody being told, as they do when the
// access point is gone, and nothing where the broker is gone.

import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export interface Air {
  readonly port: number;
  /** From now on nothing comes through on the connections that stand, and nobody closes them. New ones are not touched. */
  lose(): void;
  /** Nothing listens any more, and what stood is closed. */
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

interface Line {
  readonly ends: readonly [Socket, Socket];
  isDead: boolean;
}

/** @param to port of the broker. */
export async function createAir(to: number): Promise<Air> {
  const lines = new Set<Line>();
  let server: Server | undefined;
  let port = 0;

  function carry(mote: Socket): void {
    const broker = connect(to, '127.0.0.1');
    const line: Line = { ends: [mote, broker], isDead: false };
    lines.add(line);
    for (const [from, into] of [
      [mote, broker],
      [broker, mote],
    ] as const) {
      from.on('error', () => {});
      from.on('data', (bytes) => {
        if (!line.isDead) into.write(bytes);
      });
      from.on('close', () => {
        if (line.isDead) return;
        lines.delete(line);
        into.destroy();
      });
    }
  }

  async function up(): Promise<void> {
    const listener = createServer(carry);
    await new Promise<void>((resolve) => listener.listen(port, '127.0.0.1', resolve));
    port = (listener.address() as AddressInfo).port;
    server = listener;
  }

  async function down(): Promise<void> {
    const listener = server;
    server = undefined;
    const closed = new Promise<void>((resolve) =>
      listener === undefined ? resolve() : listener.close(() => resolve()),
    );
    for (const line of lines) for (const end of line.ends) end.destroy();
    lines.clear();
    await closed;
  }

  await up();
  return {
    get port() {
      return port;
    },
    lose() {
      for (const line of lines) line.isDead = true;
    },
    down,
    up,
    close: down,
  };
}
