// Puts a board's console where other people's tools find it: on a TCP port of this host, or on a pseudo terminal. Several may
// look at once; all of them see what the board says, and what any of them types arrives.

import { spawn } from 'node:child_process';
import { lstatSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { ConsoleBoard } from './board.ts';
import { ConsoleError } from './error.ts';
import { createWebFilter } from './web.ts';

export interface ServedConsole {
  /** As tools take it: `tcp://127.0.0.1:PORT`, or the path of the pseudo terminal. */
  readonly address: string;
  close(): Promise<void>;
}

/** What a pipe that nobody reads from may hold before the board's text is thrown away. */
const MAX_UNSENT = 1 << 20;
const PTY_MS = 3000;

/** Offer the console on 127.0.0.1, to all but browsers. @param port 0: a free one. @throws ConsoleError when it is taken. */
export async function serveConsole(board: ConsoleBoard, port = 0): Promise<ServedConsole> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    const filter = createWebFilter();
    socket.on('data', (bytes) => {
      const text = filter(bytes.toString('latin1'));
      if (text === undefined) socket.destroy();
      else board.write(text);
    });
    // Tools come and go as they like.
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  board.onText = (text) => {
    const bytes = Buffer.from(text, 'latin1');
    for (const socket of sockets) if (socket.writableLength < MAX_UNSENT) socket.write(bytes);
  };
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const fix = 'choose another port, or 0 for a free one';
      reject(new ConsoleError(`port ${port} cannot be used: ${error.code ?? error.message}`, fix));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    address: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      return closed;
    },
  };
}

/** socat deletes what has the path of its link. @throws ConsoleError unless that is nothing, or the link of a terminal. */
function checkPath(path: string): void {
  const fail = (what: string) => new ConsoleError(`${what}: ${path}`, 'choose another path', true);
  if (/[,!:"'\\()[\]{}<>]/.test(path)) throw fail("this path has signs of socat's own in it");
  let found;
  try {
    found = lstatSync(path);
  } catch {
    // Nothing is there, or socat says what is wrong.
    return;
  }
  if (found.isSymbolicLink() && /^\/dev\/(pts\/|tty)/.test(readlinkSync(path))) return;
  throw fail('a file has this name');
}

/** Offer the console on a pseudo terminal. @param path where it appears. @throws ConsoleError without socat, or at a file's place. */
export async function serveTerminal(board: ConsoleBoard, path: string): Promise<ServedConsole> {
  checkPath(path);
  const served = await serveConsole(board);
  const { port } = new URL(served.address);
  // `wait-slave` would lose what the board says before somebody looks; raw: the board echoes, not the terminal.
  const child = spawn('socat', ['-d', '-d', `pty,rawer,link=${path}`, `tcp:127.0.0.1:${port}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  try {
    await new Promise<void>((resolve, reject) => {
      let said = '';
      const timer = setTimeout(
        () => reject(new ConsoleError(`socat made no terminal in ${PTY_MS} ms`, 'try again')),
        PTY_MS,
      );
      const fail = (what: string, fix: string) => {
        clearTimeout(timer);
        reject(new ConsoleError(what, fix));
      };
      child.once('error', () =>
        fail('socat is not installed', 'install it (Debian: apt install socat), or use tcp'),
      );
      child.once('close', () =>
        fail(
          `socat: ${said.split('\n').find((line) => / E /.test(line)) ?? 'it ended'}`,
          'choose another path',
        ),
      );
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (!said.includes('starting data transfer loop')) return;
        clearTimeout(timer);
        resolve();
      });
    });
  } catch (error) {
    await served.close();
    throw error;
  }
  return {
    address: path,
    async close() {
      child.kill();
      await exited;
      await served.close();
    },
  };
}
