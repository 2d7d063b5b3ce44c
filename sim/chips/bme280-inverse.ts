// From true values to the codes that a BME280's converter would give: the data sheet's integer formulas (4.2.3), searched
// for the code that yields the value. Written from the data sheet and not from the driver, which uses the other variant.

import type { Bme280Trim } from './bme280-trim.ts';

/** Arithmetic shift right of an integer of up to 53 bits. */
function shifted(value: number, divisor: number): number {
  return Math.floor(value / divisor);
}

/** @returns t_fine: 5120 a degree. The formula as it is, without the four bits that 32-bit integers cost it. */
export function fineTemperatureOf(trim: Bme280Trim, code: number): number {
  const x = code - 16 * trim.t1;
  return shifted(x * trim.t2, 16384) + shifted(x * x * trim.t3, 17179869184);
}

/** The 64-bit formula. Doubles round its largest product at 2^-53, far below the result's step. @returns 1/256 Pa. */
export function pressureOf(trim: Bme280Trim, fine: number, code: number): number {
  const t = fine - 128000;
  const offset = t * t * trim.p6 + t * trim.p5 * 131072 + trim.p4 * 34359738368;
  const slope = shifted(t * t * trim.p3, 256) + t * trim.p2 * 4096;
  const gain = shifted((140737488355328 + slope) * trim.p1, 8589934592);
  const p = shifted(((1048576 - code) * 2147483648 - offset) * 3125, gain);
  const x = shifted(p, 8192);
  const square = shifted(trim.p9 * x * x, 33554432);
  const linear = shifted(trim.p8 * p, 524288);
  return shifted(p + square + linear, 256) + trim.p7 * 16;
}

/** The 32-bit formula. @returns 1/1024 percent. */
export function humidityOf(trim: Bme280Trim, fine: number, code: number): number {
  const t = fine - 76800;
  const base = shifted(code * 16384 - trim.h4 * 1048576 - trim.h5 * t + 16384, 32768);
  const bend = shifted(shifted(t * trim.h6, 1024) * (shifted(t * trim.h3, 2048) + 32768), 1024) + 2097152;
  let h = base * shifted(bend * trim.h2 + 8192, 16384);
  const x = shifted(h, 32768);
  h -= shifted(shifted(x * x, 128) * trim.h1, 16);
  return shifted(h < 0 ? 0 : h > 419430400 ? 419430400 : h, 4096);
}

/** Signs of the slopes: more temperature or humidity, larger codes; more pressure, smaller ones. */
const RISING = 1;
const FALLING = -1;

/**
 * @param target the value that is wanted, in the unit of `valueOf`.
 * @returns the first code of 0 to `last` whose value reaches `target`; an end when none does.
 */
function search(
  valueOf: (trim: Bme280Trim, fine: number, code: number) => number,
  trim: Bme280Trim,
  fine: number,
  last: number,
  slope: number,
  target: number,
): number {
  let low = 0;
  let high = last;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((valueOf(trim, fine, middle) - target) * slope < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function anyTemperature(trim: Bme280Trim, _fine: number, code: number): number {
  return fineTemperatureOf(trim, code);
}

/** @param temperature millidegrees. @returns a 20-bit code. */
export function temperatureCode(trim: Bme280Trim, temperature: number): number {
  return search(anyTemperature, trim, 0, 0xfffff, RISING, temperature * 5.12);
}

/** @param pressure pascals. @returns a 20-bit code. */
export function pressureCode(trim: Bme280Trim, fine: number, pressure: number): number {
  return search(pressureOf, trim, fine, 0xfffff, FALLING, pressure * 256);
}

/** @param humidity thousandths of a percent. @returns a 16-bit code. */
export function humidityCode(trim: Bme280Trim, fine: number, humidity: number): number {
  return search(humidityOf, trim, fine, 0xffff, RISING, humidity * 1.024);
}
