// What is in the flash, started: the boot loader's complaints where nothing can be started, else a console that tells its version.

import { runInNewContext } from 'node:vm';
import type { RomFlash } from './flash.ts';

const IMAGE = 0xe9;
const TABLE = 0x8000;
const APPLICATION = 0x10000;
const RUN_MS = 1000;

export interface ProgramOptions {
  readonly version: string;
  readonly board: string;
  send(text: string): void;
}

export interface Program {
  boot(flash: RomFlash, bootloader: number): void;
  typed(bytes: Uint8Array): void;
}

/** @returns what the chip prints when there is nothing to start, undefined when there is something. */
function trouble({ bytes }: RomFlash, bootloader: number): string | undefined {
  if (bytes[bootloader] !== IMAGE) return 'flash read err, 1000\r\n';
  if (bytes[TABLE] !== 0xaa || bytes[APPLICATION] !== IMAGE) {
    return 'E (29) boot: No bootable app partitions in the partition table\r\n';
  }
  return undefined;
}

export function createProgram({ version, board, send }: ProgramOptions): Program {
  let line = '';
  let running = false;

  /** A line without echo. What is typed is run, so that a question with a fault in it has no answer. */
  function run(code: string): void {
    const print = (...values: unknown[]) =>
      send(`\r\x1b[J${values.map(String).join(' ').replace(/\n/g, '\r\n')}\r\n`);
    try {
      runInNewContext(code, { print, process: { version, env: { BOARD: board } } }, { timeout: RUN_MS });
    } catch (error) {
      send(`\r\x1b[JUncaught ${String(error)}\r\n`);
    }
    send('>');
  }

  return {
    boot(flash, bootloader) {
      const why = trouble(flash, bootloader);
      running = why === undefined;
      line = '';
      send('ets Jun  8 2016 00:22:57\r\nrst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n');
      send(why ?? `\r\n ${version} (c) 2025 G.Williams\r\n\r\n>`);
    },
    typed(bytes) {
      if (!running) return;
      line += Buffer.from(bytes).toString('latin1');
      const lines = line.split('\n');
      line = lines.pop()!;
      for (const typed of lines) {
        if (typed.startsWith('\x10')) run(typed.slice(1));
      }
    },
  };
}
