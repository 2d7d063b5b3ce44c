// Sensirion SCD40, SCD41 and SCD43: CO2, temperature and humidity over I2C. The chip measures by itself, or once a sample.
// Numbers in brackets are sections of the datasheet "SCD4x" 1.4: https://sensirion.com/resource/datasheet/scd4x
// Never waits: each step is one or two transfers. Nothing is ever written to the chip's EEPROM, which wears out: settings are
// sent after each power-up.

import { Code } from '../ports/codes.ts';
import type { I2cBus } from '../ports/i2c.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { crc8, hasRightWords, nearest, waitAfter, wordAt } from './check.ts';
import type { Driver } from './driver.ts';
import { createSampler } from './sampler.ts';

export interface Scd4xOptions {
  /** 0x62 (default); there is no other. */
  readonly address?: 0x62;
  /** The chip measures every 5 s ('periodic', default), every 30 s ('low-power'), or when asked to ('single': SCD41 and SCD43) [3.5, 3.8, 3.10]. */
  readonly mode?: 'periodic' | 'low-power' | 'single';
  /** Metres above the sea, 0 to 3000. Default: what the chip keeps, 0 from the factory [3.6.3]. */
  readonly altitude?: number;
  /** In its place: of the air, pascals, 70000 to 120000 [3.6.5]. Default: none. */
  readonly ambientPressure?: number;
  /** By how much the chip warms itself where it is built in, m°C, 0 to 20000. Default: what the chip keeps, 4000 from the factory [3.6.1]. */
  readonly temperatureOffset?: number;
  /** Take the lowest CO2 of a week for fresh air [3.7.2]. Default: what the chip keeps, true from the factory. */
  readonly isSelfCalibrated?: boolean;
}

/** Ranges from tables 1 to 3: outside, the chip works but its values mean nothing. */
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
    min: -10000,
    max: 60000,
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

/** Commands [table 9]. */
const enum Command {
  StartPeriodic = 0x21b1,
  StartLowPower = 0x21ac,
  Single = 0x219d,
  Read = 0xec05,
  Stop = 0x3f86,
  DataReady = 0xe4b8,
  SetOffset = 0x241d,
  SetAltitude = 0x2427,
  SetPressure = 0xe000,
  SetSelfCalibration = 0x2416,
  SerialNumber = 0x3682,
  Reinit = 0x3646,
  WakeUp = 0x36f6,
}

/** Of the answer whether there are data: other bits may be set as they like [3.5.4]. */
const READY_MASK = 0x7ff;

/** Settings that are sent one a step. */
const SETTINGS = 4;

/** Longest times [table 9], and one more, since the clock may have been about to tick. */
const COMMAND_MS = 2;
const WAKE_UP_MS = 31;
const STOP_MS = 501;
const REINIT_MS = 31;
const SINGLE_MS = 5001;
const POWER_UP_MS = 1001;
const PERIOD_MS = 5000;
/** Longer than the period of low power. */
const PATIENCE_MS = 33000;

function isWithin(value: number | undefined, min: number, max: number): boolean {
  return value === undefined || (value >= min && value <= max);
}

/** An SCD4x on `bus`. Touches nothing before the first `start`. */
export function createScd4x(bus: I2cBus, options: Scd4xOptions = {}): Driver<Scd4xOptions> {
  const command = new Uint8Array(2);
  const setting = new Uint8Array(5);
  const word = new Uint8Array(3);
  const frame = new Uint8Array(9);
  /** Commands and words of the settings; -1: it stays as it is. */
  const settings = new Int32Array(SETTINGS);
  let address = 0x62;
  /** That begins to measure. */
  let begin: number = Command.StartPeriodic;

  /** Put what was asked for into the words of the chip. */
  function translate(next: Scd4xOptions): void {
    const { altitude, ambientPressure, temperatureOffset, isSelfCalibrated } = next;
    settings[0] = temperatureOffset === undefined ? -1 : nearest((temperatureOffset * 13107) / 35000);
    settings[1] = altitude === undefined ? -1 : nearest(altitude);
    settings[2] = ambientPressure === undefined ? -1 : nearest(ambientPressure / 100);
    settings[3] = isSelfCalibrated === undefined ? -1 : isSelfCalibrated ? 1 : 0;
  }

  function configure(next: Scd4xOptions): number {
    address = next.address === undefined ? 0x62 : next.address;
    begin = Command.StartPeriodic;
    if (next.mode === 'low-power') begin = Command.StartLowPower;
    else if (next.mode === 'single') begin = Command.Single;
    else if (next.mode !== undefined && next.mode !== 'periodic') return Code.BadOptions;
    translate(next);
    return isPossible(next) ? Code.Ok : Code.BadOptions;
  }

  function isPossible(next: Scd4xOptions): boolean {
    return (
      address === 0x62 &&
      isWithin(next.temperatureOffset, 0, 20000) &&
      isWithin(next.altitude, 0, 3000) &&
      isWithin(next.ambientPressure, 70000, 120000) &&
      (next.altitude === undefined || next.ambientPressure === undefined)
    );
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

  /** Send setting number `at`, where there is something to say. @returns milliseconds, or a negative Code. */
  function apply(at: number): number {
    if (settings[at] < 0) return 1;
    const code =
      at === 0
        ? Command.SetOffset
        : at === 1
          ? Command.SetAltitude
          : at === 2
            ? Command.SetPressure
            : Command.SetSelfCalibration;
    setting[0] = code >> 8;
    setting[1] = code & 0xff;
    setting[2] = settings[at] >> 8;
    setting[3] = settings[at] & 0xff;
    setting[4] = crc8(setting, 2, 2, 0x31, 0xff);
    return waitAfter(bus.write(address, setting), COMMAND_MS);
  }

  /** Other firmware may have put the chip to sleep. It never acknowledges this, asleep or not [3.10.4]. */
  function wakeUp(): number {
    const code = send(Command.WakeUp, WAKE_UP_MS);
    return code === Code.Absent ? WAKE_UP_MS : code;
  }

  /** The chip has no identity but its serial number, whose CRCs tell that something like it is there. */
  function setUp(step: number): number {
    if (step === 0) return wakeUp();
    // A chip that measures takes hardly any other command.
    if (step === 1) return send(Command.Stop, STOP_MS);
    // What was set before, and is left out now, is to be as the chip keeps it.
    if (step === 2) return send(Command.Reinit, REINIT_MS);
    if (step === 3) return send(Command.SerialNumber, COMMAND_MS);
    if (step === 4) return waitAfter(fetch(frame), 1);
    if (begin === Command.Single) return Code.Ok;
    return step < 5 + SETTINGS ? apply(step - 5) : send(begin, 0);
  }

  /** A single measurement, with its settings, which the chip may have lost since the last one. */
  function shoot(step: number): number {
    return step < SETTINGS ? apply(step) : send(Command.Single, SINGLE_MS);
  }

  /** Look whether there are data, and if not, ask again. @returns 0, or a negative Code. */
  function look(): number {
    let code = fetch(word);
    if (code < 0 || wordAt(word, 0) & READY_MASK) return code;
    code = send(Command.DataReady, 0);
    return code < 0 ? code : Code.NotReady;
  }

  function evaluate(values: Int32Array): number {
    const co2 = wordAt(frame, 0);
    const rawH = wordAt(frame, 6);
    // What stands for no measurement.
    if (co2 === 0) return Code.Fault;
    // No air is as dry. The other end is what fog gives: a value.
    if (rawH === 0) return Code.Range;
    values[0] = co2;
    values[1] = nearest((wordAt(frame, 3) * 35000) / 13107 - 45000);
    values[2] = nearest((rawH * 20000) / 13107);
    return Code.Ok;
  }

  function measure(step: number, _now: number, values: Int32Array): number {
    if (begin === Command.Single) {
      if (step <= SETTINGS) return shoot(step);
      step -= SETTINGS + 1;
    }
    // A chip that lost its supply measures no more, and so has no data.
    if (step === 0) return send(Command.DataReady, COMMAND_MS);
    const code = step === 1 ? look() : fetch(frame);
    if (code < 0) return code;
    return step === 1 ? send(Command.Read, COMMAND_MS) : evaluate(values);
  }

  /** After a single measurement it idles by itself. */
  function sleep(): void {
    if (begin !== Command.Single) send(Command.Stop, 0);
  }

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
