// A broker for the counter, in the test's own process: aedes behind a server that can be taken away and brought back.

import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import { afterEach } from 'vitest';

export interface Broker {
  readonly port: number;
  /** Numbers that were published to t/n, in order of arrival. */
  readonly numbers: number[];
  /** Instants at which somebody connected, ms. */
  readonly connects: number[];
  publish(topic: string, payload: string | Buffer): void;
  /** Cut all connections and listen no more; sessions stay. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** Cut all connections. */
  cut(): void;
  /** Serve a connection that came in elsewhere. */
  handle(socket: Socket): void;
  /** Start anew, with nothing remembered. */
  forget(): Promise<void>;
}

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const { close } of opened.splice(0)) await close();
});

/** Start a broker on a free port; it goes after the test. */
export async function startBroker(): Promise<Broker> {
  const numbers: number[] = [];
  const connects: number[] = [];
  const sockets = new Set<Socket>();
  let aedes = await create();
  let server: Server | undefined;
  let port = 0;

  async function create(): Promise<Aedes> {
    const broker = await Aedes.createBroker();
    broker.on('publish', ({ topic, payload }) => {
      if (topic === 't/n') numbers.push(Number(payload.toString()));
    });
    return broker;
  }

  async function up(): Promise<void> {
    server = createServer((socket) => {
      connects.push(performance.now());
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
      aedes.handle(socket);
    });
    await new Promise<void>((resolve) => server!.listen(port, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  }

  function cut(): void {
    for (const socket of sockets) socket.destroy();
  }

  async function down(): Promise<void> {
    const closed = new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
    server = undefined;
    cut();
    await closed;
  }

  const close = () => new Promise<void>((resolve) => aedes.close(() => resolve()));
  await up();
  opened.push({
    async close() {
      await down();
      await close();
    },
  });
  return {
    get port() {
      return port;
    },
    numbers,
    connects,
    publish(topic, payload) {
      aedes.publish(
        { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 1, dup: false, retain: false },
        () => {},
      );
    },
    down,
    up,
    cut,
    handle(socket) {
      aedes.handle(socket);
    },
    async forget() {
      await down();
      await close();
      aedes = await create();
      await up();
    },
  };
}

export interface Peer {
  readonly port: number;
  /** Instants at which somebody connected, ms. */
  readonly connects: number[];
}

/** Start a server that does with each connection what `treat` says; it goes after the test. @param count from 0. */
export async function startPeer(treat: (socket: Socket, count: number) => void): Promise<Peer> {
  const connects: number[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    treat(socket, connects.push(performance.now()) - 1);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push({
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  });
  return { port: (server.address() as AddressInfo).port, connects };
}
