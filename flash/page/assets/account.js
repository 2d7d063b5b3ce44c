// @ts-check
// Panel: what became of everything that was accepted, as simulator and independent client saw it, and as the mote
// itself says.

import { byId, el, setText, visible } from './dom.js';
import { number } from './format.js';
import { onFrame } from './frame.js';

/** @import { AccountEvent, AccountFigures } from '../../stage/events.ts' */

const PAINT_MS = 100;

/** @type {readonly (readonly [keyof AccountFigures, string])[]} */
const BIG = [
  ['accepted', 'accepted'],
  ['delivered', 'delivered'],
  ['held', 'waiting'],
  ['lost', 'lost'],
];
/** @type {readonly (readonly [keyof AccountFigures, string])[]} */
const SMALL = [
  ['duplicates', 'came again'],
  ['disordered', 'out of order'],
  ['cuts', 'power cuts'],
  ['torn', 'in the middle of a flash operation'],
];

/** @param {AccountFigures} figures */
export function sumText({ accepted, delivered, held, lost }) {
  const missing = accepted - delivered - held - lost;
  const sum = `${number(accepted)} accepted = ${number(delivered)} delivered + ${number(held)} waiting + ${number(lost)} lost`;
  return missing === 0
    ? `It adds up: ${sum}.`
    : `It does not add up, ${number(missing)} are missing: ${sum}.`;
}

/** @param {string} label */
function figure(label) {
  const value = el('dd', {}, '0');
  return { value, root: el('div', {}, el('dt', {}, label), value) };
}

export function createAccount() {
  const big = BIG.map(([, label]) => figure(label));
  const small = SMALL.map(([, label]) => figure(label));
  const sum = el('p', { class: 'note', id: 'account-sum' });
  const mote = el('dl', { class: 'small-figures', id: 'account-mote' });
  const motes = el('details', { hidden: true }, el('summary', {}, 'what the mote itself says'), mote);
  byId('account').append(
    el('dl', { class: 'big-figures', id: 'account-big' }, ...big.map(({ root }) => root)),
    el('dl', { class: 'small-figures', id: 'account-small' }, ...small.map(({ root }) => root)),
    sum,
    motes,
  );
  /** @type {AccountEvent | undefined} */
  let account;

  const dirty = onFrame(() => {
    const figures = account?.figures;
    BIG.forEach(([key], index) => {
      const { value, root } = /** @type {ReturnType<typeof figure>} */ (big[index]);
      setText(value, number(figures?.[key] ?? 0));
      root.classList.toggle('bad', key === 'lost' && (figures?.lost ?? 0) > 0);
    });
    SMALL.forEach(([key], index) => {
      setText(/** @type {ReturnType<typeof figure>} */ (small[index]).value, number(figures?.[key] ?? 0));
    });
    setText(sum, figures === undefined ? '' : sumText(figures));
    const own = Object.entries(account?.mote ?? {});
    motes.hidden = own.length === 0;
    mote.replaceChildren(
      ...own.map(([name, value]) =>
        el('div', {}, el('dt', {}, visible(name, 40)), el('dd', {}, number(value))),
      ),
    );
  }, PAINT_MS);

  return {
    begin() {
      account = undefined;
      dirty();
    },
    /** @param {AccountEvent} event */
    account(event) {
      account = event;
      dirty();
    },
  };
}
