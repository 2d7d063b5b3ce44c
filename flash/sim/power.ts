// Takes the power from a virtual board at random instants, and gives it back: between two events, or in the middle of a
// program or an erase of its flash, which is left torn.

import type { Board } from '../../sim/board/board.ts';
import { createRandom } from '../../sim/network/random.ts';
import { tornWays } from '../../sim/torn.ts';

/** Without power. */
const OFF_MS = { least: 100, most: 800 };
/** A board that does not touch its flash for so long is cut between two events. */
const PATIENCE_MS = 1500;
/** At the end of a run: what is held has to be delivered. */
const REST_MS = 5000;
/** Share of the cuts that wait for a flash operation. */
const TORN_SHARE = 0.5;

export interface Cutter {
  /** Cut now, for a moment. */
  cut(): void;
  /** Cut `times` times within `seconds`, but not at their end. */
  plan(times: number, seconds: number): void;
  stop(): void;
}

/**
 * @param onCut hears of each cut. @param seed of instants and tears.
 * @param setTimer of the board's world.
 */
export function createCutter(
  board: Pick<Board, 'flash' | 'isRunning' | 'powerOn' | 'powerOff'>,
  setTimer: (ms: number, run: () => void) => unknown,
  seed: number,
  onCut: (isTorn: boolean) => void,
): Cutter {
  const random = createRandom(seed);
  const { flash } = board;
  const { programUnit } = flash.geometry;
  let isStopped = false;

  const later = (ms: number, run: () => void) =>
    void setTimer(ms, () => {
      if (!isStopped) run();
    });

  const off = (isTorn: boolean): void => {
    flash.interrupt = undefined;
    // Already without power: it is the turn of this one when it is back.
    if (!board.isRunning()) return later(OFF_MS.most, cut);
    board.powerOff('silent');
    onCut(isTorn);
    later(random.integer(OFF_MS.least, OFF_MS.most), board.powerOn);
  };

  const cut = (): void => {
    if (!random.chance(TORN_SHARE)) return off(false);
    flash.interrupt = (operation) => {
      const ways = tornWays(operation, programUnit, random);
      off(true);
      return ways[random.integer(0, ways.length - 1)]!.torn;
    };
    later(PATIENCE_MS, () => {
      if (flash.interrupt !== undefined) off(false);
    });
  };

  return {
    cut,
    plan(times, seconds) {
      const span = Math.max(1000, seconds * 1000 - REST_MS - PATIENCE_MS);
      // Even spaces, and each somewhere in its own.
      for (let i = 0; i < times; i++) later((span * (i + random.next())) / times, cut);
    },
    stop() {
      isStopped = true;
      flash.interrupt = undefined;
    },
  };
}
