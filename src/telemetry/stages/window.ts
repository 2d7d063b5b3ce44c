// One value for the samples of a time: their mean, least, greatest, last, number or standard deviation, in fixed memory. A
// window ends with the first sample that comes when its time is over; that one still belongs to it. The next begins there.

import { NEVER_MS, elapsed } from '../../ports/clock.ts';
import { NO_VALUE } from '../../ports/reading.ts';
import type { ChannelMeta } from '../../ports/reading.ts';
import { rounded, slackOf } from '../number.ts';
import type { CreateStage, Stage } from '../channel.ts';

/** What a window makes of its samples. */
interface Statistic {
  /** Take a sample. @param count its number, from 1. */
  add(value: number, count: number): void;
  result(count: number): number;
}

function createWindow(channel: ChannelMeta, wantedMs: number, statistic: Statistic): Stage {
  const windowMs = wantedMs < NEVER_MS ? wantedMs : NEVER_MS;
  let count = 0;
  let isFirst = true;
  let beganAt = 0;
  let lastAt = 0;

  function take(value: number, now: number): number {
    if (isFirst) beganAt = lastAt = now;
    isFirst = false;
    count++;
    statistic.add(value, count);
    const slack = slackOf(elapsed(lastAt, now), windowMs);
    lastAt = now;
    if (elapsed(beganAt, now) + slack < windowMs) return NO_VALUE;
    const result = statistic.result(count);
    count = 0;
    beganAt = now;
    return result;
  }

  return { channel, take };
}

/** @param windowMs up to NEVER_MS. */
export function createMean(windowMs: number): CreateStage {
  return function (channel) {
    let sum = 0;

    function add(value: number, count: number): void {
      sum = count === 1 ? value : sum + value;
    }

    function result(count: number): number {
      return rounded(sum / count);
    }

    return createWindow(channel, windowMs, { add, result });
  };
}

function createExtreme(windowMs: number, sign: number): CreateStage {
  return function (channel) {
    let extreme = 0;

    function add(value: number, count: number): void {
      if (count === 1 || sign === 0 || (value - extreme) * sign > 0) extreme = value;
    }

    function result(): number {
      return extreme;
    }

    return createWindow(channel, windowMs, { add, result });
  };
}

export function createMinimum(windowMs: number): CreateStage {
  return createExtreme(windowMs, -1);
}

export function createMaximum(windowMs: number): CreateStage {
  return createExtreme(windowMs, 1);
}

export function createLast(windowMs: number): CreateStage {
  return createExtreme(windowMs, 0);
}

/** How many samples there were: what was lost on the way is missing in it. */
export function createCount(windowMs: number): CreateStage {
  return function (channel) {
    function add(): void {}

    function result(count: number): number {
      return count;
    }

    return createWindow(
      {
        key: channel.key,
        unit: '',
        deviceClass: '',
        isDiagnostic: channel.isDiagnostic,
        decimals: 0,
        precision: 0,
        min: 0,
        max: 0x7ffffff,
      },
      windowMs,
      { add, result },
    );
  };
}

/** Standard deviation of the samples, 0 of a single one, by Welford's method: stable however long the window is. */
export function createDeviation(windowMs: number): CreateStage {
  return function (channel) {
    let mean = 0;
    let squares = 0;

    function add(value: number, count: number): void {
      if (count === 1) {
        mean = value;
        squares = 0;
        return;
      }
      const distance = value - mean;
      mean += distance / count;
      squares += distance * (value - mean);
    }

    function result(count: number): number {
      return count < 2 ? 0 : rounded(Math.sqrt(squares / (count - 1)));
    }

    // Of no device class: half a degree of deviation is not 32.9 degrees Fahrenheit.
    return createWindow(
      {
        key: channel.key,
        unit: channel.unit,
        deviceClass: '',
        isDiagnostic: channel.isDiagnostic,
        decimals: channel.decimals,
        precision: channel.precision,
        min: 0,
        max: 0x7ffffff,
      },
      windowMs,
      { add, result },
    );
  };
}
