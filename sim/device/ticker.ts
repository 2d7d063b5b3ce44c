// Calls what wants to be called as time passes, as a rig does in a test (sim/rig/rig.ts). ES5 subset: runs in engines.

import type { Times } from './place.ts';

/** Whatever a chip says, it is asked so often: a script may have changed something. */
const LONGEST_MS = 200;

/**
 * Call `tick` again and again, first after `leastMs`.
 * @param tick may say how many milliseconds it need not be called. @param leastMs between two calls.
 * @returns a function that has it called soon, because something has happened.
 */
export function startTicking(
  tick: (now: number) => number | void,
  leastMs: number,
  times: Times,
): () => void {
  /** Only the last deadline counts. */
  let turn = 0;

  function wait(ms: number): void {
    const mine = ++turn;
    times.later(() => {
      if (mine === turn) run();
    }, ms);
  }

  function run(): void {
    const answer = tick(times.now());
    const ms = typeof answer === 'number' && answer > leastMs ? answer : leastMs;
    wait(ms > LONGEST_MS ? LONGEST_MS : ms);
  }

  wait(leastMs);
  return () => wait(leastMs);
}
