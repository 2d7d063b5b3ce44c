// A console session on the virtual board, in virtual time.

import { espruinoLinux } from '../../../boards/espruino-linux.ts';
import { createVirtualWorld } from '../../../sim/board/world.ts';
import { createConsoleBoard } from '../../../sim/console/board.ts';
import { createNetwork } from '../../../sim/network/network.ts';
import type { Session } from './sessions.ts';
import { contentOf, flashFor, flashHash, POWER } from './transcript.ts';
import type { Result, Step } from './transcript.ts';

const STEP_MS = 150;

/** @returns what the board said at each step. */
export function runOnBoard(session: Session): Result {
  const world = createVirtualWorld({ seed: 1, network: createNetwork() });
  const flash = flashFor(session);
  const board = createConsoleBoard({ board: espruinoLinux, world, flash });
  let said = '';
  board.onText = (text) => {
    said += text;
  };
  const step = (typed: string, act: () => void): Step => {
    said = '';
    act();
    world.run(STEP_MS);
    return { typed, said };
  };
  const first = step(POWER, board.power.on);
  const steps = session.steps.map((typed) => step(typed, () => board.write(typed)));
  return { steps: [first, ...steps], flash: flashHash(contentOf(flash)) };
}
