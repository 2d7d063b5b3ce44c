// The embedded broker of a fleet: aedes on 127.0.0.1, in a process of its own, so that its sockets and memory are not those of the motes.
// It ends with whoever started it.

import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { Aedes } from 'aedes';
import type { BrokerReport, BrokerOrder } from './embedded.ts';

const BACKLOG = 4096;

const aedes = await Aedes.createBroker();
const sockets = new Set<Socket>();
let port = 0;
const server = createServer((socket) => {
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
  aedes.handle(socket);
});
const report = (message: BrokerReport) => void process.send?.(message);

function listen(): void {
  server.listen({ port, host: '127.0.0.1', backlog: BACKLOG }, () => {
    ({ port } = server.address() as AddressInfo);
    report({ kind: 'listens', port });
  });
}

/** As when its process ends: connections are reset, new ones refused. It knows its sessions when it listens again. */
function goAway(): void {
  server.close();
  for (const socket of sockets) socket.resetAndDestroy();
}

server.on('error', (error: NodeJS.ErrnoException) =>
  report({ kind: 'fails', code: error.code ?? error.message }),
);
process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => undefined);
process.on('message', (order: BrokerOrder) => {
  if (order === 'stop') goAway();
  if (order === 'start') listen();
  if (order === 'memory') report({ kind: 'memory', bytes: process.memoryUsage().rss });
});
listen();
