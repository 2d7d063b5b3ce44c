// CRC-32 (ISO 3309, "123456789" gives CBF43926) in halves of 16 bits: whole ones would be beyond what JerryScript holds
// without allocating. Espruino has its own.

import { stepCrc, type Crc32 } from './crc32-step.ts';

/** What four bits at the end of the register become: halves of the values of the reversed polynomial EDB88320. */
const HIGH: number[] = [];
const LOW: number[] = [];
for (let i = 0; i < 16; i++) {
  const crc: Crc32 = { high: 0, low: i };
  for (let bit = 0; bit < 4; bit++) stepCrc(crc);
  HIGH.push(crc.high);
  LOW.push(crc.low);
}

/** Begin. */
export function startCrc(crc: Crc32): void {
  crc.high = crc.low = 0xffff;
}

/** Take `byte` in. */
export function addToCrc(crc: Crc32, byte: number): void {
  let high = crc.high;
  let low = crc.low ^ byte;
  for (let half = 0; half < 2; half++) {
    const index = low & 15;
    low = ((low >> 4) | ((high & 15) << 12)) ^ LOW[index];
    high = (high >> 4) ^ HIGH[index];
  }
  crc.high = high;
  crc.low = low;
}

/** End: the checksum stands in `crc` then. */
export function endCrc(crc: Crc32): void {
  crc.high ^= 0xffff;
  crc.low ^= 0xffff;
}
