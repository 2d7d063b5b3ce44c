// @ts-check
// A long table of which only the rows in sight are elements. By keyboard: arrows, page keys, Home and End move the selection.

import { el } from './dom.js';
import { onFrame } from './frame.js';

const ROW_PX = 30;
/** Rows beyond the edges, so that scrolling shows no gap. */
const BEYOND = 3;

/**
 * @template Item
 * @param {string} id
 * @param {string} label what the items are
 * @param {readonly HTMLElement[]} heads with role columnheader
 * @param {{
 *   cells: () => HTMLElement[],
 *   fill: (item: Item, cells: HTMLElement[]) => void,
 *   choose: (item: Item) => void,
 * }} source `cells` makes those of a row, with role gridcell; `fill` writes an item into them, often the same one again
 */
export function createGrid(id, label, heads, { cells: createCells, fill, choose }) {
  const sheet = el('div', { class: 'fleet-sheet', role: 'rowgroup' });
  const head = el('div', { class: 'fleet-row', role: 'row', 'aria-rowindex': 1 }, ...heads);
  const grid = el(
    'div',
    { class: 'fleet-grid', id, role: 'grid', tabindex: 0, 'aria-label': label },
    el('div', { class: 'fleet-head', role: 'rowgroup' }, head),
    sheet,
  );
  /** @type {readonly Item[]} */
  let list = [];
  /** @type {Item | undefined} */
  let selected;
  /** @type {{ row: HTMLElement, cells: HTMLElement[] }[]} */
  const pool = [];

  function addRow() {
    const cells = createCells();
    const row = el('div', { class: 'fleet-row', role: 'row', id: `${id}-${pool.length}` }, ...cells);
    pool.push({ row, cells });
    sheet.append(row);
  }

  function paint() {
    sheet.style.height = `${list.length * ROW_PX}px`;
    const first = Math.max(0, Math.floor(grid.scrollTop / ROW_PX) - BEYOND);
    const inSight = Math.ceil(grid.clientHeight / ROW_PX) + 2 * BEYOND;
    const wanted = Math.max(0, Math.min(list.length - first, inSight));
    while (pool.length > wanted) pool.pop()?.row.remove();
    while (pool.length < wanted) addRow();
    let active = '';
    pool.forEach(({ row, cells }, offset) => {
      const item = /** @type {Item} */ (list[first + offset]);
      fill(item, cells);
      row.style.transform = `translateY(${(first + offset) * ROW_PX}px)`;
      row.setAttribute('aria-rowindex', String(first + offset + 2));
      row.setAttribute('aria-selected', String(item === selected));
      if (item === selected) active = row.id;
    });
    if (active === '') grid.removeAttribute('aria-activedescendant');
    else grid.setAttribute('aria-activedescendant', active);
  }
  const dirty = onFrame(paint, 100);

  /** @param {number} index */
  function goTo(index) {
    const there = Math.min(Math.max(index, 0), list.length - 1);
    const item = list[there];
    if (item === undefined) return;
    // One row is the heads', which stay in sight.
    const [top, seen] = [there * ROW_PX, grid.clientHeight - 2 * ROW_PX];
    if (top < grid.scrollTop) grid.scrollTop = top;
    else if (top > grid.scrollTop + seen) grid.scrollTop = top - seen;
    selected = item;
    choose(item);
    dirty();
  }

  grid.addEventListener('scroll', dirty);
  sheet.addEventListener('click', ({ target }) => {
    const row = target instanceof Element ? target.closest('[role=row]') : null;
    if (row !== null) goTo(Number(row.getAttribute('aria-rowindex')) - 2);
  });
  grid.addEventListener('keydown', (event) => {
    if (event.target !== grid) return;
    const at = selected === undefined ? -1 : list.indexOf(selected);
    const page = Math.max(1, Math.floor(grid.clientHeight / ROW_PX) - 2);
    /** @type {Record<string, number>} */
    const keys = {
      ArrowUp: at - 1,
      ArrowDown: at + 1,
      PageUp: at - page,
      PageDown: at + page,
      Home: 0,
      End: list.length,
    };
    const index = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
    if (index === undefined) return;
    event.preventDefault();
    goTo(index);
  });
  new ResizeObserver(dirty).observe(grid);

  return {
    grid,
    /** @param {readonly Item[]} items */
    show(items) {
      list = items;
      grid.setAttribute('aria-rowcount', String(items.length + 1));
      dirty();
    },
  };
}
