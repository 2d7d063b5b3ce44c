// Sensirion SHT40, SHT41, SHT43 and SHT45: temperature and humidity over I2C, one measurement a sample.
// Numbers in brackets are sections of the datasheet "SHT4x" 6.5: https://sensirion.com/resource/datasheet/sht4x
// Never waits: each step is one transfer.

import { Code } from '../ports/codes.ts';
import type { I2cBus } from '../ports/i2c.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { hasRightWords, nearest, waitAfter, wordAt } from './check.ts';
import type { Driver } from './driver.ts';
import { createSampler } from './sampler.ts';

export interface Sht4xOptions {
  /** 0x44 (default), 0x45 for types ending in B, 0x46 for those in C. */
  readonly address?: 0x44 | 0x45 | 0x46;
  /** Less noise, or less current: 'high' (default, 0.04 °C and 0.08 % of noise), 'medium' or 'low' [4.4]. */
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

/** Commands are single bytes [4.5]. The heater's commands are none of ours. */
const enum Command {
  MeasureHigh = 0xfd,
  MeasureMedium = 0xf6,
  MeasureLow = 0xe0,
  SerialNumber = 0x89,
  SoftReset = 0x94,
}

/** Longest times [3.1], rounded up, and one more, since the clock may have been about to tick. */
const RESET_MS = 2;
const HIGH_MS = 10;
const MEDIUM_MS = 6;
const LOW_MS = 3;

/** An SHT4x on `bus`. Touches nothing before the first `start`. */
export function createSht4x(bus: I2cBus, options: Sht4xOptions = {}): Driver<Sht4xOptions> {
  const command = new Uint8Array(1);
  const frame = new Uint8Array(6);
  let address = 0x44;
  let measureCommand: number = Command.MeasureHigh;
  let measureMs = HIGH_MS;

  function configure(next: Sht4xOptions): number {
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
    return address < 0x44 || address > 0x46 ? Code.BadOptions : Code.Ok;
  }

  function send(code: number, waitMs: number): number {
    command[0] = code;
    return waitAfter(bus.write(address, command), waitMs);
  }

  /** Fetch what a command has made. @returns 0, or a negative Code; a chip that is not done does not acknowledge [4.1]. */
  function fetch(): number {
    const code = bus.read(address, frame);
    if (code === Code.Absent) return Code.NotReady;
    if (code < 0) return code;
    return hasRightWords(frame) ? Code.Ok : Code.Crc;
  }

  /** The chip has no identity but its serial number, whose CRC tells that something like it is there. */
  function setUp(step: number): number {
    if (step === 0) return send(Command.SoftReset, RESET_MS);
    if (step === 1) return send(Command.SerialNumber, RESET_MS);
    return fetch();
  }

  function measure(step: number, _now: number, values: Int32Array): number {
    if (step === 0) return send(measureCommand, measureMs);
    const code = fetch();
    if (code < 0) return code;
    const raw = wordAt(frame, 3);
    // A converter at its end, which the next lines would hide.
    if (raw === 0 || raw === 0xffff) return Code.Range;
    const humidity = nearest((raw * 25000) / 13107 - 6000);
    values[0] = nearest((wordAt(frame, 0) * 35000) / 13107 - 45000);
    // Values beyond 0 and 100 % are within the chip's accuracy, and mean these [4.6].
    values[1] = humidity < 0 ? 0 : humidity > 100000 ? 100000 : humidity;
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
