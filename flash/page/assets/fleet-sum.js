// @ts-check
// The fleet in a few figures: how many motes are in which state, readings a second, accounts that do not add up, causes of disconnects.

import { causeOf, stateOf } from './fleet-mote.js';

/**
 * @typedef {object} Sum
 * @property {Record<import('./fleet-mote.js').MoteState, number>} states
 * @property {number} motes
 * @property {number} addUp accounts that do
 * @property {number} missing accounts that do not
 * @property {number} silent motes without an account
 * @property {number} waiting messages in their outboxes
 * @property {readonly (readonly [cause: number, motes: number])[]} causes the most frequent first
 */

/** @param {Iterable<import('./fleet-mote.js').Mote>} motes @param {import('../codes-contract.ts').PageCodes} codes @param {number} now @returns {Sum} */
export function sumOf(motes, codes, now) {
  const states = { offline: 0, overdue: 0, unknown: 0, asleep: 0, online: 0 };
  /** @type {Map<number, number>} */
  const causes = new Map();
  let [count, addUp, missing, waiting] = [0, 0, 0, 0];
  for (const mote of motes) {
    count += 1;
    states[stateOf(mote, now)] += 1;
    const cause = causeOf(mote, codes);
    // 0: no connection has ended yet.
    if (cause) causes.set(cause, (causes.get(cause) ?? 0) + 1);
    if (mote.account === undefined) continue;
    waiting += mote.account.counts['waiting'] ?? 0;
    if (mote.account.missing === 0) addUp += 1;
    else missing += 1;
  }
  const sorted = [...causes].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return { states, motes: count, addUp, missing, silent: count - addUp - missing, waiting, causes: sorted };
}

const SECONDS = 10;

/**
 * @typedef {object} Rate
 * @property {(now: number) => void} add one came
 * @property {(now: number) => number} aSecond mean of the last ten whole seconds
 */

/** @returns {Rate} */
export function createRate() {
  /** By second, the oldest first. @type {[second: number, count: number][]} */
  let counts = [];
  return {
    add(now) {
      const second = Math.floor(now / 1000);
      const last = counts.at(-1);
      if (last?.[0] === second) last[1] += 1;
      else counts = [...counts.slice(-SECONDS), [second, 1]];
    },
    aSecond(now) {
      const second = Math.floor(now / 1000);
      const whole = counts.filter(([at]) => at < second && at >= second - SECONDS);
      return whole.reduce((sum, [, count]) => sum + count, 0) / SECONDS;
    },
  };
}
