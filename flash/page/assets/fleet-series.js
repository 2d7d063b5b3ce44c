// @ts-check
// The readings of one mote while it is watched, by channel: bounded, in the order in which they were taken.

/** Points of a channel. */
const POINTS_MAX = 600;

/** @typedef {{ times: number[], values: number[] }} Series times: seconds since 1970 */

export function createSeries() {
  /** @type {Map<string, Series>} */
  const all = new Map();
  return {
    clear: () => all.clear(),
    /** @param {string} key @param {number} takenMs @param {number} value */
    add(key, takenMs, value) {
      const series = all.get(key) ?? { times: [], values: [] };
      all.set(key, series);
      const { times, values } = series;
      const time = takenMs / 1000;
      // What waited in a mote arrives late: it stands where it was taken.
      const at = times.findLastIndex((one) => one <= time) + 1;
      // The same reading may come again, after a resend or a new subscription.
      if (times[at - 1] === time && values[at - 1] === value) return;
      times.splice(at, 0, time);
      values.splice(at, 0, value);
      if (times.length > POINTS_MAX) {
        times.shift();
        values.shift();
      }
    },
    /** @param {string} key @returns {Series} */
    of: (key) => all.get(key) ?? { times: [], values: [] },
  };
}
