// `mote outbox inspect`: what is in the flash region of an outbox, from an image of it or from a running board.

import { readFileSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { boards } from '../../boards/index.ts';
import type { FlashMap, FlashRegion } from '../../boards/board.ts';
import { findBoard } from '../boards.ts';
import { ExitCode, MoteError } from '../errors.ts';
import type { Inspection } from '../outbox/inspection.ts';
import { inspectRegion } from '../outbox/layout.ts';
import { findPageSize } from '../outbox/page-size.ts';
import { transitionText } from '../history.ts';
import { formatInspection, hex } from '../outbox/report.ts';
import { readFlash } from '../port/flash.ts';
import { isPortName, openPort } from '../port/port.ts';
import { createProgress, errorReport, type ErrorReport } from './output.ts';

interface InspectFlags {
  readonly board?: string;
  readonly address?: string;
  readonly size?: string;
  readonly pageSize?: string;
  readonly json?: boolean;
}

/** Part of a file, and how its bytes are numbered. */
interface Part {
  readonly offset: number;
  readonly bytes: number;
  readonly address: number;
}

const PAGE_MIN = 64;

export function addOutbox(program: Command): void {
  const outbox = program.command('outbox').description('look into the outbox of a board');
  outbox
    .command('inspect')
    .description('say what is in the flash of an outbox: pages, messages, damage, what is sent next')
    .argument(
      '<file-or-port>',
      'image of the region of the outbox, or of the whole flash; or the port of a running board',
    )
    .option('--board <id>', 'whose flash it is: where the region lies, and how large a page is')
    .option('--address <n>', 'where the region begins in the file (0x... for hex)')
    .option('--size <n>', 'bytes of the region; without it, to the end of the file')
    .option('--page-size <n>', 'bytes of a page; without it, of the board, or found out')
    .option('--json', 'print one JSON object with everything')
    .action(runInspect);
}

function parseNumber(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  if (/^(0x[\da-f]{1,8}|\d{1,10})$/i.test(text)) return Number(text);
  throw new MoteError(
    `${JSON.stringify(text)} is not a number of bytes`,
    'write it in decimal, or as 0x... in hex',
    option,
    ExitCode.Usage,
  );
}

/** @returns the flash of the board with this name, undefined without one. */
function flashOf(id: string | undefined): FlashMap | undefined {
  if (id === undefined) return undefined;
  const { flash } = findBoard(id);
  if (flash !== undefined) return flash;
  throw new MoteError(
    `the flash of ${id} is whatever its host program says`,
    'name the region by --address, --size and --page-size',
    '--board',
    ExitCode.Usage,
  );
}

const isPort = (name: string) =>
  isPortName(name) || (statSync(name, { throwIfNoEntry: false })?.isCharacterDevice() ?? false);

/** @returns which part of the flash a board is asked for. */
function regionOf(name: string, flash: FlashMap | undefined, flags: InspectFlags): FlashRegion {
  const address = parseNumber(flags.address, '--address') ?? flash?.outbox.address;
  const bytes = parseNumber(flags.size, '--size') ?? flash?.outbox.bytes;
  if (address !== undefined && bytes !== undefined) return { address, bytes };
  throw new MoteError(
    'where in its flash is the outbox?',
    `add --board (${boards.flatMap(({ id, flash: map }) => (map === undefined ? [] : [id])).join(', ')}), or --address and --size`,
    name,
    ExitCode.Usage,
  );
}

async function readBoard(name: string, { address, bytes }: FlashRegion): Promise<Uint8Array> {
  const port = await openPort(name);
  const progress = createProgress();
  let shown = -1;
  const onProgress = (done: number) => {
    const percent = Math.floor((done * 10) / bytes) * 10;
    if (percent > shown) progress.step(`reading ${hex(bytes)} bytes from ${hex(address)}: ${percent} %`);
    shown = percent;
  };
  try {
    return await readFlash(port, name, address, bytes, { onProgress });
  } finally {
    progress.clear();
    port.close();
  }
}

function readImage(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what = code === 'ENOENT' ? 'no such file' : `cannot read it (${code})`;
    throw new MoteError(what, 'name an image of the flash', file, ExitCode.Environment);
  }
}

/** @returns where the region of the outbox lies in a file of `length` bytes. */
function locate(file: string, length: number, flash: FlashMap | undefined, flags: InspectFlags): Part {
  const offset = parseNumber(flags.address, '--address');
  const size = parseNumber(flags.size, '--size') ?? flash?.outbox.bytes;
  if (offset !== undefined) {
    return { offset, bytes: size ?? length - offset, address: flash?.outbox.address ?? offset };
  }
  if (flash !== undefined) {
    const { address } = flash.outbox;
    return { offset: length === size ? 0 : address - flash.base, bytes: size ?? length, address };
  }
  const whole = boards.find((board) => board.flash?.bytes === length);
  if (whole === undefined || size !== undefined) return { offset: 0, bytes: size ?? length, address: 0 };
  throw new MoteError(
    `as large as the whole flash of ${whole.id}: where in it is the outbox?`,
    `add --board ${whole.id}, or --address and --size (--address 0 when all of it is the outbox)`,
    file,
    ExitCode.Usage,
  );
}

function checkPart(file: string, length: number, { offset, bytes }: Part): void {
  if (bytes > 0 && offset + bytes <= length) return;
  throw new MoteError(
    `it has ${length} bytes, and the region would be ${Math.max(bytes, 0)} from ${hex(offset)} on`,
    'read all of the region or of the flash, or name its place by --address and --size',
    file,
    ExitCode.Usage,
  );
}

function checkPages(file: string, bytes: number, pageSize: number): void {
  const isSize = pageSize >= PAGE_MIN && pageSize % 8 === 0;
  if (isSize && bytes % pageSize === 0 && bytes >= 2 * pageSize) return;
  throw new MoteError(
    isSize
      ? `a region of ${bytes} bytes is not two pages or more of ${pageSize} bytes`
      : `pages of ${pageSize} bytes do not exist`,
    'name the size of a page by --page-size, or by --board',
    file,
    ExitCode.Usage,
  );
}

/** What cannot be inspected ends with an error, after all that is known was shown. */
function checkState(file: string, { state, version }: Inspection): void {
  if (state === 'other-version') {
    throw new MoteError(
      `an outbox of version ${version} of the layout, and this is a reader of version 1`,
      'use the mote of the firmware that wrote it',
      file,
    );
  }
  if (state === 'foreign') {
    throw new MoteError(
      'no outbox: something else stands here',
      'check --address, --size, --page-size or --board; a firmware leaves it alone until formatOutbox()',
      file,
    );
  }
}

/** @returns the region, and the address of its first byte. */
async function readRegion(
  name: string,
  flash: FlashMap | undefined,
  flags: InspectFlags,
): Promise<{ region: Uint8Array; address: number }> {
  if (isPort(name)) {
    const asked = regionOf(name, flash, flags);
    return { region: await readBoard(name, asked), address: asked.address };
  }
  const image = readImage(name);
  const part = locate(name, image.length, flash, flags);
  checkPart(name, image.length, part);
  return { region: image.subarray(part.offset, part.offset + part.bytes), address: part.address };
}

async function runInspect(file: string, flags: InspectFlags): Promise<void> {
  const flash = flashOf(flags.board);
  const { region, address } = await readRegion(file, flash, flags);
  const pageSize = parseNumber(flags.pageSize, '--page-size') ?? flash?.pageBytes ?? findPageSize(region);
  checkPages(file, region.length, pageSize);
  const inspection = inspectRegion(region, pageSize, address);
  if (flags.json) writeJson(file, inspection);
  else {
    process.stdout.write(formatInspection(file, inspection, transitionText));
    checkState(file, inspection);
  }
}

/** One object, whatever came out: of what cannot be inspected, with the error in it. */
function writeJson(file: string, inspection: Inspection): void {
  let failure: ErrorReport | undefined;
  try {
    checkState(file, inspection);
  } catch (error) {
    failure = errorReport(error);
    process.exitCode = failure.exitCode;
  }
  process.stdout.write(`${JSON.stringify({ ...inspection, ...failure })}\n`);
}
