// TCP on node:net as device code sees it: strings of bytes, a window of unsent bytes, no event from inside a method.

import { connect, type Socket as TcpSocket } from 'node:net';
import { fromText, toText, type Bytes } from '../../src/bytes/bytes.ts';
import { Code } from '../../src/ports/codes.ts';
import { SEND_WINDOW, type Socket, type SocketEvents } from '../../src/ports/socket.ts';

/** Make a socket; connections follow one after another. A refusal arrives as onClose: Node finds out later. */
export function createSocket(): Socket<Bytes> {
  /** The connection whose events count, and whom they go to. */
  let current: { readonly tcp: TcpSocket; readonly events: SocketEvents<Bytes> } | undefined;
  /** The last one that was told to close and may still be sending. */
  let leaving: TcpSocket | undefined;
  let unsent = 0;

  const forget = () => {
    leaving = current?.tcp;
    current = undefined;
    unsent = 0;
  };

  const listen = (tcp: TcpSocket, events: SocketEvents<Bytes>) => {
    const isCurrent = () => current?.tcp === tcp;
    tcp.on('connect', () => {
      if (!isCurrent()) return;
      events.onOpen({ write: (bytes) => write(tcp, bytes) });
    });
    tcp.on('data', (bytes) => {
      const text = bytes.toString('latin1');
      for (let from = 0; from < text.length && isCurrent(); from += SEND_WINDOW) {
        events.onData(fromText(text.slice(from, from + SEND_WINDOW)));
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

  const write = (tcp: TcpSocket, bytes: Bytes) => {
    const owner = current;
    if (owner?.tcp !== tcp || !tcp.writable) throw new Error('the connection is closed');
    if (bytes.length === 0) return;
    unsent += bytes.length;
    if (unsent > SEND_WINDOW) throw new Error(`${unsent} bytes unsent: wait for onDrain`);
    const { length } = bytes;
    tcp.write(toText(bytes, 0, length), 'latin1', (error) => {
      if (owner !== current || error) return;
      unsent -= length;
      if (unsent === 0) owner.events.onDrain();
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
    close() {
      if (current === undefined) return;
      current.tcp.end();
      forget();
    },
  };
}
