// Runs any number of sensors from one timer: says when it wants to be called and does then what is due.
// Owns the times and what is known of each sensor; never touches a bus, and allocates nothing once created.

import { NEVER_MS, after, elapsed, remaining, sooner } from '../ports/clock.ts';
import { Code } from '../ports/codes.ts';
import type { Reading } from '../ports/reading.ts';
import type { Driver } from './driver.ts';

/** Pauses after failures in a row grow up to this; a sensor with a longer interval is tried at its interval. */
export const RETRY_MAX_MS = 300000;

/** One sensor to run. */
export interface Slot {
  readonly driver: Driver;
  /** Time from sample to sample, 1 to NEVER_MS. */
  readonly intervalMs: number;
}

/** Called from inside `run`. The reading is filled again by the next sample: use it at once. */
export interface SensorEvents {
  onReading(index: number, reading: Reading): void;
  /** A sample failed: nothing is published for it. @param failures failed samples in a row, from 1. */
  onFailure(index: number, code: number, failures: number): void;
  /** The sensor is trusted again; its reading follows. */
  onRecovered(index: number): void;
}

export interface Scheduler {
  /** Do what is due. @returns milliseconds until it wants to be called again; calling earlier does no harm. */
  run(now: number): number;
  /** Put all chips to sleep. The next `run` starts all over. */
  close(): void;
}

const enum State {
  /** Never run: the time of power-up is not known yet. */
  New,
  /** Waiting for the next sample. */
  Idle,
  Converting,
}

interface Sensor {
  readonly driver: Driver;
  readonly intervalMs: number;
  readonly reading: Reading;
  state: State;
  /** When this sample was due: a point of the grid first sample + n * interval. */
  dueAt: number;
  /** When there is something to do. */
  wakeAt: number;
  failures: number;
  /** Intervals until the next try. */
  pause: number;
  /** The chip may have lost its supply: values count `warmUpMs` after it was seen again. */
  cold: boolean;
  seenAt: number;
}

function createSensor(slot: Slot): Sensor {
  return {
    driver: slot.driver,
    intervalMs: slot.intervalMs < 1 ? 1 : sooner(slot.intervalMs, NEVER_MS),
    reading: { values: new Int32Array(slot.driver.channels.length), time: 0 },
    state: State.New,
    dueAt: 0,
    wakeAt: 0,
    failures: 0,
    pause: 1,
    cold: false,
    seenAt: -1,
  };
}

/** First run: the board has just been powered up, and so has the sensor. */
function powerUp(sensor: Sensor, now: number): void {
  sensor.state = State.Idle;
  sensor.dueAt = after(now, sensor.driver.warmUpMs);
  sensor.wakeAt = sensor.dueAt;
}

/**
 * Plan the next sample, `intervals` points of the grid ahead of `now`. What was missed is skipped, and neither a late
 * call nor a conversion shifts the grid.
 */
function plan(sensor: Sensor, now: number, intervals: number): void {
  const late = elapsed(sensor.dueAt, now);
  const ahead = late - (late % sensor.intervalMs) + intervals * sensor.intervalMs;
  sensor.dueAt = after(sensor.dueAt, ahead);
  sensor.wakeAt = sensor.dueAt;
}

/** @returns false while a chip that was gone is still warming up. */
function isTrusted(sensor: Sensor, now: number): boolean {
  if (!sensor.cold) return true;
  if (elapsed(sensor.seenAt, now) < sensor.driver.warmUpMs) return false;
  sensor.cold = false;
  return true;
}

/**
 * @param slots the sensors; their index is their name in the events.
 * @param events who hears of readings and failures.
 */
export function createScheduler(slots: readonly Slot[], events: SensorEvents): Scheduler {
  const sensors: Sensor[] = [];
  for (let i = 0; i < slots.length; i++) sensors.push(createSensor(slots[i]));

  function fail(index: number, sensor: Sensor, now: number, code: number): void {
    sensor.state = State.Idle;
    if (code === Code.Absent || code === Code.Fault) {
      sensor.cold = true;
      sensor.seenAt = -1;
    }
    plan(sensor, now, sensor.pause);
    if (sensor.pause * 2 * sensor.intervalMs <= RETRY_MAX_MS) sensor.pause *= 2;
    sensor.failures++;
    events.onFailure(index, code, sensor.failures);
  }

  function succeed(index: number, sensor: Sensor, now: number): void {
    sensor.state = State.Idle;
    plan(sensor, now, 1);
    if (!isTrusted(sensor, now)) return;
    if (sensor.failures > 0) {
      sensor.failures = 0;
      sensor.pause = 1;
      events.onRecovered(index);
    }
    events.onReading(index, sensor.reading);
  }

  /** Ask the driver to go on. @returns its answer. */
  function ask(sensor: Sensor, now: number): number {
    if (sensor.state === State.Converting) return sensor.driver.poll(now, sensor.reading);
    const wait = sensor.driver.start(now);
    if (wait < 0) return wait;
    sensor.state = State.Converting;
    if (sensor.seenAt < 0) sensor.seenAt = now;
    return wait > 0 ? wait : sensor.driver.poll(now, sensor.reading);
  }

  function step(index: number, sensor: Sensor, now: number): void {
    const answer = ask(sensor, now);
    if (answer > 0) sensor.wakeAt = after(now, answer);
    else if (answer === 0) succeed(index, sensor, now);
    else fail(index, sensor, now, answer);
  }

  function run(now: number): number {
    let wait = NEVER_MS;
    for (let i = 0; i < sensors.length; i++) {
      const sensor = sensors[i];
      if (sensor.state === State.New) powerUp(sensor, now);
      if (remaining(now, sensor.wakeAt) === 0) step(i, sensor, now);
      wait = sooner(wait, remaining(now, sensor.wakeAt));
    }
    return wait;
  }

  function close(): void {
    for (let i = 0; i < sensors.length; i++) {
      sensors[i].driver.close();
      sensors[i].state = State.New;
    }
  }

  return { run, close };
}
