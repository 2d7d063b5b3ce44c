// A board with a console in virtual time: types, lets time pass, and says what was said.

import type { BoardData } from '../../../boards/board.ts';
import { esp32 } from '../../../boards/esp32.ts';
import type { VirtualWorld } from '../../../sim/board/world.ts';
import { createVirtualWorld } from '../../../sim/board/world.ts';
import type { ConsoleBoard, ConsoleBoardOptions } from '../../../sim/console/board.ts';
import { createConsoleBoard } from '../../../sim/console/board.ts';
import { createNetwork } from '../../../sim/network/network.ts';

export interface ConsoleRig {
  readonly board: ConsoleBoard;
  readonly world: VirtualWorld;
  /** Switch on. @returns what it says. */
  on(): string;
  /** Type. @returns what it says meanwhile. */
  type(text: string, ms?: number): string;
  /** Run a line without echo. @returns the lines that it printed. */
  run(code: string): string[];
  /** What it said since it was asked last. */
  heard(): string;
}

export function createConsoleRig(
  options: Partial<ConsoleBoardOptions> & { readonly data?: BoardData } = {},
): ConsoleRig {
  const { data = esp32, ...rest } = options;
  const world = createVirtualWorld({ seed: 1, network: createNetwork() });
  const board = createConsoleBoard({ board: data, world, ...rest });
  let said = '';
  board.onText = (text) => {
    said += text;
  };
  const heard = () => {
    const text = said;
    said = '';
    return text;
  };
  const type = (text: string, ms = 100) => {
    heard();
    board.write(text);
    world.run(ms);
    return heard();
  };
  return {
    board,
    world,
    heard,
    type,
    on() {
      board.power.on();
      world.run(100);
      return heard();
    },
    run: (code) =>
      type(`\x10${code}\n`)
        .replace(/^\r\x1b\[J/, '')
        .replace(/>$/, '')
        .split('\r\n')
        .slice(0, -1),
  };
}

/** A command that stores a file. */
export const storing = (name: string, code: string) =>
  `\x10require("Storage").write(${JSON.stringify(name)},${JSON.stringify(code)})\n`;
