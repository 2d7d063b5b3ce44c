// @ts-check
// Changes of the picture, gathered: however many events come, each painter runs at most once in its interval, in one
// animation frame with the others. A hidden page paints nothing.

/** @typedef {{ paint: () => void, everyMs: number, last: number, isDirty: boolean }} Painter */

/** @type {Painter[]} */
const painters = [];
let isAsked = false;

function ask(inMs = 0) {
  if (isAsked) return;
  isAsked = true;
  if (inMs <= 0) requestAnimationFrame(run);
  else setTimeout(() => requestAnimationFrame(run), inMs);
}

/** Longest that a frame paints before the rest has to wait for the next one, ms. */
const FRAME_MS = 30;

/** @param {number} now */
function run(now) {
  isAsked = false;
  let wait = Infinity;
  const began = performance.now();
  // Who waited longest is first, so that nobody is always too late.
  const dirty = painters.filter(({ isDirty }) => isDirty).sort((a, b) => a.last - b.last);
  for (const painter of dirty) {
    const due = painter.last + painter.everyMs - now;
    if (due > 0 || performance.now() - began > FRAME_MS) {
      wait = Math.min(wait, Math.max(due, 0));
      continue;
    }
    painter.isDirty = false;
    painter.last = now;
    painter.paint();
  }
  if (wait < Infinity) ask(wait);
}

/**
 * @param {() => void} paint
 * @param {number} everyMs shortest time from one run to the next
 * @returns to be called when there is something new to paint; `forget` ends it
 */
export function onFrame(paint, everyMs = 0) {
  const painter = { paint, everyMs, last: -Infinity, isDirty: false };
  painters.push(painter);
  const dirty = () => {
    painter.isDirty = true;
    ask();
  };
  return Object.assign(dirty, { forget: () => void painters.splice(painters.indexOf(painter), 1) });
}
