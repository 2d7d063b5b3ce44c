// Identities of the chips that the loader can pretend to be: what its registers and answers say.
// Source: the register addresses that esptool.py uses (targets/*.py), and the TRM of each chip for eFuse.

export interface Identity {
  readonly name: string;
  /** What 0x40001000 holds in the chip's ROM. */
  readonly magic: number;
  /** Answer to GET_SECURITY_INFO; undefined: the chip has no such command. */
  readonly chipId: number | undefined;
  readonly bootloader: number;
  readonly spi: { readonly base: number; readonly usr2: number; readonly w0: number };
  /** Other registers that are asked for; all else reads 0. */
  readonly registers: Readonly<Record<number, number>>;
}

const ESP32_EFUSE = 0x3ff5a000;
const C3_EFUSE_MAC = 0x60008844;
const S3_EFUSE_MAC = 0x60007044;
/** 24:0a:c4:12:34:56, low word and high half. */
const MAC = [0xc4123456 | 0, 0x240a] as const;

export const IDENTITIES = {
  esp32: {
    name: 'ESP32',
    magic: 0x00f01d83,
    chipId: undefined,
    bootloader: 0x1000,
    spi: { base: 0x3ff42000, usr2: 0x24, w0: 0x80 },
    // Revision 1, and a 40 MHz crystal at 115200 baud.
    registers: {
      [ESP32_EFUSE + 4]: MAC[0],
      [ESP32_EFUSE + 8]: MAC[1],
      [ESP32_EFUSE + 12]: 0x8000,
      0x3ff40014: 0x15b,
    },
  },
  esp32c3: {
    name: 'ESP32-C3',
    magic: 0x6921506f,
    chipId: 5,
    bootloader: 0,
    spi: { base: 0x60002000, usr2: 0x20, w0: 0x58 },
    registers: { [C3_EFUSE_MAC]: MAC[0], [C3_EFUSE_MAC + 4]: MAC[1] },
  },
  esp32s3: {
    name: 'ESP32-S3',
    magic: 0x09,
    chipId: 9,
    bootloader: 0,
    spi: { base: 0x60002000, usr2: 0x20, w0: 0x58 },
    registers: { [S3_EFUSE_MAC]: MAC[0], [S3_EFUSE_MAC + 4]: MAC[1] },
  },
  esp32s2: {
    name: 'ESP32-S2',
    magic: 0x000007c6,
    chipId: undefined,
    bootloader: 0x1000,
    spi: { base: 0x3f402000, usr2: 0x20, w0: 0x58 },
    registers: {},
  },
} as const satisfies Record<string, Identity>;
