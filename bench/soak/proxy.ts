// Carries bytes between a mote and its broker until it is told to break that: by a reset, or by silence.

import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface Proxy {
  readonly port: number;
  /** Both ends of each connection get a TCP reset. */
  reset(): void;
  /** What is under way on present connections disappears, and neither end hears from the other again. */
  mute(): void;
  /** Nothing listens any more; present connections stay. */
  refuse(): void;
  /** Listen again, on the same port. */
  listen(): Promise<void>;
  close(): Promise<void>;
}

interface Pair {
  readonly ends: readonly [Socket, Socket];
  muted: boolean;
}

/** @param to port of the broker. */
export async function createProxy(to: number): Promise<Proxy> {
  const pairs = new Set<Pair>();
  const server = createServer((mote) => {
    const broker = connect(to, '127.0.0.1');
    const pair: Pair = { ends: [mote, broker], muted: false };
    pairs.add(pair);
    for (const [from, other] of [
      [mote, broker],
      [broker, mote],
    ] as const) {
      from.setNoDelay(true);
      from.on('error', () => {});
      from.on('data', (bytes) => {
        if (!pair.muted) other.write(bytes);
      });
      from.on('close', () => {
        // Nobody tells the other end of a muted connection; ours goes when the mote gives up its own.
        if (pair.muted && from === broker) return;
        pairs.delete(pair);
        other.destroy();
      });
    }
  });
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    refuse: () => void server.close(),
    listen: () => listen(port),
    reset() {
      for (const { ends } of pairs) for (const end of ends) end.resetAndDestroy();
    },
    mute() {
      for (const pair of pairs) pair.muted = true;
    },
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const { ends } of pairs) for (const end of ends) end.destroy();
      pairs.clear();
      return closed;
    },
  };
}
