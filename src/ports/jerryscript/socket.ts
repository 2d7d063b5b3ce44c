// TCP of the host. It copies what it is given, keeps the window itself, and tells of one connection only: so there is nothing to
// count and nothing to sort here.

import type { ByteView } from '../bytes.ts';
import { Code } from '../codes.ts';
import { SEND_WINDOW, type Connection, type Socket, type SocketEvents } from '../socket.ts';

/** Longest name of a host (RFC 1035). */
const NAME_MAX = 253;

/** Make a socket; connections follow one after another. To be called once. */
export function createSocket(): Socket<ByteView> {
  const received = new Uint8Array(SEND_WINDOW);
  // JerryScript gives a large array its memory at the first touch.
  received[0] = 0;
  const name = new Uint8Array(NAME_MAX);
  const view: ByteView = { data: received, from: 0, length: 0 };
  let owner: SocketEvents<ByteView> | null = null;

  const connection: Connection<ByteView> = {
    write(bytes) {
      return moteHost.send(bytes.data, bytes.from, bytes.length);
    },
  };

  function onOpen(): void {
    if (owner !== null) owner.onOpen(connection);
  }

  function onData(count: number): void {
    view.data = received;
    view.from = 0;
    view.length = count;
    if (owner !== null) owner.onData(view);
  }

  function onDrain(): void {
    if (owner !== null) owner.onDrain();
  }

  function onClose(): void {
    const former = owner;
    owner = null;
    if (former !== null) former.onClose();
  }

  moteHost.onSocket(received, onOpen, onData, onDrain, onClose);

  function open(host: string, port: number, events: SocketEvents<ByteView>): number {
    if (host.length > NAME_MAX) return Code.NoHost;
    for (let i = 0; i < host.length; i++) name[i] = host.charCodeAt(i);
    const code = moteHost.open(name, host.length, port);
    owner = code < 0 ? null : events;
    return code;
  }

  function close(): void {
    owner = null;
    moteHost.close();
  }

  return { open, close };
}
