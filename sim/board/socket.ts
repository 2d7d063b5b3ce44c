// One socket in the idle loop: at most 536 bytes out and in per pass, `connect` and `drain` queued, `data` handed over
// directly, and the end when this side has sent everything or the other side is gone.

import type { Connection, ConnectionEvents } from '../network/connection.ts';
import { bufferOf, listenersOf, setBuffer } from './events.ts';
import type { Machine } from './machine.ts';

/** Most bytes of one pass in one direction. */
const CHUNK = 536;
/** Most bytes kept for `read()` while nobody listens. */
const KEPT = 512;
const UNSENT = { code: -8, message: 'unsent data' };
/** MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY, which the engine knows no words for. */
const CLOSE_NOTIFY = { code: -30848, message: 'unknown error' };

/** The engine's own marks, which the program can see: close now; close when all is sent; connected. */
export interface SocketObject {
  clsNow?: boolean;
  cls?: boolean;
  conn?: boolean;
}

export interface Socket {
  readonly object: SocketObject;
  /** Over TLS, whose end the engine takes for an error. */
  readonly isEncrypted: boolean;
  connection: Connection | undefined;
  toSend: string;
  /** Fetched by the engine, not yet taken by the program. */
  received: string;
  /** Not yet fetched by the engine. */
  arrived: string;
  /** The other side is gone. */
  ended: boolean;
  /** The network has no room for more at the moment. */
  blocked: boolean;
}

export function createSocket(object: SocketObject, isEncrypted = false): Socket {
  return {
    object,
    isEncrypted,
    connection: undefined,
    toSend: '',
    received: '',
    arrived: '',
    ended: false,
    blocked: false,
  };
}

/** What a connection does to its socket. */
export function socketEvents(socket: Socket, wake: () => void): ConnectionEvents {
  const mark = (change: Partial<Socket>) => {
    Object.assign(socket, change);
    wake();
  };
  return {
    onData: (bytes) => mark({ arrived: socket.arrived + bytes }),
    onEnd: () => mark({ ended: true }),
    onReset: () => mark({ ended: true, arrived: '' }),
    onWritable: () => mark({ blocked: false }),
  };
}

/** @returns whether the socket needs another pass at once. @param up the board is on the network. */
export function isBusy(socket: Socket, up: boolean): boolean {
  const { object, toSend } = socket;
  if (object.clsNow === true || (object.cls === true && toSend === '')) return true;
  if (!up) return false;
  return object.conn !== true || socket.arrived !== '' || socket.ended || (toSend !== '' && !socket.blocked);
}

/** Hand received bytes to the program, or keep them while they fit. */
function push(machine: Machine, socket: Socket, force: boolean): void {
  if (socket.received === '') return;
  const { object, received } = socket;
  const listeners = listenersOf(object, 'data');
  if (listeners !== undefined) {
    socket.received = '';
    machine.loop.callAll(listeners, object, [received]);
    return;
  }
  const kept = bufferOf(object);
  const fits = kept === '' || kept.length + received.length <= KEPT;
  if (!fits && !force) return;
  setBuffer(object, kept === '' ? received : kept + received.slice(0, Math.max(0, KEPT - kept.length)));
  socket.received = '';
}

function send(machine: Machine, socket: Socket, connection: Connection): void {
  const taken = connection.send(socket.toSend.slice(0, CHUNK));
  socket.blocked = taken === 0;
  if (taken === 0) return;
  machine.counters.packetsOut++;
  machine.counters.bytesOut += taken;
  socket.toSend = socket.toSend.slice(taken);
  const { object } = socket;
  if (socket.toSend === '' && object.cls !== true) machine.loop.emit(object, 'drain', [object]);
}

function receive(machine: Machine, socket: Socket): void {
  const { object } = socket;
  const bytes = socket.arrived.slice(0, CHUNK);
  socket.arrived = socket.arrived.slice(bytes.length);
  if (object.conn !== true) {
    object.conn = true;
    machine.loop.emit(object, 'connect', [object]);
    if (socket.toSend === '') machine.loop.emit(object, 'drain', [object]);
  }
  if (bytes === '') return;
  machine.counters.packetsIn++;
  machine.counters.bytesIn += bytes.length;
  socket.received += bytes;
  push(machine, socket, false);
}

/** One pass. @returns who ended the connection, or 'open'. */
function pass(
  machine: Machine,
  socket: Socket,
  connection: Connection,
  up: boolean,
): 'open' | 'here' | 'there' {
  const { object } = socket;
  push(machine, socket, false);
  if (object.clsNow === true) return 'here';
  const sentAll = socket.toSend === '';
  if (!sentAll && up) send(machine, socket, connection);
  const over = sentAll && object.cls === true;
  if (up && socket.arrived === '' && socket.ended) return 'there';
  if (up) receive(machine, socket);
  return over ? 'here' : 'open';
}

/** Serve a socket once. @returns true when its connection is over. */
export function serveSocket(machine: Machine, socket: Socket, up: boolean): boolean {
  const { connection, object } = socket;
  if (connection === undefined) return true;
  const end = pass(machine, socket, connection, up);
  if (end === 'open') return false;
  push(machine, socket, true);
  connection.end();
  socket.connection = undefined;
  object.conn = false;
  object.cls = true;
  const isUnsent = socket.toSend !== '';
  const failed = end === 'there' && (isUnsent || socket.isEncrypted);
  const { loop, realm } = machine;
  if (failed) loop.emit(object, 'error', [realm.object({ ...(isUnsent ? UNSENT : CLOSE_NOTIFY) })]);
  loop.emit(object, 'end', []);
  loop.emit(object, 'close', [failed]);
  return true;
}
