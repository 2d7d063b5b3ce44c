// The trimming values that a BME280 leaves the factory with, and where they lie in its registers
// (data sheet BST-BME280-DS002, table 16).

export interface Bme280Trim {
  readonly t1: number;
  readonly t2: number;
  readonly t3: number;
  readonly p1: number;
  readonly p2: number;
  readonly p3: number;
  readonly p4: number;
  readonly p5: number;
  readonly p6: number;
  readonly p7: number;
  readonly p8: number;
  readonly p9: number;
  readonly h1: number;
  readonly h2: number;
  readonly h3: number;
  readonly h4: number;
  readonly h5: number;
  readonly h6: number;
}

/** Temperature and pressure from the worked example in Bosch's BMP280 data sheet (3.12); humidity as found on modules. */
export const TYPICAL_TRIM: Bme280Trim = {
  t1: 27504,
  t2: 26435,
  t3: -1000,
  p1: 36477,
  p2: -10685,
  p3: 3024,
  p4: 2855,
  p5: 140,
  p6: -7,
  p7: 15500,
  p8: -14600,
  p9: 6000,
  h1: 75,
  h2: 370,
  h3: 0,
  h4: 313,
  h5: 50,
  h6: 30,
};

function word(registers: Uint8Array, at: number, value: number): void {
  registers[at] = value & 0xff;
  registers[at + 1] = (value >> 8) & 0xff;
}

/** Write the trimming values to their places in a register map of 256 bytes. */
export function placeTrim(registers: Uint8Array, trim: Bme280Trim): void {
  word(registers, 0x88, trim.t1);
  word(registers, 0x8a, trim.t2);
  word(registers, 0x8c, trim.t3);
  word(registers, 0x8e, trim.p1);
  word(registers, 0x90, trim.p2);
  word(registers, 0x92, trim.p3);
  word(registers, 0x94, trim.p4);
  word(registers, 0x96, trim.p5);
  word(registers, 0x98, trim.p6);
  word(registers, 0x9a, trim.p7);
  word(registers, 0x9c, trim.p8);
  word(registers, 0x9e, trim.p9);
  registers[0xa1] = trim.h1;
  word(registers, 0xe1, trim.h2);
  registers[0xe3] = trim.h3;
  registers[0xe4] = (trim.h4 >> 4) & 0xff;
  registers[0xe5] = (trim.h4 & 15) | ((trim.h5 & 15) << 4);
  registers[0xe6] = (trim.h5 >> 4) & 0xff;
  registers[0xe7] = trim.h6 & 0xff;
}
