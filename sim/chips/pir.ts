// A passive infrared sensor HC-SR501 as its output pin shows it, after its sheet (https://www.mpja.com/download/31227sc.pdf): a minute to get
// used to the room with false alarms, a hold time, a time after it in which it is blind, and the jumper that says whether motion
// within the hold time prolongs it. It has none of the faults of chips but a loss of supply. ES5 subset: runs in engines.

import type { Source } from '../environment/surroundings.ts';
import { createEdgeInput } from '../rig/inputs.ts';
import type { SimulatedEdgeInput } from '../rig/inputs.ts';
import { createFaults, createUnwrapped } from './faults.ts';
import type { FaultyChip } from './faults.ts';

export interface PirChipOptions {
  /** 1: somebody moves. */
  readonly motion: Source;
  /** Default 2500: the potentiometer's shortest. */
  readonly holdMs?: number;
  /** Blind after each alarm. Default 2500. */
  readonly blockMs?: number;
  /** Default 60000. */
  readonly warmUpMs?: number;
  /** Jumper in position L: motion within the hold time does not prolong it. Default: H. */
  readonly isSingle?: boolean;
}

export interface PirChip extends FaultyChip {
  readonly input: SimulatedEdgeInput;
  /** To be called each millisecond. */
  tick(now: number): void;
}

/** False alarms while it warms up: when each begins, in tenths of that time. */
const ALARMS = [1, 4, 8];
const ALARM_MS = 300;

/** @param isCold it gets its supply now; else it has had it for long. */
export function createPirChip(options: PirChipOptions, isCold: boolean): PirChip {
  const holdMs = options.holdMs === undefined ? 2500 : options.holdMs;
  const blockMs = options.blockMs === undefined ? 2500 : options.blockMs;
  const warmUpMs = options.warmUpMs === undefined ? 60000 : options.warmUpMs;
  const isSingle = options.isSingle === true;
  const input = createEdgeInput(0);
  const timeOf = createUnwrapped();
  /** -1: the next tick is power-up. */
  let poweredAt = isCold ? -1 : -1000000;
  let highUntil = -1;
  let blindUntil = -1;

  function isFalseAlarm(up: number): boolean {
    for (let i = 0; i < ALARMS.length; i++) {
      const since = up - (ALARMS[i] * warmUpMs) / 10;
      if (since >= 0 && since < ALARM_MS) return true;
    }
    return false;
  }

  /** @returns what the output shows once it is warm. */
  function watch(time: number): number {
    const isHigh = time < highUntil;
    if (!isHigh && input.read() === 1) blindUntil = time + blockMs;
    if (options.motion(time) === 1 && time >= blindUntil && (!isHigh || !isSingle)) highUntil = time + holdMs;
    return time < highUntil ? 1 : 0;
  }

  function tick(now: number): void {
    const time = timeOf(now);
    if (poweredAt === -1) poweredAt = time;
    const up = time - poweredAt;
    if (up >= warmUpMs) input.drive(watch(time), time, 0);
    else input.drive(isFalseAlarm(up) ? 1 : 0, time, 0);
  }

  function brownOut(now: number): void {
    poweredAt = timeOf(now);
    highUntil = blindUntil = -1;
  }

  return { input, faults: createFaults(), tick, brownOut };
}
