// A digital input whose level counts when it has been there for a while: what contacts, buttons, motion and pulse sensors share.
// Two ways lead to the same: an edge tells how long the level before it was there, whenever that edge is handled; and a look finds
// the level that is there now. No timer, no waiting.

import { elapsed } from '../ports/clock.ts';
import { Code } from '../ports/codes.ts';
import { HELD_MAX_US } from '../ports/gpio.ts';
import type { EdgeInput } from '../ports/gpio.ts';
import type { Wake } from './driver.ts';

/** So many looks a sample may take: what still bounces then is no bouncing, but a loose wire or hum. */
const LOOKS_MAX = 20;
/** The longest that HELD_MAX_US can tell. */
const HELD_MAX_MS = 134217;

/** A level has been there for long enough; may be told again and again. @param heldUs at least so long, at most HELD_MAX_US. */
export type OnSteady = (level: number, heldUs: number) => void;

export interface Steady {
  /** @param us so long a level has to be there, 0 to 1000000. */
  setTime(us: number): void;
  /** Level that was steady last; -1: none so far. */
  level(): number;
  /** To be returned by `measure` unless it is 0 behind step 0. @returns milliseconds until the next look, 0: done, or Code.Fault. */
  sample(step: number, now: number): number;
  /** Edges ask for a sample by `wake`, from the end of the next sample on. */
  attach(wake: Wake): void;
  /** Ask for a sample in `ms`. */
  ask(ms: number): void;
  /** Edges ask for nothing until the end of the next sample. */
  hush(): void;
}

/** @param onSteady also called for levels between samples. */
export function createSteady(input: EdgeInput, onSteady: OnSteady): Steady {
  let minUs = 0;
  let minMs = 0;
  /** What the pin shows as far as its edges tell. */
  let shown = input.read();
  let edges = 0;
  let steady = -1;
  /** What the last look saw, when for the first time, and the edges until then. */
  let seen = -1;
  let seenEdges = 0;
  let seenAt = 0;
  let wake: Wake | null = null;
  let isQuiet = true;

  function settle(level: number, heldUs: number): void {
    steady = level;
    onSteady(level, heldUs);
  }

  function ask(ms: number): void {
    if (wake !== null) wake(ms);
  }

  function onChange(next: number, heldUs: number): void {
    edges = (edges + 1) & 0xffff;
    // An edge that comes with the level that was there already was one of two: what was between them was too short to see.
    if (heldUs >= minUs) settle(shown, heldUs);
    shown = next;
    if (isQuiet) return;
    isQuiet = true;
    ask(0);
  }

  /** @returns milliseconds until the pin may have been what it is for long enough; 0: it has. */
  function look(now: number): number {
    const level = input.read();
    // An edge may be on its way that happened before this look: it comes before the next one, which then begins anew.
    if (level !== seen || edges !== seenEdges) {
      seen = level;
      seenEdges = edges;
      seenAt = now;
      return minMs;
    }
    const heldMs = elapsed(seenAt, now);
    return heldMs < minMs ? minMs - heldMs : 0;
  }

  function sample(step: number, now: number): number {
    isQuiet = true;
    const wait = look(now);
    // Behind step 0 the edges of before that step have come.
    if (step === 0 || (wait > 0 && step < LOOKS_MAX)) return wait;
    isQuiet = false;
    if (wait > 0) return Code.Fault;
    const heldMs = elapsed(seenAt, now);
    shown = seen;
    settle(seen, heldMs < HELD_MAX_MS ? heldMs * 1000 : HELD_MAX_US);
    return Code.Ok;
  }

  function setTime(us: number): void {
    minUs = us;
    // The clock may be about to tick.
    minMs = (((us + 999) / 1000) | 0) + 1;
  }

  input.watch(onChange);
  return {
    setTime,
    level: () => steady,
    sample,
    attach(to) {
      wake = to;
    },
    ask,
    hush() {
      isQuiet = true;
    },
  };
}
