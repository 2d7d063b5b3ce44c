// Bosch's integer formulas for the BME680 and BME688, as BME68x_SensorAPI has them: the other variant than the driver's, with
// the widths and roundings of C. See THIRD_PARTY.md.

import type { Bme680Trim } from '../../sim/chips/bme680-inverse.ts';

const big = BigInt;

export function fineInteger(trim: Bme680Trim, code: number): number {
  const a = (code >> 3) - (trim.t1 << 1);
  const b = (big(a) * big(trim.t2)) >> 11n;
  const half = big(a >> 1);
  const c = (((half * half) >> 12n) * big(trim.t3 << 4)) >> 14n;
  return Number(b + c);
}

/** @returns hundredths of a degree. */
export function temperatureInteger(trim: Bme680Trim, code: number): number {
  return (fineInteger(trim, code) * 5 + 128) >> 8;
}

export function pressureInteger({ p }: Bme680Trim, fine: number, code: number): number {
  let a = (fine >> 1) - 64000;
  let b = ((((a >> 2) * (a >> 2)) >> 11) * p[6]!) >> 2;
  b = b + ((a * p[5]!) << 1);
  b = (b >> 2) + (p[4]! << 16);
  a = (((((a >> 2) * (a >> 2)) >> 13) * (p[3]! << 5)) >> 3) + ((p[2]! * a) >> 1);
  a >>= 18;
  a = ((32768 + a) * p[1]!) >> 15;
  let x = Number(BigInt.asUintN(32, big(1048576 - code - (b >> 12)) * 3125n));
  x = x >= 0x40000000 ? Math.trunc(x / a) << 1 : Math.trunc((x << 1) / a);
  a = (p[9]! * (((x >> 3) * (x >> 3)) >> 13)) >> 12;
  b = ((x >> 2) * p[8]!) >> 13;
  // In C this product does not fit into 32 bits above some 105 kPa, and the pressure is wrong by kilopascals: not here.
  const c = Math.floor(((x >> 8) * (x >> 8) * (x >> 8) * p[10]!) / 131072);
  return x + ((a + b + c + (p[7]! << 7)) >> 4);
}

/** @returns thousandths of a percent. */
export function humidityInteger({ h }: Bme680Trim, fine: number, code: number): number {
  const t = (fine * 5 + 128) >> 8;
  const a = code - h[1]! * 16 - (Math.trunc((t * h[3]!) / 100) >> 1);
  const bend =
    Math.trunc((t * h[4]!) / 100) + Math.trunc(((t * Math.trunc((t * h[5]!) / 100)) >> 6) / 100) + (1 << 14);
  const b = (h[2]! * bend) >> 10;
  const c = a * b;
  const d = ((h[6]! << 7) + Math.trunc((t * h[7]!) / 100)) >> 4;
  const e = ((c >> 14) * (c >> 14)) >> 10;
  const result = (((c + ((d * e) >> 1)) >> 10) * 1000) >> 12;
  return Math.min(100000, Math.max(0, result));
}

const TABLE_1 = [
  2147483647n,
  2147483647n,
  2147483647n,
  2147483647n,
  2147483647n,
  2126008810n,
  2147483647n,
  2130303777n,
  2147483647n,
  2147483647n,
  2143188679n,
  2136746228n,
  2147483647n,
  2126008810n,
  2147483647n,
  2147483647n,
];
const TABLE_2 = [
  4096000000n,
  2048000000n,
  1024000000n,
  512000000n,
  255744255n,
  127110228n,
  64000000n,
  32258064n,
  16016016n,
  8000000n,
  4000000n,
  2000000n,
  1000000n,
  500000n,
  250000n,
  125000n,
];

export function gasInteger(trim: Bme680Trim, code: number, range: number): number {
  const a = (big(1340 + 5 * trim.rangeError) * TABLE_1[range]!) >> 16n;
  const b = (big(code) << 15n) - 16777216n + a;
  const c = (TABLE_2[range]! * a) >> 9n;
  return Number((c + (b >> 1n)) / b);
}

export function gasHighInteger(code: number, range: number): number {
  return Math.trunc((10000 * (262144 >> range)) / (4096 + 3 * (code - 512))) * 100;
}

export function heaterInteger(trim: Bme680Trim, target: number, ambient: number): number {
  const { g } = trim;
  const a = Math.trunc((ambient * g[3]!) / 1000) * 256;
  const b = (g[1]! + 784) * Math.trunc((Math.trunc(((g[2]! + 154009) * target * 5) / 100) + 3276800) / 10);
  const c = a + Math.trunc(b / 2);
  const d = Math.trunc(c / (trim.heatRange + 4));
  const e = 131 * trim.heatValue + 65536;
  return Math.trunc(((Math.trunc(d / e) - 250) * 34 + 50) / 100) & 0xff;
}
