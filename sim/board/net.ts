// The module "net": connections that block until they stand, throw when they are refused, and queue without limit.

import { ConnectError } from '../network/connection.ts';
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

/** Make the module for a board. */
export function createNet(machine: Machine): object {
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

  const open = (socket: Socket, host: string, port: number) => {
    try {
      station?.requireNetwork(host, port);
      const { connection, blockedMs } = world.connect(host, port, socketEvents(socket, loop.wake));
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

  const connect = (target: unknown, onConnect?: unknown): SocketObject | undefined => {
    const address = typeof target === 'string' ? parseUrl(target) : target;
    if (typeof address !== 'object' || address === null) {
      return void machine.print(`ERROR: Expecting Options to be an Object but it was ${typeName(target)}`);
    }
    if (onConnect !== undefined && typeof onConnect !== 'function') {
      return void machine.print(`ERROR: Expecting Callback Function but got ${typeName(onConnect)}`);
    }
    const { host, port } = address as { host?: unknown; port?: unknown };
    const object = Object.create(prototype) as SocketObject;
    const socket = createSocket(object);
    byObject.set(object, socket);
    open(socket, host === undefined ? '127.0.0.1' : textOf(host).slice(0, MAX_HOST), Number(port) & 0xffff);
    if (onConnect !== undefined) setListener(object, 'connect', onConnect as () => void);
    sockets.push(socket);
    loop.wake();
    return object;
  };

  return realm.methods({ connect });
}
