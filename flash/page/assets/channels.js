// @ts-check
// What arrived, by topic: the readings of each channel in the order they were taken in. Bounded in channels, readings
// and texts.

import { keepLast } from './bounded.js';

/** @import { ReadingEvent } from '../../stage/events.ts' */

const CHANNELS_MOST = 24;
const TEXTS_MOST = 100;
const READINGS_MOST = 3600;
const LATE_MOST = 400;
const LAST_MOST = 12;
/** Readings whose distances say how often a channel is sampled. */
const PACE_OF = 15;
/** From so many times the usual distance on, something is missing between two readings. */
const GAP = 2.5;

/**
 * @typedef {object} Channel
 * @property {string} topic
 * @property {string} unit
 * @property {number[]} at when each was taken, seconds, ascending
 * @property {number[]} values
 * @property {{ at: number, t: number, value: number }[]} late seconds
 * @property {ReadingEvent[]} last newest first
 * @property {number} count
 * @property {number} lateCount
 */

/** @param {number[]} list ascending @param {number} value @returns index of the first that is greater */
export function upperBound(list, value) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (/** @type {number} */ (list[middle]) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** @param {Channel} channel @param {ReadingEvent} reading */
function add(channel, reading) {
  const { at, values, late, last } = channel;
  const { value } = reading;
  channel.unit = reading.unit;
  channel.count++;
  last.unshift(reading);
  if (last.length > LAST_MOST) last.pop();
  if (reading.isLate) channel.lateCount++;
  // What came again is counted, and stands there already.
  if (value === undefined || reading.isAgain) return;
  const seconds = reading.at / 1000;
  const index = upperBound(at, seconds);
  at.splice(index, 0, seconds);
  values.splice(index, 0, value);
  keepLast(at, READINGS_MOST);
  keepLast(values, READINGS_MOST);
  if (!reading.isLate) return;
  late.push({ at: seconds, t: reading.t / 1000, value });
  keepLast(late, LATE_MOST);
}

/**
 * What is to be drawn from `from` to `to`, seconds, with an empty place in each gap.
 * @param {Channel} channel @param {number} from @param {number} to
 * @returns {[number[], (number | null)[]]}
 */
export function drawn({ at, values }, from, to) {
  const first = Math.max(0, upperBound(at, from) - 1);
  const end = Math.min(at.length, upperBound(at, to) + 1);
  const recent = at.slice(-PACE_OF - 1);
  const distances = recent.slice(1).map((t, index) => t - /** @type {number} */ (recent[index]));
  distances.sort((a, b) => a - b);
  const usual = distances[distances.length >> 1] ?? Infinity;
  /** @type {number[]} */
  const xs = [];
  /** @type {(number | null)[]} */
  const ys = [];
  for (let index = first; index < end; index++) {
    const t = /** @type {number} */ (at[index]);
    const before = xs[xs.length - 1];
    if (before !== undefined && usual > 0 && t - before > usual * GAP) {
      xs.push((t + before) / 2);
      ys.push(null);
    }
    xs.push(t);
    ys.push(/** @type {number} */ (values[index]));
  }
  return [xs, ys];
}

export function createChannels() {
  /** @type {Map<string, Channel>} */
  const channels = new Map();
  /** @type {Map<string, { topic: string, text: string, t: number, count: number }>} */
  const texts = new Map();
  let left = 0;
  return {
    clear() {
      channels.clear();
      texts.clear();
      left = 0;
    },
    /** @param {ReadingEvent} reading @returns {Channel | undefined} the channel, where it is one of numbers */
    take(reading) {
      const { topic, value, text, t } = reading;
      let channel = channels.get(topic);
      if (channel === undefined && value !== undefined && channels.size < CHANNELS_MOST) {
        channel = { topic, unit: '', at: [], values: [], late: [], last: [], count: 0, lateCount: 0 };
        channels.set(topic, channel);
      }
      if (channel !== undefined) {
        add(channel, reading);
        return channel;
      }
      const known = texts.get(topic);
      if (known !== undefined) Object.assign(known, { text, t, count: known.count + 1 });
      else if (texts.size < TEXTS_MOST) texts.set(topic, { topic, text, t, count: 1 });
      else left++;
      return undefined;
    },
    channels: () => [...channels.values()],
    texts: () => [...texts.values()],
    /** Messages of topics beyond all bounds. */
    left: () => left,
  };
}
