// @ts-check
// One mote as a fleet knows it: what was heard of it, and what follows from that. Bounded: a mote has at most CHANNELS_MAX channels,
// and none keeps more than its last reading.

import { CHANNELS_MAX } from './fleet-discovery.js';
import { readReading } from './fleet-payload.js';

/** @typedef {import('./fleet-account.js').Account} Account */
/** @typedef {import('./fleet-account.js').Transition} Transition */
/** @typedef {import('./fleet-discovery.js').Announced} Announced */
/** @typedef {import('./fleet-payload.js').Reading} Reading */
/**
 * @typedef {object} Channel
 * @property {Announced} announced
 * @property {Reading | undefined} last
 * @property {number | undefined} arrivedMs undefined: the broker had kept the last one, nobody knows how long
 * @property {number} count that arrived while this page was open
 */
/**
 * @typedef {object} Sleep
 * @property {number | undefined} untilMs
 * @property {number} spanMs how long it was to be
 * @property {number} toldMs when this page heard of it
 */
/**
 * @typedef {object} Mote
 * @property {string} id
 * @property {import('./fleet-discovery.js').Device | undefined} device undefined: found without discovery
 * @property {boolean | undefined} isOnline
 * @property {Map<string, boolean>} sensors whether each is there
 * @property {Map<string, Channel>} channels
 * @property {number} leftOut channels beyond CHANNELS_MAX
 * @property {Account | undefined} account
 * @property {number} wentBack accounts with less in them than the one before
 * @property {readonly Transition[]} history
 * @property {Sleep | undefined} sleep
 * @property {number} firstMs
 * @property {number | undefined} heardMs last message that was not kept by the broker
 */

export const MOTE_STATES = /** @type {const} */ (['offline', 'overdue', 'unknown', 'asleep', 'online']);
/** @typedef {typeof MOTE_STATES[number]} MoteState */

/** A mote wakes late by its start, Wi-Fi and login. */
const GRACE_MS = 60_000;

/** @param {string} id @param {number} now @returns {Mote} */
export const createMote = (id, now) => ({
  id,
  device: undefined,
  isOnline: undefined,
  sensors: new Map(),
  channels: new Map(),
  leftOut: 0,
  account: undefined,
  wentBack: 0,
  history: [],
  sleep: undefined,
  firstMs: now,
  heardMs: undefined,
});

/** @param {Mote} mote @returns {string} */
export const nameOf = (mote) => mote.device?.name ?? mote.id;

/** @param {Mote} mote @param {number} now @returns {MoteState} */
export function stateOf({ isOnline, sleep, heardMs }, now) {
  if (isOnline === false) return 'offline';
  if (sleep !== undefined && (heardMs ?? 0) <= sleep.toldMs) {
    // Two planned sessions, as its own announcements allow it.
    const endsMs = (sleep.untilMs ?? sleep.toldMs + sleep.spanMs) + sleep.spanMs + GRACE_MS;
    return now < endsMs ? 'asleep' : 'overdue';
  }
  return isOnline === true ? 'online' : 'unknown';
}

/**
 * @param {Mote} mote @param {import('../codes-contract.ts').PageCodes} codes
 * @returns {number | undefined} why there was no connection last (`Close`); undefined: the mote does not say
 */
export function causeOf({ account, history }, codes) {
  if (account !== undefined) return account.counts['cause'];
  return history.findLast(([, cause]) => cause !== 0 && cause !== codes.started.cause)?.[1];
}

/** @param {Mote} mote @param {Announced} announced @returns {Channel | undefined} undefined: it has too many */
export function addChannel(mote, announced) {
  const known = mote.channels.get(announced.key);
  if (known !== undefined) {
    known.announced = announced;
    return known;
  }
  if (mote.channels.size >= CHANNELS_MAX) {
    mote.leftOut += 1;
    return undefined;
  }
  const channel = { announced, last: undefined, arrivedMs: undefined, count: 0 };
  mote.channels.set(announced.key, channel);
  return channel;
}

/**
 * @param {Channel} channel @param {string} payload @param {boolean} isKept by the broker @param {number} now
 * @returns {boolean} whether there was a reading of this channel in it
 */
export function takeReading(channel, payload, isKept, now) {
  const reading = readReading(payload, channel.announced.pick);
  if (reading === undefined) return false;
  channel.last = reading;
  channel.arrivedMs = isKept ? undefined : now;
  if (!isKept) channel.count += 1;
  return true;
}

/** @param {Channel} channel @returns {number | undefined} since when its value is known, milliseconds since 1970 */
export const takenAt = ({ last, arrivedMs }) => last?.takenMs ?? arrivedMs;

/** @param {Mote} mote @param {string} sensor @param {boolean} isThere */
export function takePresence(mote, sensor, isThere) {
  if (mote.sensors.has(sensor) || mote.sensors.size < CHANNELS_MAX) mote.sensors.set(sensor, isThere);
}

/** @param {Mote} mote @param {Account} account */
export function takeAccount(mote, account) {
  const before = mote.account?.counts;
  if (
    before !== undefined &&
    ['stored', 'acknowledged', 'boots'].some((name) => (account.counts[name] ?? 0) < (before[name] ?? 0))
  ) {
    mote.wentBack += 1;
  }
  mote.account = account;
}

/** @param {Channel} channel @returns {string} the value, with its unit */
export function valueText({ announced, last }) {
  if (last === undefined) return '–';
  const unit = announced.unit || last.unit;
  if (last.value === undefined) return last.text;
  if (announced.isBinary) return last.value === 0 ? 'off' : 'on';
  const number = announced.decimals < 0 ? String(last.value) : last.value.toFixed(announced.decimals);
  return unit === '' ? number : `${number} ${unit}`;
}
