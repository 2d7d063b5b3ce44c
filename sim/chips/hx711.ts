// An HX711 as its two pins show it: ready when DOUT is low, 24 pulses of data and 1 to 3 more for the next channel and gain, settling, a
// reset where PD_SCK stays high. From Avia's datasheet. Knows no driver. Its pins hang on an SPI bus whose data line is the
// clock: bit by bit, one a microsecond. Faults `wrongId`, `badCrc` it cannot have.

import type { Surroundings } from '../environment/surroundings.ts';
import { createFaults, createUnwrapped } from './faults.ts';
import type { FaultyChip } from './faults.ts';

export interface Hx711ChipOptions {
  readonly surroundings: Surroundings;
  /** Codes a gram on channel A at gain 128, and without weight. */
  readonly perGram: number;
  readonly zero: number;
  /** Level of pin RATE: conversions a second, 10 (default) or 80. */
  readonly rate?: 10 | 80;
}

export interface Hx711Chip extends FaultyChip {
  /** What comes in is the clock's level, what goes out DOUT's, high bit first. */
  transfer(out: Uint8Array, into: Uint8Array, now: number): void;
  /** Channel and gain of the conversion that runs: 1 A 128, 2 B 32, 3 A 64. */
  setting: number;
  /** Somebody leaves the clock line high between transfers. */
  idlesHigh: boolean;
  /** Resets by a clock that was high for too long, modulo 256. */
  resets: number;
  /** Microseconds of the longest pulse so far. */
  longestUs: number;
}

const MAX = 0x7fffff;
/** Conversions until the output is right, after a reset or another setting. */
const SETTLING = 4;

export function createHx711Chip(options: Hx711ChipOptions): Hx711Chip {
  const weight = options.surroundings.weight;
  const periodMs = options.rate === 80 ? 12.5 : 100;
  const faults = createFaults();
  const timeOf = createUnwrapped();
  let readyAt = 0;
  let pulses = 0;
  let data = 0;
  let dout = 1;
  let clock = 0;

  function restart(time: number): void {
    chip.setting = 1;
    pulses = 0;
    readyAt = time + SETTLING * periodMs;
  }

  /** @returns the code of what is on the scale now, as 24 bits. */
  function convert(time: number): number {
    let code = weight(time) * options.perGram + options.zero;
    if (chip.setting === 3) code = code / 2;
    // Nothing is connected to channel B.
    if (chip.setting === 2) code = 0;
    code = Math.floor(code + 0.5);
    if (code > MAX || faults.saturated) code = MAX;
    if (code < -MAX - 1) code = -MAX - 1;
    return code & 0xffffff;
  }

  function isReady(time: number): boolean {
    return time >= readyAt + faults.slowMs;
  }

  function rise(time: number): void {
    if (pulses === 0) data = isReady(time) ? convert(time) : 0xffffff;
    pulses++;
    dout = pulses > 24 ? 1 : (data >> (24 - pulses)) & 1;
  }

  /** The pulses are over: those beyond 24 choose what is converted next. */
  function finish(time: number): void {
    if (pulses < 25) return;
    const next = pulses > 27 ? 3 : pulses - 24;
    readyAt = time + (next === chip.setting ? periodMs : SETTLING * periodMs);
    chip.setting = next;
    pulses = 0;
  }

  function levelOfData(time: number): number {
    if (faults.stuckLow) return 0;
    if (faults.absent || faults.stuckHigh) return 1;
    return pulses > 0 ? dout : isReady(time) ? 0 : 1;
  }

  function transfer(out: Uint8Array, into: Uint8Array, now: number): void {
    const time = timeOf(now);
    if (clock === 1) {
      // High for more than 60 us: it was off, and starts now.
      chip.resets = (chip.resets + 1) & 0xff;
      restart(time);
    }
    clock = 0;
    let us = 0;
    for (let bit = 0; bit < out.length * 8; bit++) {
      const level = (out[bit >> 3] >> (7 - (bit & 7))) & 1;
      if (level && !clock) rise(time);
      us = level ? us + 1 : 0;
      if (us > chip.longestUs) chip.longestUs = us;
      clock = level;
      into[bit >> 3] = (into[bit >> 3] << 1) | levelOfData(time);
    }
    if (chip.idlesHigh) clock = 1;
    finish(time);
  }

  const chip: Hx711Chip = {
    faults,
    transfer,
    setting: 1,
    idlesHigh: false,
    resets: 0,
    longestUs: 0,
    brownOut: (now) => restart(timeOf(now)),
  };
  restart(-1000000);
  return chip;
}
