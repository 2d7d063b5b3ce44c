// A console session on the virtual board, in virtual time.

import { espruinoLinux } from '../../../boards/espruino-linux.ts';
import { createVirtualWorld } from '../../../sim/board/world.ts';
import { createConsoleBoard } from '../../../sim/console/board.ts';
import { createNetwork } from '../../../sim/network/network.ts';
import { POWER } from './transcript.ts';
import type { Step } from './transcript.ts';

const STEP_MS = 150;

/** @returns what the board said at each step. */
export function runOnBoard(steps: readonly string[]): Step[] {
  const world = createVirtualWorld({ seed: 1, network: createNetwork() });
  const board = createConsoleBoard({ board: espruinoLinux, world });
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
  return [step(POWER, board.power.on), ...steps.map((typed) => step(typed, () => board.write(typed)))];
}
