// A Maxim MAX31855 as its SPI pins show it: conversions without end, the frame of 32 bits, the thermocouple's faults, and faults to
// switch on. Numbers in brackets are pages of the datasheet 19-5793. Knows no driver. Faults that it cannot have: `wrongId`, `badCrc`;
// with `slowMs` it only shows older values.

import type { Surroundings } from '../environment/surroundings.ts';
import { createSpiChip } from './spi-chip.ts';
import type { SpiChip } from './spi-chip.ts';

export interface Max31855ChipOptions {
  readonly surroundings: Surroundings;
  /** Pin of its chip select, default 0. */
  readonly select?: number;
}

/** What is wrong with the thermocouple's wires [10]. */
export interface Max31855Wires {
  open: boolean;
  shortToGround: boolean;
  shortToSupply: boolean;
}

export interface Max31855Chip extends SpiChip {
  readonly wires: Max31855Wires;
}

/** Longest times [3]. */
const CONVERSION_MS = 100;
const START_UP_MS = 200;

function limited(code: number, end: number): number {
  return code >= end ? end - 1 : code < -end ? -end : code;
}

export function createMax31855Chip(options: Max31855ChipOptions): Max31855Chip {
  const { probeTemperature, temperature } = options.surroundings;
  const wires: Max31855Wires = { open: false, shortToGround: false, shortToSupply: false };

  const chip = createSpiChip(options.select === undefined ? 0 : options.select, (faults) => {
    const frame = new Uint8Array(4);
    let nextAt = 0;

    function convert(time: number): void {
      const bits = (wires.open ? 1 : 0) | (wires.shortToGround ? 2 : 0) | (wires.shortToSupply ? 4 : 0);
      const hot = Math.floor(probeTemperature(time) / 250 + 0.5);
      const cold = limited(Math.floor(temperature(time) / 62.5 + 0.5), 2048);
      const high = (limited(faults.saturated & 1 ? 9999 : hot, 8192) << 2) | (bits ? 1 : 0);
      const low = (cold << 4) | bits;
      frame[0] = (high >> 8) & 0xff;
      frame[1] = high & 0xff;
      frame[2] = (low >> 8) & 0xff;
      frame[3] = low & 0xff;
    }

    function powerUp(time: number): void {
      for (let i = 0; i < 4; i++) frame[i] = 0;
      nextAt = time + START_UP_MS;
    }

    /** More clocks than 32 bring nothing but zeros. */
    function transfer(_out: Uint8Array, into: Uint8Array, time: number): void {
      const ms = CONVERSION_MS + faults.slowMs;
      if (time >= nextAt) {
        nextAt += Math.floor((time - nextAt) / ms) * ms;
        convert(nextAt);
        nextAt += ms;
      }
      for (let i = 0; i < into.length; i++) into[i] = i < 4 ? frame[i] : 0;
    }

    return { powerUp, transfer };
  });

  return {
    wires,
    select: chip.select,
    faults: chip.faults,
    transfer: chip.transfer,
    brownOut: chip.brownOut,
  };
}
