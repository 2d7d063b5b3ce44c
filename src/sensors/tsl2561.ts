// ams (TAOS) TSL2561: illuminance over I2C from a broad and an infrared channel, one measurement a sample, with the sensitivity that
// the light asks for. Numbers in brackets are pages of the datasheet TAOS059N:
// https://cdn-shop.adafruit.com/datasheets/TSL2561.pdf

import { Code } from '../ports/codes.ts';
import type { I2cBus } from '../ports/i2c.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { isBlank, lowWordAt, nearest, waitAfter } from './check.ts';
import type { Driver } from './driver.ts';
import { createSampler } from './sampler.ts';

export interface Tsl2561Options {
  /** 0x39 (default) with ADDR open, 0x29 low, 0x49 high. */
  readonly address?: 0x29 | 0x39 | 0x49;
  /** Fixed instead of automatic, together with `integrationMs`: 1 where only that is given. */
  readonly gain?: 1 | 16;
  /** Fixed instead of automatic, together with `gain`: 402 where only that is given; 14 stands for 13.7. */
  readonly integrationMs?: 14 | 101 | 402;
}

const CHANNELS: readonly ChannelMeta[] = [
  {
    key: 'illuminance',
    unit: 'lx',
    deviceClass: 'illuminance',
    decimals: 3,
    precision: 1,
    min: 0,
    max: 75000000,
  },
];

/** With the bit that makes it a command; words with theirs [13]. */
const enum Register {
  Control = 0x80,
  Timing = 0x81,
  Id = 0x8a,
  Broad = 0xac,
  Infrared = 0xae,
}

const POWER_ON = 3;
const GAIN_16 = 0x10;
/** Part numbers [16]: in the CS package, and in T, FN and CL. The TSL2560 is another. */
const PART_CS = 0x10;
const PART_T = 0x50;

/** Sensitivities as codes of the timing register [15], the least first. */
const RANGES = [0x00, 0x01, 0x02, 0x12];
const FIRST_RANGE = 2;
const TOO_FEW = 100;
/** More than there are sensitivities. */
const STEPS_MAX = 6;
/** By code of the time: its end of the converter [4], and its length at the slowest clock of 690 kHz, rounded up, and one. */
const FULL = [5047, 37177, 65535];
const WAIT_MS = [16, 109, 430];
/** Clocks, in the unit that the datasheet scales with [23]. */
const CLOCKS = [11, 81, 322];

/** @returns the code of a sensitivity; negative for one that the chip does not have. */
function timingOf(gain: number, ms: number): number {
  const time = ms === 14 ? 0 : ms === 101 ? 1 : ms === 402 ? 2 : -1;
  return gain === 1 ? time : gain === 16 ? time | GAIN_16 : -1;
}

/** Lux by the formulas for the CS package [22]. @param broad @param infrared counts at gain 16 and 402 ms. */
function luxCs(broad: number, infrared: number): number {
  const ratio = infrared / broad;
  if (ratio <= 0.52) return 0.0315 * broad - 0.0593 * broad * Math.pow(ratio, 1.4);
  if (ratio <= 0.65) return 0.0229 * broad - 0.0291 * infrared;
  if (ratio <= 0.8) return 0.0157 * broad - 0.018 * infrared;
  return ratio <= 1.3 ? 0.00338 * broad - 0.0026 * infrared : 0;
}

/** The same for the T, FN and CL packages [23]. */
function luxT(broad: number, infrared: number): number {
  const ratio = infrared / broad;
  if (ratio <= 0.5) return 0.0304 * broad - 0.062 * broad * Math.pow(ratio, 1.4);
  if (ratio <= 0.61) return 0.0224 * broad - 0.031 * infrared;
  if (ratio <= 0.8) return 0.0128 * broad - 0.0153 * infrared;
  return ratio <= 1.3 ? 0.00146 * broad - 0.00112 * infrared : 0;
}

/** A TSL2561 on `bus`. Touches nothing before the first `start`. */
export function createTsl2561(bus: I2cBus, options: Tsl2561Options = {}): Driver<Tsl2561Options> {
  let address = 0x39;
  let isAutomatic = true;
  let range = FIRST_RANGE;
  let timing = 0;
  let isCs = false;

  const command = new Uint8Array(2);
  const byte = new Uint8Array(1);
  const word = new Uint8Array(2);

  function configure(next: Tsl2561Options): number {
    address = next.address === undefined ? 0x39 : next.address;
    isAutomatic = next.gain === undefined && next.integrationMs === undefined;
    range = FIRST_RANGE;
    timing = timingOf(
      next.gain === undefined ? 1 : next.gain,
      next.integrationMs === undefined ? 402 : next.integrationMs,
    );
    const isAddress = address === 0x29 || address === 0x39 || address === 0x49;
    return isAddress && timing >= 0 ? Code.Ok : Code.BadOptions;
  }

  function write(register: number, value: number): number {
    command[0] = register;
    command[1] = value;
    return bus.write(address, command);
  }

  /** @returns a byte or a word, or a negative Code. */
  function read(register: number, into: Uint8Array): number {
    const code = bus.readRegister(address, register, into);
    return code < 0 ? code : into.length === 1 ? into[0] : lowWordAt(into, 0);
  }

  function setUp(): number {
    const id = read(Register.Id, byte);
    if (id < 0) return id;
    const part = id & 0xf0;
    isCs = part === PART_CS;
    if (isCs || part === PART_T) return Code.Ok;
    return isBlank(byte) ? Code.Fault : Code.WrongId;
  }

  /** Start with the sensitivity that is set, from the beginning of an integration. @returns milliseconds, or a negative Code. */
  function begin(): number {
    if (isAutomatic) timing = RANGES[range];
    let code = write(Register.Control, 0);
    if (code === Code.Ok) code = write(Register.Timing, timing);
    if (code === Code.Ok) code = write(Register.Control, POWER_ON);
    return waitAfter(code, WAIT_MS[timing & 3]);
  }

  /** @returns whether another sensitivity is set that fits better. */
  function changesRange(broad: number, isFull: boolean): boolean {
    if (isFull && range > 0) range--;
    else if (broad < TOO_FEW && range < RANGES.length - 1) range++;
    else return false;
    return true;
  }

  /** @returns 0 when the chip has power and the settings that we gave it, or a negative Code. */
  function checkSettings(): number {
    const control = read(Register.Control, byte);
    if (control < 0) return control;
    const seen = read(Register.Timing, byte);
    if (seen < 0) return seen;
    return (control & 0x0f) === POWER_ON && seen === timing ? Code.Ok : Code.Fault;
  }

  function milliluxOf(broad: number, infrared: number): number {
    // Darkness has no ratio, which is within no range: no light.
    const scale = ((timing & GAIN_16 ? 1 : 16) * 322) / CLOCKS[timing & 3];
    return nearest((isCs ? luxCs(broad, infrared) : luxT(broad, infrared)) * scale * 1000);
  }

  function measure(step: number, _now: number, values: Int32Array): number {
    if (step === 0) return begin();
    const broad = read(Register.Broad, word);
    if (broad < 0) return broad;
    const infrared = read(Register.Infrared, word);
    if (infrared < 0) return infrared;
    // Behind the values, which were measured under the settings that are seen.
    const code = checkSettings();
    if (code < 0) return code;
    const full = FULL[timing & 3];
    const isFull = broad >= full || infrared >= full;
    if (isAutomatic && step < STEPS_MAX && changesRange(broad, isFull)) return begin();
    if (isFull) return Code.Overflow;
    values[0] = milliluxOf(broad, infrared);
    return Code.Ok;
  }

  function sleep(): void {
    write(Register.Control, 0);
  }

  return createSampler(
    {
      channels: CHANNELS,
      warmUpMs: 1,
      minIntervalMs: 20,
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
