// Brokers for the tests of a fleet's view: aedes in this process and Mosquitto as a program, each with a listener for MQTT and one for
// MQTT over WebSocket, on 127.0.0.1.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Aedes } from 'aedes';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { freePorts, inPath } from '../../bench/programs.ts';
import type { Login } from '../brokers/broker.ts';
import { launch, type Running } from '../brokers/program.ts';

export interface WebBroker {
  readonly address: string;
  /** For MQTT without WebSocket. */
  readonly port: number;
  start(): Promise<void>;
  /** All connections break; what it keeps is there again after `start`. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

export interface AedesBroker extends WebBroker {
  readonly aedes: Aedes;
  /** Topics that pages published to, in order. */
  readonly published: readonly string[];
}

/** @param login who may connect; undefined: everybody. @param denied filters that a page may not subscribe to. */
export async function createAedes(login?: Login, denied: readonly string[] = []): Promise<AedesBroker> {
  const [port, webPort] = (await freePorts(2)) as [number, number];
  const published: string[] = [];
  const aedes = await Aedes.createBroker({
    authenticate(_client, username, password, done) {
      const isRight = username === login?.username && password?.toString() === login?.password;
      done(null, login === undefined || isRight);
    },
    authorizeSubscribe: (_client, subscription, done) =>
      done(null, denied.includes(subscription.topic) ? null : subscription),
  });
  aedes.on('publish', ({ topic }, client) => {
    if (client?.id.startsWith('mote-page-')) published.push(topic);
  });
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  };
  let stopListening = async () => {};
  const stop = async () => {
    await stopListening();
    stopListening = async () => {};
  };
  return {
    address: `ws://127.0.0.1:${webPort}`,
    port,
    aedes,
    published,
    async start() {
      const tcp = createServer((socket) => {
        keep(socket);
        aedes.handle(socket);
      });
      const http = createHttp();
      http.on('connection', keep);
      const web = new WebSocketServer({ server: http });
      web.on('connection', (socket, request) => {
        const stream = createWebSocketStream(socket);
        stream.on('error', () => {});
        aedes.handle(stream, request);
      });
      await new Promise<void>((done) => tcp.listen(port, '127.0.0.1', done));
      await new Promise<void>((done) => http.listen(webPort, '127.0.0.1', done));
      stopListening = async () => {
        const closed = [tcp, http].map((server) => new Promise<void>((done) => server.close(() => done())));
        web.close();
        for (const socket of sockets) socket.destroy();
        await Promise.all(closed);
      };
    },
    stop,
    async close() {
      await stop();
      await new Promise<void>((done) => aedes.close(() => done()));
    },
  };
}

export const hasMosquitto = () =>
  inPath('mosquitto') !== undefined && inPath('mosquitto_passwd') !== undefined;

/** Two listeners and a password file. @param isKept its database is written after each change. */
export async function createMosquitto(login: Login, isKept = true): Promise<WebBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'mote-web-'));
  const [port, webPort] = (await freePorts(2)) as [number, number];
  const passwords = join(folder, 'passwords');
  execFileSync(inPath('mosquitto_passwd')!, ['-c', '-b', passwords, login.username, login.password]);
  const config = join(folder, 'mosquitto.conf');
  writeFileSync(
    config,
    `listener ${port} 127.0.0.1
listener ${webPort} 127.0.0.1
protocol websockets
user root
allow_anonymous false
password_file ${passwords}
max_queued_messages 0
${isKept ? `persistence true\npersistence_location ${folder}/\nautosave_interval 1\nautosave_on_changes true\n` : ''}`,
  );
  let running: Running | undefined;
  const stop = async () => {
    await running?.kill();
    running = undefined;
  };
  return {
    address: `ws://127.0.0.1:${webPort}`,
    port,
    async start() {
      running = await launch(
        { program: inPath('mosquitto')!, args: ['-c', config] },
        folder,
        webPort,
        10_000,
      );
    },
    stop,
    async close() {
      await stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
