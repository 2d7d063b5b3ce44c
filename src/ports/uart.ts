// One serial port. A chunk is a string of bytes, as on a socket.

export interface Uart {
  /** Send bytes in order; waits where the engine's buffer is full. */
  write(bytes: string): void;
  /**
   * Be given the bytes that arrive, in order, cut anywhere; never from inside a method of the port. Start-up only: one
   * listener a port, and it stays. A driver listens when it is made.
   */
  listen(onData: (bytes: string) => void): void;
}

/** How a port is opened; names as in ECMA-419. */
export interface UartOptions {
  /** Number of the peripheral, from 1. */
  port: number;
  /** Pin numbers. */
  receive: number;
  transmit: number;
  /** Bit rate, default 9600. */
  baud?: number;
}
