// A TCP connection as the virtual board sees it, be it simulated or real. Bytes travel as strings, one character a byte.

/** What a connection tells the side that opened it. */
export interface ConnectionEvents {
  onData(bytes: string): void;
  /** The other side closed, and everything it sent has arrived. */
  onEnd(): void;
  /** The connection was reset, or the network gave it up. */
  onReset(): void;
  /** There is room again after `send` took less than it was given. */
  onWritable(): void;
}

export interface Connection {
  /** @returns how many bytes were taken, 0 when there is no room now. */
  send(bytes: string): number;
  /** Close once what was taken has left. No event follows. */
  end(): void;
  /** Break the connection. No event follows. */
  reset(): void;
  /** Fall silent without closing, as a board without power does; a real connection is reset instead. */
  vanish(): void;
}

export type ConnectFailure = 'unknown-host' | 'refused' | 'unreachable';

/** Who the board says that it is over TLS: DER. It verifies nobody. */
export interface Credentials {
  readonly cert: Uint8Array | undefined;
  readonly key: Uint8Array | undefined;
}

/** Why a connection could not be opened, and how long the attempt took. */
export class ConnectError extends Error {
  readonly failure: ConnectFailure;
  readonly blockedMs: number;

  constructor(failure: ConnectFailure, address: string, blockedMs: number) {
    super(`${address}: ${failure}`);
    this.name = 'ConnectError';
    this.failure = failure;
    this.blockedMs = blockedMs;
  }
}

/** A connection that was opened, and how long that blocked the one who asked. */
export interface Opened {
  readonly connection: Connection;
  readonly blockedMs: number;
}

const ADDRESS = /^\d{1,3}(\.\d{1,3}){3}$/;

/** @returns whether `host` needs no name server. */
export function isAddress(host: string): boolean {
  return host === 'localhost' || ADDRESS.test(host);
}
