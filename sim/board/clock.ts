// The board's own time. In virtual time nothing passes while code runs, so a program that keeps looking at the clock is
// waiting for it: after a thousand looks in one go each look takes a millisecond.

import { toMicroseconds } from '../clock.ts';
import type { World } from './world.ts';

const PATIENCE = 1000;
const LOOK_MS = 1;

/** What the wall clock keeps while a board sleeps. */
export interface WallState {
  /** Wall clock minus world time, milliseconds. */
  offset: number;
}

export interface Clock {
  /** World time plus what the board is behind it, milliseconds. */
  now(): number;
  /** Now, for the program. */
  look(): number;
  /** Wall clock for the program, milliseconds since 1970, or since power-on where nothing set it. */
  wall(): number;
  /** The same at a world time. */
  wallAt(ms: number): number;
  setWall(ms: number): void;
  /** The engine is busy for so long. */
  block(ms: number): void;
  /** A pass of the idle loop begins. */
  begin(): void;
  /** A piece of the program begins. */
  settle(): void;
  /** Milliseconds until the board can do the next thing. */
  lag(): number;
}

/** @param onBlock told for how long the program has been running, whenever time passes meanwhile. */
export function createClock(world: World, state: WallState, onBlock: (blockedMs: number) => void): Clock {
  let busyUntil = 0;
  let began = world.now();
  let looks = 0;

  const now = () => Math.max(world.now(), busyUntil);
  const block = (ms: number) => {
    busyUntil = toMicroseconds(now() + ms);
    onBlock(now() - began);
  };
  const look = () => {
    if (!world.live && ++looks > PATIENCE) block(LOOK_MS);
    else if (world.live) onBlock(now() - began);
    return now();
  };
  return {
    now,
    look,
    wall: () => look() + state.offset,
    wallAt: (ms) => ms + state.offset,
    setWall(ms) {
      state.offset = ms - now();
    },
    block,
    begin() {
      began = now();
    },
    settle() {
      looks = 0;
    },
    lag: () => Math.max(0, busyUntil - world.now()),
  };
}
