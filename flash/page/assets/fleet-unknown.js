// @ts-check
// What was not understood: counted by its reason, with the last few names of topics. Both are bounded.

import { clip } from './fleet-payload.js';

const NAMES_MAX = 20;
const REASONS_MAX = 50;

/** @typedef {{ count: number, names: Set<string> }} Misunderstood */

/**
 * @typedef {object} Unknowns
 * @property {(why: string, topic: string) => void} add
 * @property {() => ReadonlyMap<string, Misunderstood>} byReason
 * @property {() => number} count
 */

/** @returns {Unknowns} */
export function createUnknowns() {
  /** @type {Map<string, Misunderstood>} */
  const reasons = new Map();
  let count = 0;
  return {
    add(why, topic) {
      count += 1;
      const found = reasons.get(why) ?? { count: 0, names: new Set() };
      if (!reasons.has(why) && reasons.size < REASONS_MAX) reasons.set(why, found);
      found.count += 1;
      const name = clip(topic);
      // Anew to the end: what is shown are the last ones.
      found.names.delete(name);
      found.names.add(name);
      if (found.names.size > NAMES_MAX) {
        found.names.delete(/** @type {string} */ (found.names.values().next().value));
      }
    },
    byReason: () => reasons,
    count: () => count,
  };
}
