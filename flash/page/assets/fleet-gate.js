// @ts-check
// How many messages are looked at. What is beyond is counted, and not kept: a flood costs a count, and no memory.

/**
 * @typedef {object} Gate
 * @property {(isKept: boolean, now: number) => boolean} pass whether this message is to be looked at
 * @property {() => number} passedOver so far
 * @property {(now: number) => boolean} isOver once after each flood, a second or more after its end
 */

const LIVE_A_SECOND = 5000;
/** What a broker kept comes at once after a subscription, and only then. */
const KEPT_A_SECOND = 50_000;

/** @returns {Gate} */
export function createGate() {
  let second = 0;
  let live = 0;
  let kept = 0;
  let over = 0;
  /** @type {number | undefined} */
  let floodedMs;
  return {
    pass(isKept, now) {
      if (now - second >= 1000 || now < second) {
        second = now;
        live = 0;
        kept = 0;
      }
      if (isKept ? ++kept <= KEPT_A_SECOND : ++live <= LIVE_A_SECOND) return true;
      over += 1;
      floodedMs = now;
      return false;
    },
    passedOver: () => over,
    isOver(now) {
      if (floodedMs === undefined || now - floodedMs < 1000) return false;
      floodedMs = undefined;
      return true;
    },
  };
}
