// Releases of Espruino as numbers, and the oldest that Mote is for. Only what a board's data say counts.

import type { BoardData } from '../boards/board.ts';
import { esp32 } from '../boards/esp32.ts';

/** @returns 229 of "2v29.277"; undefined: it is no release. */
function releaseNumber(version: string): number | undefined {
  const match = /^(\d+)v(\d+)/.exec(version);
  return match === null ? undefined : Number(match[1]) * 100 + Number(match[2]);
}

/** @returns "2v29" for a board whose data say ">=2.29 <3"; undefined: they do not say. */
export function oldestRelease(board: BoardData = esp32): string | undefined {
  const match = /^>=(\d+)\.(\d+)/.exec(board.versions);
  return match === null ? undefined : `${match[1]}v${match[2]}`;
}

/** @returns whether a release is older than Mote needs on a board; undefined: it is no release, or the board has no oldest. */
export function isTooOld(version: string, board: BoardData = esp32): boolean | undefined {
  const has = releaseNumber(version);
  const needs = releaseNumber(oldestRelease(board) ?? '');
  return has === undefined || needs === undefined ? undefined : has < needs;
}
