// Virtual time at the pace of the real clock, or a multiple of it: for worlds that somebody watches, or that talk to real brokers. When the
// computer cannot keep up, virtual time is late and nothing is skipped.

import type { VirtualWorld } from './board/world.ts';

export interface Paced {
  /** Let virtual time catch up with the real clock: before something from outside is handed to the world. */
  sync(): void;
  /** Virtual seconds a real second; 0 stands still. */
  setSpeed(speed: number): void;
  speed(): number;
  /** Of the last second: virtual seconds that passed in it. */
  actual(): number;
  /** While it stands still: let the next thing happen. @returns false when nothing is left to happen. */
  step(): boolean;
  /** Time stands still from now on, for good. */
  stop(): void;
}

/** From one look at the real clock to the next. */
const TICK_MS = 5;
/** Longest time that the world runs without giving way to others. */
const SLICE_MS = 20;
const SECOND = 1000;

export function createPaced(world: VirtualWorld, speed = 1): Paced {
  let pace = speed;
  let anchorReal = performance.now();
  let anchorVirtual = world.now();
  let timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  let isStopped = false;
  let isRunning = false;
  let mark = { real: anchorReal, virtual: anchorVirtual };
  let actual = speed;

  const anchor = () => {
    anchorReal = performance.now();
    anchorVirtual = world.now();
  };

  /** @returns whether virtual time is where it should be. */
  const catchUp = (): boolean => {
    // The world itself may call for something that calls for this.
    if (isStopped || isRunning || pace === 0) return true;
    isRunning = true;
    try {
      const start = performance.now();
      const began = pace;
      // What runs may stop time, or change its pace: nothing more happens then.
      const isOver = () => isStopped || pace !== began || performance.now() - start > SLICE_MS;
      const missing = anchorVirtual + (start - anchorReal) * pace - world.now();
      let isLate = false;
      if (missing > 0) isLate = world.runUntil(isOver, missing);
      if (isLate) anchor();
      return !isLate;
    } finally {
      isRunning = false;
    }
  };

  const measure = () => {
    const real = performance.now();
    if (real - mark.real < SECOND) return;
    actual = (world.now() - mark.virtual) / (real - mark.real);
    mark = { real, virtual: world.now() };
  };

  const tick = () => {
    const isThere = catchUp();
    measure();
    if (isStopped) return;
    timer = isThere ? setTimeout(tick, TICK_MS) : setImmediate(tick);
  };
  tick();

  return {
    sync: () => void catchUp(),
    setSpeed(next) {
      catchUp();
      pace = next;
      anchor();
    },
    speed: () => pace,
    actual: () => (pace === 0 ? 0 : actual),
    step: () => pace === 0 && !isStopped && world.step(),
    stop() {
      isStopped = true;
      clearTimeout(timer as NodeJS.Timeout);
      clearImmediate(timer as NodeJS.Immediate);
    },
  };
}
