// The same as allocations-flash.ts with messages that keep when they were made, by a clock that knows the time.

import type { Clock, WallTime } from '../../src/ports/clock.ts';
import { after } from '../../src/ports/clock.ts';
import { createFlashRun } from './flash-run.ts';

/** 2026-11-26. */
const FIRST_DAY = 20783;
const DAY_MS = 86400000;
/** From one look to the next. */
const STEP_MS = 77;

let now = 0;
let day = FIRST_DAY;
let ms = 0;
let isKnown = false;

const clock: Clock = {
  now(): number {
    now = after(now, STEP_MS);
    return now;
  },
  wall(out: WallTime): void {
    ms += STEP_MS;
    if (ms >= DAY_MS) {
      ms -= DAY_MS;
      day++;
    }
    out.day = isKnown ? day : -1;
    out.ms = isKnown ? ms : 0;
  },
};

const run = createFlashRun({ clock });

/** @param isTimed its time goes into the payload. */
function pass(isTimed: boolean): void {
  const sequence = run.take(run.topic1, isTimed);
  run.look(sequence);
  run.finish(sequence);
}

run.measure(
  {
    empty(): void {},
    flashUp(): void {
      pass(true);
    },
    flashTime(): void {
      isKnown = true;
      pass(false);
    },
    flashTimeIn(): void {
      pass(true);
    },
    flashAge(): void {
      const sequence = run.take(run.topic1, false);
      if (run.outbox.oldestSec() >= 0) run.look(sequence);
      run.finish(sequence);
    },
  },
  () => {},
);
