// TCP on node:net as device code sees it: strings of bytes, a window of unsent bytes, no event from inside a method.

import { connect, type Socket as TcpSocket } from 'node:net';
import { Code } from '../../src/ports/codes.ts';
import { SEND_WINDOW, type Socket, type SocketEvents } from '../../src/ports/socket.ts';

/** Make a socket; connections follow one after another. A refusal arrives as onClose: Node finds out later. */
export function createSocket(): Socket {
  /** The connection whose events count, and whom they go to. */
  let current: { readonly tcp: TcpSocket; readonly events: SocketEvents } | undefined;
  /** The last one that was told to close and may still be sending. */
  let leaving: TcpSocket | undefined;
  let isOpen = false;
  let unsent = 0;

  const forget = () => {
    leaving = current?.tcp;
    current = undefined;
    isOpen = false;
    unsent = 0;
  };

  const listen = (tcp: TcpSocket, events: SocketEvents) => {
    const isCurrent = () => current?.tcp === tcp;
    tcp.on('connect', () => {
      if (!isCurrent()) return;
      isOpen = true;
      events.onOpen();
    });
    tcp.on('data', (bytes) => {
      const text = bytes.toString('latin1');
      for (let from = 0; from < text.length && isCurrent(); from += SEND_WINDOW) {
        events.onData(text.slice(from, from + SEND_WINDOW));
      }
    });
    // 'close' follows, and device code cannot know more than that.
    tcp.on('error', () => {});
    tcp.on('close', () => {
      if (!isCurrent()) return;
      forget();
      events.onClose();
    });
  };

  return {
    open(host, port, events) {
      if (current !== undefined) forget();
      leaving?.destroy();
      let tcp: TcpSocket;
      try {
        tcp = connect({ host, port, noDelay: true });
      } catch {
        // A port number that there cannot be.
        return Code.Refused;
      }
      current = { tcp, events };
      listen(tcp, events);
      return Code.Ok;
    },
    room: () => (isOpen ? SEND_WINDOW - unsent : 0),
    write(bytes) {
      const owner = current;
      if (!isOpen || owner === undefined || !owner.tcp.writable) return Code.Closed;
      if (bytes.length > SEND_WINDOW - unsent) return Code.Busy;
      if (bytes.length === 0) return Code.Ok;
      unsent += bytes.length;
      owner.tcp.write(bytes, 'latin1', (error) => {
        if (owner !== current || error) return;
        unsent -= bytes.length;
        if (unsent === 0) owner.events.onDrain();
      });
      return Code.Ok;
    },
    close() {
      if (current === undefined) return;
      current.tcp.end();
      forget();
    },
  };
}
