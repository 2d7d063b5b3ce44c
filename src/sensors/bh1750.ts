// ROHM BH1750FVI: illuminance over I2C, one measurement a sample; the chip sleeps in between.
// Numbers in brackets are pages of the datasheet "BH1750FVI" of November 2011:
// https://www.mouser.com/datasheet/2/348/bh1750fvi-e-186247.pdf
// The chip has neither identity nor checksum nor anything that can be read but its result, and darkness is 0. Nor does it say when it
// is done. So nothing is left of the last result when a measurement begins, and a 0 is measured again, with patience: a chip
// that was slow, or forgot what it was told, does not make a night.

import { Code } from '../ports/codes.ts';
import type { I2cBus } from '../ports/i2c.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { nearest, waitAfter, wordAt } from './check.ts';
import type { Driver } from './driver.ts';
import { createSampler } from './sampler.ts';

export interface Bh1750Options {
  /** 0x23 (default) with ADDR low, 0x5C with ADDR high. */
  readonly address?: 0x23 | 0x5c;
  /** Lux a step: 1 (default), 0.5 for half the range, or 4 for a seventh of the time [5]. */
  readonly resolution?: 0.5 | 1 | 4;
  /** Of the light's collection, 31 to 254, default 69: 31 for sunlight up to 121 klx, 254 for the dark or behind dark glass [11]. */
  readonly measurementTime?: number;
}

const CHANNELS: readonly ChannelMeta[] = [
  {
    key: 'illuminance',
    unit: 'lx',
    deviceClass: 'illuminance',
    decimals: 3,
    precision: 1,
    min: 0,
    max: 122000000,
  },
];

/** [5] */
const enum Command {
  PowerDown = 0x00,
  PowerOn = 0x01,
  Reset = 0x07,
  OnceHigh = 0x20,
  OnceHigh2 = 0x21,
  OnceLow = 0x23,
  TimeHigh = 0x40,
  TimeLow = 0x60,
}

/** Measurement time that all times and results of the datasheet are for. */
const USUAL_TIME = 69;
/** Longest measurements at that [2]. */
const HIGH_MS = 180;
const LOW_MS = 24;

/** @returns the command for a resolution; 0 for one that the chip does not have. */
function commandOf(resolution: number): number {
  if (resolution === 1) return Command.OnceHigh;
  return resolution === 0.5 ? Command.OnceHigh2 : resolution === 4 ? Command.OnceLow : 0;
}

/** A BH1750 on `bus`. Touches nothing before the first `start`. */
export function createBh1750(bus: I2cBus, options: Bh1750Options = {}): Driver<Bh1750Options> {
  let address = 0x23;
  let time = USUAL_TIME;
  let measureCommand: number = Command.OnceHigh;
  let measureMs = 0;

  const command = new Uint8Array(1);
  const result = new Uint8Array(2);

  function configure(next: Bh1750Options): number {
    address = next.address === undefined ? 0x23 : next.address;
    time = next.measurementTime === undefined ? USUAL_TIME : next.measurementTime;
    measureCommand = commandOf(next.resolution === undefined ? 1 : next.resolution);
    const longest = measureCommand === Command.OnceLow ? LOW_MS : HIGH_MS;
    // Rounded up, and one more, since the clock may be about to tick.
    measureMs = ((longest * time) / USUAL_TIME + 2) | 0;
    const isKnown = measureCommand > 0 && time >= 31 && time <= 254;
    return isKnown && (address === 0x23 || address === 0x5c) ? Code.Ok : Code.BadOptions;
  }

  function send(code: number): number {
    command[0] = code;
    return bus.write(address, command);
  }

  /** All of it each time, since the chip may have forgotten. @returns milliseconds, or a negative Code. */
  function begin(ms: number): number {
    let code = send(Command.PowerOn);
    if (code === Code.Ok) code = send(Command.Reset);
    if (code === Code.Ok) code = send(Command.TimeHigh | (time >> 5));
    if (code === Code.Ok) code = send(Command.TimeLow | (time & 31));
    if (code === Code.Ok) code = send(measureCommand);
    return waitAfter(code, ms);
  }

  function setUp(): number {
    return send(Command.PowerOn);
  }

  function measure(step: number, _now: number, values: Int32Array): number {
    if (step === 0) return begin(measureMs);
    const code = bus.read(address, result);
    if (code < 0) return code;
    const raw = wordAt(result, 0);
    // The converter's end; also a bus that gives nothing but ones.
    if (raw === 0xffff) return Code.Overflow;
    if (raw === 0 && step === 1) return begin(2 * measureMs);
    // A count is 1 / 1.2 lx [7], in mode 2 half of it.
    const full = measureCommand === Command.OnceHigh2 ? 28750 : 57500;
    values[0] = nearest((raw * full) / time);
    return Code.Ok;
  }

  function sleep(): void {
    send(Command.PowerDown);
  }

  return createSampler(
    {
      channels: CHANNELS,
      warmUpMs: 1,
      minIntervalMs: HIGH_MS,
      discard: 0,
      retryMs: 2,
      patienceMs: 20,
      configure,
      setUp,
      measure,
      sleep,
    },
    options,
  );
}
