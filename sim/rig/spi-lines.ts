// An SPI bus without a chip select, with one simulated chip on its lines: for tests that need no board. ES5 subset: runs in engines.

import type { Clock } from '../../src/ports/clock.ts';
import { Code } from '../../src/ports/codes.ts';
import type { SpiDevice } from '../../src/ports/spi.ts';

export interface SimulatedSpiLines extends SpiDevice {
  /** The engine gives up each transfer. */
  fails: boolean;
  /** Transfers so far, modulo 256. */
  transfers: number;
  /** Bytes of the longest of them. */
  longest: number;
}

/** What hears each transfer. */
export interface SpiLineChip {
  transfer(out: Uint8Array, into: Uint8Array, now: number): void;
}

export function createSpiLines(chip: SpiLineChip, clock: Pick<Clock, 'now'>): SimulatedSpiLines {
  function transfer(out: Uint8Array, into: Uint8Array): number {
    lines.transfers = (lines.transfers + 1) & 0xff;
    if (out.length > lines.longest) lines.longest = out.length;
    if (lines.fails) return Code.Timeout;
    chip.transfer(out, into, clock.now());
    return Code.Ok;
  }

  const lines: SimulatedSpiLines = { fails: false, transfers: 0, longest: 0, transfer };
  return lines;
}
