// aedes in this process, so it cannot be killed: its listener and all connections go, and its memory stays, for it has no disk.

import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import { freePort } from '../../bench/programs.ts';
import { aedes as profile } from '../../flash/brokers/aedes.ts';
import { LOGIN, type TestedBroker } from './broker.ts';

export const aedes: TestedBroker = {
  name: 'aedes',
  profile,
  behaviour: {
    sessionsSurvive: true,
    retainedWrittenMs: 0,
    keptBy: 'its memory: listener and connections go, the process stays',
    wrongLogin: 5,
  },
  enable: 'npm ci',
  startMs: 10_000,
  isThere: () => true,
  version: () =>
    (JSON.parse(readFileSync('node_modules/aedes/package.json', 'utf8')) as { version: string }).version,
  async create() {
    const port = await freePort();
    const sockets = new Set<Socket>();
    let server: Server | undefined;
    const broker = await Aedes.createBroker({
      authenticate(_client, username, password, done) {
        done(null, username === LOGIN.username && password?.toString() === LOGIN.password);
      },
    });

    // MQTT.js alone sees the same: of QoS 2, the first message or some of those that waited for an observer never come.
    const passed: { readonly topic: string; readonly payload: string }[] = [];
    broker.on('publish', ({ topic, payload, qos }) => {
      if (qos === 2) passed.push({ topic, payload: payload.toString() });
    });

    async function kill(): Promise<void> {
      const old = server;
      server = undefined;
      if (old === undefined) return;
      const closed = new Promise<void>((resolve) => old.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    }

    return {
      port,
      async start() {
        server = createServer((socket) => {
          sockets.add(socket);
          socket.on('error', () => {});
          socket.on('close', () => sockets.delete(socket));
          broker.handle(socket);
        });
        await new Promise<void>((resolve) => server!.listen(port, '127.0.0.1', resolve));
      },
      kill,
      passedOn: (topic) => passed.filter((message) => message.topic === topic).map(({ payload }) => payload),
      async close() {
        await kill();
        await new Promise<void>((resolve) => broker.close(() => resolve()));
      },
    };
  },
};
