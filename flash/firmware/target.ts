// What a board's data say about flashing it: its chip, and what in its flash is Mote's and Espruino's.

import type { BoardData } from '../../boards/board.ts';
import { esp32 } from '../../boards/esp32.ts';
import { ExitCode, MoteError } from '../errors.ts';
import { isTooOld, oldestRelease } from '../release.ts';
import type { Firmware } from './firmware.ts';
import type { Region } from './plan.ts';

/** All builds of Espruino for this family have the same map but for the application. */
const USUAL: BoardData = esp32;

/** @returns what a plain flash keeps on a board. */
export function regionsOf(board: BoardData = USUAL): Region[] {
  const { outbox, storage } = (board.flash ?? USUAL.flash)!;
  return [
    { address: outbox.address, bytes: outbox.bytes, name: 'the outbox: readings that wait for the broker' },
    { address: storage.address, bytes: storage.bytes, name: 'Storage: the code on the board' },
  ];
}

/** Throw when `board` cannot be flashed at all, or not with this. */
export function checkTarget(board: BoardData, firmware: Firmware): void {
  const chip = (board as { id: string; firmware?: { chip: string } }).firmware?.chip;
  if (chip === undefined) {
    throw new MoteError(
      `${board.name} is no board with a chip to flash`,
      'name a board with an ESP32, see mote boards',
      '--board',
      ExitCode.Usage,
    );
  }
  if (chip === firmware.chip.name) return;
  throw new MoteError(
    `is for ${firmware.chip.name}, and ${board.name} has ${chip}`,
    `name a build for ${chip}, or another --board`,
    firmware.pieces[0]?.file,
    ExitCode.Usage,
  );
}

/** @returns what is to be said of the version that runs, undefined when it is all right. */
export function versionTrouble(version: string, board: BoardData = USUAL): string | undefined {
  if (isTooOld(version, board) !== true) return undefined;
  return `Espruino ${version} is older than Mote needs: flash ${oldestRelease(board)} or later`;
}
