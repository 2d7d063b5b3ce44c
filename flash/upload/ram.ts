// A quick try: a program into the memory of a board. Nothing is stored; the next restart brings back what is.

import { ExitCode, MoteError } from '../errors.ts';
import type { Board } from './board.ts';
import { literal, piecesOf, UNINSTALL } from './board-code.ts';
import { sumOf } from './layout.ts';
import { installHelper } from './state.ts';

const TRIES = 4;
const START_MS = 20_000;

/** Run a program from memory, in the place of what runs. Throws MoteError when it throws as it starts. */
export async function runFromRam(
  board: Board,
  code: string,
  onStep: (step: string) => void = () => {},
): Promise<void> {
  const bytes = Buffer.from(code, 'latin1');
  onStep('ending what runs');
  await board.reset();
  await installHelper(board);
  onStep(`sending ${bytes.length} bytes`);
  for (const { at, part } of piecesOf(bytes)) {
    const call = `moteUp.gather(${at},${sumOf(part)},${literal(part)})`;
    let answer = '';
    for (let tries = 0; tries < TRIES && answer !== 'ok'; tries++) answer = await board.ask<string>(call);
    if (answer === 'ok') continue;
    throw new MoteError(
      'what is sent arrives damaged, again and again',
      'use another cable, or a shorter one',
      board.name,
      ExitCode.Environment,
    );
  }
  const sum = await board.ask<number>('E.CRC32(global.moteText=moteUp.text)');
  if (sum !== sumOf(bytes)) {
    throw new MoteError('the program arrived damaged', 'try again', board.name, ExitCode.Environment);
  }
  await board.ask(UNINSTALL);
  onStep('starting it');
  // As boot code would run: its variables are global, and `init` follows.
  board.type('try{eval(moteText);global.moteRan=1}catch(e){print("Uncaught "+e);global.moteRan=""+e}');
  const ran = await board.ask<number | string | null>(
    '(delete global.moteText,E.emit("init"),global.moteRan)',
    START_MS,
  );
  if (ran === 1) return;
  throw new MoteError(`the program throws as it starts: ${ran}`, 'correct it', board.name, ExitCode.Firmware);
}
