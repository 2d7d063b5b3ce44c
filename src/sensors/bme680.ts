// Bosch BME680 and BME688: temperature, humidity, air pressure, and the resistance of a heated gas sensor over I2C, one forced
// conversion a sample. Numbers in brackets are sections of the datasheet BST-BME680-DS001:
// https://www.bosch-sensortec.com/media/boschsensortec/downloads/datasheets/bst-bme680-ds001.pdf
// An index of air quality needs Bosch's closed library, which is not here. Never waits: each call does one to six transfers.

import { Code } from '../ports/codes.ts';
import type { I2cBus } from '../ports/i2c.ts';
import { NO_VALUE } from '../ports/reading.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { fineTemperature } from './bme280-compensation.ts';
import { HUMIDITY, PRESSURE, TEMPERATURE, oversamplingCode } from './bme280-core.ts';
import type { Oversampling } from './bme280-core.ts';
import {
  TRIM_COUNT,
  gasResistance,
  gasResistanceHigh,
  heaterCode,
  humidity,
  pressure,
  readTrim,
} from './bme680-compensation.ts';
import { isBlank, nearest, waitAfter } from './check.ts';
import type { Driver } from './driver.ts';
import { createSampler } from './sampler.ts';

export interface Bme680Options {
  /** 0x76 (default) with SDO low, 0x77 with SDO high. */
  readonly address?: 0x76 | 0x77;
  /** Samples that the chip averages, default 1 each [3.2.1]. */
  readonly temperatureOversampling?: Oversampling;
  /** The same of humidity. */
  readonly humidityOversampling?: Oversampling;
  /** The same of pressure. */
  readonly pressureOversampling?: Oversampling;
  /** Coefficient of the low-pass filter for temperature and pressure, default 0 for none [3.2.3]. */
  readonly filter?: 0 | 1 | 3 | 7 | 15 | 31 | 63 | 127;
  /** Of the gas sensor's plate, 200 to 400 degrees, default 320 [3.3.5]; 0: leave it cold, without a gas resistance. */
  readonly heaterTemperature?: number;
  /** How long it is heated before the gas resistance is measured, 1 to 4032 milliseconds, default 150 [3.3.5]. */
  readonly heaterMs?: number;
}

/** Ranges from the tables of section 1: outside, the chip works but its values mean nothing. */
const CHANNELS: readonly ChannelMeta[] = [
  TEMPERATURE,
  HUMIDITY,
  PRESSURE,
  {
    key: 'gas-resistance',
    unit: '\xCE\xA9',
    deviceClass: '',
    decimals: 0,
    precision: 0,
    // The ends of the converters of both chips.
    min: 100,
    max: 110000000,
  },
];

const enum Register {
  TrimThird = 0x00,
  Field = 0x1d,
  HeaterResistance = 0x5a,
  GasWait = 0x64,
  ControlGas0 = 0x70,
  ControlGas1 = 0x71,
  ControlHumidity = 0x72,
  ControlMeasure = 0x74,
  Config = 0x75,
  TrimFirst = 0x8a,
  ChipId = 0xd0,
  Reset = 0xe0,
  TrimSecond = 0xe1,
  Variant = 0xf0,
}

const CHIP_ID = 0x61;
const RESET_WORD = 0xb6;
const FORCED_MODE = 1;
const MODE_MASK = 3;
/** The first byte of the field: something is there, gas is being measured, the rest is. */
const NEW_DATA = 0x80;
const MEASURING = 0x60;
/** The last byte of a gas resistance: it was measured in this conversion, and the plate was as hot as it should be [5.3.5]. */
const VALID_AND_HOT = 0x30;
/** Codes of a register that no conversion has written since the reset. */
const NO_VALUE_20 = 0x80000;
const NO_VALUE_16 = 0x8000;

/** Bosch's own driver waits so long after a reset; the datasheet has 2 ms for it [1.1]. */
const START_UP_MS = 10;

/** @returns the register code of the filter, 0 to 7; -1 for one that the chip does not have. */
function filterCode(coefficient: number | undefined): number {
  if (coefficient === undefined) return 0;
  for (let code = 0; code <= 7; code++) if ((1 << code) - 1 === coefficient) return code;
  return -1;
}

/** @returns the register code of a time: six bits, times 1, 4, 16 or 64 [5.3.3]. */
function gasWaitCode(ms: number): number {
  let code = 0;
  while (ms > 63) {
    ms >>= 2;
    code += 64;
  }
  return code + ms;
}

/** A BME680 or BME688 on `bus`. Touches nothing before the first `start`. */
export function createBme680(bus: I2cBus, options: Bme680Options = {}): Driver<Bme680Options> {
  let address = 0x76;
  let controlMeasure = 0;
  let conversionMs = 0;
  let heaterTemperature = 0;
  /** Degrees around the plate: what was measured last. */
  let ambient = 25;
  let isHigh = false;

  const command = new Uint8Array(2);
  const byte = new Uint8Array(1);
  const settings = new Uint8Array([
    Register.GasWait,
    0,
    Register.ControlGas1,
    0,
    Register.ControlHumidity,
    0,
    Register.Config,
    0,
  ]);
  const start = new Uint8Array([Register.HeaterResistance, 0, Register.ControlMeasure, 0]);
  const first = new Uint8Array(23);
  const second = new Uint8Array(14);
  const third = new Uint8Array(5);
  const trim = new Int32Array(TRIM_COUNT);
  // Status, index, pressure (3), temperature (3), humidity (2), reserved (3), gas of the BME680 (2), of the BME688 (2).
  const field = new Uint8Array(17);
  // ctrl_gas_0, ctrl_gas_1, ctrl_hum, a reserved one, ctrl_meas, config.
  const control = new Uint8Array(6);

  function configureHeater(temperature: number, ms: number): boolean {
    heaterTemperature = temperature;
    settings[1] = gasWaitCode(ms & 0xfff);
    if (temperature === 0) return true;
    conversionMs += ms;
    return temperature >= 200 && temperature <= 400 && ms >= 1 && ms <= 4032;
  }

  function configure(next: Bme680Options): number {
    const codeT = oversamplingCode(next.temperatureOversampling);
    const codeH = oversamplingCode(next.humidityOversampling);
    const codeP = oversamplingCode(next.pressureOversampling);
    const codeF = filterCode(next.filter);
    address = next.address === undefined ? 0x76 : next.address;
    settings[5] = codeH;
    settings[7] = codeF << 2;
    controlMeasure = (codeT << 5) | (codeP << 2);
    start[3] = controlMeasure | FORCED_MODE;
    // Microseconds as Bosch's own driver counts them: 1963 a sample, 477 for each of nine switches, 1000 to wake up; and
    // one for the clock. A code is twice its samples.
    conversionMs = ((7293 + 981.5 * ((1 << codeT) + (1 << codeH) + (1 << codeP))) / 1000) | 0;
    const isHeater = configureHeater(
      next.heaterTemperature === undefined ? 320 : next.heaterTemperature,
      next.heaterMs === undefined ? 150 : next.heaterMs,
    );
    const isKnown = codeT * codeH * codeP > 0 && codeF >= 0;
    return isKnown && isHeater && address >> 1 === 0x76 >> 1 ? Code.Ok : Code.BadOptions;
  }

  function setRegister(register: number, value: number): number {
    command[0] = register;
    command[1] = value;
    return bus.write(address, command);
  }

  /** Look at the chip's identity and reset it. @returns milliseconds, or a negative Code. */
  function identify(): number {
    const code = bus.readRegister(address, Register.ChipId, byte);
    if (code < 0) return code;
    if (byte[0] !== CHIP_ID) return isBlank(byte) ? Code.Fault : Code.WrongId;
    return waitAfter(setRegister(Register.Reset, RESET_WORD), START_UP_MS);
  }

  /** After the reset: fetch the trimming values, and configure. */
  function setUp(step: number): number {
    if (step === 0) return identify();
    let code = bus.readRegister(address, Register.Variant, byte);
    if (code === Code.Ok) code = bus.readRegister(address, Register.TrimFirst, first);
    if (code === Code.Ok) code = bus.readRegister(address, Register.TrimSecond, second);
    if (code === Code.Ok) code = bus.readRegister(address, Register.TrimThird, third);
    if (code < 0) return code;
    if (isBlank(first) || isBlank(second)) return Code.Fault;
    readTrim(first, second, third, trim);
    isHigh = byte[0] === 1;
    settings[3] = heaterTemperature === 0 ? 0 : isHigh ? 0x20 : 0x10;
    return bus.write(address, settings);
  }

  /** @returns false when the chip does not hold what we wrote: it was reset, or the bus gives all 0x00 or 0xFF. */
  function keepsSettings(): boolean {
    return (
      (control[1] & 0x30) === settings[3] &&
      (control[2] & 7) === settings[5] &&
      (control[4] & 0xfc) === controlMeasure &&
      (control[5] & 0x1c) === settings[7]
    );
  }

  /** @param at of its two bytes. @returns ohms; NO_VALUE where there are none, or the converter is at its end. */
  function gas(at: number): number {
    const last = field[at + 1];
    const raw = (field[at] << 2) | (last >> 6);
    if ((last & VALID_AND_HOT) !== VALID_AND_HOT || raw === 0 || raw === 1023) return NO_VALUE;
    return nearest(isHigh ? gasResistanceHigh(raw, last & 15) : gasResistance(trim, raw, last & 15));
  }

  /** Compensate what was read. @returns 0, or a negative Code. */
  function evaluate(values: Int32Array): number {
    const rawP = (field[2] << 12) | (field[3] << 4) | (field[4] >> 4);
    const rawT = (field[5] << 12) | (field[6] << 4) | (field[7] >> 4);
    const rawH = (field[8] << 8) | field[9];
    // A reset leaves all three; all are switched on.
    if (rawT === NO_VALUE_20 && rawP === NO_VALUE_20 && rawH === NO_VALUE_16) return Code.Fault;
    // The formula cuts humidity to 0..100 %, and so would hide a converter at its end.
    if (rawH === 0 || rawH === 0xffff) return Code.Range;
    const fine = fineTemperature(trim, rawT);
    values[0] = nearest((fine * 25) / 128);
    values[1] = nearest(humidity(trim, fine, rawH) * 1000);
    values[2] = nearest(pressure(trim, fine, rawP));
    values[3] = heaterTemperature === 0 ? NO_VALUE : gas(isHigh ? 15 : 13);
    ambient = (fine / 5120) | 0;
    return Code.Ok;
  }

  function measure(step: number, _now: number, values: Int32Array): number {
    if (step === 0) {
      if (heaterTemperature > 0) start[1] = heaterCode(trim, heaterTemperature, ambient);
      return waitAfter(bus.write(address, start), conversionMs);
    }
    let code = bus.readRegister(address, Register.Field, field);
    // Behind the values, so that these were measured under the settings that are seen.
    if (code === Code.Ok) code = bus.readRegister(address, Register.ControlGas0, control);
    if (code < 0) return code;
    if (!keepsSettings()) return Code.Fault;
    if ((field[0] & (NEW_DATA | MEASURING)) !== NEW_DATA || control[4] & MODE_MASK) return Code.NotReady;
    return evaluate(values);
  }

  function sleep(): void {
    setRegister(Register.ControlMeasure, 0);
  }

  return createSampler(
    {
      channels: CHANNELS,
      warmUpMs: START_UP_MS,
      // More often, and the plate warms the others.
      minIntervalMs: 1000,
      discard: 0,
      retryMs: 5,
      patienceMs: 60,
      configure,
      setUp,
      measure,
      sleep,
    },
    options,
  );
}
