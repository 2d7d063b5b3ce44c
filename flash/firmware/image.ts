// An ESP image: header, segments, checksum and digest. Everything is checked before a byte of it goes to a chip. No file, no port.
// Source: ESP-IDF, "App Image Format", and esp_image_format.h.

import { createHash } from 'node:crypto';
import { chipOfImage, imageChipName, type Chip } from './chips.ts';

/** Why something is no firmware: one clause that names it, and what to do. */
export class ImageError extends Error {
  readonly fix: string;
  constructor(what: string, fix: string) {
    super(what);
    this.fix = fix;
  }
}

export interface Image {
  readonly chip: Chip;
  /** A boot loader runs from RAM; an application has segments that stay in flash. */
  readonly kind: 'boot loader' | 'application';
  readonly flashMode: string;
  /** Bytes of flash that the header promises. */
  readonly flashBytes: number;
  /** Bytes of the image, its digest included. */
  readonly length: number;
  /** Whether a SHA-256 of the image stands at its end. */
  readonly digest: boolean;
}

const MAGIC = 0xe9;
const HEADER = 24;
const SEGMENT_HEADER = 8;
const SEGMENTS_MAX = 16;
const CHECKSUM_SEED = 0xef;
const DIGEST = 32;
const MEGABYTE = 0x100000;

const FLASH_MODES = ['QIO', 'QOUT', 'DIO', 'DOUT', 'FAST READ', 'SLOW READ'];

/** Addresses at which chips show their flash: a segment there makes an image an application. */
const MAPPED: readonly (readonly [number, number])[] = [
  [0x3c000000, 0x3e000000],
  [0x3f400000, 0x3f800000],
  [0x400d0000, 0x40400000],
  [0x42000000, 0x44000000],
];

const AGAIN = 'download it again, and compare its size with the one that the download page states';

/** What people give by mistake, by how it begins. */
const MISTAKES: readonly (readonly [readonly number[], string, string])[] = [
  [[0x1f, 0x8b], 'is a gzip archive', 'unpack it (tar xzf FILE), and name the folder'],
  [[0x50, 0x4b, 0x03, 0x04], 'is a zip archive', 'unpack it (unzip FILE), and name the folder'],
  [[0x7f, 0x45, 0x4c, 0x46], 'is an ELF file', 'name the .bin that was made from it'],
  [[0x55, 0x46, 0x32, 0x0a], 'is a UF2 file, which another loader takes', 'name a .bin for an ESP32'],
  [[0x3a, 0x31, 0x30], 'is an Intel HEX file, for another chip', 'name a .bin for an ESP32'],
  [[0x3c], 'is a web page', 'download the file itself: the browser saved the page about it'],
];

/** Throw when `bytes` are something that people take for a firmware. */
function refuseMistakes(bytes: Uint8Array): void {
  if (bytes.length === 0) throw new ImageError('is empty', AGAIN);
  for (const [start, what, fix] of MISTAKES) {
    if (start.every((byte, at) => bytes[at] === byte)) throw new ImageError(what, fix);
  }
  if (Buffer.from(bytes.subarray(257, 262)).toString('latin1') === 'ustar') {
    throw new ImageError('is a tar archive', 'unpack it (tar xf FILE), and name the folder');
  }
}

const isMapped = (address: number) => MAPPED.some(([from, to]) => address >= from && address < to);

function cut(length: number, needed: number, where: string): ImageError {
  return new ImageError(
    `is cut off: it ends after ${length} bytes, ${where}, and needs ${needed} or more`,
    AGAIN,
  );
}

/** Go through the segments. @returns where they end, what kind of image they make, and the checksum of their bytes. */
function readSegments(bytes: Uint8Array, view: DataView, count: number) {
  let at = HEADER;
  let checksum = CHECKSUM_SEED;
  let mapped = false;
  for (let n = 1; n <= count; n++) {
    const where = `within segment ${n} of ${count}`;
    if (at + SEGMENT_HEADER > bytes.length) throw cut(bytes.length, at + SEGMENT_HEADER, where);
    mapped ||= isMapped(view.getUint32(at, true));
    const end = at + SEGMENT_HEADER + view.getUint32(at + 4, true);
    // Flash of these chips has 16 MB at most: what is longer is a damaged number.
    if (end > 16 * MEGABYTE) {
      throw new ImageError(`is damaged: segment ${n} of ${count} claims ${end - at} bytes`, AGAIN);
    }
    if (end > bytes.length) throw cut(bytes.length, end, where);
    for (let i = at + SEGMENT_HEADER; i < end; i++) checksum ^= bytes[i]!;
    at = end;
  }
  return { end: at, checksum, mapped };
}

/**
 * Read and check the image at the start of `bytes`; what stands behind it is not looked at.
 * @throws ImageError that names what is wrong.
 */
export function readImage(bytes: Uint8Array): Image {
  refuseMistakes(bytes);
  if (bytes[0] !== MAGIC) {
    throw new ImageError(
      `is no ESP image: it begins with 0x${bytes[0]!.toString(16).padStart(2, '0')}, not with 0xe9`,
      'name the .bin of an Espruino build for an ESP32, or the folder of its three files',
    );
  }
  if (bytes.length < HEADER) throw cut(bytes.length, HEADER, 'within its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const segments = bytes[1]!;
  const digest = bytes[23] === 1;
  if (segments === 0 || segments > SEGMENTS_MAX || bytes[2]! >= FLASH_MODES.length || bytes[23]! > 1) {
    throw new ImageError('has a damaged header', AGAIN);
  }
  const imageId = view.getUint16(12, true);
  const chip = chipOfImage(imageId);
  if (chip === undefined) {
    throw new ImageError(
      `is for ${imageChipName(imageId)}, which Espruino does not run on`,
      'name a build for ESP32, ESP32-C3 or ESP32-S3',
    );
  }
  const { end, checksum, mapped } = readSegments(bytes, view, segments);
  // The checksum is the last byte of a line of 16.
  const body = (end + 16) & ~15;
  const length = body + (digest ? DIGEST : 0);
  if (length > bytes.length) throw cut(bytes.length, length, 'before its checksum and digest');
  if (bytes[body - 1] !== checksum) {
    throw new ImageError('is damaged: the checksum of its segments is wrong', AGAIN);
  }
  if (digest && !sha256(bytes.subarray(0, body)).equals(bytes.subarray(body, length))) {
    throw new ImageError('is damaged: its SHA-256 is wrong', AGAIN);
  }
  return {
    chip,
    kind: mapped ? 'application' : 'boot loader',
    flashMode: FLASH_MODES[bytes[2]!]!,
    flashBytes: MEGABYTE << (bytes[3]! >> 4),
    length,
    digest,
  };
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/**
 * Write the size of the flash that is there into the header of the boot loader at the start of `bytes`, as the flasher of the chip's
 * maker does: with another size in it the boot loader may refuse to start. Its digest stays right.
 */
export function setFlashSize(bytes: Uint8Array, image: Image, flashBytes: number): void {
  bytes[3] = (bytes[3]! & 0x0f) | (Math.log2(flashBytes / MEGABYTE) << 4);
  const body = image.length - DIGEST;
  if (image.digest) bytes.set(sha256(bytes.subarray(0, body)), body);
}
