// Virtual time: a queue of deadlines. Time stands still while something runs and jumps to the next deadline after it.
// Deadlines at the same instant fire in the order in which they were set, so a run is the same every time.

/** A deadline that can be taken back. */
export interface TimerHandle {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
}

export interface VirtualClock {
  /** Milliseconds since the start, with microseconds as decimals. */
  now(): number;
  /** @param ms from now, at least 0. */
  setTimer(ms: number, run: () => void): TimerHandle;
  clearTimer(handle: TimerHandle): void;
  /** Fire the next deadline. @returns false when there is none. */
  step(): boolean;
  /** Fire every deadline of the next `ms` milliseconds; afterwards that much time has passed. */
  run(ms: number): void;
  /** Fire deadlines until `done()` or until `ms` milliseconds have passed. @returns whether `done()`. */
  runUntil(done: () => boolean, ms: number): boolean;
  /** @returns when the next deadline is, undefined when there is none. */
  nextAt(): number | undefined;
  /** Deadlines that are set. */
  pending(): number;
}

const MICRO = 1000;
/** Fewer dead deadlines than this do no harm. */
const MIN_TIDY = 64;
/** @returns `ms` on the grid of the clock. */
export const toMicroseconds = (ms: number) => Math.round(ms * MICRO) / MICRO;

export function createVirtualClock(): VirtualClock {
  let heap: TimerHandle[] = [];
  let time = 0;
  let orders = 0;
  let live = 0;

  const before = (a: TimerHandle, b: TimerHandle) => a.at < b.at || (a.at === b.at && a.order < b.order);

  const push = (handle: TimerHandle) => {
    let index = heap.push(handle) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(handle, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = handle;
  };

  const dropFirst = () => {
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = index * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
  };

  /** Throw out what was taken back, before it outweighs the rest: a sorted list is a heap. */
  const tidy = () => {
    if (heap.length < 2 * live + MIN_TIDY) return;
    heap = heap.filter((handle) => handle.run !== undefined).sort((a, b) => (before(a, b) ? -1 : 1));
  };

  /** The first deadline that was not taken back. */
  const first = (): TimerHandle | undefined => {
    while (heap.length > 0 && heap[0]!.run === undefined) dropFirst();
    return heap[0];
  };

  const fire = (handle: TimerHandle) => {
    const run = handle.run!;
    dropFirst();
    handle.run = undefined;
    live--;
    time = Math.max(time, handle.at);
    run();
  };

  const runUntil = (done: () => boolean, ms: number) => {
    const end = toMicroseconds(time + ms);
    while (!done()) {
      const next = first();
      if (next === undefined || next.at > end) {
        time = end;
        return done();
      }
      fire(next);
    }
    return true;
  };

  return {
    now: () => time,
    setTimer(ms, run) {
      const handle = { at: toMicroseconds(time + Math.max(0, ms)), order: orders++, run };
      push(handle);
      live++;
      return handle;
    },
    clearTimer(handle) {
      if (handle.run === undefined) return;
      handle.run = undefined;
      live--;
      tidy();
    },
    step() {
      const next = first();
      if (next !== undefined) fire(next);
      return next !== undefined;
    },
    run: (ms) => void runUntil(() => false, ms),
    runUntil,
    nextAt: () => first()?.at,
    pending: () => live,
  };
}
