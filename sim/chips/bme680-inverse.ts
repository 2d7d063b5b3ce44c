// From true values to the codes that a BME680's or BME688's converters would give: the formulas of the data sheet's integer
// variant without its rounding, solved for the code that yields the value. Written after Bosch's BME68x_SensorAPI and not
// after the driver, which uses the other variant.

/** The trimming values that the chip leaves the factory with. */
export interface Bme680Trim {
  readonly t1: number;
  readonly t2: number;
  readonly t3: number;
  /** From 1: the first is not there. */
  readonly p: readonly number[];
  readonly h: readonly number[];
  readonly g: readonly number[];
  readonly heatRange: number;
  readonly heatValue: number;
  readonly rangeError: number;
}

/** As found on modules. */
export const TYPICAL_BME680: Bme680Trim = {
  t1: 26041,
  t2: 26469,
  t3: 3,
  p: [0, 36673, -10515, 88, 7310, -124, 30, 46, -3177, -2379, 30],
  h: [0, 776, 1010, 0, 45, 20, 120, -100],
  g: [0, -30, -5969, 18],
  heatRange: 1,
  heatValue: 39,
  rangeError: -2,
};

/** @returns t_fine: 5120 a degree. */
export function fineOf(trim: Bme680Trim, code: number): number {
  const a = code / 8 - trim.t1 * 2;
  return (a * trim.t2) / 2048 + (((a / 2) * (a / 2)) / 4096 / 16384) * (trim.t3 * 16);
}

/** @returns pascals. */
export function pressureOf(trim: Bme680Trim, fine: number, code: number): number {
  const p = trim.p;
  const t = fine / 2 - 64000;
  const quarter = (t / 4) * (t / 4);
  const offset = (((quarter / 2048) * p[6]) / 4 + t * p[5] * 2) / 4 + p[4] * 65536;
  const slope = (((quarter / 8192) * p[3] * 32) / 8 + (p[2] * t) / 2) / 262144;
  const gain = ((32768 + slope) * p[1]) / 32768;
  const x = ((1048576 - code - offset / 4096) * 3125 * 2) / gain;
  const square = (p[9] * (((x / 8) * (x / 8)) / 8192)) / 4096;
  const linear = ((x / 4) * p[8]) / 8192;
  const cube = ((x / 256) * (x / 256) * (x / 256) * p[10]) / 131072;
  return x + (square + linear + cube + p[7] * 128) / 16;
}

/** @returns thousandths of a percent, not cut. */
export function humidityOf(trim: Bme680Trim, fine: number, code: number): number {
  const h = trim.h;
  const t = (fine * 5) / 256;
  const a = code - h[1] * 16 - (t * h[3]) / 200;
  const b = (h[2] * ((t * h[4]) / 100 + (t * ((t * h[5]) / 100)) / 6400 + 16384)) / 1024;
  const c = a * b;
  const d = (h[6] * 128 + (t * h[7]) / 100) / 16;
  const e = ((c / 16384) * (c / 16384)) / 1024;
  return (((c + (d * e) / 2) / 1024) * 1000) / 4096;
}

type Formula = (trim: Bme680Trim, fine: number, code: number) => number;

/** By secants: the formulas are nearly straight, and a search that halves would take four times as long. @returns 0 to `last`. */
function solve(of: Formula, trim: Bme680Trim, fine: number, last: number, wanted: number): number {
  let x = last / 3;
  let y = of(trim, fine, x) - wanted;
  let next = last / 2;
  for (let i = 0; i < 12; i++) {
    const yNext = of(trim, fine, next) - wanted;
    const step = yNext === y ? 0 : (yNext * (next - x)) / (yNext - y);
    x = next;
    y = yNext;
    next -= step;
    if (step < 0.1 && step > -0.1) break;
  }
  const code = Math.floor(next + 0.5);
  return code < 0 ? 0 : code > last ? last : code;
}

function anyFine(trim: Bme680Trim, _fine: number, code: number): number {
  return fineOf(trim, code);
}

/** @param temperature millidegrees. @returns a 20-bit code. */
export function temperatureCode(trim: Bme680Trim, temperature: number): number {
  return solve(anyFine, trim, 0, 0xfffff, temperature * 5.12);
}

/** @param pressure pascals. @returns a 20-bit code. */
export function pressureCode(trim: Bme680Trim, fine: number, pressure: number): number {
  return solve(pressureOf, trim, fine, 0xfffff, pressure);
}

/** @param humidity thousandths of a percent. @returns a 16-bit code. */
export function humidityCode(trim: Bme680Trim, fine: number, humidity: number): number {
  return solve(humidityOf, trim, fine, 0xffff, humidity);
}

/** The tables of the gas converter's ranges: slope, and full scale in ohms of a second variant of the formula. */
const TABLE_1 = [0, 0, 0, 0, 0, 100, 0, 80, 0, 0, 20, 50, 0, 100, 0, 0];
const TABLE_2 = [
  8000000, 4000000, 2000000, 1000000, 499500.4995, 248262.1648, 125000, 63004.03226, 31281.28128, 15625,
  7812.5, 3906.25, 1953.125, 976.5625, 488.28125, 244.140625,
];

/** @returns range * 1024 + code of ten bits; a resistance beyond the ends gives code 0 or 1023. */
export function gasCode(trim: Bme680Trim, isHigh: boolean, ohms: number): number {
  for (let range = 0; range < 16; range++) {
    const slope = ((1340 + 5 * trim.rangeError) * (10000 - TABLE_1[range])) / 10000;
    const exact = isHigh
      ? ((1000000 * (262144 >> range)) / ohms - 4096) / 3 + 512
      : (TABLE_2[range] / ohms - 1) * slope + 512;
    const code = Math.floor(exact + 0.5);
    if (code < 1 && range === 0) return 0;
    if (code < 1023) return range * 1024 + (code < 1 ? 1 : code);
  }
  return 15 * 1024 + 1023;
}

/** @returns degrees that a code of the heater's resistance stands for. */
export function heaterTemperatureOf(trim: Bme680Trim, code: number, ambient: number): number {
  // From the code to ohms, and from these along the straight line of platinum.
  const ohms = ((code / 3.4 + 25) * (1 + trim.heatValue * 0.002) * (4 + trim.heatRange)) / 4;
  const cold = trim.g[1] / 16 + 49;
  const slope = trim.g[2] * 0.0000000152587890625 + 0.00235;
  return ((ohms - (trim.g[3] * ambient) / 1024) / cold - 1) / slope;
}

function word(registers: Uint8Array, at: number, value: number): void {
  registers[at] = value & 0xff;
  registers[at + 1] = (value >> 8) & 0xff;
}

/** Where the trimming values lie (table 11 and following). */
export function placeBme680Trim(registers: Uint8Array, trim: Bme680Trim): void {
  const p = trim.p;
  const h = trim.h;
  word(registers, 0x8a, trim.t2);
  registers[0x8c] = trim.t3 & 0xff;
  word(registers, 0x8e, p[1]);
  word(registers, 0x90, p[2]);
  registers[0x92] = p[3] & 0xff;
  word(registers, 0x94, p[4]);
  word(registers, 0x96, p[5]);
  registers[0x98] = p[7] & 0xff;
  registers[0x99] = p[6] & 0xff;
  word(registers, 0x9c, p[8]);
  word(registers, 0x9e, p[9]);
  registers[0xa0] = p[10];
  registers[0xe1] = h[2] >> 4;
  registers[0xe2] = ((h[2] & 15) << 4) | (h[1] & 15);
  registers[0xe3] = h[1] >> 4;
  for (let i = 3; i <= 7; i++) registers[0xe1 + i] = h[i] & 0xff;
  word(registers, 0xe9, trim.t1);
  word(registers, 0xeb, trim.g[2]);
  registers[0xed] = trim.g[1] & 0xff;
  registers[0xee] = trim.g[3] & 0xff;
  registers[0x00] = trim.heatValue & 0xff;
  registers[0x02] = trim.heatRange << 4;
  registers[0x04] = (trim.rangeError << 4) & 0xff;
}
