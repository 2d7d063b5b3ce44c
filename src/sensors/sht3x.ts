// Sensirion SHT30, SHT31, SHT35 and SHT85: temperature and humidity over I2C, one measurement a sample.
// Numbers in brackets are sections of the datasheet "SHT3x-DIS" 7: https://sensirion.com/resource/datasheet/sht3x_dis
// Never waits: each step is one transfer.

import { Code } from '../ports/codes.ts';
import type { I2cBus } from '../ports/i2c.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { hasRightWords, nearest, waitAfter, wordAt } from './check.ts';
import type { Driver } from './driver.ts';
import { createSampler } from './sampler.ts';

export interface Sht3xOptions {
  /** 0x44 (default) with ADDR low, 0x45 with ADDR high [3.4]. */
  readonly address?: 0x44 | 0x45;
  /** Less noise, or less current: 'high' (default, 0.04 °C and 0.08 % of noise), 'medium' or 'low' [4.3]. */
  readonly precision?: 'high' | 'medium' | 'low';
}

/** Ranges from tables 1 and 2: outside, the chip works but its values mean nothing. */
const CHANNELS: readonly ChannelMeta[] = [
  {
    key: 'temperature',
    unit: '\xC2\xB0C',
    deviceClass: 'temperature',
    decimals: 3,
    precision: 2,
    min: -40000,
    max: 125000,
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
];

/** Those that hold no clock: a chip that is not done does not acknowledge [4.3]. */
const enum Command {
  MeasureHigh = 0x2400,
  MeasureMedium = 0x240b,
  MeasureLow = 0x2416,
  Break = 0x3093,
  SoftReset = 0x30a2,
  Status = 0xf32d,
}

/** Of the status [4.11]: heater on, reset since it was last cleared, last command refused. After a reset only the second is set. */
const STATUS_MASK = 0x2012;
const STATUS_RESET = 0x0010;

/** Longest times [2.2] at the lowest supply, rounded up, and one more, since the clock may have been about to tick. */
const COMMAND_MS = 2;
const RESET_MS = 3;
const HIGH_MS = 17;
const MEDIUM_MS = 8;
const LOW_MS = 6;

/** An SHT3x on `bus`. Touches nothing before the first `start`. */
export function createSht3x(bus: I2cBus, options: Sht3xOptions = {}): Driver<Sht3xOptions> {
  const command = new Uint8Array(2);
  const word = new Uint8Array(3);
  const frame = new Uint8Array(6);
  let address = 0x44;
  let measureCommand: number = Command.MeasureHigh;
  let measureMs = HIGH_MS;

  function configure(next: Sht3xOptions): number {
    address = next.address === undefined ? 0x44 : next.address;
    measureCommand = Command.MeasureHigh;
    measureMs = HIGH_MS;
    if (next.precision === 'medium') {
      measureCommand = Command.MeasureMedium;
      measureMs = MEDIUM_MS;
    } else if (next.precision === 'low') {
      measureCommand = Command.MeasureLow;
      measureMs = LOW_MS;
    } else if (next.precision !== undefined && next.precision !== 'high') return Code.BadOptions;
    return address === 0x44 || address === 0x45 ? Code.Ok : Code.BadOptions;
  }

  function send(code: number, waitMs: number): number {
    command[0] = code >> 8;
    command[1] = code & 0xff;
    return waitAfter(bus.write(address, command), waitMs);
  }

  function fetch(into: Uint8Array): number {
    const code = bus.read(address, into);
    if (code === Code.Absent) return Code.NotReady;
    if (code < 0) return code;
    return hasRightWords(into) ? Code.Ok : Code.Crc;
  }

  /** The chip has no identity: a status with its CRC, which shows the reset, tells that something like it is there. */
  function setUp(step: number): number {
    // A chip that measures by itself takes no reset [4.9].
    if (step === 0) return send(Command.Break, COMMAND_MS);
    if (step === 1) return send(Command.SoftReset, RESET_MS);
    if (step === 2) return send(Command.Status, COMMAND_MS);
    const code = fetch(word);
    if (code < 0) return code;
    return (wordAt(word, 0) & STATUS_MASK) === STATUS_RESET ? Code.Ok : Code.Fault;
  }

  function measure(step: number, _now: number, values: Int32Array): number {
    if (step === 0) return send(measureCommand, measureMs);
    const code = fetch(frame);
    if (code < 0) return code;
    const raw = wordAt(frame, 3);
    // No air is as dry. The other end is what fog gives: a value.
    if (raw === 0) return Code.Range;
    values[0] = nearest((wordAt(frame, 0) * 35000) / 13107 - 45000);
    values[1] = nearest((raw * 20000) / 13107);
    return Code.Ok;
  }

  /** It sleeps by itself. */
  function sleep(): void {}

  return createSampler(
    {
      channels: CHANNELS,
      warmUpMs: RESET_MS,
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
