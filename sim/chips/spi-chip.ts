// What all simulated SPI chips have in common: a chip select, faults, a supply, and time that does not wrap. A chip's own file
// says what it sends, as its datasheet describes it. ES5 subset: runs in engines.

import { createFaults, createUnwrapped } from './faults.ts';
import type { Faults, FaultyChip } from './faults.ts';
import type { SpiDevice } from './spi-device.ts';

/** The inside of a chip. `time` is milliseconds of the world's clock; it does not wrap. */
export interface SpiModel {
  /** The supply came: forget everything that is not permanent. */
  powerUp(time: number): void;
  /** A transfer from the fall of chip select to its rise: fill all of `into`. */
  transfer(out: Uint8Array, into: Uint8Array, time: number): void;
}

export interface SpiChip extends SpiDevice, FaultyChip {
  readonly select: number;
}

/**
 * @param select pin of its chip select.
 * @param create the inside, which may look at its faults at any time. It has been powered for long when the world begins.
 */
export function createSpiChip(select: number, create: (faults: Faults) => SpiModel): SpiChip {
  const faults = createFaults();
  const model = create(faults);
  const timeOf = createUnwrapped();

  /** Nothing is acknowledged on SPI: without a chip the line stays high. */
  function transfer(out: Uint8Array, into: Uint8Array, now: number): void {
    const time = timeOf(now);
    const isDeaf = faults.absent || faults.stuckLow || faults.stuckHigh;
    if (!isDeaf) model.transfer(out, into, time);
    for (let i = 0; i < into.length && isDeaf; i++) into[i] = faults.stuckLow ? 0 : 0xff;
  }

  model.powerUp(-1000000);
  return { select, faults, transfer, brownOut: (now) => model.powerUp(timeOf(now)) };
}
