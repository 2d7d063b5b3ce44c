// The password of a board's console. The boot selector sets it before anything can be typed, so it is asked for wherever the
// console is: serial, Bluetooth, telnet. It lies in the board's flash in plain text.

import { ExitCode, MoteError } from '../errors.ts';
import type { Board } from './board.ts';
import { literal } from './board-code.ts';
import { LOCK_FILE, sumOf } from './layout.ts';
import { installHelper, mend, readState, reserveOf } from './state.ts';
import { roomOf } from './chain.ts';

/** The engine takes no more at its console. */
const LENGTH_MAX = 20;

export function checkPassword(password: string): void {
  if (/^[!-~]+$/.test(password) && password.length <= LENGTH_MAX) return;
  throw new MoteError(
    'the password cannot be typed at the console',
    `use 1 to ${LENGTH_MAX} characters of ASCII, no spaces`,
    undefined,
    ExitCode.Usage,
  );
}

/** Have the console locked from the next start on, and now. A power cut meanwhile leaves it open. */
export async function lockBoard(board: Board, password: string): Promise<void> {
  checkPassword(password);
  await installHelper(board);
  await mend(board);
  const state = await readState(board);
  if (state.bootCode !== 'selector') {
    throw new MoteError('there is no boot selector that would lock it', 'upload a program first', board.name);
  }
  const sum = sumOf(Buffer.from(password, 'latin1'));
  const text = Buffer.alloc(4 + password.length);
  text.writeUInt32LE(sum);
  text.write(password, 4, 'latin1');
  if (state.freeBytes - reserveOf(board.kind) < roomOf(text.length)) {
    throw new MoteError(
      'no room in Storage for the password',
      'upload with --compact first',
      board.name,
      ExitCode.Environment,
    );
  }
  await board.ask(`require("Storage").write("${LOCK_FILE}",${literal(text)})`);
  const isThere = await board.ask<boolean>(`require("Storage").read("${LOCK_FILE}")===${literal(text)}`);
  if (!isThere)
    throw new MoteError('the password was not written', 'try again', board.name, ExitCode.Environment);
  await board.ask(`(E.setPassword(${JSON.stringify(password)}),1)`);
}

/** Have the console open again. */
export async function unlockBoard(board: Board): Promise<void> {
  await board.ask(`(require("Storage").erase("${LOCK_FILE}"),E.setPassword(),1)`);
}
