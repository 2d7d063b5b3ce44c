// @ts-check
// Panels: memory and energy, a list of figures each.

import { byId, el, foreign, visible } from './dom.js';
import { number } from './format.js';
import { onFrame } from './frame.js';

/** @import { FiguresEvent } from '../../stage/events.ts' */

const PAINT_MS = 500;
const ROWS_MOST = 60;

/** @param {'memory' | 'energy'} id */
export function createFigures(id) {
  const list = /** @type {HTMLElement} */ (byId(id).querySelector('dl'));
  const none = /** @type {HTMLElement} */ (byId(id).querySelector('.none'));
  /** @type {FiguresEvent['rows']} */
  let rows = [];
  const dirty = onFrame(() => {
    none.hidden = rows.length > 0;
    list.replaceChildren(
      ...rows
        .slice(0, ROWS_MOST)
        .map(({ label, value, unit, note }) =>
          el(
            'div',
            {},
            el('dt', {}, foreign(label, 80), note === undefined ? '' : el('small', {}, foreign(note, 200))),
            el('dd', {}, `${number(value)} `, el('span', { class: 'unit' }, visible(unit, 20))),
          ),
        ),
    );
  }, PAINT_MS);
  /** @param {FiguresEvent} event */
  const take = (event) => {
    rows = event.rows;
    dirty();
  };
  return {
    begin() {
      rows = [];
      dirty();
    },
    [id]: take,
  };
}
