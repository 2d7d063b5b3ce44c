// A TCP server in the place of a board's console: it runs what it is told, as Espruino would, over the flash that it is given.

import { createServer, type Server, type Socket } from 'node:net';
import vm from 'node:vm';
import { checksum } from '../../../flash/outbox/checksum.ts';

export interface Behaviour {
  /** Address of the first byte of `flash`. */
  readonly base: number;
  readonly flash: Uint8Array;
  /** Changes what is printed for answer number n, from 0 on. Undefined: nothing is. */
  readonly answer?: (line: string, number: number) => string | undefined;
  /** The connection breaks at this answer. */
  readonly breakAt?: number;
}

export interface Console {
  readonly name: string;
  readonly commands: string[];
  close(): Promise<void>;
}

function serve(socket: Socket, behaviour: Behaviour, commands: string[]): void {
  const { base, flash, answer = (line) => line, breakAt = -1 } = behaviour;
  let number = 0;
  let typed = '';
  const print = (text: string) => {
    if (number === breakAt) {
      socket.destroy();
      return;
    }
    const line = answer(text, number++);
    // In pieces, as a serial port gives it.
    if (line === undefined) return;
    const bytes = Buffer.from(`${line}\r\n`, 'latin1');
    socket.write(bytes.subarray(0, 7));
    setImmediate(() => socket.write(bytes.subarray(7)));
  };
  const context = vm.createContext({
    print,
    btoa,
    E: {
      CRC32: (bytes: Uint8Array) => checksum(new Uint8Array(), bytes),
      toString: (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1'),
    },
    require: () => ({
      read: (length: number, address: number) => flash.slice(address - base, address - base + length),
    }),
  });
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    typed += bytes.toString('latin1');
    const lines = typed.split('\n');
    typed = lines.pop()!;
    for (const line of lines) {
      commands.push(line);
      // Without it the console echoes.
      if (!line.startsWith('\x10')) socket.write(line);
      vm.runInContext(line.replace('\x10', ''), context);
    }
  });
}

/** Listen on a free port of 127.0.0.1. */
export function startConsole(behaviour: Behaviour): Promise<Console> {
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    serve(socket, behaviour, commands);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      resolve({
        name: `tcp://127.0.0.1:${port}`,
        commands,
        close: () =>
          new Promise((done) => {
            sockets.forEach((socket) => socket.destroy());
            server.close(() => done());
          }),
      });
    });
  });
}
