// @ts-check
// A long list of which only the rows in sight are elements: a list box that follows its end until somebody scrolls or
// selects. By keyboard: arrows, page keys, Home and End; Escape lets go.

import { el } from './dom.js';
import { onFrame } from './frame.js';

const BEYOND = 2;
const PAINT_MS = 100;
let lists = 0;

/**
 * @template Item
 * @param {HTMLElement} root with role listbox
 * @param {{
 *   items: () => readonly Item[],
 *   fill: (row: HTMLElement, item: Item) => void,
 *   select?: (item: Item | undefined) => void,
 * }} source `fill` writes an item into an empty row
 */
export function createRows(root, { items, fill, select = () => {} }) {
  const id = `rows-${++lists}`;
  const sheet = el('div', { class: 'sheet', role: 'presentation' });
  root.append(sheet);
  /** @type {{ row: HTMLElement, item: Item | undefined }[]} */
  const pool = [];
  /** @type {Item | undefined} */
  let selected;
  let isFollowing = true;

  /** The style says how high a row is: on narrow screens some have two lines. */
  const rowPx = () => Number(getComputedStyle(root).getPropertyValue('--row')) || 24;

  const paint = () => {
    const list = items();
    const px = rowPx();
    const height = root.clientHeight;
    sheet.style.height = `${list.length * px}px`;
    if (isFollowing) root.scrollTop = list.length * px;
    const first = Math.max(0, Math.floor(root.scrollTop / px) - BEYOND);
    const wanted = Math.min(list.length - first, Math.ceil(height / px) + 2 * BEYOND);
    while (pool.length > Math.max(0, wanted)) pool.pop()?.row.remove();
    while (pool.length < wanted) {
      const row = el('div', { role: 'option', class: 'row', id: `${id}-${pool.length}` });
      pool.push({ row, item: undefined });
      sheet.append(row);
    }
    let active = '';
    pool.forEach((slot, offset) => {
      const index = first + offset;
      const item = /** @type {Item} */ (list[index]);
      const { row } = slot;
      if (slot.item !== item) {
        slot.item = item;
        row.replaceChildren();
        fill(row, item);
      }
      row.style.transform = `translateY(${index * px}px)`;
      row.setAttribute('aria-posinset', String(index + 1));
      row.setAttribute('aria-setsize', String(list.length));
      row.setAttribute('aria-selected', String(item === selected));
      if (item === selected) active = row.id;
    });
    if (active === '') root.removeAttribute('aria-activedescendant');
    else root.setAttribute('aria-activedescendant', active);
  };
  const dirty = onFrame(paint, PAINT_MS);

  /** @param {Item | undefined} item */
  const choose = (item) => {
    selected = item;
    select(item);
    dirty();
  };
  /** @param {number} index */
  const goTo = (index) => {
    const list = items();
    if (list.length === 0) return;
    const px = rowPx();
    const there = Math.min(Math.max(index, 0), list.length - 1);
    isFollowing = false;
    const top = there * px;
    if (top < root.scrollTop) root.scrollTop = top;
    else if (top + px > root.scrollTop + root.clientHeight) {
      root.scrollTop = top + px - root.clientHeight;
    }
    choose(list[there]);
  };

  root.addEventListener('scroll', () => {
    isFollowing = selected === undefined && root.scrollTop + root.clientHeight >= root.scrollHeight - rowPx();
    dirty();
  });
  root.addEventListener('click', ({ target }) => {
    const row = target instanceof Element ? target.closest('.row') : null;
    const slot = pool.find((one) => one.row === row);
    if (slot === undefined) return;
    isFollowing = false;
    choose(slot.item);
  });
  root.addEventListener('keydown', (event) => {
    const list = items();
    const page = Math.max(1, Math.floor(root.clientHeight / rowPx()) - 1);
    const at = selected === undefined ? list.length : list.indexOf(selected);
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowUp: () => goTo(at - 1),
      ArrowDown: () => goTo(at + 1),
      PageUp: () => goTo(at - page),
      PageDown: () => goTo(at + page),
      Home: () => goTo(0),
      End: () => goTo(list.length - 1),
      Escape() {
        isFollowing = true;
        choose(undefined);
      },
    };
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]?.();
  });
  new ResizeObserver(dirty).observe(root);

  return {
    /** There is something new. @param {number} dropped so many went at the beginning of the list */
    changed(dropped = 0) {
      if (dropped > 0 && !isFollowing) root.scrollTop -= dropped * rowPx();
      dirty();
    },
    /** The list is another one. */
    reset() {
      isFollowing = true;
      choose(undefined);
    },
  };
}
