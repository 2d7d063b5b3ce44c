// `mote flash`: the Espruino firmware itself onto an ESP32, ESP32-C3 or ESP32-S3.

import type { Command } from 'commander';
import { findBoard } from '../boards.ts';
import { ExitCode, MoteError } from '../errors.ts';
import { DOWNLOADS } from '../firmware/chips.ts';
import type { Flashed } from '../firmware/flash.ts';
import type { Plan, Region } from '../firmware/plan.ts';
import { harmless } from '../monitor/safe.ts';
import { createProgress, seconds } from './output.ts';

interface FlashFlags {
  readonly port?: string;
  readonly firmware?: string;
  readonly board?: string;
  readonly erase?: boolean;
  readonly baud: string;
  readonly json?: boolean;
}

/** How long a board is given to start; the first start of an empty one formats its Storage. */
const BOOT_MS = 20_000;
const ASK_MS = 1000;
const BAR = 24;

export function addFlash(program: Command): void {
  program
    .command('flash')
    .description('write the Espruino firmware onto an ESP32, ESP32-C3 or ESP32-S3, and see it start')
    .option('--port <name>', 'serial port of the board; default: the only one there is')
    .option('--firmware <path>', 'a .bin, or the folder that the archive of a build was unpacked into')
    .option('--board <id>', 'refuse a firmware that is not for this board')
    .option('--erase', 'erase the whole flash before: code, settings and readings that wait are lost')
    .option('--baud <n>', 'rate of the transfer; less where a cable is bad', '460800')
    .option('--json', 'print one JSON object at the end')
    .action(runFlash);
}

const hex = (value: number) => `0x${value.toString(16)}`;
const kilobytes = (bytes: number) => `${Math.round(bytes / 1024)} KB`;
const named = (regions: readonly Region[]) =>
  regions.map(({ name, address, bytes }) => `    ${name} (${hex(address)}, ${kilobytes(bytes)})`);

function firmwarePath(flags: FlashFlags): string {
  if (flags.firmware !== undefined) return flags.firmware;
  throw new MoteError(
    'no firmware is named',
    `download the official build for your chip from ${DOWNLOADS}, unpack it, and name the folder: --firmware FOLDER`,
    '--firmware',
    ExitCode.Usage,
  );
}

function baudRate(text: string): number {
  const baud = Number(text);
  if (/^\d+$/.test(text) && baud >= 9600 && baud <= 4_000_000) return baud;
  throw new MoteError(
    `${JSON.stringify(text)} is no rate from 9600 to 4000000`,
    'write --baud 115200',
    '--baud',
    ExitCode.Usage,
  );
}

/** Say what becomes of what is in flash, before it does. */
function planText({ kept, lost }: Plan): string {
  return [
    ...(kept.length === 0 ? [] : ['  kept:', ...named(kept)]),
    ...(lost.length === 0 ? [] : ['  lost:', ...named(lost)]),
    '',
  ].join('\n');
}

/** @returns a function that shows steps, those with a share as a bar; off a terminal a line every tenth. */
function createBar(silent: boolean) {
  const progress = createProgress();
  let shown = '';
  return {
    clear: () => progress.clear(),
    step(step: string, share?: number) {
      const tenths = share === undefined ? undefined : Math.floor(share * 10);
      const line = process.stderr.isTTY ? `${step}${share}` : `${step}${tenths}`;
      if (silent || line === shown) return;
      shown = line;
      if (share === undefined) {
        progress.step(step);
        return;
      }
      const full = Math.round(share * BAR);
      const percent = `${Math.floor(share * 100)} %`.padStart(5);
      progress.step(`${step.padEnd(24)} [${'#'.repeat(full)}${'.'.repeat(BAR - full)}] ${percent}`);
    },
  };
}

function asJson(
  port: string,
  erased: boolean,
  { chip, flashBytes, plan, booted, milliseconds }: Flashed,
): string {
  const written = plan.pieces.map(({ what, file, address, bytes }) => ({
    what,
    file,
    address,
    bytes: bytes.length,
  }));
  const result = {
    port,
    chip: chip.name,
    description: chip.description,
    mac: chip.mac,
    flashBytes,
    erased,
    written,
    kept: plan.kept,
    lost: plan.lost,
    version: booted.version,
    board: booted.board,
    milliseconds,
  };
  return `${JSON.stringify(result)}\n`;
}

/** @returns what is said in the end. What runs on the board chose its name and version itself. */
export function asText(port: string, { chip, plan, booted, milliseconds }: Flashed): string {
  const pieces = plan.pieces.map(
    ({ what, address, bytes }) => `${what} (${hex(address)}, ${bytes.length} bytes)`,
  );
  return [
    `${port}: Espruino ${harmless(`${booted.version} for ${booted.board}`)} runs on ${chip.description}, ${chip.mac}`,
    `written and verified in ${seconds(milliseconds)}: ${pieces.join(', ')}`,
    '',
  ].join('\n');
}

async function runFlash(flags: FlashFlags): Promise<void> {
  const path = firmwarePath(flags);
  const baud = baudRate(flags.baud);
  if (flags.port !== undefined && /^tcp:/i.test(flags.port)) {
    throw new MoteError(
      'the loader of a chip is not reached over a network',
      'name the serial port that the board is plugged into',
      flags.port,
      ExitCode.Usage,
    );
  }
  const { readFirmware } = await import('../firmware/firmware.ts');
  const { checkTarget, regionsOf, versionTrouble } = await import('../firmware/target.ts');
  const board = flags.board === undefined ? undefined : findBoard(flags.board);
  const firmware = readFirmware(path);
  if (board !== undefined) checkTarget(board, firmware);
  const { choosePort } = await import('../port/list.ts');
  const { openPort } = await import('../port/port.ts');
  const { createWebSerial } = await import('../firmware/web-serial.ts');
  const { flashFirmware } = await import('../firmware/flash.ts');
  const port = await choosePort(flags.port);
  const silent = flags.json === true;
  const bar = createBar(silent);
  const say = (text: string) => {
    bar.clear();
    if (!silent) process.stderr.write(text);
  };
  try {
    const flashed = await flashFirmware({
      firmware,
      device: createWebSerial(port.path, {
        ...(port.vendorId !== undefined && { usbVendorId: port.vendorId }),
        ...(port.productId !== undefined && { usbProductId: port.productId }),
      }),
      port: port.path,
      baud,
      regions: regionsOf(board),
      erase: flags.erase === true,
      openConsole: () => openPort(port.path),
      bootMs: BOOT_MS,
      askMs: ASK_MS,
      onStep: (step, share) => bar.step(step, share),
      onPlan: (plan, chip) => say(`${port.path}: ${chip.description}, ${chip.mac}\n${planText(plan)}`),
    });
    const trouble = versionTrouble(flashed.booted.version, board);
    if (trouble !== undefined) say(`warning: ${harmless(trouble)}\n`);
    bar.clear();
    process.stdout.write(
      silent ? asJson(port.path, flags.erase === true, flashed) : asText(port.path, flashed),
    );
  } finally {
    bar.clear();
  }
}
