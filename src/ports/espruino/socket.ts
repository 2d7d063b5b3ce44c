// TCP on Espruino's "net". The engine queues whatever it is given, so the owner keeps the window; it throws where a peer
// refuses or is gone, which becomes a code. Late events of a former connection never reach the owner of the next.

import { Code } from '../codes.ts';
import type { Socket, SocketEvents } from '../socket.ts';

/** Make a socket; connections follow one after another. */
export function createSocket(): Socket {
  const net = require('net');
  const address: EspruinoAddress = { host: '', port: 0 };
  /** The last connection, until the engine has reported its end. */
  let raw: EspruinoSocket | null = null;
  /** Number of the connection whose events count; none after its end. */
  let current = 0;
  /** The connection, while it is open. */
  let open: EspruinoSocket | null = null;
  /** The engine's first `drain` only says that it has connected, whatever was written since. */
  let greeted = false;

  function forget(): void {
    current++;
    open = null;
  }

  function stand(events: SocketEvents): void {
    open = raw;
    events.onOpen();
  }

  /** Handlers know their connection by number: a reference would tie it to them in a ring that only a collection frees. */
  function listen(events: SocketEvents, mine: number): void {
    raw!.on('connect', function () {
      if (mine === current && open === null) stand(events);
    });
    raw!.on('data', function (bytes) {
      if (mine === current && open === null) stand(events);
      if (mine === current) events.onData(bytes);
    });
    raw!.on('drain', function () {
      if (mine !== current) return;
      if (!greeted) {
        greeted = true;
        return;
      }
      events.onDrain();
    });
    raw!.on('close', function () {
      if (mine !== current) return;
      forget();
      raw = null;
      events.onClose();
    });
  }

  function connect(host: string, port: number, events: SocketEvents): number {
    forget();
    // A peer that takes no more bytes would keep the former connection in the engine for ever.
    if (raw !== null) raw.clsNow = true;
    raw = null;
    address.host = host;
    address.port = port;
    try {
      raw = net.connect(address);
    } catch {
      return Code.Refused;
    }
    greeted = false;
    listen(events, current);
    return Code.Ok;
  }

  function write(bytes: string): number {
    try {
      open!.write(bytes);
    } catch {
      // Not open; or the peer has closed, and the event that says so is on its way.
      return Code.Closed;
    }
    return Code.Ok;
  }

  function close(): void {
    forget();
    if (raw === null) return;
    try {
      raw.end();
    } catch {
      // The engine has dropped it with its network.
      raw = null;
    }
  }

  return { open: connect, write, close };
}
