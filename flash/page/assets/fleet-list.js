// @ts-check
// The list of motes: what each row says, which motes are in it, and in which order.

import { el, foreign, setText } from './dom.js';
import { closeText } from './fleet-account.js';
import { number } from './format.js';
import { createGrid } from './fleet-grid.js';
import { causeOf, nameOf, stateOf } from './fleet-mote.js';
import { ONLY, createSelection } from './fleet-order.js';
import { accountText, ageText, readingsText } from './fleet-words.js';

/** @typedef {import('./fleet-mote.js').Mote} Mote */
/** @typedef {import('./fleet-order.js').Column} Column */

const TEXT_MAX = 60;

/** @type {readonly { by: Column | undefined, label: string, name: string }[]} */
const COLUMNS = [
  { by: 'name', label: 'mote', name: 'name' },
  { by: 'state', label: 'state', name: 'state' },
  { by: undefined, label: 'readings', name: 'readings' },
  { by: 'heard', label: 'heard', name: 'heard' },
  { by: 'account', label: 'account', name: 'account' },
  { by: 'cause', label: 'last disconnect', name: 'cause' },
];

/** Anew only where it changed: most of a row stays as it is. @param {HTMLElement | undefined} cell @param {string} text @param {boolean} isBad */
function write(cell, text, isBad) {
  if (cell === undefined) return;
  if (cell.dataset['text'] !== text) {
    cell.dataset['text'] = text;
    cell.replaceChildren(foreign(text, TEXT_MAX));
  }
  cell.classList.toggle('bad', isBad);
}

/**
 * @param {HTMLElement} root
 * @param {{ motes: ReadonlyMap<string, Mote>, codes: import('../codes-contract.ts').PageCodes, choose: (mote: Mote) => void }} source
 */
export function createList(root, { motes, codes, choose }) {
  const search = el('input', {
    type: 'search',
    id: 'fleet-search',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  const only = el('select', { id: 'fleet-only' });
  only.append(...Object.entries(ONLY).map(([value, { label }]) => el('option', { value }, label)));
  const count = el('p', { class: 'count', id: 'fleet-count', role: 'status' });
  /** @type {Column} */
  let column = 'state';
  let isUp = true;
  const select = createSelection(codes);

  const heads = COLUMNS.map(({ by, label, name }) => {
    const cell = el('span', { role: 'columnheader', class: `f-${name}` });
    const button = el('button', { type: 'button', class: 'sort' }, label);
    cell.append(by === undefined ? label : button);
    button.addEventListener('click', () => {
      isUp = by === column ? !isUp : true;
      column = by ?? column;
      refresh();
    });
    return cell;
  });

  /** @param {Mote} mote @param {HTMLElement[]} cells */
  function fill(mote, [name, state, readings, heard, account, cause]) {
    const now = Date.now();
    const is = stateOf(mote, now);
    const why = causeOf(mote, codes);
    write(name, nameOf(mote), false);
    write(state, is, is === 'offline' || is === 'overdue');
    write(readings, readingsText(mote), false);
    write(heard, mote.heardMs === undefined ? '' : ageText(mote.heardMs, now), false);
    write(account, accountText(mote), (mote.account?.missing ?? 0) !== 0);
    write(cause, why ? closeText(why, codes) : '', false);
  }

  const cells = () => COLUMNS.map(({ name }) => el('span', { role: 'gridcell', class: `f-${name}` }));
  const { grid, show } = createGrid('fleet-grid', 'Motes', heads, { cells, fill, choose });
  root.append(
    el('div', { class: 'head' }, el('h2', { id: 'fleet-list-title' }, 'Motes'), count),
    el('div', { class: 'controls' }, el('label', {}, 'contains ', search), el('label', {}, 'show ', only)),
    grid,
  );

  /** The motes or the order are others. */
  function refresh() {
    const list = select(motes, { text: search.value, only: only.value, column, isUp }, Date.now());
    setText(
      count,
      list.length === motes.size ? number(motes.size) : `${number(list.length)} of ${number(motes.size)}`,
    );
    COLUMNS.forEach(({ by }, at) => {
      if (by === undefined) return;
      heads[at]?.setAttribute('aria-sort', by !== column ? 'none' : isUp ? 'ascending' : 'descending');
    });
    show(list);
  }
  search.addEventListener('input', refresh);
  only.addEventListener('change', refresh);

  return {
    refresh,
    /** Show those of which this is said. @param {string} text */
    narrow(text) {
      search.value = text;
      refresh();
    },
  };
}
