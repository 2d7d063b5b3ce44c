// A virtual board on a table: runs a piece of source text in virtual time and writes down what it says.

import type { BoardData } from '../../../boards/board.ts';
import { esp32 } from '../../../boards/esp32.ts';
import type { Board, BoardOptions } from '../../../sim/board/board.ts';
import { createBoard } from '../../../sim/board/board.ts';
import { compileBundle } from '../../../sim/board/bundle.ts';
import type { VirtualWorld } from '../../../sim/board/world.ts';
import { createVirtualWorld } from '../../../sim/board/world.ts';
import type { Network, NetworkSettings } from '../../../sim/network/network.ts';
import { createNetwork } from '../../../sim/network/network.ts';

export interface Rig {
  readonly board: Board;
  readonly world: VirtualWorld;
  readonly network: Network;
  readonly lines: string[];
  readonly errors: unknown[];
}

export interface RigOptions extends Partial<Pick<BoardOptions, 'i2c' | 'flash' | 'serial'>> {
  readonly data?: BoardData;
  readonly seed?: number;
  readonly network?: Partial<NetworkSettings>;
}

/** @param code of the program. @returns the board, switched off. */
export function createRig(code: string, options: RigOptions = {}): Rig {
  const { data = esp32, seed = 1, network: settings, ...rest } = options;
  const network = createNetwork(settings);
  const world = createVirtualWorld({ seed, network });
  const lines: string[] = [];
  const errors: unknown[] = [];
  const board = createBoard({
    ...rest,
    bundle: compileBundle(code, 'program.js'),
    world,
    board: data,
    onConsole: (line) => lines.push(line),
    onError: (error) => errors.push(error),
  });
  return { board, world, network, lines, errors };
}

/** Switch on and let some time pass. */
export function run(code: string, ms = 1000, options: RigOptions = {}): Rig {
  const rig = createRig(code, options);
  rig.board.powerOn();
  rig.world.run(ms);
  return rig;
}

/** Source text that joins Wi-Fi and then runs `body`. */
export const joined = (body: string) => `require("Wifi").connect("net", {}, function () { ${body} });`;
