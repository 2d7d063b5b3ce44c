// TLS on Espruino's "tls": encrypted, and nothing else. The engine verifies no certificate and knows no host name, so whoever stands
// between can read and change everything. The caller asks for it by a name that says so, and the console says so at the start.
// Without the memory for a handshake the engine stops, or comes to no end: so it is asked before.

import { Code, Event } from '../codes.ts';
import type { Log } from '../log.ts';
import type { Socket, SocketEvents } from '../socket.ts';
import { codeOf, createSocketOver } from './socket.ts';

/** A certificate that says who the mote is, and its key: for brokers that ask. DER, one character a byte, RSA. */
export interface TlsOptions {
  readonly cert?: string;
  readonly key?: string;
  /** Not there: Espruino verifies nothing, so that a certificate authority would only seem to protect. */
  readonly ca?: 'Espruino verifies no certificate: ca would be ignored';
}

/** What the engine takes for each byte of a certificate or key while it reads them. */
const PARSE_FACTOR = 3;

/** @returns bytes that the engine may take for a connection: of its variables, or beside them on an ESP32. */
function freeBytes(collects: boolean): number {
  const memory = process.memory(collects);
  const heap = memory.tx.free_heap;
  return heap === undefined ? memory.free * memory.blocksize : heap;
}

/** @returns whole KB, at least `bytes`. */
function toKb(bytes: number): number {
  return (bytes + 1023) >> 10;
}

/** What a connection takes, in bytes, and the largest piece of it where it does not come from the engine's variables. */
export interface TlsNeed {
  readonly bytes: number;
  readonly blockBytes: number;
}

/** Connections that are encrypted, where the engine can; else none is opened. Start-up only. */
export function createTlsSocket(log: Log, options: TlsOptions, need: TlsNeed): Socket {
  const address: EspruinoTlsAddress = { host: '', port: 0 };
  let extra = 0;
  if (options.cert && options.key) {
    address.cert = options.cert;
    address.key = options.key;
    extra = (options.cert.length + options.key.length) * PARSE_FACTOR;
  }
  const needed = need.bytes + extra;

  function codeOfError(error: unknown): number {
    const text = String(error);
    if (text.indexOf('memory') >= 0) return Code.NoMemory;
    // Certificate or key cannot be read.
    return text.indexOf('init failed') >= 0 ? Code.BadOptions : codeOf(error);
  }

  function openSocket(): Socket | null {
    try {
      return createSocketOver(require('tls'), address, codeOfError);
    } catch {
      return null;
    }
  }

  const socket = openSocket();
  log.write(socket === null ? Event.NoTls : Event.Unverified, 0);

  /** @returns whether there are so many bytes, or nobody knows; says so if not. */
  function isEnough(wanted: number, free: number): boolean {
    if (!(free < wanted)) return true;
    log.write(Event.TlsMemory, toKb(wanted) * 1024 + (free >> 10));
    return false;
  }

  function hasMemory(): boolean {
    // Garbage counts as used, and collecting it takes long: only where it matters.
    const free = freeBytes(false);
    if (!isEnough(needed, free < needed ? freeBytes(true) : free)) return false;
    const block = process.memory(false).tx.largest_block;
    return block === undefined || isEnough(need.blockBytes, block);
  }

  function open(host: string, port: number, events: SocketEvents): number {
    if (socket === null) return Code.Absent;
    return hasMemory() ? socket.open(host, port, events) : Code.NoMemory;
  }

  function close(): void {
    if (socket !== null) socket.close();
  }

  return { open, close };
}
