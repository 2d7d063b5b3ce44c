// Bosch BME280: temperature, humidity and air pressure over I2C, one forced conversion a sample.
// Numbers in brackets are sections of the datasheet BST-BME280-DS002. Never waits: each call does one to five transfers.

import { after, remaining } from '../ports/clock.ts';
import { Code } from '../ports/codes.ts';
import type { I2cBus } from '../ports/i2c.ts';
import type { ChannelMeta, Reading } from '../ports/reading.ts';
import { TRIM_COUNT, fineTemperature, humidity, pressure, readTrim } from './bme280-compensation.ts';
import type { Driver } from './driver.ts';

type Oversampling = 1 | 2 | 4 | 8 | 16;

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
const CHANNELS: readonly ChannelMeta[] = [
  {
    key: 'temperature',
    unit: '\xC2\xB0C',
    deviceClass: 'temperature',
    decimals: 3,
    precision: 2,
    min: -40000,
    max: 85000,
  },
  {
    key: 'humidity',
    unit: '%',
    deviceClass: 'humidity',
    decimals: 3,
    precision: 2,
    min: 0,
    max: 100000,
  },
  {
    key: 'pressure',
    unit: 'Pa',
    deviceClass: 'atmospheric_pressure',
    decimals: 0,
    precision: 0,
    min: 30000,
    max: 110000,
  },
];

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

const CHIP_ID = 0x60;
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

const enum Phase {
  /** Nothing is known of the chip. */
  Unknown,
  Ready,
  // From here on `poll` has something to do.
  StartingUp,
  Converting,
}

/** @returns the register code of an oversampling: log2(factor) + 1, 1 to 5. */
function oversamplingCode(factor: number | undefined): number {
  let code = 1;
  while (factor !== undefined && code < 5 && 1 << code <= factor) code++;
  return code;
}

/** @returns true when all bytes are 0x00, or all 0xFF: what a dead bus or an unprogrammed chip gives. */
function isBlank(bytes: Uint8Array): boolean {
  const first = bytes[0];
  if (first !== 0 && first !== 0xff) return false;
  for (let i = 1; i < bytes.length; i++) if (bytes[i] !== first) return false;
  return true;
}

function inRange(value: number, channel: ChannelMeta): boolean {
  return value >= channel.min && value <= channel.max;
}

/** @returns the nearest integer. Not Math.round: engines differ below zero. */
function nearest(value: number): number {
  return (value < 0 ? value - 0.5 : value + 0.5) | 0;
}

/** A BME280 on `bus`. Touches nothing before the first `start`. */
export function createBme280(bus: I2cBus, options: Bme280Options = {}): Driver {
  const address = options.address === undefined ? 0x76 : options.address;
  const codeT = oversamplingCode(options.temperatureOversampling);
  const codeH = oversamplingCode(options.humidityOversampling);
  const codeP = oversamplingCode(options.pressureOversampling);
  const controlMeasure = (codeT << 5) | (codeP << 2);
  const config = CONFIG_MARK | ((oversamplingCode(options.filter) - 1) << 2);
  /** Longest conversion [9.1]: 1.25 + 2.3 a sample + 0.575 each for pressure and humidity, and one for the clock. */
  const conversionMs = ((2400 + 1150 * ((1 << codeT) + (1 << codeH) + (1 << codeP))) / 1000 + 2) | 0;

  const command = new Uint8Array(2);
  // One transfer, register by register: humidity's setting counts only after a write to the other one [5.4.3].
  const measure = new Uint8Array([
    Register.ControlHumidity,
    codeH,
    Register.ControlMeasure,
    controlMeasure | FORCED_MODE,
  ]);
  const byte = new Uint8Array(1);
  const trimLow = new Uint8Array(26);
  const trimHigh = new Uint8Array(7);
  const trim = new Int32Array(TRIM_COUNT);
  // ctrl_hum, status, ctrl_meas, config, a reserved one, pressure (3), temperature (3), humidity (2).
  const state = new Uint8Array(13);

  let phase = Phase.Unknown;
  let startedAt = 0;
  let readyAt = 0;
  let giveUpAt = 0;

  function setRegister(register: number, value: number): number {
    command[0] = register;
    command[1] = value;
    return bus.write(address, command);
  }

  /** Look at the chip's identity and reset it. @returns milliseconds, or a negative Code. */
  function identify(now: number): number {
    const code = bus.readRegister(address, Register.ChipId, byte);
    if (code < 0) return code;
    if (byte[0] !== CHIP_ID) return isBlank(byte) ? Code.Fault : Code.WrongId;
    const reset = setRegister(Register.Reset, RESET_WORD);
    if (reset < 0) return reset;
    phase = Phase.StartingUp;
    readyAt = after(now, START_UP_MS);
    giveUpAt = after(now, START_UP_LIMIT_MS);
    return START_UP_MS;
  }

  /** @returns milliseconds until the next look, or `code` when the time is up. */
  function keepWaiting(now: number, code: number): number {
    if (remaining(now, giveUpAt) === 0) return code;
    readyAt = after(now, BUSY_POLL_MS);
    return BUSY_POLL_MS;
  }

  /** Start a conversion. @returns milliseconds, or a negative Code. */
  function convert(now: number): number {
    const code = bus.write(address, measure);
    if (code < 0) return code;
    phase = Phase.Converting;
    startedAt = now;
    readyAt = after(now, conversionMs);
    giveUpAt = after(now, 2 * conversionMs + START_UP_LIMIT_MS);
    return conversionMs;
  }

  /** After the reset: fetch the trimming values, configure, start. @returns milliseconds, or a negative Code. */
  function setUp(now: number): number {
    // A chip that starts up need not answer yet.
    const status = bus.readRegister(address, Register.Status, byte);
    if (status < 0) return keepWaiting(now, status);
    if (byte[0] & BUSY) return keepWaiting(now, Code.Timeout);
    let code = bus.readRegister(address, Register.TrimLow, trimLow);
    if (code === 0) code = bus.readRegister(address, Register.TrimHigh, trimHigh);
    if (code < 0) return code;
    if (isBlank(trimLow) || isBlank(trimHigh)) return Code.Fault;
    readTrim(trimLow, trimHigh, trim);
    code = setRegister(Register.Config, config);
    return code < 0 ? code : convert(now);
  }

  /** @returns false when the chip does not hold what we wrote: it was reset, or the bus gives all 0x00 or 0xFF. */
  function keepsSettings(): boolean {
    return (state[0] & 7) === codeH && (state[2] & 0xfc) === controlMeasure && (state[3] & 0xfd) === config;
  }

  /** Compensate and check what was read. @returns 0 and `out` is filled, or a negative Code. */
  function evaluate(out: Reading): number {
    const rawP = (state[5] << 12) | (state[6] << 4) | (state[7] >> 4);
    const rawT = (state[8] << 12) | (state[9] << 4) | (state[10] >> 4);
    const rawH = (state[11] << 8) | state[12];
    // A reset leaves all three; each alone is also a value (26.47 degrees on one chip) and no skipped channel, since
    // all are switched on.
    if (rawT === NO_VALUE_20 && rawP === NO_VALUE_20 && rawH === NO_VALUE_16) return Code.NotReady;
    // The formula cuts humidity to 0..100 %, and so would hide a converter at its end.
    if (rawH === 0 || rawH === 0xffff) return Code.Range;
    const fine = fineTemperature(trim, rawT);
    // 1000 / 5120 millidegrees.
    const t = (fine * 25) / 128;
    const h = humidity(trim, fine | 0, rawH) * 1000;
    const p = pressure(trim, fine | 0, rawP);
    if (!inRange(t, CHANNELS[0]) || !inRange(p, CHANNELS[2])) return Code.Range;
    out.values[0] = nearest(t);
    out.values[1] = nearest(h);
    out.values[2] = nearest(p);
    out.time = startedAt;
    return Code.Ok;
  }

  /** Settings, status and values in one burst, so that they belong together. @returns as `poll`. */
  function collect(now: number, out: Reading): number {
    const code = bus.readRegister(address, Register.ControlHumidity, state);
    if (code < 0) return code;
    if (!keepsSettings()) return Code.Fault;
    if (state[1] & BUSY || state[2] & MODE_MASK) return keepWaiting(now, Code.Timeout);
    phase = Phase.Ready;
    return evaluate(out);
  }

  /** After an error nothing is taken for granted: the next start begins with the chip's identity. */
  function settle(result: number): number {
    if (result < 0) phase = Phase.Unknown;
    return result;
  }

  function start(now: number): number {
    return settle(phase === Phase.Ready ? convert(now) : identify(now));
  }

  function poll(now: number, out: Reading): number {
    if (phase < Phase.StartingUp) return Code.NotReady;
    const early = remaining(now, readyAt);
    if (early > 0) return early;
    return settle(phase === Phase.Converting ? collect(now, out) : setUp(now));
  }

  function close(): void {
    setRegister(Register.ControlMeasure, 0);
    phase = Phase.Unknown;
  }

  return { channels: CHANNELS, warmUpMs: START_UP_MS, start, poll, close };
}
