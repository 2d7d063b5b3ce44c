// Firmwares as a build makes them: images with header, segments, checksum and digest, a partition table, and all of it merged.
// Their code is random bytes. Written from the format's documentation, not with the reader that they test.

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { createRandom } from '../../../sim/network/random.ts';

export const SEED = 71;
const random = createRandom(SEED);

const CHIP_IDS = { esp32: 0, esp32s2: 2, esp32c3: 5, esp32s3: 9, unknown: 77 };
export type ChipKey = keyof typeof CHIP_IDS;
const MAPPED: Record<string, number> = { esp32: 0x400d0018, esp32c3: 0x42000018, esp32s3: 0x42000018 };
const BOOT_LOADER: Record<string, number> = { esp32: 0x1000, esp32c3: 0, esp32s3: 0 };

export interface ImageOptions {
  chip?: ChipKey;
  bytes?: number;
  digest?: boolean;
  application?: boolean;
  /** Megabytes of flash in the header. */
  flash?: number;
}

/** Two segments, of which the second is as long as it takes; half of it compresses well. */
export function image({
  chip = 'esp32',
  bytes = 9000,
  digest = true,
  application = true,
  flash = 4,
}: ImageOptions = {}): Uint8Array {
  const header = Buffer.alloc(24);
  header.set([0xe9, 2, 2, Math.log2(flash) << 4]);
  header.writeUInt32LE(0x40080400, 4);
  header[8] = 0xee;
  header.writeUInt16LE(CHIP_IDS[chip], 12);
  header[23] = digest ? 1 : 0;
  const segment = (address: number, length: number) => {
    const data = Buffer.from(Uint8Array.from({ length }, (_, i) => (i % 2 ? random.integer(0, 255) : 0x11)));
    const head = Buffer.alloc(8);
    head.writeUInt32LE(address, 0);
    head.writeUInt32LE(length, 4);
    return { data, all: Buffer.concat([head, data]) };
  };
  const first = segment(0x3fff0018, 44);
  const second = segment(application ? (MAPPED[chip] ?? 0x400d0018) : 0x40078000, bytes);
  let checksum = 0xef;
  for (const byte of Buffer.concat([first.data, second.data])) checksum ^= byte;
  const body = Buffer.concat([header, first.all, second.all]);
  const padded = Buffer.alloc((body.length + 16) & ~15);
  padded.set(body);
  padded[padded.length - 1] = checksum;
  return digest ? Buffer.concat([padded, createHash('sha256').update(padded).digest()]) : padded;
}

/** Espruino's: settings, one application, free pages for the outbox, Storage. */
const PARTITIONS: readonly (readonly [number, number, number, number, string])[] = [
  [1, 2, 0x9000, 0x6000, 'nvs'],
  [0, 0, 0x10000, 0x180000, 'factory'],
  [1, 0x40, 0x310000, 0x10000, 'flash'],
  [1, 0x41, 0x320000, 0xe0000, 'storage'],
];

export function table(partitions = PARTITIONS): Uint8Array {
  const entries = partitions.map(([type, subtype, address, bytes, name]) => {
    const entry = Buffer.alloc(32);
    entry.set([0xaa, 0x50, type, subtype]);
    entry.writeUInt32LE(address, 4);
    entry.writeUInt32LE(bytes, 8);
    entry.write(name, 12, 'latin1');
    return entry;
  });
  const all = Buffer.concat(entries);
  const sum = Buffer.concat([
    Buffer.from([0xeb, 0xeb, ...Array(14).fill(0xff)]),
    createHash('md5').update(all).digest(),
  ]);
  const whole = Buffer.alloc(0xc00, 0xff);
  whole.set(Buffer.concat([all, sum]));
  return whole;
}

export interface Build {
  loader: Uint8Array;
  table: Uint8Array;
  app: Uint8Array;
}

export function build(chip: ChipKey = 'esp32', bytes = 9000): Build {
  return {
    loader: image({ chip, bytes: 3000, application: false }),
    table: table(),
    app: image({ chip, bytes }),
  };
}

/** @param base address of its first byte. */
export function merge(parts: Build, chip: ChipKey = 'esp32', base = 0): Uint8Array {
  const all = Buffer.alloc(0x10000 + parts.app.length, 0xff);
  all.set(parts.loader, BOOT_LOADER[chip]!);
  all.set(parts.table, 0x8000);
  all.set(parts.app, 0x10000);
  return all.subarray(base);
}

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** Write files into a folder of their own. @returns the folder. */
export function write(files: Record<string, Uint8Array | string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'mote-flash-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

/** The folder that an archive of Espruino unpacks into: the application is there twice. */
export function writeBuild({ loader, table: partitions, app }: Build): string {
  return write({
    'bootloader.bin': loader,
    'partitions_espruino.bin': partitions,
    'espruino_esp32.bin': app,
    'espruino_2v29_esp32.bin': app,
    'README_flash.txt': 'How to flash',
  });
}
