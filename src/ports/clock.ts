// Time as device code sees it: an integer of milliseconds that wraps, so that no engine allocates for it,
// and the wall clock as two integers. Comparisons go through the functions here, which are right over the wrap.

/** The clock counts modulo this: 2^27 ms = 37 h 16 min. Larger integers are heap objects in JerryScript. */
export const CLOCK_PERIOD_MS = 0x8000000;
const CLOCK_MASK = 0x7ffffff;
/** Longest delay that a comparison gets right, and what stands for "no deadline". */
export const NEVER_MS = 0x3ffffff;

/** Wall-clock time: days since 1970-01-01 and milliseconds of that day, UTC. `day` is -1 while unknown. */
export interface WallTime {
  day: number;
  ms: number;
}

/** 128 seconds, of which a day has 675: seconds since 1970 are beyond 2^27, these are not, and 2^16 seconds have 512. */
const UNIT_MS = 128000;
const UNITS_A_DAY = 675;

/** @returns whole times 128 seconds since 1970-01-01, UTC, of a time that is known. */
export function wallUnits(time: WallTime): number {
  return time.day * UNITS_A_DAY + (time.ms - (time.ms % UNIT_MS)) / UNIT_MS;
}

/** @returns whole seconds behind those, 0 to 127. */
export function wallRest(time: WallTime): number {
  return ((time.ms % UNIT_MS) - (time.ms % 1000)) / 1000;
}

/** @returns seconds since 1970-01-01, UTC, of a time that is known; JerryScript allocates for them. */
export function wallSeconds(time: WallTime): number {
  return wallUnits(time) * 128 + wallRest(time);
}

export interface Clock {
  /** Milliseconds since some instant, 0 to CLOCK_PERIOD_MS - 1; never runs backwards, even when the wall clock is set back. */
  now(): number;
  /** Fill `out` with the wall-clock time; `day` is -1 and `ms` 0 as long as nobody has told the engine the time. */
  wall(out: WallTime): void;
}

/** One-shot timer that calls the function it was made with. Setting it again replaces the former deadline. */
export interface Timer {
  /** @param delayMs 0 to NEVER_MS; 0 fires as soon as the event loop runs again. */
  set(delayMs: number): void;
  /** Forget the deadline, if there is one. */
  stop(): void;
}

/** Makes a timer; the callback runs from the event loop, never from inside `set`. */
export type CreateTimer = (callback: () => void) => Timer;

/** @returns the instant `delayMs` after `now`; `delayMs` at most NEVER_MS. */
export function after(now: number, delayMs: number): number {
  return (now + delayMs) & CLOCK_MASK;
}

/** @returns milliseconds from `then` to `now`, 0 to CLOCK_PERIOD_MS - 1. */
export function elapsed(then: number, now: number): number {
  return (now - then) & CLOCK_MASK;
}

/** @returns milliseconds until `deadline`, 0 when it has passed (within half a period). */
export function remaining(now: number, deadline: number): number {
  const left = (deadline - now) & CLOCK_MASK;
  return left <= NEVER_MS ? left : 0;
}

/** @returns the smaller of two delays. */
export function sooner(a: number, b: number): number {
  return a < b ? a : b;
}
