// Vishay VEML7700 and VEML6030: illuminance over I2C, one measurement a sample, with the sensitivity that the light asks for.
// Datasheet: https://www.vishay.com/docs/84286/veml7700.pdf, brackets are its pages; "note" is the application note
// https://www.vishay.com/docs/84323/designingveml7700.pdf
// Old chips have no identity: what tells that one is there is that it keeps its settings.

import { Code } from '../ports/codes.ts';
import type { I2cBus } from '../ports/i2c.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { lowWordAt, nearest, waitAfter } from './check.ts';
import type { Driver } from './driver.ts';
import { createSampler } from './sampler.ts';

export interface Veml7700Options {
  /** 0x10 (default), 0x48 for a VEML6030 with ADDR high. */
  readonly address?: 0x10 | 0x48;
  /** Fixed instead of automatic, together with `integrationMs`: 1/8 where only that is given. */
  readonly gain?: 0.125 | 0.25 | 1 | 2;
  /** Fixed instead of automatic, together with `gain`: 100 where only that is given. */
  readonly integrationMs?: 25 | 50 | 100 | 200 | 400 | 800;
}

const CHANNELS: readonly ChannelMeta[] = [
  {
    key: 'illuminance',
    unit: 'lx',
    deviceClass: 'illuminance',
    decimals: 3,
    precision: 1,
    min: 0,
    max: 134000000,
  },
];

const enum Register {
  Config = 0x00,
  PowerSaving = 0x03,
  Illuminance = 0x04,
}

const SHUTDOWN = 0x01;
/** Two results in a row before an interrupt that is off: it tells our settings from those after power-up, and from nothing but zeros. */
const MARK = 0x10;

/** Sensitivities in the order of the note's flow chart, the least first: eighths of gain, and milliseconds. */
const GAINS = [1, 1, 1, 2, 8, 16, 16, 16, 16];
const TIMES = [25, 50, 100, 100, 100, 100, 200, 400, 800];
/** Where an automatic sample begins. */
const FIRST_RANGE = 2;
/** Counts beyond which the note takes the next sensitivity. */
const TOO_FEW = 100;
const TOO_MANY = 10000;
/** Measurements of a sample in light that does not stay; more than there are sensitivities. */
const STEPS_MAX = 12;
/** From shutdown to work 2.5 ms; a result is there after the integration time in the note, and up to twice that by experience. */
const WAKE_UP_MS = 4;

/** @returns the register code; -1 for a gain that the chip does not have [7]. */
function gainCode(eighths: number): number {
  return eighths === 1 ? 2 : eighths === 2 ? 3 : eighths === 8 ? 0 : eighths === 16 ? 1 : -1;
}

/** @returns the register code; -1 for a time that the chip does not have [7]. */
function timeCode(ms: number): number {
  for (let code = 0; code < 4; code++) if (100 << code === ms) return code;
  return ms === 50 ? 8 : ms === 25 ? 12 : -1;
}

/** A VEML7700 on `bus`. Touches nothing before the first `start`. */
export function createVeml7700(bus: I2cBus, options: Veml7700Options = {}): Driver<Veml7700Options> {
  let address = 0x10;
  let isAutomatic = true;
  let range = FIRST_RANGE;
  let gain = 1;
  let time = 100;
  let config = 0;

  const command = new Uint8Array(3);
  const word = new Uint8Array(2);

  function configure(next: Veml7700Options): number {
    address = next.address === undefined ? 0x10 : next.address;
    isAutomatic = next.gain === undefined && next.integrationMs === undefined;
    range = FIRST_RANGE;
    gain = next.gain === undefined ? 1 : next.gain * 8;
    time = next.integrationMs === undefined ? 100 : next.integrationMs;
    const isKnown = gainCode(gain) >= 0 && timeCode(time) >= 0;
    return isKnown && (address === 0x10 || address === 0x48) ? Code.Ok : Code.BadOptions;
  }

  function write(register: number, value: number): number {
    command[0] = register;
    command[1] = value;
    command[2] = value >> 8;
    return bus.write(address, command);
  }

  /** @returns a word, or a negative Code. */
  function read(register: number): number {
    const code = bus.readRegister(address, register, word);
    return code < 0 ? code : lowWordAt(word, 0);
  }

  function setUp(): number {
    return write(Register.PowerSaving, 0);
  }

  /** Start with the sensitivity that is set. @returns milliseconds, or a negative Code. */
  function begin(): number {
    if (isAutomatic) {
      gain = GAINS[range];
      time = TIMES[range];
    }
    config = (gainCode(gain) << 11) | (timeCode(time) << 6) | MARK;
    // From shutdown, so that a result of before is not taken for one of now.
    const code = write(Register.Config, config | SHUTDOWN);
    return waitAfter(code < 0 ? code : write(Register.Config, config), 2 * time + WAKE_UP_MS);
  }

  /** @returns whether another sensitivity is set that fits better. */
  function changesRange(raw: number): boolean {
    if (raw > TOO_MANY && range > 0) range = raw === 0xffff ? 0 : range - 1;
    else if (raw < TOO_FEW && range < GAINS.length - 1) range++;
    else return false;
    return true;
  }

  function measure(step: number, _now: number, values: Int32Array): number {
    if (step === 0) return begin();
    const raw = read(Register.Illuminance);
    if (raw < 0) return raw;
    // Behind the value, which was measured under the settings that are seen.
    const seen = read(Register.Config);
    if (seen < 0) return seen;
    if (seen !== config) return Code.Fault;
    if (isAutomatic && step < STEPS_MAX && changesRange(raw)) return begin();
    if (raw === 0xffff) return Code.Overflow;
    // 0.0042 lx a count at the highest sensitivity [5].
    let lux = (raw * 53.76) / (gain * time);
    // Low gains are for much light, where the chip is not linear [note].
    if (gain <= 2) lux *= ((6.0135e-13 * lux - 9.3924e-9) * lux + 8.1488e-5) * lux + 1.0023;
    values[0] = nearest(lux * 1000);
    return Code.Ok;
  }

  function sleep(): void {
    write(Register.Config, SHUTDOWN);
  }

  return createSampler(
    {
      channels: CHANNELS,
      warmUpMs: WAKE_UP_MS,
      minIntervalMs: 60,
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
