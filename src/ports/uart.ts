// One serial port. A chunk is a string of bytes, as on a socket.

export interface Uart {
  /** Send bytes in order; waits where the engine's buffer is full. */
  write(bytes: string): void;
}

/** How a port is opened; names as in ECMA-419. */
export interface UartOptions {
  /** Number of the peripheral, from 1. */
  port: number;
  /** Pin numbers. */
  receive: number;
  transmit: number;
  baud: number;
  /** Bytes arrived, in order, cut anywhere. */
  onData(bytes: string): void;
}
