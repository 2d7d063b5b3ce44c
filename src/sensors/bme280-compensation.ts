// The arithmetic of the BME280: its trimming values, and raw codes into degrees, percent and pascals.
// From Bosch's datasheet BST-BME280-DS002, sections in brackets; see THIRD_PARTY.md. No bus, no state.

/** Places in the array of trimming values. */
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
  H1,
  H2,
  H3,
  H4,
  H5,
  H6,
}

export const TRIM_COUNT = 18;

function signed8(byte: number): number {
  return (byte ^ 0x80) - 0x80;
}

/** @returns two bytes, low one first, as a signed integer. */
function signed16(bytes: Uint8Array, at: number): number {
  return signed8(bytes[at + 1]) * 256 + bytes[at];
}

/** Take the trimming values apart [4.2.2]. @param low 0x88 to 0xA1. @param high 0xE1 to 0xE7. */
export function readTrim(low: Uint8Array, high: Uint8Array, trim: Int32Array): void {
  for (let i = 0; i < 12; i++) trim[i] = signed16(low, i * 2);
  trim[Trim.T1] &= 0xffff;
  trim[Trim.P1] &= 0xffff;
  trim[Trim.H1] = low[25];
  trim[Trim.H2] = signed16(high, 0);
  trim[Trim.H3] = high[2];
  // Two signed 12-bit values share the byte at 0xE5.
  trim[Trim.H4] = signed8(high[3]) * 16 + (high[4] & 15);
  trim[Trim.H5] = signed8(high[5]) * 16 + (high[4] >> 4);
  trim[Trim.H6] = signed8(high[6]);
}

// Compensation in double precision [8.1], Bosch's most exact variant: the 32-bit one [8.2] adds 1 Pa of noise by its
// own words, and the recommended one [4.2.3] needs 64-bit integers.

/** @returns the fine temperature, 5120 a degree. */
export function fineTemperature(trim: Int32Array, raw: number): number {
  const offset = raw / 16384 - trim[Trim.T1] / 1024;
  return offset * trim[Trim.T2] + (offset / 8) * (offset / 8) * trim[Trim.T3];
}

/** @param fine the fine temperature, whole. @returns Pa; not finite where the trimming values make no sense. */
export function pressure(trim: Int32Array, fine: number, raw: number): number {
  const t = fine / 2 - 64000;
  const offset = ((t * t * trim[Trim.P6]) / 32768 + t * trim[Trim.P5] * 2) / 4 + trim[Trim.P4] * 65536;
  const slope = ((trim[Trim.P3] * t * t) / 524288 + trim[Trim.P2] * t) / 524288;
  const p = ((1048576 - raw - offset / 4096) * 6250) / ((1 + slope / 32768) * trim[Trim.P1]);
  const square = (trim[Trim.P9] * p * p) / 2147483648;
  return p + (square + (p * trim[Trim.P8]) / 32768 + trim[Trim.P7]) / 16;
}

/** @param fine the fine temperature, whole. @returns percent, 0 to 100 as the datasheet cuts it. */
export function humidity(trim: Int32Array, fine: number, raw: number): number {
  const t = fine - 76800;
  const offset = trim[Trim.H4] * 64 + (trim[Trim.H5] / 16384) * t;
  const bend = 1 + (trim[Trim.H6] / 67108864) * t * (1 + (trim[Trim.H3] / 67108864) * t);
  const linear = (raw - offset) * ((trim[Trim.H2] / 65536) * bend);
  const h = linear * (1 - (trim[Trim.H1] * linear) / 524288);
  return h > 100 ? 100 : h < 0 ? 0 : h;
}
