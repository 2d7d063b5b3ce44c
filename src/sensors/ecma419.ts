// A driver of ours as code for ECMA-419 (third edition, 2025) knows sensors: `configure`, `sample` and `close`, its names and units.
// What differs: the bus is injected ready-made, and `sample` gives the last reading that passed all checks, for ours take their time.

import { NEVER_MS } from '../ports/clock.ts';
import type { Clock, CreateTimer } from '../ports/clock.ts';
import { Code } from '../ports/codes.ts';
import { NO_VALUE } from '../ports/reading.ts';
import type { ChannelMeta, Reading } from '../ports/reading.ts';
import type { Driver } from './driver.ts';
import { createScheduler } from './scheduler.ts';

/** One sensor class of the standard within a sample. */
export type Ecma419Part = Record<string, number>;
/** A sample by sensor class, `{thermometer: {temperature: 21.5}}`; what the standard has no class for stands there by its key. */
export type Ecma419Sample = Record<string, Ecma419Part | number>;

export interface Ecma419Sensor<Options> {
  /** @returns a new object with the last reading, undefined before the first. */
  sample(): Ecma419Sample | undefined;
  /** @throws nothing: impossible options are told to `onError`. */
  configure(options: Options): void;
  /** Idempotent. */
  close(): void;
}

export interface Ecma419Options {
  /** Milliseconds from sample to sample. */
  readonly interval: number;
  /** A new sample is there. */
  readonly onReadable?: () => void;
  /** A sample failed, or options are impossible: a negative Code. */
  readonly onError?: (code: number) => void;
}

/** What the standard calls a channel, and its unit in ours. */
interface Place {
  readonly key: string;
  readonly part: string;
  readonly property: string;
  readonly factor: number;
}

const RADIANS = 0.017453292519943295;

const PLACES: readonly Place[] = [
  { key: 'temperature', part: 'thermometer', property: 'temperature', factor: 1 },
  { key: 'humidity', part: 'hygrometer', property: 'humidity', factor: 1 },
  { key: 'pressure', part: 'barometer', property: 'pressure', factor: 1 },
  { key: 'illuminance', part: 'lightmeter', property: 'illuminance', factor: 1 },
  { key: 'co2', part: 'carbonDioxideDetector', property: 'CO2', factor: 1 },
  { key: 'tvoc', part: 'vocDetector', property: 'tvoc', factor: 1 },
  { key: 'pm25', part: 'particulateMatterDetector', property: 'particulateMatter', factor: 1 },
  { key: 'acceleration-x', part: 'accelerometer', property: 'x', factor: 1 },
  { key: 'acceleration-y', part: 'accelerometer', property: 'y', factor: 1 },
  { key: 'acceleration-z', part: 'accelerometer', property: 'z', factor: 1 },
  { key: 'rotation-x', part: 'gyroscope', property: 'x', factor: RADIANS },
  { key: 'rotation-y', part: 'gyroscope', property: 'y', factor: RADIANS },
  { key: 'rotation-z', part: 'gyroscope', property: 'z', factor: RADIANS },
  // Centimetres of millimetres, and a share of a percentage.
  { key: 'distance', part: 'proximity', property: 'distance', factor: 0.1 },
  { key: 'moisture', part: 'soilMoistureDetector', property: 'moisture', factor: 0.01 },
  { key: 'contact', part: 'switch', property: 'position', factor: 1 },
];

function placeOf(key: string): Place | undefined {
  for (let i = 0; i < PLACES.length; i++) if (PLACES[i].key === key) return PLACES[i];
  return undefined;
}

/** @returns the value of a channel in its own unit. */
function valueOf(channel: ChannelMeta, value: number): number {
  let power = 1;
  for (let i = 0; i < channel.decimals; i++) power *= 10;
  return value / power;
}

function buildSample(channels: readonly ChannelMeta[], reading: Reading): Ecma419Sample {
  const sample: Ecma419Sample = {};
  for (let i = 0; i < channels.length; i++) {
    if (reading.values[i] === NO_VALUE) continue;
    const value = valueOf(channels[i], reading.values[i]);
    const place = placeOf(channels[i].key);
    if (place === undefined) {
      sample[channels[i].key] = value;
      continue;
    }
    if (sample[place.part] === undefined) sample[place.part] = {};
    (sample[place.part] as Ecma419Part)[place.property] = value * place.factor;
  }
  return sample;
}

/** Run a driver by itself, on a timer of its own. */
export function createEcma419<Options>(
  driver: Driver<Options>,
  ports: { readonly clock: Pick<Clock, 'now'>; readonly createTimer: CreateTimer },
  options: Ecma419Options,
): Ecma419Sensor<Options> {
  let last: Reading | undefined;
  let isClosed = false;

  function fail(code: number): void {
    if (options.onError !== undefined) options.onError(code);
  }

  function onReading(_index: number, reading: Reading): void {
    last = reading;
    if (options.onReadable !== undefined) options.onReadable();
  }

  function onFailure(_index: number, code: number): void {
    fail(code);
  }

  function onWake(): void {
    timer.set(0);
  }

  const scheduler = createScheduler([{ driver: driver as Driver<never>, intervalMs: options.interval }], {
    onReading,
    onFailure,
    onRecovered() {},
    onWake,
  });

  function run(): void {
    const wait = scheduler.run(ports.clock.now());
    if (!isClosed && wait < NEVER_MS) timer.set(wait);
  }

  const timer = ports.createTimer(run);
  timer.set(0);

  return {
    sample: () => (last === undefined ? undefined : buildSample(driver.channels, last)),
    configure(next) {
      if (driver.configure(next) < 0) fail(Code.BadOptions);
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      timer.stop();
      scheduler.close();
    },
  };
}
