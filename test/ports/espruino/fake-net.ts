// Espruino's module "net" with a server behind it. One call of `idle` is what the engine's socketserver.c does in one
// pass of its idle loop, in that order; the real engine runs the same contract in ports.device.ts.

import type { ServerConnection } from '../socket-contract.ts';

const CHUNK = 536;

type Handler = (value: unknown) => void;

/** What of the engine's socket the port sees, and what of it the tests look at. */
interface FakeSocket {
  on(event: string, handler: Handler): void;
  removeAllListeners(event: string): void;
  read(): string;
  write(bytes: string): boolean;
  end(): void;
  clsNow: boolean;
}

export interface FakeConnection extends ServerConnection {
  readonly port: number;
  received: string;
  closed: boolean;
  /** Called with what has just arrived. */
  onReceive: (bytes: string) => void;
  /** Read no more: what the client sends stays with it. */
  stall(): void;
}

export interface FakeNet {
  readonly module: { connect(address: { host: string; port: number }): FakeSocket };
  readonly accepted: FakeConnection[];
  onAccept: (connection: FakeConnection) => void;
  /** The network is off: the engine throws. */
  offline: boolean;
  /** Connections that the engine still holds. */
  held(): number;
  /** Bytes that wait in them to be sent. */
  queued(): number;
  /** One pass of the idle loop, then the events that it queued. @returns whether anything happened. */
  idle(): boolean;
}

/** @param ports where servers listen. */
export function createFakeNet(...ports: number[]): FakeNet {
  const passes: (() => boolean)[] = [];
  const queues: (() => number)[] = [];
  const queue: (() => void)[] = [];

  const fail = (message: string): never => {
    throw new Error(message);
  };

  function connect(address: { host: string; port: number }): FakeSocket {
    if (net.offline) fail('Not connected to the internet');
    if (address.host !== '127.0.0.1') fail('Unable to locate host');
    if (!ports.includes(address.port)) fail('Unable to create socket');

    const handlers = new Map<string, Handler>();
    let toServer = '';
    let toClient = '';
    /** What came while nobody listened. */
    let unread = '';
    let serverEnded = false;
    let stalled = false;
    let connected = false;
    let closing = false;

    const emit = (event: string, value?: unknown) => {
      const handler = handlers.get(event);
      if (handler !== undefined) queue.push(() => handler(value));
    };

    const connection: FakeConnection = {
      port: address.port,
      onReceive: () => {},
      received: '',
      closed: false,
      send: (bytes) => void (toClient += bytes),
      end: () => void (serverEnded = true),
      stall: () => void (stalled = true),
    };

    const socket: FakeSocket = {
      on: (event, handler) => void handlers.set(event, handler),
      removeAllListeners: (event) => void handlers.delete(event),
      read() {
        const bytes = unread;
        unread = '';
        return bytes;
      },
      write(bytes) {
        if (closing || socket.clsNow) fail('This socket is closed');
        toServer += bytes;
        return false;
      },
      end() {
        if (net.offline) fail('Not connected to the internet');
        if (toServer === '') socket.clsNow = true;
        closing = true;
      },
      clsNow: false,
    };

    const send = () => {
      if (stalled) return;
      const chunk = toServer.slice(0, CHUNK);
      connection.received += chunk;
      toServer = toServer.slice(chunk.length);
      connection.onReceive(chunk);
      if (toServer === '' && !closing) emit('drain');
    };

    const receive = () => {
      if (!connected) {
        connected = true;
        emit('connect', socket);
        if (toServer === '') emit('drain');
      }
      const chunk = toClient.slice(0, CHUNK);
      toClient = toClient.slice(chunk.length);
      // Straight from the idle loop, before what is queued.
      const handler = handlers.get('data');
      if (handler === undefined) unread += chunk;
      else if (chunk !== '') handler(chunk);
    };

    /** @returns whether anything happened. */
    const pass = () => {
      const before = [toServer, toClient, connected].join('/');
      let closeNow = socket.clsNow;
      if (!closeNow) {
        if (toServer !== '') send();
        else if (closing) closeNow = true;
        if (toClient === '' && serverEnded) closeNow = true;
        else receive();
      }
      if (closeNow) {
        queues.splice(passes.indexOf(pass), 1);
        passes.splice(passes.indexOf(pass), 1);
        connection.closed = closing = true;
        emit('end');
        emit('close', false);
      }
      return closeNow || before !== [toServer, toClient, connected].join('/');
    };

    passes.push(pass);
    queues.push(() => toServer.length);
    net.accepted.push(connection);
    net.onAccept(connection);
    return socket;
  }

  const net: FakeNet = {
    module: { connect },
    accepted: [],
    onAccept: () => {},
    offline: false,
    held: () => passes.length,
    queued: () => queues.reduce((sum, queue) => sum + queue(), 0),
    idle() {
      const moved = [...passes].map((pass) => pass()).includes(true);
      const queued = queue.length > 0;
      for (let event = queue.shift(); event !== undefined; event = queue.shift()) event();
      return moved || queued;
    },
  };
  return net;
}
