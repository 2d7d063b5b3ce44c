// What a snapshot of JerryScript says of itself: its header (jerry-core/api/jerry-snapshot.h), and the checksum that goes with it.

/** Of JerryScript 3.0; a loader takes its own only. */
export const SNAPSHOT_VERSION = 70;

const MAGIC = 'JRRY';
/** Magic, version, flags, place of the literals, number of functions, place of the first function. */
const HEADER_BYTES = 24;
const HAS_REGEX = 1;
const HAS_CLASS = 2;

export interface SnapshotHeader {
  readonly version: number;
  readonly hasRegex: boolean;
  readonly hasClass: boolean;
  readonly functions: number;
}

/** @returns what the header says; a string: why these bytes are no snapshot. */
export function readHeader(bytes: Buffer): SnapshotHeader | string {
  if (bytes.length < HEADER_BYTES) return `${bytes.length} bytes are too few`;
  const magic = bytes.toString('latin1', 0, MAGIC.length);
  if (magic === [...MAGIC].reverse().join('')) return 'its byte order is the other one (big endian)';
  if (magic !== MAGIC) return `it begins with ${JSON.stringify(magic)} instead of ${JSON.stringify(MAGIC)}`;
  const flags = bytes.readUInt32LE(8);
  if (bytes.readUInt32LE(12) > bytes.length) return 'it is cut off';
  return {
    version: bytes.readUInt32LE(4),
    hasRegex: (flags & HAS_REGEX) !== 0,
    hasClass: (flags & HAS_CLASS) !== 0,
    functions: bytes.readUInt32LE(16),
  };
}

/** @returns CRC-32 (ISO 3309) as eight hexadecimal digits. */
export function checksum(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(8, '0');
}

/** Node has one since 20.15 only. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
