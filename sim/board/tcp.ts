// Real TCP for boards whose engine blocks in `connect` and throws on refusal. Node cannot wait for a connection, a second
// thread can: the sockets live there, and this thread sleeps until the attempt has succeeded or failed.

import type * as Crypto from 'node:crypto';
import type * as Net from 'node:net';
import type * as Tls from 'node:tls';
import type { MessagePort } from 'node:worker_threads';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { ConnectFailure, ConnectionEvents, Credentials, Opened } from '../network/connection.ts';
import { ConnectError } from '../network/connection.ts';

/** Bytes a connection takes before they have left this process. */
const SEND_BUFFER = 65536;

type Command =
  | {
      readonly op: 'open';
      id: number;
      host: string;
      port: number;
      timeoutMs: number;
      signal: Int32Array;
      credentials: Credentials | undefined;
    }
  | { readonly op: 'send'; id: number; bytes: string }
  | { readonly op: 'end' | 'reset'; id: number };

type Report =
  | { readonly event: 'data'; id: number; bytes: string }
  | { readonly event: 'sent'; id: number; count: number }
  | { readonly event: 'end' | 'reset'; id: number };

/** What an attempt ended with, as the other thread writes it into the signal. */
const OUTCOMES: readonly (ConnectFailure | 'opened' | 'waiting')[] = [
  'waiting',
  'opened',
  'refused',
  'unknown-host',
  'unreachable',
];

export interface Tcp {
  connect(host: string, port: number, events: ConnectionEvents, credentials?: Credentials): Opened;
  /** Handle what the other thread has reported until now. */
  poll(): void;
  close(): Promise<void>;
}

/** Runs in the other thread, from its source text: must not refer to anything but its arguments. */
function serve(net: typeof Net, tls: typeof Tls, crypto: typeof Crypto, port: MessagePort): void {
  const sockets = new Map<number, Net.Socket>();
  const FAILURES: Record<string, number> = { ECONNREFUSED: 2, ENOTFOUND: 3, EAI_AGAIN: 3 };

  const pemOf = (name: string, der: Uint8Array) =>
    `-----BEGIN ${name}-----\n${Buffer.from(der).toString('base64')}\n-----END ${name}-----\n`;
  const keyOf = (der: Uint8Array) => {
    const key = (type: 'pkcs8' | 'pkcs1') =>
      crypto.createPrivateKey({ key: Buffer.from(der), format: 'der', type });
    let read: Crypto.KeyObject;
    try {
      read = key('pkcs8');
    } catch {
      read = key('pkcs1');
    }
    return read.export({ type: 'pkcs8', format: 'pem' });
  };

  const open = (command: Extract<Command, { op: 'open' }>) => {
    const { id, host, signal } = command;
    const socket = net.connect({ host, port: command.port, family: 4, noDelay: true, allowHalfOpen: true });
    let outcome = 0;
    const settle = (code: number) => {
      if (outcome !== 0) return;
      outcome = code;
      clearTimeout(timeout);
      if (code !== 1) socket.destroy();
      Atomics.store(signal, 0, code);
      Atomics.notify(signal, 0);
    };
    const timeout = setTimeout(settle, command.timeoutMs, 4);
    socket.on('connect', () => settle(1));
    const fail = (error: NodeJS.ErrnoException) => {
      if (outcome === 1) port.postMessage({ event: 'reset', id });
      settle(FAILURES[error.code ?? ''] ?? 4);
    };
    socket.on('error', fail);
    const talk = (stream: Net.Socket) => {
      sockets.set(id, stream);
      stream.on('data', (data) => port.postMessage({ event: 'data', id, bytes: data.toString('latin1') }));
      stream.on('end', () => port.postMessage({ event: 'end', id }));
      stream.on('close', () => sockets.delete(id));
    };
    if (command.credentials === undefined) return talk(socket);
    // As the engine does it: TLS 1.2, with whomever.
    const { cert, key } = command.credentials;
    const encrypted = tls.connect({
      socket,
      rejectUnauthorized: false,
      maxVersion: 'TLSv1.2',
      ...(cert !== undefined && { cert: pemOf('CERTIFICATE', cert) }),
      ...(key !== undefined && { key: keyOf(key) }),
    });
    encrypted.on('error', fail);
    talk(encrypted);
  };

  port.on('message', (command: Command) => {
    if (command.op === 'open') return open(command);
    const socket = sockets.get(command.id);
    if (socket === undefined) return;
    if (command.op === 'end') socket.end(() => socket.destroy());
    if (command.op === 'reset') {
      if (socket instanceof tls.TLSSocket) socket.destroy();
      else socket.resetAndDestroy();
    }
    if (command.op !== 'send') return;
    const { id, bytes } = command;
    socket.write(bytes, 'latin1', () => port.postMessage({ event: 'sent', id, count: bytes.length }));
  });
}

const SOURCE = `(${serve.toString()})(require('node:net'), require('node:tls'), require('node:crypto'), require('node:worker_threads').workerData)`;

interface Open {
  readonly events: ConnectionEvents;
  underWay: number;
  starved: boolean;
}

/** @param timeoutMs longest time that `connect` blocks. */
export function openTcp(timeoutMs: number): Tcp {
  const connections = new Map<number, Open>();
  let worker: Worker | undefined;
  let port: MessagePort | undefined;
  let ids = 0;

  /** The process stays alive while there are connections. */
  const forget = (id: number) => {
    connections.delete(id);
    if (connections.size === 0) port?.unref();
  };

  const handle = (report: Report) => {
    const connection = connections.get(report.id);
    if (connection === undefined) return;
    const { events } = connection;
    if (report.event === 'data') events.onData(report.bytes);
    if (report.event === 'end') events.onEnd();
    if (report.event === 'reset') {
      forget(report.id);
      events.onReset();
    }
    if (report.event !== 'sent') return;
    connection.underWay -= report.count;
    if (connection.starved) events.onWritable();
    connection.starved = false;
  };

  const start = (): MessagePort => {
    if (port !== undefined) return port;
    const channel = new MessageChannel();
    port = channel.port1;
    worker = new Worker(SOURCE, { eval: true, workerData: channel.port2, transferList: [channel.port2] });
    worker.unref();
    port.on('message', handle);
    port.unref();
    return port;
  };

  const post = (command: Command) => port?.postMessage(command);

  return {
    connect(host, number, events, credentials) {
      const commands = start();
      const id = ++ids;
      const address = `${host}:${number}`;
      const signal = new Int32Array(new SharedArrayBuffer(4));
      const begun = performance.now();
      commands.postMessage({
        op: 'open',
        id,
        host,
        port: number,
        timeoutMs,
        signal,
        credentials,
      } satisfies Command);
      Atomics.wait(signal, 0, 0, timeoutMs * 2);
      const blockedMs = performance.now() - begun;
      const outcome = OUTCOMES[Atomics.load(signal, 0)]!;
      if (outcome === 'waiting') throw new ConnectError('unreachable', address, blockedMs);
      if (outcome !== 'opened') throw new ConnectError(outcome, address, blockedMs);

      const open: Open = { events, underWay: 0, starved: false };
      connections.set(id, open);
      commands.ref();
      const leave = (op: 'end' | 'reset') => {
        post({ op, id });
        forget(id);
      };
      return {
        blockedMs,
        connection: {
          send(bytes) {
            const taken = Math.min(bytes.length, SEND_BUFFER - open.underWay);
            if (taken < bytes.length) open.starved = true;
            if (taken > 0) post({ op: 'send', id, bytes: bytes.slice(0, taken) });
            open.underWay += taken;
            return taken;
          },
          end: () => leave('end'),
          reset: () => leave('reset'),
          vanish: () => leave('reset'),
        },
      };
    },
    poll() {
      if (port === undefined) return;
      for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
        handle(next.message as Report);
      }
    },
    async close() {
      for (const id of [...connections.keys()]) post({ op: 'reset', id });
      connections.clear();
      port?.close();
      await worker?.terminate();
      worker = undefined;
      port = undefined;
    },
  };
}
