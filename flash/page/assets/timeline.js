// @ts-check
// Panel: power, Wi-Fi, link, session and broker over time, and each change with its cause in words.

import { keepLast } from './bounded.js';
import { byId, el, foreign, setText, visible } from './dom.js';
import { durationText, exactTimeText, timeText } from './format.js';
import { onFrame } from './frame.js';
import { LANE_PX, drawLanes } from './lanes-picture.js';
import { LANES, toneOf, withImplied } from './lanes.js';
import { createRows } from './rows.js';

/** @import { StateEvent } from '../../stage/events.ts' */
/** @import { Span } from './span.js' */

const CHANGES_MOST = 1000;
const LANE_MOST = 500;
const DRAW_MS = 300;
const CAUSE_MOST = 500;

const labels = new Map(LANES);

/** @param {HTMLElement} row @param {StateEvent} event */
function fill(row, event) {
  const { t, of, state, cause } = event;
  row.dataset['tone'] = of === 'log' ? 'log' : toneOf(event);
  row.append(
    el('span', { class: 'c-time figure' }, exactTimeText(t)),
    el('span', { class: 'c-lane' }, labels.get(of) ?? 'console'),
    el('span', { class: 'c-state' }, foreign(state, 40)),
    el('span', { class: 'c-summary' }, foreign(cause, CAUSE_MOST)),
  );
}

/** What a row may have no room for. @param {StateEvent | undefined} change */
const showChange = (change) =>
  setText(byId('change-says'), change === undefined ? '' : visible(change.cause));

/** @param {Span} span */
export function createTimeline(span) {
  const canvas = /** @type {HTMLCanvasElement} */ (byId('lanes'));
  const withLog = /** @type {HTMLInputElement} */ (byId('with-log'));
  /** @type {StateEvent[]} */
  const changes = [];
  /** @type {StateEvent[]} */
  let shown = [];
  /** @type {Map<string, StateEvent[]>} */
  const lanes = new Map();
  byId('lane-names').append(...LANES.map(([, label]) => el('li', {}, label)));
  const dirty = onFrame(() => drawLanes(canvas, lanes, span.range(), timeText), DRAW_MS);
  const rows = createRows(byId('changes'), { items: () => shown, fill, select: showChange });

  /** @param {StateEvent} event */
  const passes = ({ of }) => of !== 'log' || withLog.checked;
  withLog.addEventListener('change', () => {
    shown = changes.filter(passes);
    rows.reset();
  });
  span.onChange(dirty);
  new ResizeObserver(dirty).observe(canvas);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', dirty);
  canvas.addEventListener('pointermove', ({ offsetX, offsetY }) => {
    const lane = LANES[Math.floor(offsetY / LANE_PX)];
    const [from, to] = span.range();
    const t = (from + (offsetX / canvas.clientWidth) * (to - from)) * 1000;
    const list = lane === undefined ? [] : (lanes.get(lane[0]) ?? []);
    const at = list.findLastIndex((one) => one.t <= t);
    const change = list[at];
    if (lane === undefined || change === undefined) return setText(byId('lane-says'), '');
    const lasted = durationText((list[at + 1]?.t ?? to * 1000) - change.t);
    const cause = change.cause === '' ? '' : `: ${visible(change.cause, CAUSE_MOST)}`;
    setText(
      byId('lane-says'),
      `${lane[1]} ${visible(change.state, 40)}, ${timeText(change.t)} for ${lasted}${cause}`,
    );
  });
  canvas.addEventListener('pointerleave', () => setText(byId('lane-says'), ''));

  return {
    begin() {
      changes.length = 0;
      shown = [];
      lanes.clear();
      rows.reset();
      dirty();
    },
    /** @param {StateEvent} event */
    state(event) {
      changes.push(event);
      keepLast(changes, CHANGES_MOST);
      if (passes(event)) {
        shown.push(event);
        rows.changed(keepLast(shown, CHANGES_MOST));
      }
      if (event.of === 'log') return;
      for (const one of withImplied(event)) {
        const lane = lanes.get(one.of) ?? [];
        lanes.set(one.of, lane);
        lane.push(one);
        keepLast(lane, LANE_MOST);
      }
      dirty();
    },
    tick: dirty,
  };
}
