// Espruino's sockets where the engine has a console and no network: each call is a line printed for the host, each event a
// line typed by it. What Espruino does is kept, but for one thing: a refusal comes as an event, since no answer can come at
// once. ES5 subset: runs in engines.

import { root } from './root.ts';

/** In front of a line that is for the host. */
const MARK = '@@mote:net ';
/** How often the engine is asked whether a connection was given up. */
const LOOK_MS = 50;

type Handler = (value: never) => void;

interface Listener {
  event: string;
  handler: Handler;
}

interface BridgedSocket extends EngineSocket {
  /** Tell the listeners. */
  emit(event: string, value: unknown): void;
  /** The host has bytes. */
  receive(bytes: string): void;
  /** The host knows it no more. */
  gone(hadError: boolean): void;
}

function tell(id: number, what: string, more: string): void {
  root.print(MARK + id + ' ' + what + ' ' + more);
}

function createSocket(id: number): BridgedSocket {
  let listeners: Listener[] = [];
  let early = '';
  let isEnded = false;

  function emit(event: string, value: unknown): void {
    listeners.slice().forEach((listener) => {
      if (listener.event === event) listener.handler(value as never);
    });
  }

  return {
    on(event: string, handler: Handler) {
      listeners.push({ event, handler });
    },
    removeAllListeners(event) {
      listeners = listeners.filter((listener) => listener.event !== event);
    },
    read() {
      const bytes = early;
      early = '';
      return bytes;
    },
    write(bytes) {
      // eslint-disable-next-line no-restricted-syntax -- Espruino throws here
      if (isEnded) throw new Error('This socket is closed');
      tell(id, 'write', root.btoa(bytes));
      return false;
    },
    end() {
      isEnded = true;
      tell(id, 'end', '');
    },
    clsNow: false,
    emit,
    receive(bytes) {
      // Kept for read() while nobody listens.
      if (listeners.some((listener) => listener.event === 'data')) emit('data', bytes);
      else early += bytes;
    },
    gone(hadError) {
      isEnded = true;
      emit('end', undefined);
      emit('close', hadError);
    },
  };
}

/** Make the module "net". The host types `moteNet(id, event, bytes)`. */
export function createBridgeNet(): EngineNet {
  let sockets: { id: number; socket: BridgedSocket }[] = [];
  let last = 0;
  let timer: number | undefined;

  function forget(id: number): void {
    sockets = sockets.filter((entry) => entry.id !== id);
  }

  /** The engine closes what is marked so in its next idle pass. */
  function look(): void {
    timer = undefined;
    sockets.slice().forEach(({ id, socket }) => {
      if (!socket.clsNow) return;
      forget(id);
      tell(id, 'close', '');
      socket.gone(false);
    });
    if (sockets.length > 0) timer = root.setTimeout(look, LOOK_MS);
  }

  root.moteNet = (id, event, bytes) => {
    const found = sockets.filter((entry) => entry.id === id);
    if (found.length === 0) return;
    const { socket } = found[0];
    if (event === 'data') socket.receive(root.atob(bytes));
    else if (event === 'close') {
      forget(id);
      socket.gone(bytes !== '');
    } else socket.emit(event, undefined);
  };

  return {
    connect(address) {
      const id = ++last;
      const socket = createSocket(id);
      sockets.push({ id, socket });
      if (timer === undefined) timer = root.setTimeout(look, LOOK_MS);
      tell(id, 'open', address.port + ' ' + address.host);
      return socket;
    },
  };
}
