// Codes and what the double formulas of the data sheet make of them, rounded: the same on every engine.
// ES5 subset: loaded into engines. bme280.device.test.ts holds the list against bme280-reference.ts.

import { TYPICAL_TRIM } from '../../sim/chips/bme280-trim.ts';
import type { Bme280Trim } from '../../sim/chips/bme280-trim.ts';

export interface Bme280Vector {
  readonly trim: Bme280Trim;
  /** Codes: 20 bits, 16 bits, 20 bits. */
  readonly temperature: number;
  readonly humidity: number;
  readonly pressure: number;
  /** m°C, m%, Pa; null where the reading is to be refused as out of range. */
  readonly values: readonly [number, number, number] | null;
}

/** Negative where TYPICAL_TRIM is positive, and the other way round, as far as readings stay in range. */
const OTHER_SIGNS: Bme280Trim = {
  t1: 28485,
  t2: 26735,
  t3: 50,
  p1: 36738,
  p2: -10635,
  p3: 3024,
  p4: 6980,
  p5: -4,
  p6: -7,
  p7: 9900,
  p8: -10230,
  p9: 4285,
  h1: 0,
  h2: 355,
  h3: 3,
  h4: -20,
  h5: -40,
  h6: -30,
};

function vector(
  trim: Bme280Trim,
  temperature: number,
  humidity: number,
  pressure: number,
  values: [number, number, number] | null,
): Bme280Vector {
  return { trim, temperature, humidity, pressure, values };
}

export const BME280_VECTORS: readonly Bme280Vector[] = [
  // The worked example of the BMP280's data sheet, 25.08 degrees and 100653 Pa.
  vector(TYPICAL_TRIM, 519888, 30000, 415148, [25082, 56206, 100653]),
  // Temperature and pressure on the code of a reset, humidity next to it.
  vector(TYPICAL_TRIM, 524288, 32767, 524288, [26461, 71990, 82045]),
  vector(TYPICAL_TRIM, 330000, 24500, 330001, [-34822, 26144, 104940]),
  // Humidity is cut at 100 %, the others are refused.
  vector(TYPICAL_TRIM, 700000, 45000, 430000, [81145, 100000, 106558]),
  vector(TYPICAL_TRIM, 730000, 30000, 430000, null),
  vector(TYPICAL_TRIM, 400000, 26000, 300000, null),
  vector(OTHER_SIGNS, 519888, 9000, 415148, [20440, 55355, 87988]),
  vector(OTHER_SIGNS, 430123, 7001, 350007, [-8170, 45572, 94537]),
  vector(OTHER_SIGNS, 610001, 12345, 333333, [49171, 70119, 106598]),
  vector(OTHER_SIGNS, 519888, 9000, 150000, null),
];
