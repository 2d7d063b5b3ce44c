// @ts-check
// What is known of a mote, in a few words: for lists and headings.

import { verdictText } from './fleet-account.js';
import { valueText } from './fleet-mote.js';

/** @typedef {import('./fleet-mote.js').Mote} Mote */

const SHOWN = 3;

/** @param {number} ms @returns {string} 4 s, 12 min, 3.5 h, 12 d */
export function spanText(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 360) / 10} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** @param {number | undefined} sinceMs @param {number} now @returns {string} */
export function ageText(sinceMs, now) {
  if (sinceMs === undefined) return 'before this page';
  // Clocks of a mote and of this computer differ a little.
  return now - sinceMs < 1500 ? 'now' : `${spanText(now - sinceMs)} ago`;
}

/** @param {Mote} mote @returns {string} its first readings */
export function readingsText({ channels }) {
  const known = [...channels.values()].filter(({ last }) => last !== undefined);
  const shown = known.slice(0, SHOWN).map(valueText).join(' · ');
  return known.length > SHOWN ? `${shown} · …` : shown;
}

/** @param {Mote} mote @returns {string} */
export function accountText({ account }) {
  if (account === undefined) return 'none';
  const waiting = account.counts['waiting'] ?? 0;
  return waiting > 0 && account.missing === 0 ? `adds up; ${waiting} wait` : verdictText(account);
}

/** @param {Mote} mote @param {number} now @returns {string} */
export function sleepText({ sleep }, now) {
  if (sleep === undefined) return '';
  const { untilMs, spanMs, toldMs } = sleep;
  if (untilMs === undefined) return `sleeps ${spanText(spanMs)} at a time; nobody knows from when`;
  return untilMs > now
    ? `wakes for its broker in ${spanText(untilMs - now)}`
    : `was to wake ${ageText(untilMs, Math.max(now, toldMs))}`;
}
