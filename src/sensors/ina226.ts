// Texas Instruments INA226: voltage, current and power of a load over I2C, one triggered conversion a sample.
// Numbers in brackets are sections of the datasheet SBOS547A: https://www.ti.com/lit/ds/symlink/ina226.pdf
// Current and power are worked out here from the voltage across the shunt: the chip's own need a calibration that rounds,
// overflows, and is lost in a brown-out. Never waits: each step is one to four transfers.

import { Code } from '../ports/codes.ts';
import type { I2cBus } from '../ports/i2c.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { isBlank, nearest, signedWordAt, waitAfter, wordAt } from './check.ts';
import type { Driver } from './driver.ts';
import { numberOr } from './options.ts';
import { createSampler } from './sampler.ts';

export interface Ina226Options {
  /** 0x40 (default) to 0x4F, by pins A0 and A1 [7.5.5.1]. */
  readonly address?: number;
  /** The shunt's resistance in ohms, default 0.1. At most 81.92 mV may be across it: 0.8 A. */
  readonly shunt?: number;
  /** Time of one conversion, microseconds, default 1100: longer ones have less noise [7.6.1]. */
  readonly conversionUs?: 140 | 204 | 332 | 588 | 1100 | 2116 | 4156 | 8244;
  /** Conversions that the chip averages, default 1 [7.6.1]. */
  readonly samples?: 1 | 4 | 16 | 64 | 128 | 256 | 512 | 1024;
}

/** Voltage up to what the chip bears [6.3]; current as large as a reading can hold. */
const CHANNELS: readonly ChannelMeta[] = [
  { key: 'voltage', unit: 'V', deviceClass: 'voltage', decimals: 3, precision: 3, min: 0, max: 36000 },
  {
    key: 'current',
    unit: 'A',
    deviceClass: 'current',
    decimals: 6,
    precision: 5,
    min: -134000000,
    max: 134000000,
  },
  {
    key: 'power',
    unit: 'W',
    deviceClass: 'power',
    decimals: 3,
    precision: 3,
    min: -4900000,
    max: 4900000,
  },
];

/** Codes of options are places in these. */
const TIMES_US: readonly number[] = [140, 204, 332, 588, 1100, 2116, 4156, 8244];
const SAMPLES: readonly number[] = [1, 4, 16, 64, 128, 256, 512, 1024];

const enum Register {
  Config = 0,
  ShuntVoltage = 1,
  BusVoltage = 2,
  Mask = 6,
  ManufacturerId = 0xfe,
}

/** "TI". */
const MANUFACTURER = 0x5449;
const RESET_WORD = 0x8000;
/** Reads so, whatever is written. */
const RESERVED = 0x4000;
/** Shunt and bus, once; a reset leaves 7. */
const TRIGGERED = 3;
/** Conversion ready, in the mask register; reading clears it [7.6.7]. */
const READY = 8;

const RESET_MS = 2;

/** An INA226 on `bus`. Touches nothing before the first `start`. */
export function createIna226(bus: I2cBus, options: Ina226Options = {}): Driver<Ina226Options> {
  const command = new Uint8Array(3);
  const word = new Uint8Array(2);
  let address = 0x40;
  let shunt = 0.1;
  let config = 0;
  let conversionMs = 0;

  function configure(next: Ina226Options): number {
    const timeUs = numberOr(next.conversionUs, 1100);
    const samples = numberOr(next.samples, 1);
    const time = TIMES_US.indexOf(timeUs);
    const average = SAMPLES.indexOf(samples);
    address = numberOr(next.address, 0x40);
    shunt = numberOr(next.shunt, 0.1);
    config = RESERVED | (average << 9) | (time << 6) | (time << 3) | TRIGGERED;
    // Two conversions, 10 % longer than they are called at most [6.5]; rounded up, and one for the clock.
    conversionMs = ((samples * timeUs * 2.2) / 1000 + 2) | 0;
    if ((time | average) < 0 || !(shunt > 0)) return Code.BadOptions;
    return address < 0x40 || address > 0x4f ? Code.BadOptions : Code.Ok;
  }

  function setConfig(value: number): number {
    command[0] = Register.Config;
    command[1] = value >> 8;
    command[2] = value;
    return bus.write(address, command);
  }

  function fetch(register: number): number {
    return bus.readRegister(address, register, word);
  }

  function setUp(step: number): number {
    if (step > 0) return Code.Ok;
    const code = fetch(Register.ManufacturerId);
    if (code < 0) return code;
    if (wordAt(word, 0) !== MANUFACTURER) return isBlank(word) ? Code.Fault : Code.WrongId;
    return waitAfter(setConfig(RESET_WORD), RESET_MS);
  }

  /** @param load steps of 1.25 mV. @param drop steps of 2.5 uV across the shunt. */
  function evaluate(load: number, drop: number, values: Int32Array): number {
    if (load >= 0x7fff || drop >= 0x7fff || drop <= -0x8000) return Code.Overflow;
    const current = (drop * 2.5) / shunt;
    values[0] = nearest(load * 1.25);
    values[1] = nearest(current);
    values[2] = nearest((current * load) / 800000);
    return Code.Ok;
  }

  function measure(step: number, _now: number, values: Int32Array): number {
    if (step === 0) return waitAfter(setConfig(config), conversionMs);
    let code = fetch(Register.Mask);
    if (code < 0) return code;
    const isReady = (word[1] & READY) > 0;
    code = fetch(Register.BusVoltage);
    if (code < 0) return code;
    const load = wordAt(word, 0);
    code = fetch(Register.ShuntVoltage);
    if (code < 0) return code;
    const drop = signedWordAt(word, 0);
    // The settings last: what was read before them was made with them.
    code = fetch(Register.Config);
    if (code < 0) return code;
    if (wordAt(word, 0) !== config) return Code.Fault;
    return isReady ? evaluate(load, drop, values) : Code.NotReady;
  }

  function sleep(): void {
    setConfig(config & ~7);
  }

  return createSampler(
    {
      channels: CHANNELS,
      warmUpMs: RESET_MS,
      minIntervalMs: 5,
      discard: 0,
      retryMs: 2,
      patienceMs: 30,
      configure,
      setUp,
      measure,
      sleep,
    },
    options,
  );
}
