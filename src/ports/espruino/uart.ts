// One of the board's serial ports. On most boards the first is the console until it is moved elsewhere.

import type { Uart, UartOptions } from '../uart.ts';

/** Join a serial port that is set up already. */
export function createUart(serial: EspruinoSerial): Uart {
  function write(bytes: string): void {
    serial.write(bytes);
  }

  function listen(onData: (bytes: string) => void): void {
    serial.on('data', onData);
  }

  return { write, listen };
}

function serialPort(port: number): EspruinoSerial {
  if (port === 3) return Serial3;
  return port === 2 ? Serial2 : Serial1;
}

/** Set up a port. Start-up only: a port that the board does not have stops the firmware with the engine's error. */
export function openUart(options: UartOptions): Uart {
  const serial = serialPort(options.port);
  serial.setup(options.baud === undefined ? 9600 : options.baud, {
    rx: options.receive,
    tx: options.transmit,
  });
  return createUart(serial);
}
