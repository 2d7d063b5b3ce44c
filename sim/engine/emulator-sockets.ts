// The network of an engine that has only a console: it prints what it asks of its sockets (sim/device/bridge-net.ts), and is
// told what happens to them. Every connection here is a real one.

import { connect } from 'node:net';
import type { Socket } from 'node:net';

const MARK = '@@mote:net ';
/** Bytes of one event: as a line of base64 they fit the engine's input buffer. */
const CHUNK = 384;

export interface EmulatorSockets {
  /** @returns whether the line was one of ours, and no line of the program. */
  take(line: string): boolean;
  close(): void;
}

/** @param type types a line at the engine's console. */
export function createEmulatorSockets(type: (line: string) => void): EmulatorSockets {
  const sockets = new Map<number, Socket>();

  function tell(id: number, event: string, bytes = ''): void {
    type(`moteNet(${id},"${event}","${bytes}")`);
  }

  function open(id: number, port: number, host: string): void {
    const socket = connect({ host, port });
    let failed = '';
    sockets.set(id, socket);
    socket.on('connect', () => {
      tell(id, 'connect');
      // The engine says so once without anything queued.
      tell(id, 'drain');
    });
    socket.on('data', (data) => {
      for (let at = 0; at < data.length; at += CHUNK) {
        tell(id, 'data', data.subarray(at, at + CHUNK).toString('base64'));
      }
    });
    socket.on('error', (error: NodeJS.ErrnoException) => (failed = error.code ?? 'error'));
    socket.on('close', () => {
      if (sockets.delete(id)) tell(id, 'close', failed);
    });
  }

  function obey(id: number, what: string, more: string): void {
    if (what === 'open') {
      const space = more.indexOf(' ');
      open(id, Number(more.slice(0, space)), more.slice(space + 1));
      return;
    }
    const socket = sockets.get(id);
    if (socket === undefined) return;
    if (what === 'write') socket.write(Buffer.from(more, 'base64'), () => tell(id, 'drain'));
    else if (what === 'end') socket.end();
    else if (what === 'close') {
      sockets.delete(id);
      socket.destroy();
    }
  }

  return {
    take(line) {
      if (!line.startsWith(MARK)) return false;
      const [id, what, ...more] = line.slice(MARK.length).split(' ');
      obey(Number(id), what ?? '', more.join(' '));
      return true;
    },
    close() {
      for (const socket of sockets.values()) socket.destroy();
      sockets.clear();
    },
  };
}
