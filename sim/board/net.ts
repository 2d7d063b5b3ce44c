// The modules "net" and "tls": connections that block until they stand, throw when they are refused, and queue without limit. Of TLS
// the board sees only that it needs memory, verifies nobody, and ends with an error: the handshake comes after `connect`, unseen.

import { ConnectError } from '../network/connection.ts';
import type { Credentials } from '../network/connection.ts';
import { byteText } from './bytes.ts';
import { bufferOf, countListeners, setBuffer, setListener } from './events.ts';
import type { Machine } from './machine.ts';
import type { Socket, SocketObject } from './socket.ts';
import { createSocket, isBusy, serveSocket, socketEvents } from './socket.ts';
import { textOf } from './text.ts';
import { typeName } from './type-name.ts';
import { wifiStation } from './wifi.ts';

const MAX_HOST = 127;
/** errno as the engine prints it. */
const ERRNO = { refused: 111, unreachable: 110 } as const;

/** "tcp://host:port" as an address. */
function parseUrl(url: string): { host: string; port: number } {
  const match = /^\w+:\/\/([^:/]*)(?::(\d+))?/.exec(url);
  return { host: match?.[1] ?? '', port: Number(match?.[2] ?? 0) };
}

/** Certificate or key as the program gives it: text of bytes. The engine takes a short one for the name of a file. */
function derOf(value: unknown): Uint8Array | undefined {
  return value === undefined ? undefined : Buffer.from(textOf(value), 'latin1');
}

/** Make the modules for a board. */
export function createNet(machine: Machine): { net: object; tls: object } {
  const { realm, loop, counters, world, clock } = machine;
  const station = machine.data.capabilities.wifi ? machine.part(wifiStation) : undefined;
  const sockets: Socket[] = [];
  const byObject = new WeakMap<object, Socket>();
  const isUp = () => station === undefined || station.isJoined();

  loop.onIdle(() => {
    // Without Wi-Fi nothing comes or goes, and no socket hears of it.
    for (const socket of [...sockets]) {
      if (!loop.isOn()) return false;
      if (serveSocket(machine, socket, isUp())) sockets.splice(sockets.indexOf(socket), 1);
    }
    return sockets.some((socket) => isBusy(socket, isUp()));
  });
  station?.onJoin(loop.wake);
  const sum = (size: (socket: Socket) => number) => () => sockets.reduce((all, one) => all + size(one), 0);
  machine.gauge('sockets', () => sockets.length);
  machine.gauge(
    'unsentBytes',
    sum(({ toSend }) => toSend.length),
  );
  machine.gauge(
    'untakenBytes',
    sum(({ object, arrived, received }) => arrived.length + received.length + bufferOf(object).length),
  );
  machine.gauge(
    'listeners',
    sum(({ object }) => countListeners(object)),
  );
  machine.onStop((silent) => {
    for (const { connection } of sockets) {
      if (silent) connection?.vanish();
      else connection?.reset();
    }
  });

  const fail = (error: ConnectError): never => {
    counters.refusals++;
    if (!world.live) clock.block(error.blockedMs);
    if (error.failure === 'unknown-host') throw new realm.InternalError('Unable to locate host');
    machine.print(`ERROR: Connect failed (err ${ERRNO[error.failure]})`);
    throw new realm.InternalError('Unable to create socket');
  };

  /** Without the memory the real engine throws, or stops, or comes to no end. */
  const requireMemory = () => {
    const { freeBytes } = machine.bench.memory;
    const needed = machine.data.capabilities.tls?.bytes ?? 0;
    if (freeBytes !== undefined && freeBytes < needed) {
      throw new realm.InternalError('HTTPS init failed! mbedtls_ssl_setup: Not enough memory');
    }
  };

  const open = (socket: Socket, host: string, port: number, credentials?: Credentials) => {
    try {
      station?.requireNetwork(host, port);
      const { connection, blockedMs } = world.connect(
        host,
        port,
        socketEvents(socket, loop.wake),
        credentials,
      );
      if (credentials !== undefined) requireMemory();
      if (!world.live) clock.block(blockedMs);
      counters.connections++;
      socket.connection = connection;
    } catch (error) {
      if (error instanceof ConnectError) fail(error);
      throw error;
    }
  };

  const socketOf = (object: object): Socket => {
    const socket = byObject.get(object);
    if (socket === undefined) throw new realm.Error('not a socket');
    return socket;
  };

  const methods = {
    write(this: SocketObject, data: unknown): boolean {
      const socket = socketOf(this);
      if (this.clsNow === true || this.cls === true) throw new realm.Error('This socket is closed');
      if (data !== undefined) socket.toSend += byteText(textOf(data));
      loop.wake();
      return false;
    },
    end(this: SocketObject, data?: unknown): void {
      const socket = socketOf(this);
      if (data !== undefined) methods.write.call(this, data);
      if (socket.toSend === '') this.clsNow = true;
      this.cls = true;
      loop.wake();
    },
    available(this: SocketObject): number {
      return bufferOf(this).length;
    },
    read(this: SocketObject, chars = 0): string {
      const kept = bufferOf(this);
      const length = chars > 0 ? chars : kept.length;
      setBuffer(this, kept.slice(length));
      return kept.slice(0, length);
    },
  };
  const prototype = realm.methods(methods);

  const connectOver = (
    isEncrypted: boolean,
    target: unknown,
    onConnect?: unknown,
  ): SocketObject | undefined => {
    const address = typeof target === 'string' ? parseUrl(target) : target;
    if (typeof address !== 'object' || address === null) {
      return void machine.print(`ERROR: Expecting Options to be an Object but it was ${typeName(target)}`);
    }
    if (onConnect !== undefined && typeof onConnect !== 'function') {
      return void machine.print(`ERROR: Expecting Callback Function but got ${typeName(onConnect)}`);
    }
    const { host, port, cert, key } = address as Record<'host' | 'port' | 'cert' | 'key', unknown>;
    const credentials = isEncrypted ? { cert: derOf(cert), key: derOf(key) } : undefined;
    const object = Object.create(prototype) as SocketObject;
    const socket = createSocket(object, isEncrypted);
    byObject.set(object, socket);
    const name = host === undefined ? '127.0.0.1' : textOf(host).slice(0, MAX_HOST);
    open(socket, name, Number(port) & 0xffff, credentials);
    if (onConnect !== undefined) setListener(object, 'connect', onConnect as () => void);
    sockets.push(socket);
    loop.wake();
    return object;
  };

  const moduleOf = (isEncrypted: boolean) =>
    realm.methods({
      connect: (target: unknown, onConnect?: unknown) => connectOver(isEncrypted, target, onConnect),
    });
  return { net: moduleOf(false), tls: moduleOf(true) };
}
