// @ts-check
// Numbers and times as text, in figures of one width.

const plain = new Intl.NumberFormat('en', { maximumFractionDigits: 3 });

/** @param {number} value */
export const number = (value) => plain.format(value);

/** "1 reading", "3 readings". @param {number} count @param {string} one */
export const several = (count, one, more = `${one}s`) => `${number(count)} ${count === 1 ? one : more}`;

/** @param {number} value */
const two = (value) => String(value).padStart(2, '0');

/** Mote time: 0:12:07. @param {number} t milliseconds */
export function timeText(t) {
  const seconds = Math.floor(t / 1000);
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** 0:12:07.250. @param {number} t milliseconds */
export const exactTimeText = (t) =>
  `${timeText(t)}.${String(Math.floor(((t % 1000) + 1000) % 1000)).padStart(3, '0')}`;

/** How long: 320 ms, 12 s, 3 min 20 s, 2 h 10 min. @param {number} ms */
export function durationText(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return minutes % 60 === 0
    ? `${Math.floor(minutes / 60)} h`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
