// @ts-check
// The lanes of the timeline as a picture: a thin line where all is well, a block where it is not, so that nothing is
// said by colour alone.

import { LANES, toneOf } from './lanes.js';

/** @import { StateEvent } from '../../stage/events.ts' */

export const LANE_PX = 26;
const AXIS_PX = 20;
const HEIGHTS = { good: 4, other: 9, bad: 16 };
const COLOURS = { good: '--accent', other: '--muted', bad: '--bad' };
/** A state that lasted less is shown this wide still. */
const NARROWEST = 2;
/** Seconds between two lines of the axis. */
const STEPS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400];
const LABEL_PX = 80;

/** @param {number} shown seconds @param {number} width pixels */
export const stepOf = (shown, width) =>
  STEPS.find((step) => (step / shown) * width >= LABEL_PX) ?? Math.ceil(shown / 4);

/**
 * @param {HTMLCanvasElement} canvas
 * @param {ReadonlyMap<string, readonly StateEvent[]>} lanes changes of each, in order
 * @param {readonly [number, number]} range seconds
 * @param {(t: number) => string} label of a time in milliseconds
 */
export function drawLanes(canvas, lanes, [from, to], label) {
  const ratio = devicePixelRatio;
  const width = canvas.clientWidth;
  const height = LANES.length * LANE_PX + AXIS_PX;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const ctx = canvas.getContext('2d');
  if (ctx === null || width === 0) return;
  const style = getComputedStyle(document.documentElement);
  /** @param {string} name */
  const colour = (name) => style.getPropertyValue(name);
  /** @param {number} seconds */
  const x = (seconds) => ((seconds - from) / (to - from)) * width;
  ctx.scale(ratio, ratio);
  ctx.font = '11px system-ui, sans-serif';
  const step = stepOf(to - from, width);
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
    ctx.fillStyle = colour('--line');
    ctx.fillRect(Math.round(x(at)), 0, 1, height - AXIS_PX);
    ctx.fillStyle = colour('--muted');
    if (x(at) < width - LABEL_PX / 2) ctx.fillText(label(at * 1000), x(at) + 3, height - 6);
  }
  LANES.forEach(([lane], index) => {
    const changes = lanes.get(lane) ?? [];
    const middle = index * LANE_PX + LANE_PX / 2;
    changes.forEach((change, at) => {
      const begin = change.t / 1000;
      const end = (changes[at + 1]?.t ?? to * 1000) / 1000;
      if (end < from || begin > to) return;
      const tone = toneOf(change);
      ctx.fillStyle = colour(COLOURS[tone]);
      const left = Math.max(0, x(begin));
      const high = HEIGHTS[tone];
      ctx.fillRect(left, middle - high / 2, Math.max(NARROWEST, Math.min(x(end), width) - left), high);
    });
  });
}
