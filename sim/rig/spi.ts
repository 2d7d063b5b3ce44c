// A device on an SPI bus as device code sees it, with a simulated chip behind it: for tests that need no board. ES5 subset: runs
// in engines.

import type { Clock } from '../../src/ports/clock.ts';
import { Code } from '../../src/ports/codes.ts';
import type { SpiDevice } from '../../src/ports/spi.ts';
import type { SpiDevice as SpiChip } from '../chips/spi-device.ts';

export interface SimulatedSpiDevice extends SpiDevice {
  /** The engine cannot use the bus: every transfer ends in Code.Timeout. */
  stuck: boolean;
  /** Transfers so far. */
  transfers: number;
  /** Bytes of the longest of them. */
  longest: number;
}

/** @param clock the world's time, given to the chip with each transfer. */
export function createSpiDevice(chip: SpiChip, clock: Pick<Clock, 'now'>): SimulatedSpiDevice {
  function transfer(out: Uint8Array, into: Uint8Array): number {
    device.transfers++;
    if (out.length > device.longest) device.longest = out.length;
    if (device.stuck) return Code.Timeout;
    chip.transfer(out, into, clock.now());
    return Code.Ok;
  }

  const device: SimulatedSpiDevice = { stuck: false, transfers: 0, longest: 0, transfer };
  return device;
}
