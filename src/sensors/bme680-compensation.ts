// The arithmetic of the BME680 and the BME688: trimming values, raw codes into degrees, percent, pascals and ohms, and the
// heater's code. After Bosch's BME68x_SensorAPI, see THIRD_PARTY.md. No bus, no state. Temperature is the BME280's formula.

import { lowWordAt, signed8, signedLowWordAt } from './check.ts';

/** Places in the array of trimming values; the first three are those of bme280-compensation.ts. */
const enum Trim {
  T1,
  T2,
  T3,
  P1,
  P2,
  P3,
  P4,
  P5,
  P6,
  P7,
  P8,
  P9,
  P10,
  H1,
  H2,
  H3,
  H4,
  H5,
  H6,
  H7,
  G1,
  G2,
  G3,
  HeatRange,
  HeatValue,
  RangeError,
}

export const TRIM_COUNT = 26;

/** The error of each range of the BME680's gas converter: of its slope and of its gain, tenths of a percent; 10 is none. */
const SLOPES = '\n\n\n\n\n\x00\n\x02\n\n\x08\x05\n\x00\n\n';
const GAINS = '\n\n\n\n\x0b\x11\n\x02\t\n\n\n\n\n\n\n';

/** Take the trimming values apart. @param first 0x8A to 0xA0. @param second 0xE1 to 0xEE. @param third 0x00 to 0x04. */
export function readTrim(first: Uint8Array, second: Uint8Array, third: Uint8Array, trim: Int32Array): void {
  trim[Trim.T1] = lowWordAt(second, 8);
  trim[Trim.T2] = signedLowWordAt(first, 0);
  // The BME280 has sixteen times as much of it.
  trim[Trim.T3] = signed8(first[2]) * 16;
  trim[Trim.P1] = lowWordAt(first, 4);
  trim[Trim.P2] = signedLowWordAt(first, 6);
  trim[Trim.P3] = signed8(first[8]);
  trim[Trim.P4] = signedLowWordAt(first, 10);
  trim[Trim.P5] = signedLowWordAt(first, 12);
  trim[Trim.P7] = signed8(first[14]);
  trim[Trim.P6] = signed8(first[15]);
  trim[Trim.P8] = signedLowWordAt(first, 18);
  trim[Trim.P9] = signedLowWordAt(first, 20);
  trim[Trim.P10] = first[22];
  // Two 12-bit values share the byte at 0xE2.
  trim[Trim.H1] = second[2] * 16 + (second[1] & 15);
  trim[Trim.H2] = second[0] * 16 + (second[1] >> 4);
  for (let i = 0; i < 5; i++) trim[Trim.H3 + i] = signed8(second[3 + i]);
  trim[Trim.H6] &= 0xff;
  trim[Trim.G1] = signed8(second[12]);
  trim[Trim.G2] = signedLowWordAt(second, 10);
  trim[Trim.G3] = signed8(second[13]);
  trim[Trim.HeatRange] = (third[2] >> 4) & 3;
  trim[Trim.HeatValue] = signed8(third[0]);
  // Four bits with a sign.
  trim[Trim.RangeError] = signed8(third[4]) >> 4;
}

/** @param fine the fine temperature. @returns Pa; not finite where the trimming values make no sense. */
export function pressure(trim: Int32Array, fine: number, raw: number): number {
  const t = fine / 2 - 64000;
  const offset = ((t * t * trim[Trim.P6]) / 131072 + t * trim[Trim.P5] * 2) / 4 + trim[Trim.P4] * 65536;
  const slope = ((trim[Trim.P3] * t * t) / 16384 + trim[Trim.P2] * t) / 524288;
  const p = ((1048576 - raw - offset / 4096) * 6250) / ((1 + slope / 32768) * trim[Trim.P1]);
  const square = (trim[Trim.P9] * p * p) / 2147483648;
  const cube = ((p / 256) * (p / 256) * (p / 256) * trim[Trim.P10]) / 131072;
  return p + (square + (p * trim[Trim.P8]) / 32768 + cube + trim[Trim.P7] * 128) / 16;
}

/** @param fine the fine temperature. @returns percent, 0 to 100. */
export function humidity(trim: Int32Array, fine: number, raw: number): number {
  const t = fine / 5120;
  const offset = trim[Trim.H1] * 16 + (trim[Trim.H3] / 2) * t;
  const bend = 1 + (trim[Trim.H4] / 16384) * t + (trim[Trim.H5] / 1048576) * t * t;
  const linear = (raw - offset) * (trim[Trim.H2] / 262144) * bend;
  const h = linear + (trim[Trim.H6] / 16384 + (trim[Trim.H7] / 2097152) * t) * linear * linear;
  return h > 100 ? 100 : h < 0 ? 0 : h;
}

/** Of the BME680. @param raw 0 to 1023. @param range 0 to 15. @returns ohms. */
export function gasResistance(trim: Int32Array, raw: number, range: number): number {
  const slope = (1340 + 5 * trim[Trim.RangeError]) * (0.99 + SLOPES.charCodeAt(range) / 1000);
  const gain = (0.99 + GAINS.charCodeAt(range) / 1000) * (1 << range);
  return 8000000 / (gain * ((raw - 512) / slope + 1));
}

/** Of the BME688, as above. */
export function gasResistanceHigh(raw: number, range: number): number {
  return (1000000 * (262144 >> range)) / (4096 + 3 * (raw - 512));
}

/** @param target what the heater should have, degrees. @param ambient around it. @returns the code of its resistance. */
export function heaterCode(trim: Int32Array, target: number, ambient: number): number {
  const slope = (trim[Trim.G2] / 32768) * 0.0005 + 0.00235;
  const heat = (trim[Trim.G1] / 16 + 49) * (1 + slope * target) + (trim[Trim.G3] / 1024) * ambient;
  const scale = (4 / (4 + trim[Trim.HeatRange])) * (1 / (1 + trim[Trim.HeatValue] * 0.002));
  return (3.4 * (heat * scale - 25)) | 0;
}
