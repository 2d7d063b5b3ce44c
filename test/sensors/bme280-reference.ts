// Bosch's formulas as printed in the BME280 data sheet (BST-BME280-DS002): double precision (8.1) and integers (4.2.3),
// with BigInt for C's 64-bit ones. What driver and simulated chip are held against; see THIRD_PARTY.md.

import type { Bme280Trim } from '../../sim/chips/bme280-trim.ts';

/** Degrees, and t_fine as the C code casts it to an integer. */
export function temperatureDouble(trim: Bme280Trim, adcT: number): { degrees: number; fine: number } {
  const var1 = (adcT / 16384.0 - trim.t1 / 1024.0) * trim.t2;
  const var2 = (adcT / 131072.0 - trim.t1 / 8192.0) * (adcT / 131072.0 - trim.t1 / 8192.0) * trim.t3;
  return { degrees: (var1 + var2) / 5120.0, fine: Math.trunc(var1 + var2) };
}

/** Pascals. */
export function pressureDouble(trim: Bme280Trim, fine: number, adcP: number): number {
  let var1 = fine / 2.0 - 64000.0;
  let var2 = (var1 * var1 * trim.p6) / 32768.0;
  var2 = var2 + var1 * trim.p5 * 2.0;
  var2 = var2 / 4.0 + trim.p4 * 65536.0;
  var1 = ((trim.p3 * var1 * var1) / 524288.0 + trim.p2 * var1) / 524288.0;
  var1 = (1.0 + var1 / 32768.0) * trim.p1;
  let p = 1048576.0 - adcP;
  p = ((p - var2 / 4096.0) * 6250.0) / var1;
  var1 = (trim.p9 * p * p) / 2147483648.0;
  var2 = (p * trim.p8) / 32768.0;
  return p + (var1 + var2 + trim.p7) / 16.0;
}

/** Percent. */
export function humidityDouble(trim: Bme280Trim, fine: number, adcH: number): number {
  let h = fine - 76800.0;
  h =
    (adcH - (trim.h4 * 64.0 + (trim.h5 / 16384.0) * h)) *
    ((trim.h2 / 65536.0) * (1.0 + (trim.h6 / 67108864.0) * h * (1.0 + (trim.h3 / 67108864.0) * h)));
  h = h * (1.0 - (trim.h1 * h) / 524288.0);
  return h > 100.0 ? 100.0 : h < 0.0 ? 0.0 : h;
}

/** t_fine by 32-bit integers. */
export function fineInt32(trim: Bme280Trim, adcT: number): number {
  const [t1, t2, t3] = [BigInt(trim.t1), BigInt(trim.t2), BigInt(trim.t3)];
  const adc = BigInt(adcT);
  const var1 = (((adc >> 3n) - (t1 << 1n)) * t2) >> 11n;
  const var2 = (((((adc >> 4n) - t1) * ((adc >> 4n) - t1)) >> 12n) * t3) >> 14n;
  return Number(var1 + var2);
}

/** Hundredths of a degree. */
export function temperatureInt32(fine: number): number {
  return (fine * 5 + 128) >> 8;
}

/** 1/256 Pa. */
export function pressureInt64(trim: Bme280Trim, fine: number, adcP: number): number {
  let var1 = BigInt(fine) - 128000n;
  let var2 = var1 * var1 * BigInt(trim.p6);
  var2 = var2 + ((var1 * BigInt(trim.p5)) << 17n);
  var2 = var2 + (BigInt(trim.p4) << 35n);
  var1 = ((var1 * var1 * BigInt(trim.p3)) >> 8n) + ((var1 * BigInt(trim.p2)) << 12n);
  var1 = (((1n << 47n) + var1) * BigInt(trim.p1)) >> 33n;
  if (var1 === 0n) return 0;
  let p = 1048576n - BigInt(adcP);
  p = (((p << 31n) - var2) * 3125n) / var1;
  var1 = (BigInt(trim.p9) * (p >> 13n) * (p >> 13n)) >> 25n;
  var2 = (BigInt(trim.p8) * p) >> 19n;
  return Number(((p + var1 + var2) >> 8n) + (BigInt(trim.p7) << 4n));
}

/** 1/1024 percent. */
export function humidityInt32(trim: Bme280Trim, fine: number, adcH: number): number {
  const [h1, h2, h3] = [BigInt(trim.h1), BigInt(trim.h2), BigInt(trim.h3)];
  const [h4, h5, h6] = [BigInt(trim.h4), BigInt(trim.h5), BigInt(trim.h6)];
  let v = BigInt(fine) - 76800n;
  v =
    (((BigInt(adcH) << 14n) - (h4 << 20n) - h5 * v + 16384n) >> 15n) *
    (((((((v * h6) >> 10n) * (((v * h3) >> 11n) + 32768n)) >> 10n) + 2097152n) * h2 + 8192n) >> 14n);
  v = v - (((((v >> 15n) * (v >> 15n)) >> 7n) * h1) >> 4n);
  v = v < 0n ? 0n : v;
  v = v > 419430400n ? 419430400n : v;
  return Number(v >> 12n);
}
