// From what `--firmware` names to the pieces that go into flash, each checked: one merged image, an application alone, or the folder
// of an unpacked archive with its three files. What a file is, is told from its bytes and not from its name.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode, MoteError } from '../errors.ts';
import { type Chip } from './chips.ts';
import { ImageError, readImage, type Image } from './image.ts';
import { appPartition, isTable, readPartitions, TABLE_ADDRESS, type Partition } from './partitions.ts';

export interface Piece {
  readonly what: 'boot loader' | 'partition table' | 'application' | 'merged image';
  readonly file: string;
  /** undefined: where the partition table on the board has its application. */
  readonly address: number | undefined;
  readonly bytes: Uint8Array;
}

export interface Firmware {
  readonly chip: Chip;
  readonly pieces: readonly Piece[];
  /** undefined: an application alone, which needs what is on the board already. */
  readonly boot: { readonly partitions: readonly Partition[]; readonly loader: Image } | undefined;
  readonly flashMode: string;
  readonly digest: boolean;
}

const PAGE = 0x1000;

function refuse(file: string, what: string, fix: string): MoteError {
  return new MoteError(what, fix, file, ExitCode.Usage);
}

/** Run a check, with the name of the file in what it throws. */
function named<T>(file: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw refuse(file, error.message, error.fix);
  }
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0xff);
}

/** Check an image that is all of a file: padding may follow it, and nothing else. */
function wholeImage(file: string, bytes: Uint8Array): Image {
  const image = named(file, () => readImage(bytes));
  const rest = bytes.subarray(image.length);
  if (!isBlank(rest) && !rest.every((byte) => byte === 0)) {
    throw refuse(
      file,
      `has ${rest.length} bytes behind the end of its image that belong to nothing`,
      'download it again',
    );
  }
  return image;
}

function tableOf(file: string, bytes: Uint8Array): { table: readonly Partition[]; app: Partition } {
  const table = readPartitions(bytes);
  if (table === undefined) {
    throw refuse(file, 'is damaged: the checksum of its partition table is wrong', 'download it again');
  }
  const app = appPartition(table);
  if (app === undefined) {
    throw refuse(file, 'has no room for an application in its partition table', 'name a build of Espruino');
  }
  return { table, app };
}

function fits(file: string, image: Image, app: Partition): void {
  if (image.length <= app.bytes) return;
  throw refuse(
    file,
    `has an application of ${image.length} bytes, and its partition table gives it ${app.bytes}`,
    'name files that belong to the same build',
  );
}

function sameChip(file: string, first: Image, second: Image): void {
  if (first.chip === second.chip) return;
  throw refuse(
    file,
    `mixes two chips: ${first.chip.name} and ${second.chip.name}`,
    'name files that belong to the same build',
  );
}

/** @returns the address that a merged image begins at; undefined when `bytes` are none. */
function mergedBase(bytes: Uint8Array): number | undefined {
  return [0, PAGE].find((base) => isTable(bytes, TABLE_ADDRESS - base));
}

function readMerged(file: string, bytes: Uint8Array, base: number): Firmware {
  const { table, app } = tableOf(file, bytes.subarray(TABLE_ADDRESS - base));
  // In front of a boot loader at 0x1000 there is nothing.
  const start = base === 0 && bytes[0] === 0xff ? PAGE : 0;
  const loader = named(file, () => readImage(bytes.subarray(start)));
  if (base + start !== loader.chip.bootloader) {
    const [is, must] = [base + start, loader.chip.bootloader].map((address) => `0x${address.toString(16)}`);
    throw refuse(
      file,
      `has its boot loader at ${is}, where ${loader.chip.name} does not look (it looks at ${must})`,
      'name a build of Espruino for one chip',
    );
  }
  if (app.address - base >= bytes.length) {
    throw refuse(
      file,
      `is cut off: it ends after ${bytes.length} bytes, before its application`,
      'download it again',
    );
  }
  const image = named(file, () => readImage(bytes.subarray(app.address - base)));
  sameChip(file, loader, image);
  fits(file, image, app);
  return {
    chip: image.chip,
    pieces: [{ what: 'merged image', file, address: base, bytes }],
    boot: { partitions: table, loader },
    flashMode: loader.flashMode,
    digest: image.digest,
  };
}

function readFile(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw refuse(file, `cannot be read (${(error as NodeJS.ErrnoException).code})`, 'name another file');
  }
}

function readSingle(file: string): Firmware {
  const bytes = readFile(file);
  const base = mergedBase(bytes);
  if (base !== undefined) return readMerged(file, bytes, base);
  if (isTable(bytes)) {
    throw refuse(
      file,
      'is a partition table alone',
      'name the folder that it lies in, with its two other files',
    );
  }
  if (bytes.length > PAGE && isBlank(bytes.subarray(0, PAGE))) {
    throw refuse(
      file,
      `is cut off, or no firmware: it ends after ${bytes.length} bytes, without a partition table`,
      'download it again',
    );
  }
  const image = wholeImage(file, bytes);
  if (image.kind === 'boot loader') {
    throw refuse(
      file,
      'is a boot loader alone, or a merged image that is cut off',
      'name the folder that it lies in, with its two other files, or download it again',
    );
  }
  return {
    chip: image.chip,
    pieces: [{ what: 'application', file, address: undefined, bytes }],
    boot: undefined,
    flashMode: image.flashMode,
    digest: image.digest,
  };
}

interface Found {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly what: 'boot loader' | 'partition table' | 'application';
}

/** @returns what a file of a folder is. Espruino's archives have the application twice, under two names. */
function classify(file: string): Found | undefined {
  const bytes = readFile(file);
  if (mergedBase(bytes) !== undefined) return undefined;
  if (isTable(bytes)) return { file, bytes, what: 'partition table' };
  return { file, bytes, what: wholeImage(file, bytes).kind };
}

function only(folder: string, found: readonly Found[], what: Found['what']): Found {
  const [first, ...more] = found.filter((file) => file.what === what);
  if (first === undefined) {
    throw refuse(
      folder,
      `has no ${what} in it`,
      'unpack the whole archive of the build there, and name that folder',
    );
  }
  const other = more.find(({ bytes }) => !Buffer.from(bytes).equals(first.bytes));
  if (other !== undefined) {
    throw refuse(
      folder,
      `has two of what there may be one, the ${what}: ${first.file} and ${other.file}`,
      'keep one build in a folder',
    );
  }
  return first;
}

function readFolder(folder: string): Firmware {
  const names = readdirSync(folder).filter((name) => name.endsWith('.bin'));
  if (names.length === 0) {
    throw refuse(folder, 'has no .bin in it', 'name the folder that the archive was unpacked into');
  }
  const found = names.sort().flatMap((name) => classify(join(folder, name)) ?? []);
  const [loaderFile, tableFile, appFile] = (['boot loader', 'partition table', 'application'] as const).map(
    (what) => only(folder, found, what),
  ) as [Found, Found, Found];
  const loader = readImage(loaderFile.bytes);
  const image = readImage(appFile.bytes);
  sameChip(folder, loader, image);
  const { table, app } = tableOf(tableFile.file, tableFile.bytes);
  fits(appFile.file, image, app);
  return {
    chip: image.chip,
    pieces: [
      { ...loaderFile, address: image.chip.bootloader },
      { ...tableFile, address: TABLE_ADDRESS },
      { ...appFile, address: app.address },
    ],
    boot: { partitions: table, loader },
    flashMode: loader.flashMode,
    digest: image.digest,
  };
}

/**
 * @param path a .bin, or a folder with the three of a build.
 * @throws MoteError that names the file and what is wrong with it.
 */
export function readFirmware(path: string): Firmware {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw refuse(path, `cannot be read (${code})`, 'name the .bin, or the folder of its files');
  }
  return isFolder ? readFolder(path) : readSingle(path);
}
