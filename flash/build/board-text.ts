// What is compiled in of the board that a firmware is built for: src/board.ts with that board's values.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BoardData } from '../../boards/board.ts';
import { PACKAGE_ROOT } from './firmware.ts';

export const BOARD_FILE = join(PACKAGE_ROOT, 'src', 'board.ts');

/** @returns the text of src/board.ts for `board`. */
export function boardText({ flash, currents, capabilities: { tls } }: BoardData): string {
  const source = readFileSync(BOARD_FILE, 'utf8')
    .replace(/(TLS_BYTES: number =) .*;/, `$1 ${tls?.bytes ?? 0};`)
    .replace(/(TLS_BLOCK_BYTES: number =) .*;/, `$1 ${tls?.blockBytes ?? 0};`);
  const text =
    currents === undefined
      ? source
      : source.replace(/(CURRENTS: Currents =) .*;/, `$1 ${JSON.stringify(currents)};`);
  if (flash === undefined) return text;
  const { outbox, pageBytes, programUnit, ecc } = flash;
  const geometry = {
    base: outbox.address,
    pageSize: pageBytes,
    pages: outbox.bytes / pageBytes,
    programUnit,
    ecc,
  };
  return text
    .replace('HAS_OUTBOX_FLASH: boolean = false', 'HAS_OUTBOX_FLASH: boolean = true')
    .replace(/(OUTBOX_FLASH: FlashGeometry =) .*;/, `$1 ${JSON.stringify(geometry)};`);
}
