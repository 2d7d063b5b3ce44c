// Sensirion SCD30: CO2, temperature and humidity over I2C. The chip measures by itself.
// Numbers in brackets are sections of "Interface Description Sensirion SCD30 Sensor Module" 1.0:
// https://sensirion.com/resource/interface_description/scd30
// Never waits: each step is one or two transfers. The chip keeps its settings in memory that wears out: each is read first, and
// written only where it is another. It knows no repeated start [1.1], and may hold the clock for 30 ms, once a day for 150 ms.

import { Code } from '../ports/codes.ts';
import type { I2cBus } from '../ports/i2c.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { crc8, hasRightWords, nearest, waitAfter, wordAt } from './check.ts';
import type { Driver } from './driver.ts';
import { createSampler } from './sampler.ts';

export interface Scd30Options {
  /** 0x61 (default); there is no other. */
  readonly address?: 0x61;
  /** From measurement to measurement, seconds, 2 (default) to 30 [1.4.3]. */
  readonly interval?: number;
  /** Metres above the sea, 0 to 3000 [1.4.8]. Default: what the chip keeps, 0 from the factory. */
  readonly altitude?: number;
  /** In its place: of the air, pascals, 70000 to 140000 [1.4.1]. Default: none. */
  readonly ambientPressure?: number;
  /** By how much the chip is warmed where it is built in, m°C, 0 to 20000 [1.4.7]. Default: what the chip keeps, 0 from the factory. */
  readonly temperatureOffset?: number;
  /** Take the lowest CO2 of some days for fresh air [1.4.6]. Default: what the chip keeps, false from the factory. */
  readonly isSelfCalibrated?: boolean;
}

/** What the chip can give; CO2 is exact up to 10000 only. */
const CHANNELS: readonly ChannelMeta[] = [
  {
    key: 'co2',
    unit: 'ppm',
    deviceClass: 'carbon_dioxide',
    decimals: 0,
    precision: 0,
    min: 0,
    max: 40000,
  },
  {
    key: 'temperature',
    unit: '\xC2\xB0C',
    deviceClass: 'temperature',
    decimals: 3,
    precision: 2,
    min: -40000,
    max: 70000,
  },
  {
    key: 'humidity',
    unit: '%',
    deviceClass: 'humidity',
    decimals: 3,
    precision: 1,
    min: 0,
    max: 100000,
  },
];

/** Commands [1.4]; those of settings are read without, and written with a word behind them. */
const enum Command {
  Start = 0x0010,
  DataReady = 0x0202,
  Read = 0x0300,
  Interval = 0x4600,
  Altitude = 0x5102,
  SelfCalibration = 0x5306,
  Offset = 0x5403,
  Firmware = 0xd100,
}

/** Settings that are looked at, two steps each. */
const SETTINGS = 4;
const FIRST_SETTING = 2;

/** From a command to its answer [1.1], and one more, since the clock may have been about to tick. */
const COMMAND_MS = 4;
const POWER_UP_MS = 2001;
const PERIOD_MS = 2000;
/** Longer than the longest interval. */
const PATIENCE_MS = 33000;

function isWithin(value: number | undefined, min: number, max: number): boolean {
  return value === undefined || (value >= min && value <= max);
}

/** An SCD30 on `bus`. Touches nothing before the first `start`. */
export function createScd30(bus: I2cBus, options: Scd30Options = {}): Driver<Scd30Options> {
  const command = new Uint8Array(2);
  const setting = new Uint8Array(5);
  const word = new Uint8Array(3);
  const frame = new Uint8Array(18);
  /** A number of the chip, low byte first. */
  const bytes = new Uint8Array(4);
  const float = new Float32Array(bytes.buffer);
  const codes = new Uint16Array([
    Command.Interval,
    Command.SelfCalibration,
    Command.Offset,
    Command.Altitude,
  ]);
  /** Words of the settings; -1: it stays as it is. */
  const settings = new Int32Array(SETTINGS);
  let address = 0x61;
  /** Hectopascals; 0: the altitude counts. */
  let pressure = 0;

  function configure(next: Scd30Options): number {
    const { altitude, temperatureOffset, isSelfCalibrated } = next;
    address = next.address === undefined ? 0x61 : next.address;
    pressure = next.ambientPressure === undefined ? 0 : nearest(next.ambientPressure / 100);
    settings[0] = next.interval === undefined ? 2 : nearest(next.interval);
    settings[1] = isSelfCalibrated === undefined ? -1 : isSelfCalibrated ? 1 : 0;
    settings[2] = temperatureOffset === undefined ? -1 : nearest(temperatureOffset / 10);
    settings[3] = altitude === undefined ? -1 : nearest(altitude);
    return isPossible(next) ? Code.Ok : Code.BadOptions;
  }

  function isPossible(next: Scd30Options): boolean {
    return (
      address === 0x61 &&
      isWithin(next.interval, 2, 30) &&
      isWithin(next.temperatureOffset, 0, 20000) &&
      isWithin(next.altitude, 0, 3000) &&
      isWithin(next.ambientPressure, 70000, 140000) &&
      (next.altitude === undefined || next.ambientPressure === undefined)
    );
  }

  function send(code: number, waitMs: number): number {
    command[0] = code >> 8;
    command[1] = code & 0xff;
    return waitAfter(bus.write(address, command), waitMs);
  }

  function set(code: number, value: number): number {
    setting[0] = code >> 8;
    setting[1] = code & 0xff;
    setting[2] = value >> 8;
    setting[3] = value & 0xff;
    setting[4] = crc8(setting, 2, 2, 0x31, 0xff);
    return bus.write(address, setting);
  }

  function fetch(into: Uint8Array): number {
    const code = bus.read(address, into);
    if (code === Code.Absent) return Code.NotReady;
    if (code < 0) return code;
    return hasRightWords(into) ? Code.Ok : Code.Crc;
  }

  /** Bring a setting to what it is to be: first half a look, then a write if need be. */
  function adjust(half: number): number {
    const at = half >> 1;
    const value = settings[at];
    if (value < 0) return 1;
    if (!(half & 1)) return send(codes[at], COMMAND_MS);
    let code = fetch(word);
    if (code === Code.Ok && wordAt(word, 0) !== value) code = set(codes[at], value);
    return waitAfter(code, COMMAND_MS);
  }

  /** The chip has no identity: the number of its firmware, with its CRC, tells that something like it is there. */
  function setUp(step: number): number {
    if (step === 0) return send(Command.Firmware, COMMAND_MS);
    if (step === 1) return waitAfter(fetch(word), 1);
    if (step < FIRST_SETTING + 2 * SETTINGS) return adjust(step - FIRST_SETTING);
    return set(Command.Start, pressure);
  }

  /** Look whether there are data, and if not, ask again. @returns 0, or a negative Code. */
  function look(): number {
    let code = fetch(word);
    if (code < 0 || wordAt(word, 0) === 1) return code;
    code = send(Command.DataReady, 0);
    return code < 0 ? code : Code.NotReady;
  }

  /** @returns a number of the frame: high byte first, with a CRC in the middle. */
  function floatAt(at: number): number {
    bytes[3] = frame[at];
    bytes[2] = frame[at + 1];
    bytes[1] = frame[at + 3];
    bytes[0] = frame[at + 4];
    return float[0];
  }

  function evaluate(values: Int32Array): number {
    values[0] = nearest(floatAt(0));
    values[1] = nearest(floatAt(6) * 1000);
    values[2] = nearest(floatAt(12) * 1000);
    // What stands for no measurement, just after power-up.
    if (values[0] === 0) return Code.Fault;
    // No air is as dry.
    return values[2] === 0 ? Code.Range : Code.Ok;
  }

  function measure(step: number, _now: number, values: Int32Array): number {
    if (step === 0) return send(Command.DataReady, COMMAND_MS);
    const code = step === 1 ? look() : fetch(frame);
    if (code < 0) return code;
    return step === 1 ? send(Command.Read, COMMAND_MS) : evaluate(values);
  }

  /** The chip goes on: to stop would be one more thing to write into its memory. */
  function sleep(): void {}

  return createSampler(
    {
      channels: CHANNELS,
      warmUpMs: POWER_UP_MS,
      minIntervalMs: PERIOD_MS,
      discard: 1,
      retryMs: 100,
      patienceMs: PATIENCE_MS,
      configure,
      setUp,
      measure,
      sleep,
    },
    options,
  );
}
