// From the name of a board to its data.

import type { BoardData } from '../boards/board.ts';
import { espruinoEmulator } from '../boards/espruino-emulator.ts';
import { boards } from '../boards/index.ts';
import { ExitCode, MoteError } from './errors.ts';

/**
 * @param id name of a board, as on the command line.
 * @param where the option that named it, for the error.
 * @throws MoteError that lists the known boards.
 */
export function findBoard(id: string, where = '--board'): BoardData {
  const board = boards.find((candidate) => candidate.id === id);
  if (board !== undefined) return board;
  const known = boards.map((candidate) => candidate.id).join(', ');
  throw new MoteError(`unknown board "${id}"`, `use one of ${known}`, where, ExitCode.Usage);
}

/**
 * @param engineName what Espruino says in `process.env.BOARD`.
 * @returns the boards that it calls so, the usual one first; none when nobody described one.
 */
export function boardsCalled(engineName: string): readonly BoardData[] {
  // At a port, what has the emulator's name is the watch.
  return boards.filter((board) => board.engineName === engineName && board !== espruinoEmulator);
}

/**
 * @returns the board to build for when Espruino says `engineName`: of several the first, on which the fewest pins are taken.
 * @throws MoteError that asks for --board when nobody described such a board.
 */
export function boardFor(engineName: string): BoardData {
  const [board] = boardsCalled(engineName);
  if (board !== undefined) return board;
  throw new MoteError(
    `Espruino calls the board ${JSON.stringify(engineName)}, and mote boards lists none of that name`,
    'say with --board what to build for',
    '--board',
    ExitCode.Usage,
  );
}
