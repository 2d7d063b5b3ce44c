// The password of a board's console, from a file, the environment or a person; never from the command line, which others can read.

import { readFileSync } from 'node:fs';
import { ExitCode, MoteError } from '../errors.ts';

const isTerminal = () => process.stdin.isTTY === true && process.stderr.isTTY === true;

function fromFile(file: string): string {
  try {
    return readFileSync(file, 'latin1').replace(/\r?\n$/, '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new MoteError(
      `cannot read it (${code})`,
      'name a file with the password',
      file,
      ExitCode.Environment,
    );
  }
}

async function prompt(message: string): Promise<string | undefined> {
  const { isCancel, password } = await import('@clack/prompts');
  const answer = await password({ message, output: process.stderr });
  return isCancel(answer) ? undefined : answer;
}

/** @returns the password that a locked console has, undefined when nobody says. */
export async function askPassword(file: string | undefined): Promise<string | undefined> {
  if (file !== undefined) return fromFile(file);
  const known = process.env['MOTE_PASSWORD'];
  if (known !== undefined && known !== '') return known;
  return isTerminal() ? prompt('Password of the board') : undefined;
}

/** @returns a password to lock a console with; typed, it is asked for twice. Throws MoteError without one. */
export async function newPassword(file: string | undefined): Promise<string> {
  if (file !== undefined || !isTerminal() || process.env['MOTE_PASSWORD'] !== undefined) {
    const known = await askPassword(file);
    if (known !== undefined) return known;
    throw new MoteError(
      'no password to lock the board with',
      'give it: --password-file, MOTE_PASSWORD in the environment, or type it on a terminal',
      '--lock',
      ExitCode.Usage,
    );
  }
  const first = await prompt('New password of the board, at most 20 characters');
  const second = await prompt('The same again');
  if (first !== undefined && first === second) return first;
  throw new MoteError('the two differ', 'type it again', '--lock', ExitCode.Usage);
}
