// `--engine vm`: the bundle on the virtual board, in real time and over real TCP.

import { compileBundle } from '../../sim/board/bundle.ts';
import { createBoard } from '../../sim/board/board.ts';
import type { Board } from '../../sim/board/board.ts';
import { createLiveWorld } from '../../sim/board/world.ts';
import { wireScene } from '../../sim/scene/bench.ts';
import { findBoard } from '../boards.ts';
import { ExitCode, MoteError } from '../errors.ts';
import { createBookkeeper } from './account.ts';
import { countPackets } from './packets.ts';
import type { PacketCounters } from './packets.ts';
import { createCutter } from './power.ts';
import type { EngineOptions, RunningBoard } from './run.ts';
import type { BoardFigures } from './view.ts';

function figuresOf({ counters, flash }: Board, packets: PacketCounters): BoardFigures[] {
  const figures = [
    { label: 'MQTT packets', value: `${packets.out} out, ${packets.in} in` },
    { label: 'bytes', value: `${counters.bytesOut} out, ${counters.bytesIn} in` },
    { label: 'flash', value: `${flash.counters.programs} programs, ${flash.counters.erases} erases` },
  ];
  if (counters.uncaught > 0) figures.push({ label: 'uncaught errors', value: String(counters.uncaught) });
  return figures;
}

/** Start `options.bundle` on a virtual board. @throws MoteError when there is no such board. */
export async function startVm(options: EngineOptions): Promise<RunningBoard> {
  const data = findBoard(options.board);
  if (data.engine !== 'espruino') {
    const what = `the virtual board runs Espruino only, and ${data.id} is for ${data.engine}`;
    throw new MoteError(what, 'choose another --board', '--engine vm', ExitCode.Usage);
  }
  const packets: PacketCounters = { out: 0, in: 0 };
  const world = countPackets(createLiveWorld(), packets);
  const board = createBoard({
    bundle: compileBundle(options.bundle.code, 'firmware.js'),
    world,
    board: data,
    onConsole: options.onConsole,
  });
  const scene = wireScene(options.scene, board.bench, world);
  const { programUnit } = board.flash.geometry;
  const bookkeeper = createBookkeeper(programUnit);
  board.flash.onProgram = bookkeeper.programmed;
  const cutter = createCutter(board, options.scene.seed, (isTorn) => {
    bookkeeper.cut(isTorn);
    options.onPowerCut(isTorn);
  });
  board.powerOn();
  return {
    figures: () => figuresOf(board, packets),
    power: { ...cutter, received: bookkeeper.received, account: bookkeeper.account },
    // Whatever the firmware does, a board goes on.
    died: new Promise(() => {}),
    async stop() {
      cutter.stop();
      scene.stop();
      board.powerOff();
      await world.close();
    },
  };
}
