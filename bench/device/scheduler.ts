// Ten sensors on one timer, whose drivers do next to nothing: what is left is the scheduler. `job` and `rounds` are globals of whoever
// runs it. 'cost': samples as fast as can be, in a time of its own. 'late': in the engine's time, with its timers.

import { NEVER_MS, after, elapsed } from '../../src/ports/clock.ts';
import { createClock } from '../../src/ports/espruino/clock.ts';
import { createTimer } from '../../src/ports/espruino/timer.ts';
import { createScheduler } from '../../src/sensors/scheduler.ts';
import type { Slot } from '../../src/sensors/scheduler.ts';

declare const job: string;
declare const rounds: number;
declare const sensors: number;
declare function print(text: string): void;
declare function quit(): void;

const CONVERSION_MS = 15;
/** As weather stations have them, shortened: none is a multiple of another. */
const INTERVALS_MS = [500, 530, 610, 700, 790, 830, 970, 1010, 1130, 1270];

const channel = { key: 'a', unit: '', deviceClass: '', decimals: 0, precision: 0, min: 0, max: 1 };
const channels = [channel];

function configure(): number {
  return 0;
}

function start(): number {
  return CONVERSION_MS;
}

function poll(): number {
  return 0;
}

function close(): void {}

let samples = 0;

function onReading(): void {
  samples++;
}

function ignore(): void {}

const slots: Slot[] = [];
for (let i = 0; i < sensors; i++) {
  const driver = { channels, warmUpMs: 0, minIntervalMs: 0, discard: 0, configure, start, poll, close };
  slots.push({ driver, intervalMs: INTERVALS_MS[i % INTERVALS_MS.length] });
}
const scheduler = createScheduler(slots, {
  onReading,
  onFailure: ignore,
  onRecovered: ignore,
  onWake: ignore,
});

function runFast(): void {
  let now = 0;
  let runs = 0;
  while (samples < rounds) {
    const wait = scheduler.run(now);
    now = after(now, wait < NEVER_MS ? wait : 1);
    runs++;
  }
  print('@@' + samples + ' ' + runs);
  quit();
}

/** Lateness against the time that the scheduler asked for, in milliseconds. */
function runInTime(): void {
  const clock = createClock();
  let wantedAt = clock.now();
  let worst = 0;
  let sum = 0;
  let runs = 0;

  function run(): void {
    const now = clock.now();
    const late = elapsed(wantedAt, now);
    if (runs > 0 && late < NEVER_MS) {
      sum += late;
      if (late > worst) worst = late;
    }
    runs++;
    const wait = scheduler.run(now);
    if (samples >= rounds) {
      print('@@' + samples + ' ' + runs + ' ' + worst + ' ' + sum);
      quit();
      return;
    }
    wantedAt = after(now, wait);
    timer.set(wait);
  }

  const timer = createTimer(run);
  timer.set(0);
}

if (job === 'late') runInTime();
else runFast();
