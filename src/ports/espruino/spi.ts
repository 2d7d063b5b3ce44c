// One device on one of the board's SPI buses. Devices of one bus must agree on mode and bit rate: the engine keeps the
// last setup.

import { Code } from '../codes.ts';
import type { SpiDevice, SpiOptions } from '../spi.ts';

/** Set up a bus for a device. Start-up only: a bus that the board does not have stops the firmware with the engine's error. */
export function openSpi(options: SpiOptions): SpiDevice {
  const bus = options.bus === 2 ? SPI2 : SPI1;
  const select = options.select;
  if (select !== undefined) {
    pinMode(select, 'output');
    digitalWrite(select, 1);
  }
  bus.setup({
    sck: options.clock,
    miso: options.in,
    mosi: options.out,
    baud: options.hz === undefined ? 1000000 : options.hz,
    mode: options.mode === undefined ? 0 : options.mode,
  });

  function transfer(out: Uint8Array, into: Uint8Array): number {
    try {
      into.set(bus.send(out, select));
    } catch {
      return Code.Timeout;
    }
    return Code.Ok;
  }

  return { transfer };
}
