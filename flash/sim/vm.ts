// `--engine vm`: the bundle on the virtual board, over real TCP at the pace of the real clock, or in virtual time.

import { compileBundle } from '../../sim/board/bundle.ts';
import type { CompiledBundle } from '../../sim/board/bundle.ts';
import type { BuildResult } from '../build/build.ts';
import type { BoardData } from '../../boards/board.ts';
import { findBoard } from '../boards.ts';
import { ExitCode, MoteError } from '../errors.ts';
import type { BoardStage } from '../stage/board-stage.ts';
import { openLiveStage } from '../stage/live.ts';
import { openVirtualStage } from '../stage/virtual.ts';
import type { EngineOptions, RunningBoard } from './engine.ts';
import type { Observation } from './observer.ts';

/** Messages that left the outbox just before the end are on their way. */
const LAST_MS = 500;

/** @throws MoteError when the virtual board is not such a one. */
export function requireVirtualBoard(id: string): BoardData {
  const data = findBoard(id);
  if (data.engine === 'espruino') return data;
  const what = `the virtual board runs Espruino only, and ${data.id} is for ${data.engine}`;
  throw new MoteError(what, 'choose another --board', '--engine vm', ExitCode.Usage);
}

/** A bundle is compiled once, however often it is run. */
const compiled = new WeakMap<BuildResult, CompiledBundle>();

function partsOf({ bundle, board, scene }: EngineOptions) {
  const data = requireVirtualBoard(board);
  const code = compiled.get(bundle) ?? compileBundle(bundle.code, 'firmware.js');
  compiled.set(bundle, code);
  return { board: data, bundle: code, bundleBytes: bundle.bytes, seed: scene.seed };
}

function boardOf(stage: BoardStage): RunningBoard {
  return {
    stage,
    figures: stage.figures,
    power: { ...stage.cutter, account: () => stage.account(LAST_MS) },
    // Whatever the firmware does, a board goes on.
    died: new Promise(() => {}),
    stop: stage.stop,
  };
}

/** Start `options.bundle` on a virtual board. @throws MoteError when there is no such board. */
export async function startVm(options: EngineOptions): Promise<RunningBoard> {
  return boardOf(openLiveStage({ ...options, ...partsOf(options) }));
}

/** The same in virtual time. @param speed virtual seconds a real second. */
export function startVirtual(
  options: EngineOptions,
  speed: number,
  onMessage: (observation: Observation) => void,
): RunningBoard {
  const { host, port } = options.address;
  return boardOf(openVirtualStage({ ...options, ...partsOf(options), host, port, speed, onMessage }));
}
