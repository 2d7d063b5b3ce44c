// Runs any number of sensors from one timer: says when it wants to be called and does then what is due. A heap of deadlines
// finds that. Owns the times and what is known of each sensor; never touches a bus, and allocates nothing once created.
// The lock of a bus is the call: a driver does all transfers of a step in one, and nothing of another sensor comes between; none
// is held while a chip converts.

import { NEVER_MS, after, elapsed, remaining, sooner } from '../ports/clock.ts';
import { Code } from '../ports/codes.ts';
import type { Reading } from '../ports/reading.ts';
import type { Driver, Wake } from './driver.ts';

/** Pauses after failures in a row grow up to this; a sensor with a longer interval is tried at its interval. */
export const RETRY_MAX_MS = 300000;

/** Also where the last sample failed. */
const AT_ONCE = -1;

/** One sensor to run. */
export interface Slot {
  readonly driver: Driver<never>;
  /** Time from sample to sample, 1 to NEVER_MS; where the chip needs longer, as long as that. */
  readonly intervalMs: number;
  /** The first sample comes so much later, 0 (default) to `intervalMs`: boards that start together do not sample together. */
  readonly phaseMs?: number;
}

/** Called from inside `run`, but for `onWake`. */
export interface SensorEvents {
  /** The reading is filled again by the next sample: use it at once. */
  onReading(index: number, reading: Reading): void;
  /** A sample failed: nothing is published for it. @param failures failed samples in a row, from 1. */
  onFailure(index: number, code: number, failures: number): void;
  /** The sensor is trusted again; its reading follows. */
  onRecovered(index: number): void;
  /** A sensor has something to tell before its time: call `run` soon. */
  onWake(): void;
}

export interface Scheduler {
  /** Do what is due. @returns milliseconds until it wants to be called again; calling earlier does no harm. */
  run(now: number): number;
  /** Put all chips to sleep. The next `run` starts all over. */
  close(): void;
  /**
   * Sample a sensor so often from now on; its next sample comes no later than planned, its first as planned. Not from inside of an
   * event; call `run` soon.
   * @returns 0, or Code.Range: no such sensor, longer than NEVER_MS, or shorter than its chip needs.
   */
  changeInterval(index: number, intervalMs: number): number;
  /** @returns how often a sensor is sampled, and can be at most, in milliseconds; Code.Range: no such sensor. */
  intervalOf(index: number): number;
  leastOf(index: number): number;
  /**
   * Sample a sensor out of turn, as soon as its chip allows, one that failed last time too. The same rules as for `changeInterval`.
   * @returns 0, or Code.Range: no such sensor.
   */
  sampleNow(index: number): number;
}

interface Sensor {
  readonly index: number;
  readonly driver: Driver<never>;
  /** The chip can be sampled so often at most. */
  readonly leastMs: number;
  intervalMs: number;
  readonly phaseMs: number;
  readonly reading: Reading;
  isConverting: boolean;
  /** It asked for a sample out of turn, so many milliseconds later; AT_ONCE: somebody else did. */
  isWoken: boolean;
  askedMs: number;
  /** Its interval is another one. */
  isChanged: boolean;
  /** When its last sample began; -1 before the first. */
  beganAt: number;
  /** When this sample was due: a point of the grid first sample + n * interval. */
  dueAt: number;
  /** When there is something to do. */
  wakeAt: number;
  failures: number;
  /** Intervals until the next try. */
  pause: number;
  /** The chip may have lost its supply: values count `warmUpMs` after it was seen again. */
  isCold: boolean;
  seenAt: number;
  /** Samples that are still not to be believed. */
  discards: number;
}

function createSensor(slot: Slot, index: number): Sensor {
  const driver = slot.driver;
  const leastMs = driver.minIntervalMs < 1 ? 1 : driver.minIntervalMs;
  return {
    index,
    driver,
    leastMs,
    intervalMs: slot.intervalMs < leastMs ? leastMs : sooner(slot.intervalMs, NEVER_MS),
    phaseMs: slot.phaseMs === undefined ? 0 : slot.phaseMs,
    reading: { values: new Int32Array(driver.channels.length), time: 0 },
    isConverting: false,
    isWoken: false,
    askedMs: 0,
    isChanged: false,
    beganAt: -1,
    dueAt: 0,
    wakeAt: 0,
    failures: 0,
    pause: 1,
    isCold: false,
    seenAt: -1,
    discards: 0,
  };
}

/** First run: the board has just been powered up, and so has the sensor. */
function powerUp(sensor: Sensor, now: number): void {
  const phaseMs = sensor.isChanged ? sensor.phaseMs % sensor.intervalMs : sensor.phaseMs;
  sensor.isChanged = false;
  sensor.dueAt = after(now, sooner(sensor.driver.warmUpMs + phaseMs, NEVER_MS));
  sensor.wakeAt = sensor.dueAt;
  sensor.discards = sensor.driver.discard;
}

/**
 * Plan the next sample, `intervals` points of the grid ahead of `now`. What was missed is skipped, and neither a late
 * call nor a conversion, nor a sample out of turn, shifts the grid.
 */
function plan(sensor: Sensor, now: number, intervals: number): void {
  // Sampled before its time.
  if (remaining(now, sensor.dueAt) > 0) {
    sensor.wakeAt = sensor.dueAt;
    return;
  }
  const late = elapsed(sensor.dueAt, now);
  const ahead = late - (late % sensor.intervalMs) + intervals * sensor.intervalMs;
  sensor.dueAt = after(sensor.dueAt, ahead);
  sensor.wakeAt = sensor.dueAt;
}

/** It has another interval: its next sample on the same grid as before, as soon as the new one wants it. */
function replan(sensor: Sensor, now: number): void {
  sensor.isChanged = false;
  const left = remaining(now, sensor.dueAt);
  // What is planned behind that is planned with the new one; the first sample waits for the chip.
  if (left <= sensor.intervalMs || sensor.beganAt < 0) return;
  const rest = left % sensor.intervalMs;
  sensor.dueAt = after(now, rest > 0 ? rest : sensor.intervalMs);
  if (!sensor.isConverting && remaining(now, sensor.wakeAt) > remaining(now, sensor.dueAt)) {
    sensor.wakeAt = sensor.dueAt;
  }
}

/** @returns false while a chip that was gone is still warming up. */
function isWarm(sensor: Sensor, now: number): boolean {
  if (!sensor.isCold) return true;
  if (elapsed(sensor.seenAt, now) < sensor.driver.warmUpMs) return false;
  sensor.isCold = false;
  return true;
}

/** @returns whether `a` comes before `b`, which are less than half a period of the clock apart. @hot */
function isBefore(a: Sensor, b: Sensor): boolean {
  return a.wakeAt === b.wakeAt ? a.index < b.index : elapsed(a.wakeAt, b.wakeAt) <= NEVER_MS;
}

/**
 * @param slots the sensors; their index is their name in the events.
 * @param events who hears of readings and failures.
 */
export function createScheduler(slots: readonly Slot[], events: SensorEvents): Scheduler {
  /** The one that is next stands first; place n comes before places 2n + 1 and 2n + 2. */
  const heap: Sensor[] = [];
  let isRunning = false;
  let isWoken = false;

  function createWake(sensor: Sensor): Wake {
    return function (delayMs) {
      if (!sensor.isWoken || delayMs < sensor.askedMs) sensor.askedMs = delayMs;
      sensor.isWoken = true;
      isWoken = true;
      events.onWake();
    };
  }

  for (let i = 0; i < slots.length; i++) {
    const sensor = createSensor(slots[i], i);
    heap.push(sensor);
    if (sensor.driver.attach !== undefined) sensor.driver.attach(createWake(sensor));
  }

  /** The sensor at a place may be later than those below: put it where it belongs. @hot */
  function sink(place: number): void {
    const sensor = heap[place];
    let child = 2 * place + 1;
    while (child < heap.length) {
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child++;
      if (isBefore(sensor, heap[child])) break;
      heap[place] = heap[child];
      place = child;
      child = 2 * place + 1;
    }
    heap[place] = sensor;
  }

  function arrange(): void {
    for (let place = (heap.length >> 1) - 1; place >= 0; place--) sink(place);
  }

  function fail(sensor: Sensor, now: number, code: number): void {
    sensor.isConverting = false;
    if (code === Code.Absent || code === Code.Fault) {
      sensor.isCold = true;
      sensor.seenAt = -1;
      sensor.discards = sensor.driver.discard;
    }
    plan(sensor, now, sensor.pause);
    if (sensor.pause * 2 * sensor.intervalMs <= RETRY_MAX_MS) sensor.pause *= 2;
    sensor.failures++;
    events.onFailure(sensor.index, code, sensor.failures);
  }

  /** @hot */
  function succeed(sensor: Sensor, now: number): void {
    sensor.isConverting = false;
    plan(sensor, now, 1);
    if (!isWarm(sensor, now)) return;
    if (sensor.discards > 0) {
      sensor.discards--;
      // The next one as soon as the chip allows, and no later than it is due.
      sensor.wakeAt = after(now, sooner(remaining(now, sensor.dueAt), sensor.leastMs));
      return;
    }
    if (sensor.failures > 0) {
      sensor.failures = 0;
      sensor.pause = 1;
      events.onRecovered(sensor.index);
    }
    events.onReading(sensor.index, sensor.reading);
  }

  /** Ask the driver to go on. @returns its answer. @hot */
  function ask(sensor: Sensor, now: number): number {
    if (sensor.isConverting) return sensor.driver.poll(now, sensor.reading);
    sensor.beganAt = now;
    const wait = sensor.driver.start(now);
    if (wait < 0) return wait;
    sensor.isConverting = true;
    if (sensor.seenAt < 0) sensor.seenAt = now;
    return wait > 0 ? wait : sensor.driver.poll(now, sensor.reading);
  }

  /** Afterwards it wants to be called later than now. @hot */
  function step(sensor: Sensor, now: number): void {
    const answer = ask(sensor, now);
    if (answer > 0) sensor.wakeAt = after(now, answer);
    else if (answer === 0) succeed(sensor, now);
    else fail(sensor, now, answer);
    if (sensor.isWoken && !sensor.isConverting) hasten(sensor, now);
  }

  /** Sample it as soon as it asked for, but not more often than the chip can be; one that failed is tried when it is its turn. */
  function hasten(sensor: Sensor, now: number): void {
    sensor.isWoken = false;
    if ((sensor.failures > 0 && sensor.askedMs !== AT_ONCE) || sensor.beganAt < 0) return;
    const asked = sensor.askedMs === AT_ONCE ? 0 : sensor.askedMs;
    const rest = sensor.leastMs - elapsed(sensor.beganAt, now);
    const wait = asked > rest ? asked : rest;
    if (wait < remaining(now, sensor.wakeAt)) sensor.wakeAt = after(now, wait);
  }

  /** Those in the middle of a sample come after that. */
  function wake(now: number): void {
    isWoken = false;
    for (let i = 0; i < heap.length; i++) {
      if (heap[i].isChanged) replan(heap[i], now);
      if (heap[i].isWoken && !heap[i].isConverting) hasten(heap[i], now);
    }
    arrange();
  }

  /** @hot */
  function run(now: number): number {
    if (heap.length === 0) return NEVER_MS;
    if (!isRunning) {
      isRunning = true;
      for (let i = 0; i < heap.length; i++) powerUp(heap[i], now);
      arrange();
    }
    if (isWoken) wake(now);
    let wait = remaining(now, heap[0].wakeAt);
    while (wait === 0) {
      step(heap[0], now);
      sink(0);
      wait = remaining(now, heap[0].wakeAt);
    }
    return wait;
  }

  function close(): void {
    for (let i = 0; i < heap.length; i++) {
      heap[i].driver.close();
      heap[i].isConverting = false;
      heap[i].beganAt = -1;
    }
    isRunning = false;
  }

  /** @returns null when there is none. */
  function find(index: number): Sensor | null {
    for (let i = 0; i < heap.length; i++) if (heap[i].index === index) return heap[i];
    return null;
  }

  function changeInterval(index: number, intervalMs: number): number {
    const sensor = find(index);
    if (sensor === null || !(intervalMs >= sensor.leastMs && intervalMs <= NEVER_MS)) return Code.Range;
    sensor.intervalMs = intervalMs;
    sensor.isChanged = true;
    sensor.pause = 1;
    isWoken = true;
    return Code.Ok;
  }

  function intervalOf(index: number): number {
    const sensor = find(index);
    return sensor === null ? Code.Range : sensor.intervalMs;
  }

  function leastOf(index: number): number {
    const sensor = find(index);
    return sensor === null ? Code.Range : sensor.leastMs;
  }

  function sampleNow(index: number): number {
    const sensor = find(index);
    if (sensor === null) return Code.Range;
    sensor.isWoken = true;
    sensor.askedMs = AT_ONCE;
    isWoken = true;
    return Code.Ok;
  }

  return { run, close, changeInterval, intervalOf, leastOf, sampleNow };
}
