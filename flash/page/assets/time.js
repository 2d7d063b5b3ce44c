// @ts-check
// What time it is on the mote: from the last event, and on from there as fast as its clock goes.

/** @import { ClockEvent } from '../../stage/events.ts' */

/** No guess goes further beyond the last event than so many real milliseconds. */
const GUESS_MS = 2000;
/** A faster clock is not guessed: events come often, and a guess would be far ahead of them. */
const FAST = 2;

export function createTime() {
  let last = 0;
  let at = 0;
  let pace = 1;
  return {
    begin() {
      last = 0;
      at = performance.now();
      pace = 1;
    },
    /** @param {number} t */
    see(t) {
      if (t < last) return;
      last = t;
      at = performance.now();
    },
    /** @param {ClockEvent} event */
    clock({ speed, actual }) {
      pace = speed === 0 ? 0 : actual;
    },
    now: () => (pace > FAST ? last : last + Math.min(performance.now() - at, GUESS_MS) * pace),
  };
}

/** @typedef {ReturnType<typeof createTime>} Time */
