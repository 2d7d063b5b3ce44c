// Peers that no client should meet. Each is what a server does with a connection.

import type { Socket } from 'node:net';
import { createRandom } from '../../../sim/node/random.ts';

const CONNACK = [0x20, 2, 0, 0];
const CUT_MS = 150;

/** Take the session and send `then`. */
function connacked(socket: Socket, ...then: number[]): Socket {
  return socket.once('data', () => socket.write(Buffer.from([...CONNACK, ...then])));
}

/** What is no error at once is one when PINGRESP is late: that is tested in virtual time. */
function cutLater(socket: Socket): void {
  setTimeout(() => socket.destroy(), CUT_MS);
}

export const HOSTILE: Record<string, (socket: Socket, count: number) => void> = {
  'accepts and says nothing': (socket) => socket.resume(),
  'reads nothing': () => {},
  'resets at once': (socket) => socket.resetAndDestroy(),
  'resets when it hears CONNECT': (socket) => socket.once('data', () => socket.resetAndDestroy()),
  'closes at once': (socket) => socket.end(),
  'closes after CONNACK': (socket) => socket.once('data', () => socket.end(Buffer.from(CONNACK))),
  'refuses the login': (socket, count) =>
    socket.once('data', () => socket.end(Buffer.from([0x20, 2, 0, 1 + (count % 5)]))),
  'answers with a code that there is not': (socket) =>
    socket.once('data', () => socket.write(Buffer.from([0x20, 2, 0, 200]))),
  'sends half a CONNACK': (socket) => socket.once('data', () => socket.write(Buffer.from([0x20, 2]))),
  'sends a length without end': (socket) => connacked(socket, 0x30, 0xff, 0xff, 0xff, 0xff, 0x7f),
  'promises 256 MB, sends a little and goes': (socket) =>
    cutLater(connacked(socket, 0x30, 0xff, 0xff, 0xff, 0x7f, 0, 5, 0x63, 0x6d)),
  'sends CONNACK again': (socket) => connacked(socket, ...CONNACK),
  'acknowledges what was never sent, and goes': (socket) =>
    cutLater(connacked(socket, 0x40, 2, 0x7f, 0xff, 0x40, 2, 0x7f, 0xfe)),
  'sends what only clients send': (socket) => connacked(socket, 0x10, 0, 0xc0, 0, 0xe0, 0),
  'is an HTTP server': (socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
  'sends garbage from the first byte': (socket, count) => {
    socket.write(Buffer.from(garbage(count)));
    cutLater(socket);
  },
  'sends garbage after CONNACK': (socket, count) => cutLater(connacked(socket, ...garbage(count))),
};

/** @returns bytes that are the same in every run. */
function garbage(seed: number): number[] {
  const random = createRandom(seed + 1);
  return Array.from({ length: 200 + (random.next() % 800) }, () => random.next() & 255);
}
