// The contract suite on the virtual board: live over real TCP, or in virtual time with the simulated peer.

import type { BoardData } from '../../boards/board.ts';
import { createBoard } from '../../sim/board/board.ts';
import { compileBundle } from '../../sim/board/bundle.ts';
import { createLiveWorld, createVirtualWorld } from '../../sim/board/world.ts';
import type { World } from '../../sim/board/world.ts';
import { createNetwork } from '../../sim/network/network.ts';
import { attachPeer, startTcpPeer } from './peer.ts';
import type { Ports } from './peer.ts';
import { suiteProgram, transcriptLines } from './suite.ts';

const END = '@@end reached';

/** The suite for a board; one with Wi-Fi joins first, as without it there is no network. */
function programFor(board: BoardData, ports: Ports): string {
  const program = suiteProgram(ports);
  if (!board.capabilities.wifi) return program;
  return `require("Wifi").connect("any",{},function(){\n${program}\n});`;
}

/** Start the suite. @returns the lines so far, and how to switch the board off. */
function start(world: World, board: BoardData, ports: Ports, onLine: (line: string) => void) {
  const lines: string[] = [];
  const made = createBoard({
    bundle: compileBundle(programFor(board, ports), 'suite.js'),
    world,
    board,
    onConsole(line) {
      lines.push(line);
      onLine(line);
    },
  });
  made.powerOn();
  return { lines, powerOff: () => made.powerOff() };
}

/** @returns the transcript in virtual time. */
export function runInVirtualTime(board: BoardData, seed: number): string[] {
  const network = createNetwork();
  const ports = attachPeer(network);
  const world = createVirtualWorld({ seed, network });
  const { lines, powerOff } = start(world, board, ports, () => undefined);
  world.runUntil(() => lines.at(-1) === END, 60_000);
  powerOff();
  return transcriptLines(lines);
}

/** @returns the transcript over real TCP. */
export async function runLive(board: BoardData, timeoutMs: number): Promise<string[]> {
  const peer = await startTcpPeer();
  const world = createLiveWorld();
  let running: ReturnType<typeof start> | undefined;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    running = start(world, board, peer.ports, (line) => {
      if (line !== END) return;
      clearTimeout(timer);
      resolve();
    });
  });
  running?.powerOff();
  await world.close();
  await peer.close();
  return transcriptLines(running?.lines ?? []);
}
