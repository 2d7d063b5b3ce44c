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

/** @param {Iterable<import('./fleet-mote.js').Mote>} motes @param {import('../codes.ts').PageCodes} codes @param {number} now @returns {Sum} */
export function sumOf(motes, codes, now) {
  const states = { offline: 0, overdue: 0, unknown: 0, asleep: 0, online: 0 };
  /** @type {Map<number, number>} */
  const causes = new Map();
  let [count, addUp, missing, waiting] = [0, 0, 0, 0];
  for (const mote of motes) {
    count += 1;
    states[stateOf(mote, now)] += 1;
    const cause = causeOf(mote, codes);
    if (cause !== undefined) causes.set(cause, (causes.get(cause) ?? 0) + 1);
    if (mote.account === undefined) continue;
    waiting += mote.account.counts['waiting'];
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
  /** One more than is counted: that of the second that goes on. */
  const counts = new Uint32Array(SECONDS + 1);
  let last = 0;

  /** @param {number} now */
  function moveTo(now) {
    const second = Math.floor(now / 1000);
    if (second < last || second - last > SECONDS) counts.fill(0);
    else for (let at = last + 1; at <= second; at++) counts[at % counts.length] = 0;
    last = second;
  }

  return {
    add(now) {
      moveTo(now);
      counts[last % counts.length] += 1;
    },
    aSecond(now) {
      moveTo(now);
      const sum = counts.reduce((total, count) => total + count, 0) - counts[last % counts.length];
      return sum / SECONDS;
    },
  };
}
