// Sensirion SGP40: volatile organic compounds over I2C, as the raw signal and as an index. To be sampled each second: the index counts on it.
// Numbers in brackets are sections of the datasheet "SGP40" 1.2: https://sensirion.com/resource/datasheet/sgp40
// Never waits: each step is one or two transfers.

import { elapsed } from '../ports/clock.ts';
import { Code } from '../ports/codes.ts';
import type { I2cBus } from '../ports/i2c.ts';
import { NO_VALUE } from '../ports/reading.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { crc8, hasRightWords, nearest, waitAfter, wordAt } from './check.ts';
import type { Driver } from './driver.ts';
import { createGasIndex } from './gas-index.ts';
import { createSampler } from './sampler.ts';

export interface Sgp40Options {
  /** 0x59 (default); there is no other. */
  readonly address?: 0x59;
  /** Of the air, m°C and thousandths of a percent, both: the chip corrects its signal by them [3.1]. Default: 25 °C and 50 %. */
  readonly temperature?: number;
  /** See `temperature`. */
  readonly humidity?: number;
}

/** The signal's ends are no values: the index knows none from 65000 on. */
const CHANNELS: readonly ChannelMeta[] = [
  { key: 'voc-index', unit: '', deviceClass: 'aqi', decimals: 0, precision: 0, min: 1, max: 500 },
  { key: 'voc-raw', unit: '', deviceClass: '', decimals: 0, precision: 0, min: 1, max: 64999 },
];

/** Commands [table 8]; the feature set is Sensirion's own drivers'. */
const enum Command {
  FeatureSet = 0x202f,
  Measure = 0x260f,
  HeaterOff = 0x3615,
}

/** Of the feature set: tells an SGP40 from an SGP41, which is at the same address. */
const FEATURE_MASK = 0x1ff;
const FEATURE = 0x20;

/** Longest times [table 8], and one more, since the clock may have been about to tick. */
const COMMAND_MS = 11;
const MEASURE_MS = 31;
const PERIOD_MS = 1000;
/** Until the heater is warm; the index says nothing for 46 samples more. */
const HEATING_MS = 20000;
/** After a longer pause the index would be wrong: it counts samples for seconds. */
const PAUSE_MAX_MS = 30000;
/** After a longer one what it knows of the air is too old. */
const FORGET_MS = 600000;

function isWithin(value: number | undefined, min: number, max: number): boolean {
  return value === undefined || (value >= min && value <= max);
}

/** An SGP40 on `bus`. Touches nothing before the first `start`. */
export function createSgp40(bus: I2cBus, options: Sgp40Options = {}): Driver<Sgp40Options> {
  const command = new Uint8Array(2);
  /** Command, humidity and temperature, each with its CRC. */
  const request = new Uint8Array(8);
  const word = new Uint8Array(3);
  const index = createGasIndex();
  let address = 0x59;
  let isRunning = false;
  let hasLast = false;
  let lastAt = 0;

  function putWord(at: number, value: number): void {
    request[at] = value >> 8;
    request[at + 1] = value & 0xff;
    request[at + 2] = crc8(request, at, 2, 0x31, 0xff);
  }

  function configure(next: Sgp40Options): number {
    const { temperature, humidity } = next;
    address = next.address === undefined ? 0x59 : next.address;
    request[0] = Command.Measure >> 8;
    request[1] = Command.Measure & 0xff;
    putWord(2, nearest(((humidity === undefined ? 50000 : humidity) * 13107) / 20000));
    putWord(5, nearest((((temperature === undefined ? 25000 : temperature) + 45000) * 13107) / 35000));
    const isPossible =
      (temperature === undefined) === (humidity === undefined) &&
      isWithin(temperature, -45000, 130000) &&
      isWithin(humidity, 0, 100000);
    return address === 0x59 && isPossible ? Code.Ok : Code.BadOptions;
  }

  function send(code: number, waitMs: number): number {
    command[0] = code >> 8;
    command[1] = code & 0xff;
    return waitAfter(bus.write(address, command), waitMs);
  }

  function fetch(): number {
    const code = bus.read(address, word);
    if (code === Code.Absent) return Code.NotReady;
    if (code < 0) return code;
    return hasRightWords(word) ? Code.Ok : Code.Crc;
  }

  function setUp(step: number): number {
    isRunning = false;
    if (step === 0) return send(Command.FeatureSet, COMMAND_MS);
    const code = fetch();
    if (code < 0) return code;
    return (wordAt(word, 0) & FEATURE_MASK) === FEATURE ? Code.Ok : Code.WrongId;
  }

  /** Keep an eye on the time from sample to sample. @returns 0, or Code.Fault where it was too long for the index. */
  function keepTime(now: number): number {
    const pause = hasLast ? elapsed(lastAt, now) : 0;
    if (pause > FORGET_MS) index.reset();
    const isLate = isRunning && pause > PAUSE_MAX_MS;
    hasLast = true;
    isRunning = true;
    lastAt = now;
    return isLate ? Code.Fault : Code.Ok;
  }

  function measure(step: number, now: number, values: Int32Array): number {
    let code = step === 0 ? keepTime(now) : fetch();
    if (code < 0) return code;
    if (step === 0) return waitAfter(bus.write(address, request), MEASURE_MS);
    const raw = wordAt(word, 0);
    // A signal that is none is refused by its channel's range; the index counts its second.
    code = index.process(raw);
    values[0] = code === 0 ? NO_VALUE : code;
    values[1] = raw;
    return Code.Ok;
  }

  function sleep(): void {
    send(Command.HeaterOff, 0);
  }

  return createSampler(
    {
      channels: CHANNELS,
      warmUpMs: HEATING_MS,
      minIntervalMs: PERIOD_MS,
      discard: 0,
      retryMs: 3,
      patienceMs: 40,
      configure,
      setUp,
      measure,
      sleep,
    },
    options,
  );
}
