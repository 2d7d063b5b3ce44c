// Texas Instruments INA219: voltage, current and power of a load over I2C, one triggered conversion a sample.
// Numbers in brackets are sections of the datasheet SBOS448G: https://www.ti.com/lit/ds/symlink/ina219.pdf
// Current and power are worked out here from the voltage across the shunt: the chip's own need a calibration that rounds,
// overflows, and is lost in a brown-out. Never waits: each step is one to three transfers.

import { Code } from '../ports/codes.ts';
import type { I2cBus } from '../ports/i2c.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { isBlank, nearest, signedWordAt, waitAfter, wordAt } from './check.ts';
import type { Driver } from './driver.ts';
import { exponentOf, numberOr } from './options.ts';
import { createSampler } from './sampler.ts';

export interface Ina219Options {
  /** 0x40 (default) to 0x4F, by pins A0 and A1 [8.5.5.1]. */
  readonly address?: number;
  /** The shunt's resistance in ohms, default 0.1. */
  readonly shunt?: number;
  /** Largest voltage across the shunt, millivolts, default 320: 3.2 A with 0.1 ohms [8.6.2.1]. */
  readonly shuntRange?: 40 | 80 | 160 | 320;
  /** Largest voltage of the load, volts, default 32, of which the chip bears 26 [8.6.2.1]. */
  readonly voltageRange?: 16 | 32;
  /** Conversions that the chip averages, default 1 [8.6.2.1]. */
  readonly samples?: 1 | 2 | 4 | 8 | 16 | 32 | 64 | 128;
}

/** Voltage up to what the chip bears [7.3]; current as large as a reading can hold. */
const CHANNELS: readonly ChannelMeta[] = [
  { key: 'voltage', unit: 'V', deviceClass: 'voltage', decimals: 3, precision: 3, min: 0, max: 26000 },
  {
    key: 'current',
    unit: 'A',
    deviceClass: 'current',
    decimals: 6,
    precision: 4,
    min: -134000000,
    max: 134000000,
  },
  {
    key: 'power',
    unit: 'W',
    deviceClass: 'power',
    decimals: 3,
    precision: 3,
    min: -3500000,
    max: 3500000,
  },
];

const enum Register {
  Config = 0,
  ShuntVoltage = 1,
  BusVoltage = 2,
}

const RESET_WORD = 0x8000;
/** The configuration that a reset leaves: it tells this chip from another, and one that was reset from one that was not. */
const RESET_CONFIG = 0x399f;
/** Averaging codes of both converters, 8 to 15. */
const AVERAGING = 0x440;
/** Shunt and bus, once. */
const TRIGGERED = 3;
/** Conversion ready [8.6.3.2]. */
const READY = 2;

const RESET_MS = 2;

/** An INA219 on `bus`. Touches nothing before the first `start`. */
export function createIna219(bus: I2cBus, options: Ina219Options = {}): Driver<Ina219Options> {
  const command = new Uint8Array(3);
  const word = new Uint8Array(2);
  let address = 0x40;
  let shunt = 0.1;
  let config = 0;
  let shuntEnd = 0;
  let busEnd = 0;
  let conversionMs = 0;

  function configure(next: Ina219Options): number {
    const gain = exponentOf(numberOr(next.shuntRange, 320) / 40, 3);
    const range = exponentOf(numberOr(next.voltageRange, 32) / 16, 1);
    const average = exponentOf(numberOr(next.samples, 1), 7);
    address = numberOr(next.address, 0x40);
    shunt = numberOr(next.shunt, 0.1);
    config = AVERAGING | (range << 13) | (gain << 11) | (average << 7) | (average << 3) | TRIGGERED;
    shuntEnd = 4000 << gain;
    busEnd = 4000 << range;
    // 586 us at most for each of two [7.5], rounded up, and one for the clock.
    conversionMs = (1.172 * (1 << average) + 2) | 0;
    if ((gain | range | average) < 0 || !(shunt > 0)) return Code.BadOptions;
    return address < 0x40 || address > 0x4f ? Code.BadOptions : Code.Ok;
  }

  function setConfig(value: number): number {
    command[0] = Register.Config;
    command[1] = value >> 8;
    command[2] = value;
    return bus.write(address, command);
  }

  /** There is no identity but what the reset leaves. */
  function setUp(step: number): number {
    if (step === 0) return waitAfter(setConfig(RESET_WORD), RESET_MS);
    const code = bus.readRegister(address, Register.Config, word);
    if (code < 0 || wordAt(word, 0) === RESET_CONFIG) return code;
    return isBlank(word) ? Code.Fault : Code.WrongId;
  }

  /** @param load what the register of the load's voltage holds. @param drop steps of 10 uV across the shunt. */
  function evaluate(load: number, drop: number, values: Int32Array): number {
    const steps = load >> 3;
    if (steps >= busEnd || drop >= shuntEnd || drop <= -shuntEnd) return Code.Overflow;
    const current = (drop * 10) / shunt;
    values[0] = steps * 4;
    values[1] = nearest(current);
    values[2] = nearest((current * steps) / 250000);
    return Code.Ok;
  }

  function measure(step: number, _now: number, values: Int32Array): number {
    if (step === 0) return waitAfter(setConfig(config), conversionMs);
    let code = bus.readRegister(address, Register.BusVoltage, word);
    if (code < 0) return code;
    const load = wordAt(word, 0);
    code = bus.readRegister(address, Register.ShuntVoltage, word);
    if (code < 0) return code;
    const drop = signedWordAt(word, 0);
    // The settings last: what was read before them was made with them.
    code = bus.readRegister(address, Register.Config, word);
    if (code < 0) return code;
    if (wordAt(word, 0) !== config) return Code.Fault;
    return load & READY ? evaluate(load, drop, values) : Code.NotReady;
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
