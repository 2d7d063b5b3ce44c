// From the name of a board to its data.

import type { BoardData } from '../boards/board.ts';
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
