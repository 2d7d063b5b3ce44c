// What the tests of drivers on a serial line share: a port that a test feeds by hand, a driver run to its end, and cuts at random.

import fc from 'fast-check';
import { NO_VALUE } from '../../src/ports/reading.ts';
import type { Reading } from '../../src/ports/reading.ts';
import type { Uart } from '../../src/ports/uart.ts';
import type { Driver } from '../../src/sensors/driver.ts';

export interface HandUart extends Uart {
  /** What the driver said, a call each. */
  readonly said: string[];
  /** Bytes arrive. */
  give(bytes: string): void;
}

export function createHandUart(): HandUart {
  let listener: (bytes: string) => void = () => {};
  const said: string[] = [];
  return {
    said,
    write: (bytes) => void said.push(bytes),
    listen: (onData) => void (listener = onData),
    give: (bytes) => listener(bytes),
  };
}

export const text = (...bytes: number[]): string => String.fromCharCode(...bytes);

export function createReading(driver: Driver): Reading {
  return { values: new Int32Array(driver.channels.length).fill(-77), time: -77 };
}

/** The values of a reading; null where there is none. */
export const valuesOf = (reading: Reading): (number | null)[] =>
  [...reading.values].map((value) => (value === NO_VALUE ? null : value));

export interface Clocked {
  now(): number;
  advance(ms: number): void;
}

/** Run a sample to its end. @param onWait called before each wait. @returns 0 or a code, and how long it took. */
export function sample(
  driver: Driver,
  clock: Clocked,
  out: Reading,
  onWait: (ms: number) => void = () => {},
): { code: number; ms: number } {
  const begun = clock.now();
  let answer = driver.start(begun);
  for (let polls = 0; answer > 0 && polls < 1000; polls++) {
    onWait(answer);
    clock.advance(answer);
    answer = driver.poll(clock.now(), out);
  }
  return { code: answer, ms: clock.now() - begun };
}

/** Texts cut into pieces of any length. */
export const cut = (bytes: string, at: readonly number[]): string[] => {
  const cuts = [0, ...at.map((share) => share % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((end, i) => bytes.slice(cuts[i], end));
};

export const anyCuts = fc.array(fc.nat(100000), { maxLength: 12 });
export const anyBytes = fc.uint8Array({ maxLength: 120 }).map((bytes) => String.fromCharCode(...bytes));
