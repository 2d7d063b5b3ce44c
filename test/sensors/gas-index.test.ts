// Sensirion's algorithm against Sensirion's own: what its C code (gas-index-algorithm 3.2.0, compiled here with doubles in the place of its
// floats, which change 30 of these 43,000 indices by 1) makes of a signal with everything in it. See THIRD_PARTY.md.

import { describe, expect, it } from 'vitest';
import { createGasIndex } from '../../src/sensors/gas-index.ts';

/** Twelve hours: noise, drift, ten bad minutes, bad air for longer than the gate bears, signals beyond both ends, invalid ones. */
function createSignal(): (t: number) => number {
  let x = 1;
  return (t) => {
    x = (x * 75 + 74) % 65537;
    let raw = 31000 + (x % 21) - 10 - Math.floor(t / 100);
    if (t >= 6000 && t < 6600) raw -= 3000;
    if (t >= 20000 && t < 32000) raw -= 6000;
    if (t >= 40000 && t < 40100) raw = 60000;
    if (t >= 40200 && t < 40300) raw = 15000;
    if (t % 5000 === 77) raw = 0;
    if (t % 5000 === 78) raw = 65535;
    return raw;
  };
}

/** Each fourth second from 40 on. */
const EARLY = [0, 0, 1, 13, 28, 41, 51, 60, 67, 73, 78, 82, 85, 88, 90, 92, 94, 94, 95, 96];
/** Each minute from 6000 s on: bad air, and after it. */
const EVENT = [
  126, 480, 499, 500, 500, 500, 500, 500, 500, 500, 482, 138, 116, 115, 116, 116, 116, 117, 117, 117,
];
/** Each thousandth second, unrounded. */
const LONG = [
  100.4573, 100.342, 100.4299, 103.6276, 108.4449, 113.1739, 116.7671, 120.3222, 123.737, 128.005, 132.3812,
  136.9168, 140.5173, 144.776, 148.7191, 152.2977, 156.2963, 160.0443, 163.3746, 166.781, 500.0, 500.0, 500.0,
  500.0, 500.0, 500.0, 500.0, 500.0, 500.0, 500.0, 500.0, 499.8354, 116.8995, 117.8385, 118.6627, 119.5759,
  120.5994, 121.5358, 122.5674, 123.5432, 119.9675, 120.3085, 120.8115,
];

describe('gas index', () => {
  const index = createGasIndex();
  const signal = createSignal();
  const indices = Array.from({ length: 43000 }, (_, t) => index.process(signal(t)));

  it('says nothing for 46 seconds, and goes on as the original does', () => {
    expect(indices.slice(0, 46).every((value) => value === 0)).toBe(true);
    expect(indices[46]).toBe(1);
    EARLY.forEach((wanted, i) => expect(indices[40 + 4 * i]).toBe(wanted));
  });

  it('rises with bad air and falls with fresh air as the original does', () => {
    EVENT.forEach((wanted, i) => expect(indices[6000 + 60 * i]).toBe(wanted));
  });

  it('is the original over twelve hours', () => {
    LONG.forEach((wanted, i) =>
      expect(Math.abs(indices[999 + 1000 * i]! - wanted)).toBeLessThanOrEqual(0.5001),
    );
    expect(indices.reduce((sum, value) => sum + value, 0)).toBe(10152631);
  });

  // Sum of all indices, and the last one, unrounded.
  it.each<[string, (t: number) => number, number, number]>([
    ['jumps from end to end', (t) => (Math.floor(t / 60) % 2 ? 20001 : 52767), 1820360, 317.5771],
    ['begins below its range and goes far up', (t) => (t < 3000 ? 15000 : 52000), 394874, 22.1798],
    ['is invalid at first', (t) => (t < 300 ? (t % 2 ? 0 : 65535) : 31000 + (t % 7)), 895400, 100.1456],
  ])('is the original where the signal %s', (_what, signalAt, sum, last) => {
    const other = createGasIndex();
    const made = Array.from({ length: 9000 }, (_, t) => other.process(signalAt(t)));
    expect(made.reduce((total, value) => total + value, 0)).toBe(sum);
    expect(Math.abs(made[8999]! - last)).toBeLessThanOrEqual(0.5001);
    // And the same again: nothing is left of the former air.
    other.reset();
    for (let t = 0; t < 100; t++) expect(other.process(signalAt(t))).toBe(made[t]);
  });

  it('starts anew when told to', () => {
    index.reset();
    const again = createSignal();
    const anew = Array.from({ length: 3000 }, (_, t) => index.process(again(t)));
    expect(anew).toEqual(indices.slice(0, 3000));
  });
});
