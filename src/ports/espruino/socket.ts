// TCP on Espruino's "net". The engine queues whatever it is given, so the owner keeps the window; it throws where a peer
// refuses, which becomes a code. Late events of a former connection never reach the owner of the next.

import { Code } from '../codes.ts';
import type { Socket, SocketEvents } from '../socket.ts';

/** @returns whether the engine says that it does not find the host; it has no number for that. */
function isUnknown(error: unknown): boolean {
  return String(error).indexOf('locate host') >= 0;
}

/** Make a socket; connections follow one after another. */
export function createSocket(): Socket {
  const net = require('net');
  const address: EspruinoAddress = { host: '', port: 0 };
  /** The last connection, until the engine has reported its end. */
  let raw: EspruinoSocket | null = null;
  /** Number of the connection whose events count; none after its end. */
  let current = 0;

  function forget(): void {
    current++;
    // Their owner listens to these itself: nobody between the engine and the decoder asks which connection it is.
    if (raw === null) return;
    raw.removeAllListeners('data');
    raw.removeAllListeners('drain');
  }

  /** Handlers know their connection by number: a reference would tie it to them in a ring that only a collection frees. */
  function listen(events: SocketEvents, mine: number): void {
    raw!.on('connect', function () {
      if (mine !== current) return;
      const connection = raw!;
      events.onOpen(connection);
      if (mine !== current) return;
      connection.on('data', events.onData);
      // What came before is kept by the engine, as nobody listened.
      const early = connection.read();
      if (early) events.onData(early);
    });
    raw!.on('drain', function () {
      // The first one only says that it has connected, whatever was written since.
      if (mine !== current) return;
      raw!.removeAllListeners('drain');
      raw!.on('drain', events.onDrain);
    });
    raw!.on('close', function () {
      if (mine !== current) return;
      forget();
      raw = null;
      events.onClose();
    });
  }

  function open(host: string, port: number, events: SocketEvents): number {
    forget();
    // A peer that takes no more bytes would keep the former connection in the engine for ever.
    if (raw !== null) raw.clsNow = true;
    raw = null;
    address.host = host;
    address.port = port;
    try {
      raw = net.connect(address);
    } catch (error) {
      return isUnknown(error) ? Code.NoHost : Code.Refused;
    }
    listen(events, current);
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

  return { open, close };
}
