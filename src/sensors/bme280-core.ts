// What the BME280 and the BMP280 have in common: registers, settings, a forced conversion and its checks. The drivers are
// bme280.ts and bmp280.ts; channels are also those of bme680.ts. Numbers in brackets are sections of the BME280's datasheet BST-BME280-DS002.
// Never waits: each call does one to five transfers.

import { Code } from '../ports/codes.ts';
import type { I2cBus } from '../ports/i2c.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { TRIM_COUNT, fineTemperature, humidity, pressure, readTrim } from './bme280-compensation.ts';
import { isBlank, nearest, waitAfter } from './check.ts';
import type { Driver } from './driver.ts';
import { createSampler } from './sampler.ts';

export type Oversampling = 1 | 2 | 4 | 8 | 16;

export interface Bme280Options {
  /** 0x76 (default) with SDO low, 0x77 with SDO high. */
  readonly address?: 0x76 | 0x77;
  /** Samples that the chip averages, default 1 each: the datasheet's advice for weather [3.5.1]. */
  readonly temperatureOversampling?: Oversampling;
  readonly humidityOversampling?: Oversampling;
  readonly pressureOversampling?: Oversampling;
  /** Coefficient of the low-pass filter for temperature and pressure, default 0 for none [3.4.4]. */
  readonly filter?: 0 | 2 | 4 | 8 | 16;
}

/** Ranges from the tables of section 1: outside, the chip works but its values mean nothing. */
export const TEMPERATURE: ChannelMeta = {
  key: 'temperature',
  unit: '\xC2\xB0C',
  deviceClass: 'temperature',
  decimals: 3,
  precision: 2,
  min: -40000,
  max: 85000,
};
export const HUMIDITY: ChannelMeta = {
  key: 'humidity',
  unit: '%',
  deviceClass: 'humidity',
  decimals: 3,
  precision: 2,
  min: 0,
  max: 100000,
};
export const PRESSURE: ChannelMeta = {
  key: 'pressure',
  unit: 'Pa',
  deviceClass: 'atmospheric_pressure',
  decimals: 0,
  precision: 0,
  min: 30000,
  max: 110000,
};

const enum Register {
  TrimLow = 0x88,
  ChipId = 0xd0,
  Reset = 0xe0,
  TrimHigh = 0xe1,
  ControlHumidity = 0xf2,
  Status = 0xf3,
  ControlMeasure = 0xf4,
  Config = 0xf5,
}

const RESET_WORD = 0xb6;
const FORCED_MODE = 1;
const MODE_MASK = 3;
/** Status bits: a conversion runs, or trimming values are being copied [5.4.4]. */
const BUSY = 0x09;
/** Codes of a register that no conversion has written since the reset [5.4.7]. */
const NO_VALUE_20 = 0x80000;
const NO_VALUE_16 = 0x8000;

/** A standby time that forced mode never uses: it tells a chip that lost its configuration from one that kept it. */
const CONFIG_MARK = 0xa0;

/** Start-up takes 2 ms at most [1.1]; one more, since the clock may have been about to tick. */
const START_UP_MS = 3;
const START_UP_LIMIT_MS = 30;
const BUSY_POLL_MS = 2;

/** @returns the register code of an oversampling: log2(factor) + 1, 1 to 5; 0 for one that the chip does not have. */
export function oversamplingCode(factor: number | undefined): number {
  if (factor === undefined) return 1;
  for (let code = 1; code <= 5; code++) if (1 << (code - 1) === factor) return code;
  return 0;
}

/** @returns the register code of the filter, 0 to 4; -1 for one that the chip does not have. */
function filterCode(coefficient: number | undefined): number {
  return coefficient === undefined || coefficient === 0
    ? 0
    : coefficient === 1
      ? -1
      : oversamplingCode(coefficient) - 1;
}

/**
 * A chip of the family on `bus`. Touches nothing before the first `start`.
 * @param channels temperature, humidity where there is one, pressure. @param first @param last identities of its kind.
 */
export function createBme280Family(
  bus: I2cBus,
  options: Bme280Options,
  channels: readonly ChannelMeta[],
  first: number,
  last: number,
  hasHumidity: boolean,
): Driver<Bme280Options> {
  let address = 0x76;
  let codeH = 0;
  let controlMeasure = 0;
  let config = 0;
  let conversionMs = 0;

  const command = new Uint8Array(2);
  // One transfer, register by register: humidity's setting counts only after a write to the other one [5.4.3].
  const measureWords = new Uint8Array([Register.ControlHumidity, 0, Register.ControlMeasure, 0]);
  const byte = new Uint8Array(1);
  const trimLow = new Uint8Array(26);
  const trimHigh = new Uint8Array(7);
  const trim = new Int32Array(TRIM_COUNT);
  // ctrl_hum, status, ctrl_meas, config, a reserved one, pressure (3), temperature (3), humidity (2). The BMP280 has neither
  // first nor last: both are reserved there.
  const state = new Uint8Array(hasHumidity ? 13 : 11);

  function configure(next: Bme280Options): number {
    const codeT = oversamplingCode(next.temperatureOversampling);
    const codeP = oversamplingCode(next.pressureOversampling);
    const codeF = filterCode(next.filter);
    address = next.address === undefined ? 0x76 : next.address;
    if (hasHumidity) codeH = oversamplingCode(next.humidityOversampling);
    controlMeasure = (codeT << 5) | (codeP << 2);
    config = CONFIG_MARK | (codeF << 2);
    measureWords[1] = codeH;
    measureWords[3] = controlMeasure | FORCED_MODE;
    // Longest conversion [9.1]: 1.25 + 2.3 a sample + 0.575 each for pressure and humidity, and one for the clock.
    // A code is twice its samples; the one of no humidity counts as half a sample, and has to be taken off.
    const base = hasHumidity ? 2400 : 675;
    conversionMs = ((base + 1150 * ((1 << codeT) + (1 << codeH) + (1 << codeP))) / 1000 + 2) | 0;
    if (hasHumidity && codeH === 0) return Code.BadOptions;
    const isKnown = codeT > 0 && codeP > 0 && codeF >= 0 && address >> 1 === 0x76 >> 1;
    return isKnown ? Code.Ok : Code.BadOptions;
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
    if (byte[0] < first || byte[0] > last) return isBlank(byte) ? Code.Fault : Code.WrongId;
    return waitAfter(setRegister(Register.Reset, RESET_WORD), START_UP_MS);
  }

  /** @returns 0, or a negative Code. */
  function fetchTrim(): number {
    let code = bus.readRegister(address, Register.TrimLow, trimLow);
    if (code === Code.Ok && hasHumidity) code = bus.readRegister(address, Register.TrimHigh, trimHigh);
    if (code < 0) return code;
    return isBlank(trimLow) || (hasHumidity && isBlank(trimHigh)) ? Code.Fault : Code.Ok;
  }

  /** After the reset: fetch the trimming values, and configure. */
  function setUp(step: number): number {
    if (step === 0) return identify();
    let code = bus.readRegister(address, Register.Status, byte);
    // A chip that starts up need not answer yet.
    if (code === Code.Absent || (code === Code.Ok && byte[0] & BUSY)) return Code.NotReady;
    if (code === Code.Ok) code = fetchTrim();
    if (code < 0) return code;
    readTrim(trimLow, trimHigh, trim);
    return setRegister(Register.Config, config);
  }

  /** @returns false when the chip does not hold what we wrote: it was reset, or the bus gives all 0x00 or 0xFF. */
  function keepsSettings(): boolean {
    if (hasHumidity && (state[0] & 7) !== codeH) return false;
    return (state[2] & 0xfc) === controlMeasure && (state[3] & 0xfd) === config;
  }

  /** Compensate what was read. @returns 0, or a negative Code. */
  function evaluate(values: Int32Array): number {
    const rawP = (state[5] << 12) | (state[6] << 4) | (state[7] >> 4);
    const rawT = (state[8] << 12) | (state[9] << 4) | (state[10] >> 4);
    // A reset leaves these, and 0x8000 in humidity; each alone is also a value (26.47 degrees on one chip) and no skipped
    // channel, since all are switched on.
    const isReset = rawT === NO_VALUE_20 && rawP === NO_VALUE_20;
    const fine = fineTemperature(trim, rawT);
    // 1000 / 5120 millidegrees.
    values[0] = nearest((fine * 25) / 128);
    values[hasHumidity ? 2 : 1] = nearest(pressure(trim, fine | 0, rawP));
    if (!hasHumidity) return isReset ? Code.Fault : Code.Ok;
    const rawH = (state[11] << 8) | state[12];
    if (isReset && rawH === NO_VALUE_16) return Code.Fault;
    // The formula cuts humidity to 0..100 %, and so would hide a converter at its end.
    if (rawH === 0 || rawH === 0xffff) return Code.Range;
    values[1] = nearest(humidity(trim, fine | 0, rawH) * 1000);
    return Code.Ok;
  }

  function measure(step: number, _now: number, values: Int32Array): number {
    if (step === 0) {
      return waitAfter(
        hasHumidity
          ? bus.write(address, measureWords)
          : setRegister(Register.ControlMeasure, controlMeasure | FORCED_MODE),
        conversionMs,
      );
    }
    // Settings, status and values in one burst, so that they belong together.
    const code = bus.readRegister(address, Register.ControlHumidity, state);
    if (code < 0) return code;
    if (!keepsSettings()) return Code.Fault;
    if (state[1] & BUSY || state[2] & MODE_MASK) return Code.NotReady;
    return evaluate(values);
  }

  function sleep(): void {
    setRegister(Register.ControlMeasure, 0);
  }

  return createSampler(
    {
      channels,
      warmUpMs: START_UP_MS,
      minIntervalMs: 10,
      discard: 0,
      retryMs: BUSY_POLL_MS,
      patienceMs: START_UP_LIMIT_MS,
      configure,
      setUp,
      measure,
      sleep,
    },
    options,
  );
}
