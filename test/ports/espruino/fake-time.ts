// Espruino's clock and timers. Times are floats of seconds; numbers of timers start at 1 and are given again: the engine
// takes one more than the highest in use. A timer never fires in the instant it is set.

export interface FakeTime {
  /** getTime, setTimeout and clearTimeout. */
  readonly globals: Record<string, unknown>;
  /** Let time pass and timers fire. */
  pass(ms: number): void;
  /** Set the wall clock, milliseconds since 1970; timers keep their distance. */
  set(ms: number): void;
}

export function createFakeTime(): FakeTime {
  const timers = new Map<number, { dueMs: number; callback: () => void }>();
  let nowMs = Date.UTC(2028, 1, 29, 12);

  const globals = {
    getTime: () => nowMs / 1000,
    setTimeout(callback: () => void, ms: number) {
      const id = Math.max(0, ...timers.keys()) + 1;
      timers.set(id, { dueMs: nowMs + Math.max(ms, 0.1), callback });
      return id;
    },
    clearTimeout(id: number | undefined) {
      if (id === undefined) {
        throw new Error('clearTimeout(undefined) not allowed. Use clearTimeout() instead');
      }
      timers.delete(id);
    },
  };

  return {
    globals,
    pass(ms) {
      const end = nowMs + ms;
      for (;;) {
        const [next] = [...timers].sort(([, a], [, b]) => a.dueMs - b.dueMs);
        if (next === undefined || next[1].dueMs > end) break;
        nowMs = Math.max(nowMs, next[1].dueMs);
        next[1].callback();
        // Only now, as the engine does; the callback may have set another.
        timers.delete(next[0]);
      }
      nowMs = end;
    },
    set(ms) {
      for (const timer of timers.values()) timer.dueMs += ms - nowMs;
      nowMs = ms;
    },
  };
}
