// What a document is known by: its CRC-32, in halves.

import { byteAt, type Bytes } from '../../bytes/bytes.ts';
import type { Crc32 } from '../../bytes/crc32-step.ts';
import { addToCrc, endCrc, startCrc } from '../../bytes/crc32.ts';

/** Put the checksum of `bytes` into `sum`. */
export function crcOf(bytes: Bytes, sum: Crc32): void {
  startCrc(sum);
  const size = bytes.length;
  for (let i = 0; i < size; i++) addToCrc(sum, byteAt(bytes, i));
  endCrc(sum);
}
