// @ts-check
// How much of the run charts and timeline show: the last minutes up to now, one choice for all.

import { byId, el } from './dom.js';

/** @import { Time } from './time.js' */

/** Seconds; 0: since it began. */
const SPANS = /** @type {const} */ ([
  [120, 'the last 2 minutes'],
  [600, 'the last 10 minutes'],
  [3600, 'the last hour'],
  [0, 'the whole run'],
]);

/** @param {Time} time */
export function createSpan(time) {
  const select = /** @type {HTMLSelectElement} */ (byId('span'));
  select.append(...SPANS.map(([seconds, label]) => el('option', { value: seconds }, label)));
  /** @type {(() => void)[]} */
  const listeners = [];
  select.addEventListener('change', () => listeners.forEach((listener) => listener()));
  return {
    /** @returns {[number, number]} from and to, seconds */
    range() {
      const now = Math.max(time.now() / 1000, 1);
      const seconds = Number(select.value);
      // A run that has just begun grows into the picture, instead of standing at its edge.
      const shown = seconds === 0 ? now : Math.min(seconds, Math.max(now, 30));
      return [Math.max(0, now - shown), Math.max(now, shown)];
    },
    /** @param {() => void} listener */
    onChange: (listener) => void listeners.push(listener),
  };
}

/** @typedef {ReturnType<typeof createSpan>} Span */
