// A virtual board: runs a bundle with Espruino's semantics in a world. Power can be cut and given at any time; the flash
// and what is attached stay.

import type { Nor } from '../nor.ts';
import { createNor } from '../nor.ts';
import type { Bench } from './bench.ts';
import { createBench } from './bench.ts';
import type { WallState } from './clock.ts';
import type { Counters, Gauges } from './machine.ts';
import { Wake } from './machine.ts';
import type { BoardOptions } from './options.ts';
import type { Program } from './program.ts';
import { bundleProgram } from './program.ts';
import type { Start } from './start.ts';
import { POWER } from './start.ts';
import type { Running } from './power.ts';
import { boot } from './power.ts';
import type { WorldTimer } from './world.ts';

export type { BoardOptions } from './options.ts';

export interface Board {
  /** Run the program from the start. Nothing happens when the power is on. */
  powerOn(): void;
  /** Cut the power: timers are gone, connections are reset, or with `silent` die without a word as they do in life. */
  powerOff(how?: 'silent'): void;
  /** false while off, asleep, or stopped for good. */
  isRunning(): boolean;
  /** Set the wall clock by so many milliseconds, as a time server would that is wrong, or right at last. */
  jumpClock(ms: number): void;
  /** What could grow; undefined while it does not run. */
  gauges(): Gauges | undefined;
  readonly serial: string;
  readonly flash: Nor;
  readonly bench: Bench;
  readonly counters: Readonly<Counters>;
}

/** @returns the serial number of board number `index`: six bytes, as an ESP32's address. */
function serialOf(index: number): string {
  const digits = (0xa4cf12000000 + index).toString(16);
  return `${digits.slice(0, 8)}-${digits.slice(8)}`;
}

/** Put a board together that runs a bundle. It is off. */
export function createBoard({ bundle, ...options }: BoardOptions): Board {
  return createBoardOf(options, () => bundleProgram(bundle, options.onConsole));
}

/** Put a board together. It is off. @param program makes what it runs, at each start. */
export function createBoardOf(options: Omit<BoardOptions, 'bundle'>, program: () => Program): Board {
  const { world, board: data } = options;
  const map = data.flash;
  if (data.engine !== 'espruino' || map === undefined) {
    throw new Error(`the virtual board runs Espruino's semantics; "${data.id}" is for ${data.engine}`);
  }
  const nor = options.flash ?? createNor(map);
  const bench = createBench(options.i2c);
  const serial = options.serial ?? serialOf(world.nextBoard());
  const counters: Counters = {
    packetsOut: 0,
    packetsIn: 0,
    bytesOut: 0,
    bytesIn: 0,
    connections: 0,
    refusals: 0,
    joins: 0,
    timers: 0,
    uncaught: 0,
    boots: 0,
  };
  const wall: WallState = { offset: 0 };
  let running: Running | undefined;
  let wakeUp: WorldTimer | undefined;

  const start = (cause: number, how: Start) => {
    wakeUp = undefined;
    counters.boots++;
    nor.powerUp();
    options.onRun?.(true);
    const reboot = (next: number, ms: number | undefined, again: Start) => {
      running = undefined;
      if (ms !== undefined) wakeUp = world.setTimer(ms, () => start(next, again));
      options.onRun?.(false, ms);
    };
    const begun = boot(
      {
        ...options,
        program: program(),
        nor,
        bench,
        serial,
        counters,
        wall,
        wakeCause: cause,
        start: how,
        reboot,
      },
      (made) => {
        running = made;
      },
    );
    begun();
  };

  return {
    serial,
    flash: nor,
    bench,
    counters,
    isRunning: () => running !== undefined,
    jumpClock: (ms) => void (wall.offset += ms),
    gauges: () => running?.gauges(),
    powerOn() {
      if (running !== undefined || wakeUp !== undefined) return;
      wall.offset = data.clockStartsAtZero ? -world.now() : world.wall() - world.now();
      start(Wake.PowerOn, POWER);
    },
    powerOff(how) {
      const wasOn = running !== undefined || wakeUp !== undefined;
      if (wakeUp !== undefined) world.clearTimer(wakeUp);
      wakeUp = undefined;
      // Before its parts stop: that is why they do.
      if (wasOn) options.onRun?.(false);
      running?.stop(how === 'silent');
      running = undefined;
    },
  };
}
