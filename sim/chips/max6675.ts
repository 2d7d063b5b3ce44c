// A Maxim MAX6675 as its SPI pins show it: conversions that a read ends and begins anew, the frame of 16 bits, the open input, and
// faults to switch on. Numbers in brackets are pages of the datasheet 19-2235. Knows no driver. Faults that it cannot have: `wrongId`,
// `badCrc`; with `slowMs` it only shows older values.

import type { Surroundings } from '../environment/surroundings.ts';
import { createSpiChip } from './spi-chip.ts';
import type { SpiChip } from './spi-chip.ts';

export interface Max6675ChipOptions {
  readonly surroundings: Surroundings;
  /** Pin of its chip select, default 0. */
  readonly select?: number;
}

/** What is wrong with the thermocouple's wires [4]. */
export interface Max6675Wires {
  open: boolean;
}

export interface Max6675Chip extends SpiChip {
  readonly wires: Max6675Wires;
}

/** Longest time [2]. */
const CONVERSION_MS = 220;

export function createMax6675Chip(options: Max6675ChipOptions): Max6675Chip {
  const probeTemperature = options.surroundings.probeTemperature;
  const wires: Max6675Wires = { open: false };

  const chip = createSpiChip(options.select === undefined ? 0 : options.select, (faults) => {
    let word = 0;
    let endsAt = 0;
    /** The last bit is driven by nobody: now one, now the other. */
    let floating = 0;

    function convert(time: number): void {
      const code = Math.floor(probeTemperature(time) / 250 + 0.5);
      const cut = faults.saturated & 1 || code > 0xfff ? 0xfff : code < 0 ? 0 : code;
      word = (cut << 3) | (wires.open ? 4 : 0);
    }

    function powerUp(time: number): void {
      word = 0;
      endsAt = time + CONVERSION_MS;
    }

    /** The fall of chip select stops a conversion, its rise begins one [4]. */
    function transfer(_out: Uint8Array, into: Uint8Array, time: number): void {
      const ms = CONVERSION_MS + faults.slowMs;
      if (time >= endsAt) convert(endsAt + Math.floor((time - endsAt) / ms) * ms);
      floating ^= 1;
      for (let i = 0; i < into.length; i++) into[i] = i === 0 ? word >> 8 : (word & 0xff) | floating;
      endsAt = time + ms;
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
