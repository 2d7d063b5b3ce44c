// Sensirion SGP30: equivalent CO2 and volatile organic compounds over I2C. To be sampled each second: its own algorithm counts on it [3.3].
// Numbers in brackets are sections of the datasheet "SGP30" 1.0: https://sensirion.com/resource/datasheet/sgp30
// Never waits: each step is one or two transfers. The chip learns what fresh air is for 12 hours; keep what it has learned, which
// is in each reading, and give it back as an option after a loss of power, up to a week later.

import { elapsed } from '../ports/clock.ts';
import { Code } from '../ports/codes.ts';
import type { I2cBus } from '../ports/i2c.ts';
import { NO_VALUE } from '../ports/reading.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { crc8, hasRightWords, nearest, waitAfter, wordAt } from './check.ts';
import type { Driver } from './driver.ts';
import { createSampler } from './sampler.ts';

export interface Sgp30Options {
  /** 0x58 (default); there is no other. */
  readonly address?: 0x58;
  /** What the chip is to know of fresh air, both as they were read, 1 to 65535. Default: nothing. One that a chip still has is left. */
  readonly baselineCo2?: number;
  /** See `baselineCo2`. */
  readonly baselineTvoc?: number;
  /** Of the air, m°C and thousandths of a percent, both: the chip corrects its values by them [3.4]. Default: as if at 25 °C and 50 %. */
  readonly temperature?: number;
  /** See `temperature`. */
  readonly humidity?: number;
}

/** The converter's end, 60000, is no value. */
const CHANNELS: readonly ChannelMeta[] = [
  {
    key: 'co2',
    unit: 'ppm',
    deviceClass: 'carbon_dioxide',
    decimals: 0,
    precision: 0,
    min: 400,
    max: 59999,
  },
  {
    key: 'tvoc',
    unit: 'ppb',
    deviceClass: 'volatile_organic_compounds_parts',
    decimals: 0,
    precision: 0,
    min: 0,
    max: 59999,
  },
  { key: 'baseline-co2', unit: '', deviceClass: '', decimals: 0, precision: 0, min: 1, max: 65535 },
  { key: 'baseline-tvoc', unit: '', deviceClass: '', decimals: 0, precision: 0, min: 1, max: 65535 },
];

/** Commands [table 10]. */
const enum Command {
  Init = 0x2003,
  Measure = 0x2008,
  GetBaseline = 0x2015,
  SetBaseline = 0x201e,
  FeatureSet = 0x202f,
  SetHumidity = 0x2061,
}

/** Kind of chip in the feature set: 0 is the SGP30 [3.6]. */
const KIND_MASK = 0xf000;

/** Longest times [table 10], and one more, since the clock may have been about to tick. */
const COMMAND_MS = 11;
const MEASURE_MS = 13;
const PERIOD_MS = 1000;
/** So long after its start the chip gives 400 and 0, whatever the air is [3.3]. */
const START_MS = 15001;
/** After a longer pause its algorithm has lost its way. */
const PAUSE_MAX_MS = 30000;
const FIXED_CO2 = 400;

/** @returns grams of water in a cubic metre of air, 256 each, 1 to 65535; Magnus' formula. */
function waterWord(temperature: number, humidity: number): number {
  const t = temperature / 1000;
  const hectopascals = (humidity / 100000) * 6.112 * Math.exp((17.62 * t) / (243.12 + t));
  const word = nearest((256 * 216.7 * hectopascals) / (273.15 + t));
  // 0 would switch it off.
  return word < 1 ? 1 : word > 0xffff ? 0xffff : word;
}

function isWithin(value: number | undefined, min: number, max: number): boolean {
  return value === undefined || (value >= min && value <= max);
}

/** An SGP30 on `bus`. Touches nothing before the first `start`. */
export function createSgp30(bus: I2cBus, options: Sgp30Options = {}): Driver<Sgp30Options> {
  const command = new Uint8Array(2);
  const setting = new Uint8Array(5);
  const pair = new Uint8Array(8);
  const word = new Uint8Array(3);
  const frame = new Uint8Array(6);
  let address = 0x58;
  /** Of the air; 0: not told. */
  let water = 0;
  /** The last that is known of fresh air; 0: nothing. */
  let baselineCo2 = 0;
  let baselineTvoc = 0;
  /** We have started it, and it has answered since. */
  let isRunning = false;
  let isStarting = false;
  let startedAt = 0;
  /** A sample was begun and not ended. */
  let isOpen = false;
  let hasLast = false;
  let lastAt = 0;
  let co2 = 0;
  let tvoc = 0;

  function configure(next: Sgp30Options): number {
    const { temperature, humidity } = next;
    address = next.address === undefined ? 0x58 : next.address;
    if (next.baselineCo2 !== undefined && next.baselineTvoc !== undefined) {
      baselineCo2 = nearest(next.baselineCo2);
      baselineTvoc = nearest(next.baselineTvoc);
    }
    water = temperature === undefined || humidity === undefined ? 0 : waterWord(temperature, humidity);
    return address === 0x58 && isPossible(next) ? Code.Ok : Code.BadOptions;
  }

  function isPossible(next: Sgp30Options): boolean {
    return (
      isWithin(next.baselineCo2, 1, 65535) &&
      isWithin(next.baselineTvoc, 1, 65535) &&
      isWithin(next.temperature, -40000, 85000) &&
      isWithin(next.humidity, 0, 100000) &&
      (next.baselineCo2 === undefined) === (next.baselineTvoc === undefined) &&
      (next.temperature === undefined) === (next.humidity === undefined)
    );
  }

  function send(code: number, waitMs: number): number {
    command[0] = code >> 8;
    command[1] = code & 0xff;
    return waitAfter(bus.write(address, command), waitMs);
  }

  function putWord(into: Uint8Array, at: number, value: number): void {
    into[at] = value >> 8;
    into[at + 1] = value & 0xff;
    into[at + 2] = crc8(into, at, 2, 0x31, 0xff);
  }

  function fetch(into: Uint8Array): number {
    const code = bus.read(address, into);
    if (code === Code.Absent) return Code.NotReady;
    if (code < 0) return code;
    return hasRightWords(into) ? Code.Ok : Code.Crc;
  }

  function identify(): number {
    const code = fetch(word);
    if (code < 0) return code;
    return wordAt(word, 0) & KIND_MASK ? Code.WrongId : send(Command.GetBaseline, COMMAND_MS);
  }

  function isLearned(): boolean {
    return (frame[0] | frame[1] | frame[3] | frame[4]) > 0;
  }

  /** Start the chip, unless it runs: that would take from it what it has learned. */
  function begin(now: number): number {
    const code = fetch(frame);
    if (code < 0) return code;
    if (isLearned() || (isRunning && baselineCo2 === 0)) return Code.Ok;
    isRunning = true;
    isStarting = true;
    startedAt = now;
    return send(Command.Init, COMMAND_MS);
  }

  /** Read in the order CO2, TVOC, and written the other way round [3.3]. */
  function restore(): number {
    if (baselineCo2 === 0) return Code.Ok;
    pair[0] = Command.SetBaseline >> 8;
    pair[1] = Command.SetBaseline & 0xff;
    putWord(pair, 2, baselineTvoc);
    putWord(pair, 5, baselineCo2);
    return waitAfter(bus.write(address, pair), COMMAND_MS);
  }

  function setUp(step: number, now: number): number {
    if (step === 0) {
      if (isOpen) isRunning = false;
      hasLast = false;
      return send(Command.FeatureSet, COMMAND_MS);
    }
    if (step === 1) return identify();
    if (step === 2) return begin(now);
    return step === 3 ? restore() : Code.Ok;
  }

  /** Say the water in the air, each time: a chip that lost its supply has forgotten it. */
  function prepare(now: number): number {
    const isLate = hasLast && elapsed(lastAt, now) > PAUSE_MAX_MS;
    lastAt = now;
    hasLast = true;
    if (isLate) return Code.Fault;
    isOpen = true;
    if (water === 0) return 1;
    setting[0] = Command.SetHumidity >> 8;
    setting[1] = Command.SetHumidity & 0xff;
    putWord(setting, 2, water);
    return waitAfter(bus.write(address, setting), COMMAND_MS);
  }

  function show(hasNone: boolean, learned: boolean, values: Int32Array): void {
    values[0] = hasNone ? NO_VALUE : co2;
    values[1] = hasNone ? NO_VALUE : tvoc;
    values[2] = learned ? baselineCo2 : NO_VALUE;
    values[3] = learned ? baselineTvoc : NO_VALUE;
  }

  function evaluate(now: number, values: Int32Array): number {
    const learned = isLearned();
    // The chip has started anew, without us.
    if (!learned && baselineCo2 > 0) return Code.Fault;
    if (learned) {
      baselineCo2 = wordAt(frame, 0);
      baselineTvoc = wordAt(frame, 3);
    }
    isOpen = false;
    isStarting = isStarting && elapsed(startedAt, now) < START_MS;
    show(isStarting || (!learned && co2 === FIXED_CO2 && tvoc === 0), learned, values);
    return Code.Ok;
  }

  function measure(step: number, now: number, values: Int32Array): number {
    if (step === 0) return prepare(now);
    if (step === 1) return send(Command.Measure, MEASURE_MS);
    const code = fetch(frame);
    if (code < 0) return code;
    if (step === 3) return evaluate(now, values);
    co2 = wordAt(frame, 0);
    tvoc = wordAt(frame, 3);
    return send(Command.GetBaseline, COMMAND_MS);
  }

  /** It goes on heating: a reset would reach all chips on the bus, and a start costs what it has learned. */
  function sleep(): void {}

  return createSampler(
    {
      channels: CHANNELS,
      warmUpMs: START_MS,
      minIntervalMs: PERIOD_MS,
      discard: 16,
      retryMs: 3,
      patienceMs: 30,
      configure,
      setUp,
      measure,
      sleep,
    },
    options,
  );
}
