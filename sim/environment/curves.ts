// What the models of the environment are made of: waves and noise as functions of time, and what lags behind. Only + - * / and
// floor, so that all engines agree to the last bit. ES5 subset: runs in engines.

import { hash16 } from './random.ts';

export const MINUTE_MS = 60000;
export const HOUR_MS = 3600000;
export const DAY_MS = 24 * HOUR_MS;
export const YEAR_MS = 365 * DAY_MS;

/** A wave like a cosine, made of parabolas. @returns -1 to 1, 1 where `time` is a multiple of `period`. */
export function wave(time: number, period: number): number {
  let x = time / period + 0.25;
  x = 2 * (x - Math.floor(x));
  return x < 1 ? 4 * x * (1 - x) : -4 * (x - 1) * (2 - x);
}

/** Noise that changes within `period` and not faster. @returns -1 to 1. */
export function drift(seed: number, time: number, period: number): number {
  const step = Math.floor(time / period);
  const x = time / period - step;
  const from = hash16(seed, step) / 32767.5 - 1;
  const to = hash16(seed, step + 1) / 32767.5 - 1;
  return from + (to - from) * x * x * (3 - 2 * x);
}

export function orElse(value: number | undefined, otherwise: number): number {
  return value === undefined ? otherwise : value;
}

/** @returns a number of a seed and a count, 0 to 1 without 1. */
export function chance(seed: number, n: number): number {
  return hash16(seed, n) / 65536;
}

/** @returns `value` as an integer between two others. */
export function whole(value: number, min: number, max: number): number {
  const floor = Math.floor(value + 0.5);
  return floor < min ? min : floor > max ? max : floor;
}

/** How many steps back a response remembers. */
const MEMORY = 48;

/**
 * What lags behind `cause`, as the air of a room behind the people in it: in each step a share of it stays, and the cause of that
 * step is added. Asked for any time, in any order. @param keep 0 to 0.9. @returns a function of time.
 */
export function createResponse(
  cause: (step: number) => number,
  keep: number,
  stepMs: number,
): (timeMs: number) => number {
  let known = -1;
  let from = 0;
  let to = 0;
  return (timeMs) => {
    const step = Math.floor(timeMs / stepMs);
    if (step !== known) {
      known = step;
      to = 0;
      for (let k = step - MEMORY; k <= step; k++) {
        from = to;
        to = from * keep + cause(k);
      }
    }
    return from + ((to - from) * (timeMs - step * stepMs)) / stepMs;
  };
}

/**
 * What adds up from time 0 on: a sum over steps, each of which begins with what there was. @param next what a step makes of it.
 * @returns a function of time. Asked for earlier times it begins anew, so that the order does not matter.
 */
export function createSum(
  first: number,
  next: (value: number, step: number) => number,
  stepMs: number,
): (timeMs: number) => number {
  let known = 0;
  let from = first;
  let to = next(first, 0);
  return (timeMs) => {
    const step = Math.floor(timeMs / stepMs);
    if (step < known) {
      known = 0;
      from = first;
      to = next(first, 0);
    }
    while (known < step) {
      known++;
      from = to;
      to = next(from, known);
    }
    return from + ((to - from) * (timeMs - step * stepMs)) / stepMs;
  };
}
