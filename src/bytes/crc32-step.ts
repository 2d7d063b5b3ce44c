// One bit of a CRC-32 (ISO 3309), in halves of 16 bits: what the tables of crc32.ts are made of, and what the log finds a wrong bit with.

/** A checksum that is being made. */
export interface Crc32 {
  high: number;
  low: number;
}

/** Take one bit out of the register: by the reversed polynomial EDB88320. */
export function stepCrc(crc: Crc32): void {
  const out = crc.low & 1;
  crc.low = (crc.low >> 1) | ((crc.high & 1) << 15);
  crc.high >>= 1;
  if (out) {
    crc.low ^= 0x8320;
    crc.high ^= 0xedb8;
  }
}
